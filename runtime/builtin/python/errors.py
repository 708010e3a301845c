"""Describes a failed call: the body of the answer, and the record in the log."""
import sys
import traceback

from _fcemu import logs
from _fcemu.result import document

SHIPPED = ('oss2', 'tablestore', 'fc2', 'aliyunsdkcore')  # what functions take from the cloud's runtime


def report(setup, failure):
    """Logs the failure at level ERROR and returns the body of the answer."""
    kind, error, trace = failure
    cause = getattr(error, 'cause', None)
    if cause is not None:  # a module that could not be loaded: its own frames are what helps
        trace = error.cause_traceback
        logs.emit(logs.line(setup, 'ERROR', why(cause, setup)))
    elif isinstance(error, ImportError):
        logs.emit(logs.line(setup, 'ERROR', why(error, setup)))
    body = document({
        'errorMessage': message(error),
        'errorType': kind.__name__,
        'stackTrace': frames(setup, trace) + syntax_frame(setup, cause),
    })
    setup.flush()
    logs.emit(logs.line(setup, 'ERROR', body))
    return body.encode('utf-8')


def message(error):
    try:
        return str(error)
    except Exception:
        return repr(error)


def why(cause, setup):
    """One line: what went wrong while the module was loaded, and a hint where there is one."""
    text = '%s: %s' % (type(cause).__name__, message(cause))
    for folder in (setup.code, setup.real_code):
        text = text.replace(folder + '/', '/code/')
    name = (getattr(cause, 'name', None) or '').partition('.')[0]
    if isinstance(cause, ImportError) and name in SHIPPED:
        text += ' (Function Compute has it on board; here run: fcemu runtime install %s)' % setup.runtime
    return text


def frames(setup, trace):
    """The user's frames, each as a list of the parts that a traceback prints."""
    shown = []
    for path, number, name, source in [tuple(entry)[:4] for entry in traceback.extract_tb(trace)]:
        if '/_fcemu/' in path or path.startswith('<frozen importlib'):
            continue
        frame = ['File "%s"' % setup.shown(path), 'line %s' % number, 'in %s' % name]
        shown.append(frame + [source] if source else frame)
    return shown


def syntax_frame(setup, cause):
    if not isinstance(cause, SyntaxError) or not cause.filename:
        return []
    frame = ['File "%s"' % setup.shown(cause.filename), 'line %s' % cause.lineno]
    return [frame + [cause.text.strip()] if cause.text else frame]


def dump_stacks(setup):
    """What every thread was doing when the function's time was over."""
    lines = ['Dumping stack trace after function timeout']
    for thread, frame in sys._current_frames().items():
        lines.append('Thread %s:' % thread)
        for entry in traceback.format_stack(frame):
            if '/_fcemu/' not in entry and 'File "<string>"' not in entry:
                lines.append(entry.rstrip().replace(setup.code + '/', '/code/'))
    sys.stderr.write('\n'.join(lines) + '\n')
    sys.stderr.flush()
