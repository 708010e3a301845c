"""Turns what a handler returned into the bytes of the answer."""
import sys

if sys.version_info[0] == 2:
    string = unicode  # noqa: F821 - Python 2 only
else:
    string = str


def encode(result):
    if isinstance(result, string):
        if sys.version_info[0] == 2:
            return result.encode('utf-8')
        return result.encode('utf-8', 'surrogateescape')
    if isinstance(result, bytes):
        return bytes(result)
    return document(result).encode('utf-8')


def document(value):
    import json  # 9 ms of a cold start, so only where it is needed
    return json.dumps(value, indent=4, sort_keys=True, separators=(',', ': '), default=other)


def other(value):
    """The types that the platform's encoder knows beyond JSON's own."""
    decimal = sys.modules.get('decimal')
    if decimal is not None and isinstance(value, decimal.Decimal):
        return float(value)
    datetime = sys.modules.get('datetime')
    if datetime is not None and isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if hasattr(value, 'to_json'):
        return value.to_json()
    raise TypeError('Object of type %s is not JSON serializable' % type(value).__name__)
