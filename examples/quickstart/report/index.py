import json
import logging

logger = logging.getLogger()


def handler(event, context):
    outcome = json.loads(event)
    about = outcome["requestContext"]
    logger.error(
        "request %s of %s ended with %s after %d runs: event %s, %s",
        about["requestId"],
        about["functionArn"].rsplit("/", 1)[-1],
        about["condition"],
        about["approximateInvokeCount"],
        outcome["requestPayload"],
        message(outcome["responsePayload"]),
    )


def message(payload):
    """The error's own words, where a function raised it."""
    try:
        return json.loads(payload)["errorMessage"]
    except (ValueError, KeyError, TypeError):
        return payload
