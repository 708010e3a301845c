"""The platform's log record: 2017-07-05T05:13:35.920Z <request id> [INFO] message, in UTC."""
import sys
import time

LONGEST = 128 << 10  # characters of one record


def line(setup, level, message, now=None):
    now = time.time() if now is None else now
    head = time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))
    text = '%s.%03dZ %s [%s] %s' % (head, int(now * 1000) % 1000, setup.request_id, level, message)
    return text[:LONGEST]


def emit(text):
    stream = sys.__stdout__
    if stream is None:
        return
    stream.write(text + '\n')
    stream.flush()


def install(logging, setup):
    """Gives the root logger the platform's handler and the level INFO."""

    class Formatter(logging.Formatter):
        def format(self, record):
            message = logging.Formatter.format(self, record)
            return line(setup, record.levelname, message, record.created)

    class Handler(logging.Handler):
        def emit(self, record):
            try:
                emit(self.format(record))
            except Exception:
                self.handleError(record)

    handler = Handler()
    handler.setFormatter(Formatter('%(message)s'))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
