"""One log for us, our libraries and the server: an object in JSON a line, or words on a terminal.

What a client sent is data in it: JSON escapes it, and on a terminal it is escaped by us, so nobody
can forge a line or colour the screen.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from structlog.dev import plain_traceback
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from api.observing.request_id import REQUEST_ID
from twin.settings import LogSettings

_FIRST: Final = ("time", "level", "event", "logger", "request_id")


def logging_config(log: LogSettings) -> dict[str, Any]:
    """Return what `logging.config.dictConfig` takes, for this process and for workers."""
    level = log.level.upper()
    loggers = {
        name: {"handlers": ["console"], "level": level, "propagate": False}
        for name in ("twin", "uvicorn")
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"twin": {"()": make_formatter}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "twin",
            }
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": loggers,
    }


def make_formatter(*, is_terminal: bool | None = None) -> logging.Formatter:
    """Return the formatter for standard error: words where it is a terminal, JSON elsewhere."""
    if is_terminal is None:
        is_terminal = sys.stderr.isatty()
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _add_request_id,
        _drop_colours,
    ]
    last: list[Processor] = (
        [
            _escape,
            structlog.dev.ConsoleRenderer(
                exception_formatter=plain_traceback, timestamp_key="time"
            ),
        ]
        if is_terminal
        else [structlog.processors.format_exc_info, _in_order, structlog.processors.JSONRenderer()]
    )
    return ProcessorFormatter(
        foreign_pre_chain=shared, processors=[ProcessorFormatter.remove_processors_meta, *last]
    )


def _add_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    request_id = REQUEST_ID.get()
    if request_id is not None:
        event["request_id"] = request_id
    return event


def _drop_colours(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)  # the server's message again, with codes for a terminal
    return event


def _in_order(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    first = {name: event[name] for name in _FIRST if name in event}
    return {**first, **event}


def _escape(_: WrappedLogger, __: str, event: EventDict) -> MutableMapping[str, Any]:
    return {
        name: value.encode("unicode_escape").decode()
        if isinstance(value, str) and not value.isprintable()
        else value
        for name, value in event.items()
    }
