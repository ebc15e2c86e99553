"""A worker that is told to end asks its clients to come back on another connection first.

Without it, a connection that is kept open is closed between two requests, perhaps just as its
client sends the next: that request fails. A client told `Connection: close` never does that.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import Final, Protocol

from starlette.types import Message, Receive, Scope, Send

from api.tiling.front import TileFront

#: Seconds in which clients are told, before the worker ends.
DRAIN_S: Final = 0.5

#: Seconds after which a worker that cannot end is ended: a thread of it waits for something.
GIVE_UP_S: Final = 15

CLOSE: Final = (b"connection", b"close")


class Served(Protocol):
    """The service, as a worker runs it."""

    tiles: TileFront | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

    def let_go(self) -> None:
        """End what would go on for as long as a client listens."""


class Draining:
    """Passes requests on; after the signal to end, with word to close the connection.

    The server ends at SIGINT as it does at SIGTERM: the one is taken over here, and the other sent
    when the clients have been told.
    """

    def __init__(self, app: Served) -> None:
        self.app = app
        self.is_ending = False

    @property
    def tiles(self) -> TileFront | None:
        """Where tiles lie ready; None where each answer has to pass through here."""
        return None if self.is_ending else self.app.tiles

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
            self.app.let_go()
            loop = asyncio.get_running_loop()
            loop.call_later(DRAIN_S, os.kill, os.getpid(), signal.SIGINT)
            give_up = threading.Timer(GIVE_UP_S, os._exit, [1])
            give_up.daemon = True
            give_up.start()

    async def _part(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], CLOSE]}
            await send(message)

        await self.app(scope, receive, send_last)
