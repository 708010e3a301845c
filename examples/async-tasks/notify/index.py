import json


def handler(event, context):
    outcome = json.loads(event)
    about = outcome["requestContext"]
    print(
        f"request {about['requestId']}: {about['condition'] or 'success'}"
        f" after {about['approximateInvokeCount']} runs,"
        f" answer {one_line(outcome['responsePayload'])}",
        flush=True,
    )


def one_line(payload):
    try:
        return json.dumps(json.loads(payload))
    except ValueError:
        return payload
