import json
import time


def handler(event, context):
    seconds = json.loads(event or b"{}").get("seconds", 60)
    for second in range(seconds):
        print(f"{second} of {seconds} s done", flush=True)
        time.sleep(1)
    return {"seconds": seconds}
