"""Sending ready answers: 304, the encoding a client reads, Brotli made when there is time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import brotli
from starlette.types import Scope, Send

from api.tiling.ready import MVT, Message, Ready, Variant, accepted, matches
from twin.tiles.memory import Memory

#: A tile asked for so often by clients that read Brotli is packed by it, when there is time.
_BROTLI_AFTER: Final = 2
_BROTLI_QUALITY: Final = 6
_BROTLI_QUEUE: Final = 32


class Sender:
    """Sends what is ready in the form that suits the client.

    Parameters
    ----------
    memory
        Where the answers are kept, which get heavier by a second form.
    """

    def __init__(self, memory: Memory[Ready]) -> None:
        self.memory = memory
        self._packer = ThreadPoolExecutor(1, "brotli")
        self.packing: set[str] = set()

    def close(self) -> None:
        """Stop packing."""
        self._packer.shutdown(cancel_futures=True)

    async def send(self, name: str, ready: Ready, scope: Scope, send: Send) -> int:
        """Answer a request with a tile, kept as `name` or not at all; return the status."""
        accepts, known, _ = wishes(scope["headers"])
        variant, is_known = self.choose(name, ready, accepts, known)
        if is_known:
            await send(variant.not_modified)
            await send(_NO_BODY)
            return 304
        await send(variant.start)
        body = b"" if scope["method"] == "HEAD" else variant.body
        await send({"type": "http.response.body", "body": body})
        return variant.status

    def choose(self, name: str, ready: Ready, accepts: bytes, known: bytes) -> tuple[Variant, bool]:
        """Return the form of a tile that suits a client, and whether it has that already.

        Parameters
        ----------
        accepts, known
            Its `Accept-Encoding` and `If-None-Match`, empty where there is none.
        """
        variant = self._variant(name, ready, accepts)
        if known:
            # What the client has may be the form that was chosen before this one was made.
            for had in (variant, ready.main):
                if matches(known, had.etag):
                    return had, True
        return variant, False

    def _variant(self, name: str, ready: Ready, accepts: bytes) -> Variant:
        if ready.media_type != MVT:
            return ready.main
        reads_gzip, reads_br = accepted(accepts)
        if reads_br:
            if ready.br is not None:
                return ready.br
            ready.asked_for_br += 1
            if ready.asked_for_br == _BROTLI_AFTER:
                self._pack(name, ready)
        if reads_gzip or not ready.is_packed:
            return ready.main
        return ready.plain()

    def _pack(self, name: str, ready: Ready) -> None:
        """Pack a tile by Brotli in the background; kept only where it is smaller."""
        if not ready.is_packed or len(self.packing) >= _BROTLI_QUEUE:
            ready.asked_for_br = 0
            return
        self.packing.add(name)
        loop = asyncio.get_running_loop()
        packing = loop.run_in_executor(self._packer, _brotli, ready)

        def done(packed: asyncio.Future[bytes]) -> None:
            self.packing.discard(name)
            if packed.cancelled():
                return
            body = packed.result()
            if len(body) < len(ready.main.body):
                ready.br = ready.with_brotli(body)
                self.memory.weigh(name, ready, len(body))

        packing.add_done_callback(done)


def wishes(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, bytes, bool]:
    """Return `Accept-Encoding`, `If-None-Match`, and whether the request has a body."""
    accepts = known = b""
    has_body = False
    for name, value in headers:
        if name == b"accept-encoding":
            accepts = value
        elif name == b"if-none-match":
            known = value
        elif name in (b"content-length", b"transfer-encoding"):
            has_body = True
    return accepts, known, has_body


_NO_BODY: Final[Message] = {"type": "http.response.body", "body": b""}


def _brotli(ready: Ready) -> bytes:
    packed: bytes = brotli.compress(ready.unpacked(), quality=_BROTLI_QUALITY)
    return packed
