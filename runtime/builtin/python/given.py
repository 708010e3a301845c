"""A process that was started before it was known for which function becomes that function's.

First it gets the variables, then, when they are there, the folders.
"""
import posix
import sys


def become(fields):
    """fields: the working folder, or nothing as long as it is not there; then KEY=value, as bytes."""
    known = sys.modules.get('os')
    for pair in fields[1:]:
        key, _, value = pair.partition(b'=')
        if known is None:  # os makes its environ of this one
            posix.putenv(key, value)
            posix.environ[key] = value
        elif sys.version_info[0] == 2:
            known.environ[key] = value
        else:
            known.environb[key] = value
    if not fields[0]:
        return
    posix.chdir(fields[0])
    sys.path_importer_cache.clear()  # what was seen of /code and /opt was not the function's
    del sys.modules[__name__]  # no function needs it
