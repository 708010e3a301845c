import base64
import json
import logging
import os
import sys
import time

initialized = 0


def initialize(context):
    global initialized
    initialized += 1
    print('initialize ran')


def pre_stop(context):
    print('preStop ran')


def handler(event, context):
    try:
        asked = json.loads(event)
        what = asked['do'] if 'do' in asked else 'http'
    except (ValueError, TypeError):
        return event
    return globals()['do_' + what](event, asked, context)


def do_echo(event, asked, context):
    return event


def do_who(event, asked, context):
    return '%s %s' % (asked['id'], context.request_id)


def do_facts(event, asked, context):
    function = context.function
    service = getattr(context, 'service', None)
    log = service or context
    credentials = getattr(context, 'credentials', None)
    return json.dumps({
        'requestId': context.request_id, 'function': function.name, 'handler': function.handler,
        'memory': str(function.memory), 'timeout': str(function.timeout), 'region': context.region,
        'account': context.account_id, 'retryCount': str(getattr(context, 'retry_count', '')),
        'service': service.name if service else None, 'logProject': log.log_project, 'logStore': log.log_store,
        'qualifier': (service or function).qualifier, 'version': (service or function).version_id,
        'keys': credentials and [credentials.access_key_id, credentials.access_key_secret, credentials.security_token],
        'cwd': os.getcwd()})


def do_env(event, asked, context):
    ours = ('FC_', '_FC_', 'ALIBABA_CLOUD_', 'accessKey', 'securityToken', 'GREETING')
    return json.dumps({name: value for name, value in os.environ.items() if name.startswith(ours)})


def do_ready(event, asked, context):
    return 'yes' if initialized == 1 else 'no: %d' % initialized


def do_log(event, asked, context):
    print('one line')
    print('an error line', file=sys.stderr)
    logging.getLogger().info('a record')
    print('no line end', end='')
    return 'ok'


def do_much(event, asked, context):
    for _ in range(200):
        print('x' * 99)
    return 'ok'


def do_throw(event, asked, context):
    raise ValueError('thrown on purpose')


def do_exit(event, asked, context):
    os._exit(3)


def do_sleep(event, asked, context):
    time.sleep(60)


def do_hog(event, asked, context):
    kept = []
    while True:
        kept.append(b'x' * (8 << 20))


def do_http(event, asked, context):
    path = asked['rawPath']
    if path == '/throw':
        raise ValueError('thrown on purpose')
    if path == '/bare':
        return 'bare'
    if path == '/bytes':
        return json.dumps({'statusCode': 200, 'headers': {'Content-Type': 'image/png'}, 'isBase64Encoded': True,
                           'body': base64.b64encode(bytes(range(256))).decode()})
    return json.dumps({'statusCode': 201, 'headers': {'X-Conform': 'yes', 'Content-Type': 'text/plain'},
                       'body': event.decode()})
