import datetime
import json
import logging


def handler(event, context):
    event = json.loads(event)
    due = datetime.datetime.strptime(event["triggerTime"], "%Y-%m-%dT%H:%M:%SZ")
    keep = json.loads(event["payload"])["keepDays"]
    before = due - datetime.timedelta(days=keep)
    logging.getLogger().info("%s: removing what is older than %s", event["triggerName"], before.date())
    return {"removed": 0, "before": before.date().isoformat()}
