import json
import logging

logger = logging.getLogger()


def handler(event, context):
    outcome = json.loads(event)
    about = outcome["requestContext"]
    logger.error(
        "request %s of %s ended with %s after %d runs: event %s, answer %s",
        about["requestId"],
        about["functionArn"].rsplit("/", 1)[-1],
        about["condition"] or "success",
        about["approximateInvokeCount"],
        outcome["requestPayload"],
        outcome["responsePayload"],
    )
