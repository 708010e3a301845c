import json
import time


class JobFailed(Exception):
    pass


def handler(event, context):
    """Takes {"name": "...", "seconds": N, "fail": true}; every member may be left out."""
    order = json.loads(event or b"{}")
    name, seconds = order.get("name", "job"), order.get("seconds", 0)
    for second in range(seconds):
        print(f"{name}: {second} of {seconds} s done", flush=True)
        time.sleep(1)
    if order.get("fail"):
        raise JobFailed(f"{name} cannot be done")
    return {"name": name, "seconds": seconds}
