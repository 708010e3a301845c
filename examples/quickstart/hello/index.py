import json
import logging

logger = logging.getLogger()


def handler(event, context):
    name = json.loads(event or b"{}").get("name", "world")
    logger.info("greeting %s", name)
    return f"Hello, {name}!"
