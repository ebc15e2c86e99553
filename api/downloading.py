"""Sending what is longer than memory: seats for it, and an end to it when the client leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import StreamingResponse
from isal import isal_zlib
from starlette.types import Receive, Scope, Send

from api.encoding import takes_gzip
from twin.errors import BusyError
from twin.queries.downloads.order import Order, fill

CHUNK_BYTES: Final = 262_144

#: How often it is seen whether the client still waits for a file to be made, seconds.
_LOOK_S: Final = 0.5
_LEVEL: Final = 1
_GZIP_WBITS: Final = 31


@dataclass
class Seats:
    """How many downloads one worker makes at a time.

    Parameters
    ----------
    number
        Of seats in all.
    """

    number: int
    taken: int = field(default=0, init=False)

    @contextmanager
    def take(self) -> Iterator[None]:
        """Take a seat for the block.

        Raises
        ------
        BusyError
            None is free.
        """
        if self.taken >= self.number:
            raise BusyError(
                "Other downloads are being made; please try again in a moment.",
                "กำลังสร้างไฟล์ดาวน์โหลดอื่นอยู่ โปรดลองอีกครั้งในอีกสักครู่",
            )
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


class Streamed(StreamingResponse):
    """Pieces of a file, compressed on the way where the client takes it.

    Parameters
    ----------
    held
        What is let go when the last piece is sent, or the client has left.
    """

    def __init__(
        self,
        request: Request,
        first: bytes,
        pieces: AsyncIterator[bytes],
        media_type: str,
        headers: Mapping[str, str],
        held: AsyncExitStack,
    ) -> None:
        is_gzipped = takes_gzip(request.headers.get("accept-encoding", ""))
        # Named in either case: the middleware would compress at ten times the cost.
        coding = {"Content-Encoding": "gzip" if is_gzipped else "identity"}
        body = _all(first, pieces)
        super().__init__(
            _gzipped(body) if is_gzipped else body,
            media_type=media_type,
            headers={**headers, **coding, "Vary": "Accept-Encoding"},
        )
        self.held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        async with self.held:
            await super().__call__(scope, receive, send)


def disposition(name: str) -> str:
    """Return the header that has a browser save a file under a name."""
    return f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"


async def made(request: Request, order: Order, path: Path) -> bool:
    """Have a file made; False where the client left meanwhile."""
    filling = asyncio.create_task(fill(order, path))
    try:
        while not filling.done():
            await asyncio.wait((filling,), timeout=_LOOK_S)
            if not filling.done() and await request.is_disconnected():
                return False
        await filling
    finally:
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)  # its folder must not go before it
    return True


async def read_pieces(file: BinaryIO) -> AsyncGenerator[bytes, None]:
    """Give a file piece by piece."""
    while piece := await asyncio.to_thread(file.read, CHUNK_BYTES):
        yield piece


async def _all(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


async def _gzipped(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    deflate = isal_zlib.compressobj(level=_LEVEL, wbits=_GZIP_WBITS)
    async for piece in pieces:
        if packed := deflate.compress(piece):
            yield packed
    yield deflate.flush()
