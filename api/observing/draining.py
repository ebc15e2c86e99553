"""A worker that is told to end asks its clients to come back on another connection first.

Without it, a connection that is kept open is closed between two requests, perhaps just as its
client sends the next: that request fails. A client told `Connection: close` never does that.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Seconds in which clients are told, before the worker ends.
DRAIN_S: Final = 0.5

_CLOSE: Final = (b"connection", b"close")


class Draining:
    """Passes requests on; after the signal to end, with word to close the connection.

    The server ends at SIGINT as it does at SIGTERM: the one is taken over here, and the other sent
    when the clients have been told.

    Parameters
    ----------
    let_go
        Ends the answers that would never end by themselves.
    """

    def __init__(self, app: ASGIApp, let_go: Callable[[], None]) -> None:
        self.app = app
        self.let_go = let_go
        self.is_ending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or the life of the application."""
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.end)
        elif self.is_ending and scope["http_version"].startswith("1"):
            await self._part(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def end(self) -> None:
        """Begin to tell clients, and end a little later."""
        if not self.is_ending:
            self.is_ending = True
            self.let_go()
            loop = asyncio.get_running_loop()
            loop.call_later(DRAIN_S, os.kill, os.getpid(), signal.SIGINT)

    async def _part(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], _CLOSE]}
            await send(message)

        await self.app(scope, receive, send_last)
