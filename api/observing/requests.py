"""Around every request: its name, its time, its line in the log."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observing.metrics import IN_FLIGHT, LEFT, OTHER, count_request, observe_query
from api.observing.request_id import HEADER, REQUEST_ID, name_request
from twin.db import timing
from twin.settings import LogSettings

LOG: Final = logging.getLogger("twin.access")

#: What is not written where it succeeds, unless all is asked for.
_QUIET: Final = ("/tiles/", "/raster/", "/health/", "/metrics", "/assets/")

_ERROR: Final = 500
_BUSY: Final = 503


class Observed:
    """Names, measures, counts and logs requests."""

    def __init__(self, app: ASGIApp, log: LogSettings) -> None:
        self.app = app
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = name_request(scope)
        named = REQUEST_ID.set(request_id)
        IN_FLIGHT.inc()
        try:
            with timing.Spent() as spent:
                answer = _Answer(send, request_id, spent)
                try:
                    await self.app(scope, receive, answer.send)
                finally:
                    self._note(scope, answer)
        finally:
            IN_FLIGHT.dec()
            REQUEST_ID.reset(named)

    def _note(self, scope: Scope, answer: _Answer) -> None:
        seconds = perf_counter() - answer.started
        status = answer.status or LEFT
        method = "HEAD" if scope.get("twin.head") else scope["method"]
        route = scope.get("route")
        template = getattr(route, "path", OTHER)
        count_request(method, template, status, seconds)
        for what, took in answer.spent.parts:
            if what == "db":
                observe_query(getattr(route, "name", OTHER), took)
        if self._is_written(scope, status):
            client = scope.get("client")
            details = {
                "method": method,
                "path": scope["path"],
                "route": template,
                "status": status,
                "duration_ms": round(1000 * seconds, 2),
                "db_ms": round(1000 * answer.spent.total("db"), 2),
                "bytes": answer.size,
                "client": client[0] if client else None,
            }
            LOG.log(_level(status), "request", extra=details)

    def _is_written(self, scope: Scope, status: int) -> bool:
        if status >= _ERROR or self.log.access == "all":
            return True
        if self.log.access == "failed" or not LOG.isEnabledFor(logging.INFO):
            return False
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return status >= 400 or not path.startswith(_QUIET)  # noqa: PLR2004 (a client's fault)


def _level(status: int) -> int:
    if status == _BUSY:  # as meant, but somebody should hear of it
        return logging.WARNING
    return logging.ERROR if status >= _ERROR else logging.INFO


class _Answer:
    """What is known of an answer, and the headers that each gets."""

    __slots__ = ("_id", "_send", "size", "spent", "started", "status")

    def __init__(self, send: Send, request_id: str, spent: timing.Spent) -> None:
        self._send = send
        self._id = request_id.encode()
        self.spent = spent
        self.started = perf_counter()
        self.status = 0
        self.size = 0

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self._headers()]
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        headers: list[tuple[bytes, Any]] = [(HEADER, self._id)]
        if self.spent.parts:
            headers.append((b"server-timing", server_timing(self.spent, self.started)))
        return headers


def server_timing(spent: timing.Spent, started: float) -> bytes:
    """Return the value of `Server-Timing`, milliseconds.

    Parameters
    ----------
    started
        When the request came, as `time.perf_counter` tells it.
    """
    parts = {
        "db": spent.total("db"),
        "pool": spent.total("pool"),
        "total": perf_counter() - started,
    }
    return ", ".join(f"{name};dur={1000 * took:.2f}" for name, took in parts.items()).encode()
