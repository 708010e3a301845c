import html
import json
from urllib.parse import parse_qs

guests = []  # as long as the instance lives

PAGE = '''<!doctype html>
<title>Guest book</title>
<form method="post" action="{action}">Your name: <input name="name"> <button>Sign</button></form>
<ul>{entries}</ul>
'''


def handler(environ, start_response):
    """An HTTP trigger of FC 2.0 calls a WSGI application; Flask's or Django's will do as well."""
    method, path = environ['REQUEST_METHOD'], environ['PATH_INFO']
    print(method, path, environ['fc.context'].request_id)
    if path == '/guests.json':
        return answer(start_response, '200 OK', 'application/json', json.dumps(guests) + '\n')
    if path != '/':
        return answer(start_response, '404 Not Found', 'text/plain', 'There is nothing at %s\n' % path)
    if method == 'POST':
        size = int(environ.get('CONTENT_LENGTH') or 0)
        form = parse_qs(environ['wsgi.input'].read(size).decode())
        guests.append(form.get('name', ['somebody'])[0])
    entries = ''.join('<li>%s</li>' % html.escape(guest) for guest in guests)
    action = html.escape(environ['fc.request_uri'])
    return answer(start_response, '200 OK', 'text/html; charset=utf-8', PAGE.format(action=action, entries=entries))


def answer(start_response, status, kind, text):
    start_response(status, [('Content-Type', kind)])
    return [text.encode()]
