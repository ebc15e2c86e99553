"""No more requests in work than the database can serve; a short queue; then "come back later"."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import busy
from api.observing.leaving import has_body
from api.observing.metrics import REJECTED, STREAMS, WAITING
from twin.settings import ApiSettings

#: Never refused and never made to wait: what tells operators how we are, and files of the page.
_FREE: Final = ("/health/", "/metrics", "/assets/")

#: An answer beyond this, or of a length not known, is long: it is sent as fast as it is taken.
LONG_BYTES: Final = 1_000_000


#: Who listens for events only listens; how many may is counted where events are told.
_EVENTS: Final = b"text/event-stream"


class FullError(Exception):
    """There is no room for this request now.

    Parameters
    ----------
    reason
        What was full.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Limits:
    """Lets a bounded number of requests through, others wait their turn for a bounded time.

    A long answer gives its place to the next request and takes one of the few for long answers.
    """

    def __init__(self, app: ASGIApp, api: ApiSettings) -> None:
        self.app = app
        self.max_queued = api.max_queued
        self.max_queued_s = api.max_queued_s
        self.max_streams = api.max_streams
        self.places = asyncio.Semaphore(api.max_in_flight)
        self.queued = 0
        self.streams = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or path.startswith(_FREE):
            await self.app(scope, receive, send)
            return
        place = _Place(self, receive, send)
        try:
            # Who sends a body slowly keeps nobody waiting: it takes a place at the body's end.
            if scope["method"] == "GET" or not has_body(scope):
                await place.enter()
            await self.app(scope, place.receive, place.send)
        except Exception:
            if place.refused is None:
                raise
            REJECTED[place.refused.reason].inc()
            await busy()(scope, receive, send)
        finally:
            place.leave()

    async def enter(self) -> None:
        """Wait for an ordinary place.

        Raises
        ------
        FullError
            There was none in time, or too many wait already.
        """
        if not self.places.locked():
            await self.places.acquire()
            return
        if self.queued >= self.max_queued:
            raise FullError("queue-full")
        self.queued += 1
        WAITING.inc()
        try:
            async with asyncio.timeout(self.max_queued_s):
                await self.places.acquire()
        except TimeoutError:
            raise FullError("queue-time") from None
        finally:
            self.queued -= 1
            WAITING.dec()


class _Place:
    """The place of one request: none yet, an ordinary one, or one for a long answer."""

    def __init__(self, limits: Limits, receive: Receive, send: Send) -> None:
        self._limits = limits
        self._receive = receive
        self._send = send
        self._is_entered = False
        self._is_long = False
        self.refused: FullError | None = None

    async def enter(self) -> None:
        """Take an ordinary place."""
        try:
            await self._limits.enter()
        except FullError as error:
            self.refused = error
            raise
        self._is_entered = True

    async def receive(self) -> Message:
        """Return the next part of the request; at the end of a body, take a place."""
        message = await self._receive()
        if not self._is_entered and not message.get("more_body", False):
            await self.enter()
        return message

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer; the head of a long one changes the place."""
        if self.refused is not None:
            raise self.refused
        if message["type"] == "http.response.start" and self._is_entered:
            self._change(message)
        await self._send(message)

    def leave(self) -> None:
        """Give the place to the next."""
        if self._is_long:
            self._limits.streams -= 1
            STREAMS.dec()
        elif self._is_entered:
            self._limits.places.release()

    def _change(self, start: Message) -> None:
        headers = dict(start["headers"])
        if headers.get(b"content-type", b"").startswith(_EVENTS):
            self._limits.places.release()
            self._is_entered = False
        elif start["status"] not in (204, 304) and _is_long(headers.get(b"content-length", b"")):
            self._lengthen()

    def _lengthen(self) -> None:
        if self._limits.streams >= self._limits.max_streams:
            self.refused = FullError("streams-full")
            raise self.refused
        self._limits.streams += 1
        STREAMS.inc()
        self._limits.places.release()
        self._is_long = True


def _is_long(length: bytes) -> bool:
    return not length.isdigit() or int(length) > LONG_BYTES
