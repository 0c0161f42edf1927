"""The one door to logs: structlog, one canonical JSON line per source run, assessed batch and delivery, on stdout."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_SECRET_KEY = re.compile(r"(token|secret|password|passwd|authorization|api_?key|webhook_url|signing)", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"(hooks\.slack\.com/services/)[^\s\"']+|(xox[abprs]-|xapp-)[\w-]+|(://[^/\s:@]+:)[^@\s/]+(?=@)", re.IGNORECASE
)


def redact(text: str) -> str:
    """Replace what looks like a credential inside ``text``."""
    return _SECRET_TEXT.sub(lambda m: (m.group(1) or m.group(2) or m.group(3) or "") + "***", text)


def _redact(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if _SECRET_KEY.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = redact(value)
    return event


def configure(*, level: str = "info", style: str = "json", stream: TextIO | None = None) -> None:
    """Set up structlog for the process. ``style``: json (service) or text (people)."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    render: Any = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stdout),
        cache_logger_on_first_use=False,
    )
    # Libraries speak through the standard library; only their warnings matter to an operator.
    logging.basicConfig(level=logging.WARNING, stream=stream or sys.stdout, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def get(name: str, **context: Any) -> Any:
    """A bound logger."""
    return structlog.get_logger().bind(component=name, **context)
