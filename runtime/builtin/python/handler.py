"""Finds the function that a handler string names."""
import sys


class InvalidHandleName(Exception):
    pass


class ImportModuleError(Exception):
    pass


class UserCodeSyntaxError(Exception):
    pass


class UserCodeError(Exception):
    pass


class HandlerNotFound(Exception):
    pass


class Handlers(object):
    """Loads each handler once. A failed load is tried again at the next call."""

    def __init__(self, setup):
        self.setup = setup
        self.loaded = {}

    def find(self, handler):
        function = self.loaded.get(handler)
        if function is None:
            function = self.loaded[handler] = self.load(handler)
        return function

    def load(self, handler):
        module_name, dot, name = handler.rpartition('.')
        if not dot or not module_name or not name:
            raise InvalidHandleName("Invalid handler '%s'" % handler)
        module = self.module(module_name)
        if not hasattr(module, name):
            raise HandlerNotFound("Handler '%s' is missing on module '%s'" % (name, module_name))
        return getattr(module, name)

    def module(self, shown):
        try:
            return self.import_module(shown.replace('/', '.').strip('.'))
        except SystemExit:
            raise
        except ImportError as error:
            raise wrap(ImportModuleError("Unable to import module '%s'" % shown), error)
        except SyntaxError as error:
            raise wrap(UserCodeSyntaxError("Syntax error in module '%s'" % shown), error)
        except BaseException as error:
            raise wrap(UserCodeError("Module initialization error: '%s'" % (error,)), error)

    def import_module(self, name):
        if name in sys.modules or name in sys.builtin_module_names:
            module = self.shadowed(name)
            if module is not None:
                return module
        __import__(name)
        return sys.modules[name]

    def shadowed(self, name):
        """A user's file whose name a standard module has already taken, such as io.py."""
        path = self.setup.code + '/' + name.replace('.', '/') + '.py'
        known = sys.modules.get(name)
        if known is not None and getattr(known, '__file__', None) == path:
            return known
        try:
            open(path).close()
        except (IOError, OSError):
            return None
        if sys.version_info[0] == 2:
            import imp
            return imp.load_source(name, path)
        import _frozen_importlib as importing
        from _frozen_importlib_external import spec_from_file_location
        module = importing.module_from_spec(spec_from_file_location(name, path))
        module.__spec__.loader.exec_module(module)
        return module


def wrap(failure, cause):
    failure.cause, failure.cause_traceback = cause, sys.exc_info()[2]
    return failure
