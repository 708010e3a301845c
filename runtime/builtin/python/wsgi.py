"""Runs an HTTP handler of FC 2.0: a WSGI application, handler(environ, start_response)."""
import io
import json
import os
import sys

if sys.version_info[0] == 2:
    def native(text):
        return text.encode('utf-8') if isinstance(text, unicode) else text  # noqa: F821 - Python 2 only

    whole = ()  # a str is an iterable of str
    text = (str, unicode)  # noqa: F821
else:
    def native(text):
        return text

    whole = (bytes, str)
    text = (str,)


class Body(io.RawIOBase):
    """The body of the request, read where it lies in the frame."""

    def __init__(self, view):
        io.RawIOBase.__init__(self)
        self.view = view

    def readable(self):
        return True

    def readinto(self, room):
        size = min(len(room), len(self.view))
        room[:size] = self.view[:size].tobytes()
        self.view = self.view[size:]
        return size

    def readall(self):
        rest, self.view = self.view.tobytes(), self.view[:0]
        return rest


class Response(object):
    """What the application says about its answer."""

    def __init__(self):
        self.status = None
        self.headers = {}
        self.written = []

    def start(self, status, headers, exc_info=None):
        if self.status is not None and exc_info is None:
            raise AssertionError('start_response was called twice')
        self.headers = {}
        for name, value in headers:
            if not (isinstance(name, text) and isinstance(value, text)):
                raise TypeError('names and values of headers must be strings')
            self.headers.setdefault(name, []).append(value)
        self.status = int(status.partition(' ')[0])
        return self.written.append

    def head(self):
        if self.status is None:
            raise AssertionError('the application did not call start_response')
        return json.dumps({'status': self.status, 'headersMap': self.headers}).encode('utf-8')


def run(application, context, head, body):
    """Returns head and body of the answer, in bytes. body is a memoryview."""
    response = Response()
    result = application(environ(json.loads(head.decode('utf-8')), context, body), response.start)
    try:
        if result is None or isinstance(result, whole):
            raise TypeError('the application returned %s: expected an iterable of bytes' % type(result).__name__)
        parts = response.written + list(result)
        content = parts[0] if len(parts) == 1 and type(parts[0]) is bytes else b''.join(parts)
    finally:
        if hasattr(result, 'close'):
            result.close()
    return response.head(), content


def environ(head, context, body):
    uri = native(head['requestURI'])
    values = dict(os.environ)
    values.update({
        'REQUEST_METHOD': native(head['method']),
        'SCRIPT_NAME': '',
        'PATH_INFO': unquoted(head['rawPath']),
        'QUERY_STRING': uri.partition('?')[2],
        'CONTENT_TYPE': 'application/octet-stream',
        'REMOTE_ADDR': native(head['clientIP']),
        'SERVER_NAME': 'FCRUNTIME',
        'SERVER_PORT': '9000',
        'SERVER_PROTOCOL': 'HTTP/1.1',
        'SERVER_SOFTWARE': 'FCRUNTIME/1.0',
        'HTTP_HOST': native(head['host']),
        'wsgi.version': (1, 0),
        'wsgi.url_scheme': 'http',
        'wsgi.input': io.BufferedReader(Body(body), 1 << 16),
        'wsgi.errors': sys.stderr,
        'wsgi.multithread': False,
        'wsgi.multiprocess': False,
        'wsgi.run_once': False,
        'fc.context': context,
        'fc.request_uri': uri,
    })
    for name, given in head['headersMap'].items():
        key = native(name).upper().replace('-', '_')
        separator = '; ' if key == 'COOKIE' else ','
        values[key if key == 'CONTENT_TYPE' else 'HTTP_' + key] = native(separator.join(given))
    values.pop('HTTP_CONTENT_LENGTH', None)
    values['CONTENT_LENGTH'] = str(len(body))
    return values


def unquoted(path):
    """The decoded path as WSGI has it: bytes, shown as Latin-1 where strings are no bytes."""
    parts = path.encode('utf-8').split(b'%')
    plain = [parts[0]]
    for part in parts[1:]:
        try:
            plain.append(bytes(bytearray((int(part[:2], 16),))) + part[2:])
        except ValueError:
            plain.append(b'%' + part)
    whole = b''.join(plain)
    return whole if sys.version_info[0] == 2 else whole.decode('latin-1')
