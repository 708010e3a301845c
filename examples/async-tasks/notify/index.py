import json


def handler(event, context):
    outcome = json.loads(event)
    about = outcome["requestContext"]
    print(
        f"request {about['requestId']}: {about['condition'] or 'success'}"
        f" after {about['approximateInvokeCount']} runs, answer {outcome['responsePayload']}",
        flush=True,
    )
