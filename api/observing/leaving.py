"""A client that leaves takes its query with it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twin.db.leases import Lease

#: Requests that end sooner are not watched: a query this short is not worth a task.
WATCH_AFTER_S: Final = 0.05

#: Between two statements nothing can be cancelled: asked again after so many seconds.
ASK_AGAIN_S: Final = 0.2

_GONE: Final[Message] = {"type": "http.disconnect"}
_NO_BODY: Final[Message] = {"type": "http.request", "body": b"", "more_body": False}


class Leaving:
    """Ends the lease of a request whose client has left, which cancels its statement."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with Lease() as lease:
            watch = _Watch(receive, lease, has_body=has_body(scope))

            async def send_unless_gone(message: Message) -> None:
                if not lease.is_left:
                    await send(message)

            try:
                await self.app(scope, watch.receive, send_unless_gone)
            except Exception:
                if not lease.is_left:
                    raise
            finally:
                await watch.end()


def has_body(scope: Scope) -> bool:
    """Tell whether a request says that it has a body."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


class _Watch:
    """Reads what the client sends for the application, and after it, whether it is still there."""

    def __init__(self, receive: Receive, lease: Lease, *, has_body: bool) -> None:
        self._receive = receive
        self._lease = lease
        self._gone = asyncio.Event()
        self._is_read = not has_body
        self._is_told = has_body  # an application may ask for the body that is not there
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        if self._is_read:
            self._wait()

    async def receive(self) -> Message:
        """Return the next message, as the application asks for it."""
        if not self._is_told:
            self._is_told = True
            return _NO_BODY
        if self._is_read:
            await self._gone.wait()
            return _GONE
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._is_read = True
            self._gone.set()
        elif not message.get("more_body", False):
            self._is_read = True
            self._wait()
        return message

    async def end(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER_S, self._start)

    def _start(self) -> None:
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._lease.is_left = True
        self._gone.set()
        while await asyncio.to_thread(self._lease.leave):
            await asyncio.sleep(ASK_AGAIN_S)
