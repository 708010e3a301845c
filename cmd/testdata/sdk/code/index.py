# The function of the walks, as index.js: it answers what it was given and what it knows.
import json
import os
import time

initialized = False


def initialize(context):
    global initialized
    initialized = True


def handler(event, context):
    text = event.decode()
    print("got " + text)
    if text == "fail":
        raise ValueError("it was asked to fail")
    if text == "sleep":
        time.sleep(60)
    return json.dumps({
        "event": text,
        "stage": os.environ.get("STAGE", ""),
        "initialized": initialized,
        "requestId": context.request_id,
    })
