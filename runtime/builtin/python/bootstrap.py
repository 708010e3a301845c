"""Runs the handlers of one Python function: takes calls from descriptor 3, answers on 4.

The frames are described in protocol.go. This file is on the path of every cold start, so it imports
only modules that are built into the interpreter; what a call may not need is imported when it does.
It runs on Python 3.6 and later, and on 2.7.
"""
import sys

from posix import _exit, getpid, read, write

from _fcemu.context import Setup
from _fcemu.handler import Handlers

CALLS, REPLIES = 3, 4
HEAD = 9  # bytes: length, kind and number
CHUNK = 1 << 16  # bytes
PRE_STOP = 2  # its place among the handlers
REQUEST = 4  # the kind of a frame with a request to an HTTP handler
CREDENTIALS = 253  # the kind of a frame with newer credentials, before a call
GIVEN = 254  # the kind of a frame that a process gets which has waited for a function
SUCCEEDED, UNHANDLED, HTTP = 0, 2, 3  # the status of a reply; Python has no handled errors

if sys.version_info[0] == 2:
    def number(data):
        value = 0
        for byte in bytearray(data):
            value = value << 8 | byte
        return value

    def in_bytes(value, *more):
        return bytes(bytearray((value >> 24 & 255, value >> 16 & 255, value >> 8 & 255, value & 255) + more))

    def text(data):
        return data
else:
    def number(data):
        return int.from_bytes(data, 'big')

    def in_bytes(value, *more):
        return value.to_bytes(4, 'big') + bytes(more)

    def text(data):
        return data.decode('utf-8', 'surrogateescape')


class Line(object):
    """The pipes to the emulator. One call is under way at a time."""

    def __init__(self):
        self.kept = b''
        self.number = b''  # of the call under way, as it came
        self.owner = getpid()

    def receive(self):
        """Returns the next frame, whose body begins at HEAD; None at the end."""
        data = self.kept or read(CALLS, CHUNK)
        while 0 < len(data) < HEAD:
            more = read(CALLS, CHUNK)
            if not more:
                return None
            data += more
        if not data:
            return None
        self.number = data[5:HEAD]
        end = 4 + number(data[:4])
        if len(data) == end:
            self.kept = b''
            return data
        if len(data) < end:
            data = self.whole(data, end)
        self.kept = data[end:]
        return data[:end]

    @staticmethod
    def whole(data, size):
        """Reads the rest of a frame that did not come at once."""
        parts = [data]
        size -= len(data)
        while size > 0:
            part = read(CALLS, min(size, CHUNK))
            if not part:
                raise SystemExit(0)
            parts.append(part)
            size -= len(part)
        return b''.join(parts)

    def reply(self, status, payload, head=b''):
        if getpid() != self.owner:
            _exit(0)  # the handler forked, and its child came back, too: the answer is the parent's
        head = in_bytes(HEAD - 4 + len(head) + len(payload), status) + self.number + head
        if len(payload) < CHUNK:
            head, payload = head + payload, b''
        for data in (head, payload):
            sent = write(REPLIES, data) if data else 0
            if sent < len(data):
                rest = memoryview(data)[sent:]
                while len(rest):
                    rest = rest[write(REPLIES, rest):]


def kind_of(frame):
    return ord(frame[4:5])


def read_list(data):
    """A frame of byte strings, each after its length in four bytes."""
    fields, at = [], HEAD
    while at < len(data):
        size = number(data[at:at + 4])
        fields.append(data[at + 4:at + 4 + size])
        at += 4 + size
    return fields


class Instance(object):
    def __init__(self, line, setup):
        self.line = line
        self.setup = setup
        self.handlers = Handlers(setup)

    def serve(self):
        """Answers calls until the emulator closes the line."""
        setup, line = self.setup, self.line
        while True:
            frame = line.receive()
            if frame is None:
                return
            kind = kind_of(frame)
            if kind == CREDENTIALS:
                setup.renew(*[text(field) for field in read_list(frame)])
                continue
            reply = self.run(kind, frame)
            setup.flush()
            setup.busy = False
            line.reply(*reply)

    def run(self, kind, data):
        # after the head: deadline (8), retry count (4), lengths of request id and qualifier (1 each)
        setup = self.setup
        middle = 23 + ord(data[21:22])
        end = middle + ord(data[22:23])
        setup.request_id = text(data[23:middle])
        hook = 0 if kind == REQUEST else kind
        setup.busy, setup.hook = True, hook
        context = setup.context(hook, text(data[middle:end]))
        context.be_for(setup.request_id, number(data[17:21]))
        try:
            function = self.handlers.find(setup.handlers[hook])
            if hook:
                function(context)
                return SUCCEEDED, b''
            if kind == REQUEST:
                return self.handle(function, context, data, end)
            result = function(data[end:], context)
            if type(result) is bytes:
                return SUCCEEDED, result
            from _fcemu.result import encode
            return SUCCEEDED, encode(result)
        except SystemExit:
            raise
        except BaseException:
            from _fcemu.errors import report
            return UNHANDLED, report(setup, sys.exc_info())

    @staticmethod
    def handle(function, context, data, at):
        """Runs an HTTP handler on the request that begins at `at`."""
        from _fcemu import wsgi
        body = at + 4 + number(data[at:at + 4])
        head, content = wsgi.run(function, context, data[at + 4:body], memoryview(data)[body:])
        size = len(head)
        return HTTP, content, in_bytes(size) + head

    def stop(self):
        """The preStop hook of an instance whose only thread is in a call."""
        setup = self.setup
        try:
            context = setup.context(PRE_STOP, setup.version)
            context.be_for(setup.request_id, 0)
            self.handlers.find(setup.handlers[PRE_STOP])(context)
        except BaseException:
            import traceback
            traceback.print_exc()


def prepare_streams():
    """Whole lines leave at once, in one write; Python before 3.7 is started unbuffered instead."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, 'reconfigure'):
            stream.reconfigure(line_buffering=True)


def on_terminate(instance):
    """SIGTERM in the midst of a call stops it: run the preStop hook, or tell where each thread is; leave with 143."""
    setup = instance.setup
    if sys.version_info[0] == 2:
        import signal as signals
    else:
        import _signal as signals

    def terminate(_number, _frame):
        try:
            signals.signal(15, signals.SIG_IGN)
            if setup.busy and not setup.hook and setup.handlers[PRE_STOP]:
                instance.stop()
                setup.flush()
            elif setup.busy:
                from _fcemu.errors import dump_stacks
                dump_stacks(setup)
                setup.flush()
        finally:
            _exit(143)

    signals.signal(15, terminate)


def keep_line_private():
    """Programs that the function starts do not get the line."""
    if sys.version_info[0] == 2:
        import fcntl

        def keep(descriptor):
            fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    else:
        from posix import set_inheritable

        def keep(descriptor):
            set_inheritable(descriptor, False)
    keep(CALLS)
    keep(REPLIES)


def main():
    keep_line_private()
    if sys.argv[-1] == 'ahead':
        sys.argv.pop()
        if hasattr(sys, 'orig_argv'):
            del sys.orig_argv[-2]
        import os  # `site` would have loaded it; every other function needs it
        del os
    line = Line()
    first = line.receive()
    while first is not None and kind_of(first) == GIVEN:
        from _fcemu import given
        given.become(read_list(first))
        first = line.receive()
    if first is None:
        return
    setup = Setup([text(field) for field in read_list(first)])
    from _fcemu import environment
    environment.arrange(setup)
    prepare_streams()
    instance = Instance(line, setup)
    on_terminate(instance)
    instance.serve()
