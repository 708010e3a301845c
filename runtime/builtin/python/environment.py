"""Arranges the interpreter as user code expects to find it, without the cost of `site`.

The interpreter is started with -S: processing of site-packages costs 4 to 20 ms a start, most of it
for .pth files that run code. The emulator asks the interpreter once which folders `site` adds and
passes them in the setup; .pth files are processed only when an import would fail otherwise.
"""
import sys


class Quitter(object):
    """exit() and quit(), which `site` would have made."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return 'Use %s() or Ctrl-D (i.e. EOF) to exit' % self.name

    def __call__(self, code=None):
        raise SystemExit(code)


# What the cloud's runtime has loaded before the function's code: files by these names count there
# for no import.
STANDARD = frozenset('''_collections_abc _weakrefset collections contextlib copyreg datetime decimal enum functools
genericpath heapq json keyword linecache logging numbers operator os posixpath re reprlib stat string struct
textwrap threading time token tokenize traceback types warnings weakref'''.split())


def shadows(code):
    """Lists those of them that the function has files by the names of."""
    from posix import listdir
    try:
        return STANDARD.intersection([name.partition('.')[0] for name in listdir(code)])
    except OSError:
        return ()


def arrange(setup):
    version = 'python%d.%d' % sys.version_info[:2]
    own = [setup.code, '/opt/python/lib/' + version + '/site-packages', '/opt/python']
    helper = sys.modules['_fcemu'].__path__[0].rpartition('/')[0]
    rest = [path for path in sys.path if path not in ('', helper)]
    added = [path for path in setup.search_path if path not in rest]
    sys.path[:] = rest
    if sys.version_info[0] == 2:
        import logging  # there are no hooks for imports
        del logging
    for name in shadows(setup.code):  # others are loaded when they are needed, which saves milliseconds
        try:
            __import__(name)
        except ImportError:  # this version has no such module
            pass
    sys.path[:] = own + rest + added
    builtins = sys.modules['__builtin__' if sys.version_info[0] == 2 else 'builtins']
    builtins.exit, builtins.quit = Quitter('exit'), Quitter('quit')
    if 'logging' in sys.modules:
        from _fcemu import logs
        logs.install(sys.modules['logging'], setup)
    else:
        sys.meta_path.insert(0, LoggingHook(setup))
    if sys.version_info[0] > 2:
        sys.meta_path.append(LateSite(added))


class LoggingHook(object):
    """Sets the root logger up when the function imports logging, which takes 5 ms that others save."""

    def __init__(self, setup):
        self.setup = setup

    def find_spec(self, name, path=None, target=None):
        if name != 'logging':
            return None
        sys.meta_path.remove(self)
        for finder in list(sys.meta_path):
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                break
        else:
            return None
        load, setup = spec.loader.exec_module, self.setup

        def exec_module(module):
            load(module)
            if hasattr(module, 'getLogger'):
                from _fcemu import logs
                logs.install(module, setup)

        try:
            spec.loader.exec_module = exec_module
        except AttributeError:  # a loader that cannot be changed: no format rather than no logging
            pass
        return spec


class LateSite(object):
    """Processes .pth files once, at the first import that nobody else could answer."""

    def __init__(self, folders):
        self.folders = folders

    def find_spec(self, name, path=None, target=None):
        if path is not None or name == 'org':  # the standard library looks for Jython by that name
            return None
        sys.meta_path.remove(self)
        self.process()
        for finder in list(sys.meta_path):
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None

    def process(self):
        from posix import listdir
        pending = []
        for folder in self.folders:
            try:
                if any(name.endswith('.pth') for name in listdir(folder)):
                    pending.append(folder)
            except OSError:
                pass
        if pending:
            import site
            for folder in pending:
                site.addsitedir(folder)
