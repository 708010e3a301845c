"""A process that was started before it was known for which function becomes that function's."""
import posix
import sys


def become(fields):
    """fields: the working folder, then KEY=value, as bytes."""
    posix.chdir(fields[0])
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
    sys.path_importer_cache.clear()  # what was seen of /code and /opt was not the function's
    del sys.modules[__name__]  # no function needs it
