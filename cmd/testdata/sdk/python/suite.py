"""What the walks share: steps that are printed one by one, refusals that are expected, the code
package to deploy and the upload of one to a bucket."""
import base64
import sys
import time
import traceback
import urllib.request

import oss2

ENDPOINT, PACKAGE = sys.argv[1:3]
ACCOUNT = "123456789"  # the emulator's, unless it is told another
with open(PACKAGE, "rb") as package:
    CODE = package.read()
ZIP_FILE = base64.b64encode(CODE).decode()

passed = 0
started = time.monotonic()


def step(name, operation):
    """Runs one operation, prints its name and result and ends the walk if it fails."""
    global passed
    try:
        result = operation()
    except Exception:
        print("FAILED  %s\n%s" % (name, traceback.format_exc()))
        sys.exit(1)
    passed += 1
    print("ok  %s  %s" % (name, "" if result is None else str(result)[:160]))
    return result


def equal(actual, expected):
    assert actual == expected, "%r instead of %r" % (actual, expected)


def refused(operation, error, code, message):
    """Expects an operation to fail with a code and with words in its message."""
    try:
        operation()
    except error as failure:
        actual = getattr(failure, "err_code", None) or failure.code
        equal(actual, code)
        assert message in str(failure), failure
        return "%s: %s" % (code, failure)
    raise AssertionError("it was not refused with " + code)


def until(question, holds):
    """Repeats a question until its answer holds."""
    deadline = time.monotonic() + 10
    while True:
        answer = question()
        if holds(answer):
            return answer
        assert time.monotonic() < deadline, "it never came: %r" % (answer,)
        time.sleep(0.02)


def download(location):
    """Compares the package that a code location names with what was deployed."""
    with urllib.request.urlopen(location) as response:
        assert response.read() == CODE, location
    return "%d bytes" % len(CODE)


def upload(bucket, name):
    """Puts the code package into a new bucket, and looks whether it is there."""
    store = oss2.Bucket(oss2.Auth("ak", "sk"), ENDPOINT, bucket)
    store.create_bucket()
    store.put_object(name, CODE)
    equal(store.get_object(name).read(), CODE)
    equal([found.key for found in oss2.ObjectIterator(store)], [name])


def remove(bucket, name):
    """Deletes the object and the bucket that upload made."""
    store = oss2.Bucket(oss2.Auth("ak", "sk"), ENDPOINT, bucket)
    store.delete_object(name)
    equal(store.object_exists(name), False)
    store.delete_bucket()


def finish(name):
    print("%s: %d steps in %d ms" % (name, passed, (time.monotonic() - started) * 1000))
