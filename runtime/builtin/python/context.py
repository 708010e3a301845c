"""What a function is told about itself and about the call."""
import sys


class Setup(object):
    """The facts that hold for the life of the instance, in the order of the setup frame."""

    def __init__(self, fields):
        (self.runtime, self.code, self.real_code, handler, initializer, pre_stop, pre_freeze,
         self.name, memory, timeout, self.version, self.service, self.log_project, self.log_store,
         self.region, self.account, key, secret, token) = fields[:19]
        self.search_path = fields[19:]
        self.handlers = (handler, initializer, pre_stop, pre_freeze)
        self.memory = int(memory)
        self.timeout = int(timeout)
        self.renew(key, secret, token)
        self.tracing = Tracing()
        self.request_id = ''
        self.busy = False
        self.hook = 0  # the kind of the call under way
        minor = self.runtime.partition('.')[2]
        # From Python 3.12 on the context has neither credentials nor a service.
        self.slim = self.runtime.startswith('python3.') and minor.isdigit() and int(minor) >= 12

    def renew(self, key, secret, token):
        """Takes the credentials that the role has from now on."""
        self.credentials = Credentials(key, secret, token)
        self.known = {}  # contexts, before they are for a call

    def context(self, hook, qualifier):
        """A new context. Most of it is the same for all calls by a qualifier, and so made once."""
        known = self.known.get((hook, qualifier))
        if known is None:
            kind = SlimContext if self.slim else FullContext
            known = self.known[hook, qualifier] = kind(self, qualifier, Function(self, self.handlers[hook]))
        context = known.__new__(known.__class__)
        context.__dict__.update(known.__dict__)
        return context

    def shown(self, path):
        """The path as the cloud would show it: the code folder is /code there."""
        for folder in (self.code, self.real_code):
            if path.startswith(folder + '/'):
                return '/code' + path[len(folder):]
        return path

    @staticmethod
    def flush():
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # the user's own stream, or a closed one
                pass


class Credentials(object):
    def __init__(self, key, secret, token):
        self.access_key_id = self.accessKeyId = key
        self.access_key_secret = self.accessKeySecret = secret
        self.security_token = self.securityToken = token

    def to_json(self):
        return {'accessKeyId': self.access_key_id, 'accessKeySecret': self.access_key_secret,
                'securityToken': self.security_token}


class Function(object):
    def __init__(self, setup, handler):
        self.name = setup.name
        self.handler = handler
        self.memory = setup.memory
        self.timeout = setup.timeout

    def to_json(self):
        return {'name': self.name, 'handler': self.handler, 'memory': self.memory, 'timeout': self.timeout}


class Service(object):
    def __init__(self, setup, qualifier):
        self.name = setup.service
        self.log_project = self.logProject = setup.log_project
        self.log_store = self.logStore = setup.log_store
        self.qualifier = qualifier
        self.version_id = self.versionId = setup.version

    def to_json(self):
        return {'name': self.name, 'logProject': self.log_project, 'logStore': self.log_store,
                'qualifier': self.qualifier, 'versionId': self.version_id}


class Tracing(object):
    """Tracing is not recorded here: the members exist and are empty."""

    def __init__(self):
        self.span_context = self.openTracingSpanContext = ''
        self.span_baggages = self.openTracingSpanBaggages = {}
        self.jaeger_endpoint = self.jaegerEndpoint = ''

    def to_json(self):
        return {'openTracingSpanContext': self.span_context, 'openTracingSpanBaggages': self.span_baggages,
                'jaegerEndpoint': self.jaeger_endpoint}


class Context(object):
    def __init__(self, setup, function):
        self.function = function
        self.region = setup.region
        self.account_id = self.accountId = setup.account
        self.tracing = setup.tracing

    def be_for(self, request_id, retry_count):
        self.request_id = self.requestId = request_id
        self.retry_count = self.retryCount = retry_count

    def getLogger(self):
        import logging
        return logging.getLogger()

    def to_json(self):
        return {'requestId': self.request_id, 'function': self.function.to_json(), 'region': self.region,
                'accountId': self.account_id, 'retryCount': self.retry_count, 'tracing': self.tracing.to_json()}


class FullContext(Context):
    """The context up to Python 3.10. Its logger is None where an instance takes one call at a time."""

    def __init__(self, setup, qualifier, function):
        Context.__init__(self, setup, function)
        self.credentials = setup.credentials
        self.service = Service(setup, qualifier)
        self.logger = None

    def to_json(self):
        return dict(Context.to_json(self), credentials=self.credentials.to_json(), service=self.service.to_json())


class SlimContext(Context):
    """The context from Python 3.12 on: credentials are in the environment, there is no service."""

    def __init__(self, setup, qualifier, function):
        Context.__init__(self, setup, function)
        function.version_id = function.versionId = setup.version
        function.qualifier = qualifier
        self.log_project = self.logProject = setup.log_project
        self.log_store = self.logStore = setup.log_store

    @property
    def logger(self):
        return self.getLogger()

    def to_json(self):
        shown = Context.to_json(self)
        shown['function'].update(versionId=self.function.version_id, qualifier=self.function.qualifier)
        return dict(shown, logProject=self.log_project, logStore=self.log_store)
