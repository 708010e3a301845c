import json
import os
import time
from urllib.parse import parse_qs

ready = False


def initialize(context):
    global ready
    ready = True


def handler(environ, start_response):
    size = int(environ.get('CONTENT_LENGTH') or 0)
    body = environ['wsgi.input'].read(size)
    path = environ['PATH_INFO'].encode('latin-1').decode('utf-8')
    what, _, which = path[1:].partition('/')
    status, headers, content = '200 OK', [], b''
    if what == 'echo':
        headers, content = [('Content-Type', environ['CONTENT_TYPE'])], body
    elif what == 'status':
        status, content = which + ' Whatever', b'status'
    elif what == 'headers':
        headers = [('Set-Cookie', 'a=1'), ('Set-Cookie', 'b=2'), ('X-One', '1'), ('Server', 'mine'), ('X-Fc-Own', '1')]
    elif what == 'large-headers':
        headers = [('X-Large', 'x' * 9000)]
    elif what == 'bad-status':
        status = '42 Odd'
    elif what == 'print':
        print('printed by the function')
        content = b'ok'
    elif what == 'throw':
        raise ValueError('thrown on purpose')
    elif what == 'exit':
        os._exit(3)
    elif what == 'sleep':
        time.sleep(60)
    else:
        context = environ['fc.context']
        headers = [('Content-Type', 'application/json')]
        content = json.dumps({
            'method': environ['REQUEST_METHOD'],
            'path': path,
            'uri': environ['fc.request_uri'],
            'ip': environ['REMOTE_ADDR'],
            'query': '+'.join(parse_qs(environ['QUERY_STRING']).get('q', [])),
            'header': environ.get('HTTP_X_TEST'),
            'host': environ['HTTP_HOST'],
            'length': len(body),
            'id': context.request_id,
            'function': context.service.name + '/' + context.function.name,
            'ready': ready,
        }).encode()
    start_response(status, headers)
    return [content]
