import collections
import json
import logging
import os
import pathlib
import re

logger = logging.getLogger()
stop_words = set()


def initialize(context):
    """Runs once in each instance, before its first event."""
    path = pathlib.Path(__file__).with_name("stop-words.txt")
    stop_words.update(path.read_text().split())
    logger.info("%d stop words loaded", len(stop_words))


def handler(event, context):
    """Takes {"text": "..."} and answers how often each word stands in it."""
    text = json.loads(event)["text"]
    words = re.findall(r"\w+", text.lower())
    counts = collections.Counter(word for word in words if word not in stop_words)
    logger.info("request %s: %d words", context.request_id, len(words))
    return {
        "words": len(words),
        "top": dict(counts.most_common(int(os.environ.get("TOP", "10")))),
    }
