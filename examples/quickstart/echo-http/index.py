import base64
import json


def handler(event, context):
    request = json.loads(event)
    http = request["requestContext"]["http"]
    body = request.get("body", "")
    if request.get("isBase64Encoded"):
        body = base64.b64decode(body).decode("utf-8", "replace")
    seen = {
        "method": http["method"],
        "path": http["path"],
        "query": request.get("queryParameters", {}),
        "body": body,
    }
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json; charset=utf-8"},
        "isBase64Encoded": False,
        "body": json.dumps(seen, ensure_ascii=False) + "\n",
    }
