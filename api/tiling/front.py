"""The tile path: answers that are ready are sent before any framework is asked.

What is not ready is made by `twin.tiles.service`, once for all who wait for it, and the statement
is cancelled when all of them have left. All other requests are handed on.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, Final
from urllib.parse import parse_qsl

import brotli
from starlette.types import Receive, Scope, Send

from api.errors import fault_response, unexpected
from api.middleware import add_safe_headers
from api.observing.metrics import (
    IN_FLIGHT,
    LEFT,
    RASTER_ROUTE,
    TILE_BYTES,
    TILE_ROUTE,
    TILES,
    count_request,
    observe_query,
)
from api.observing.request_id import HEADER, REQUEST_ID, name_request
from api.observing.requests import server_timing
from api.tiling.ready import MVT, PNG, Message, Ready, Variant, accepted, matches
from twin.db import timing
from twin.errors import TwinError
from twin.tiles.address import Address
from twin.tiles.memory import Memory
from twin.tiles.opening import TileServices
from twin.tiles.parts import etag_of, join
from twin.tiles.service import Touched

_TILE: Final = re.compile(
    r"/(tiles|raster)/([a-z][a-z0-9_,]{0,399})/(\d{1,2})/(\d{1,9})/(\d{1,9})\.(mvt|png)"
)

#: Bound once: the hot path counts with them.
_MEMORY: Final = TILES["memory"]
_NOT_MODIFIED: Final = TILES["304"]

#: A tile asked for so often by clients that read Brotli is packed by it, when there is time.
_BROTLI_AFTER: Final = 2
_BROTLI_QUALITY: Final = 6
_BROTLI_QUEUE: Final = 32

#: Seconds that a tile waits for lost news of changes, before what is kept is sent all the same.
_NEWS_TIMEOUT_S: Final = 1.0


class TileFront:
    """Answers requests for tiles.

    Parameters
    ----------
    max_weight
        Bytes of ready answers to keep.
    root_path
        Path prefix that a proxy adds and may or may not cut off.
    """

    def __init__(
        self,
        services: TileServices,
        *,
        max_weight: int,
        root_path: str,
    ) -> None:
        self.tiles = services.vector
        self.rasters = services.raster
        self.watcher = services.watcher
        self.root_path = root_path.rstrip("/")
        self.memory: Memory[Ready] = Memory(max_weight)
        self._packer = ThreadPoolExecutor(1, "brotli")
        self._packing: set[str] = set()
        self.tiles.listeners.append(self._forget)

    def close(self) -> None:
        """Stop packing."""
        self._packer.shutdown(cancel_futures=True)

    async def answers(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer a request if it is one for a tile; tell whether it was."""
        path = scope["path"]
        if self.root_path and path.startswith(self.root_path):
            path = path[len(self.root_path) :]
        name, query = path, scope["query_string"]
        if query:
            name = f"{path}?{query.decode('latin-1')}"
        started = perf_counter()
        ready = self.memory.get(name)
        if ready is not None and self.watcher.is_connected:
            status = await self._send(name, ready, scope, send)
            (_NOT_MODIFIED if status == 304 else _MEMORY).inc()  # noqa: PLR2004
            _count(scope, status, started)
            return True
        asked = _TILE.fullmatch(path)
        if asked is None or scope["method"] not in ("GET", "HEAD"):
            return False
        make = self._maker(asked, query)
        if make is None:
            return False
        named = REQUEST_ID.set(name_request(scope))
        IN_FLIGHT.inc()
        status = LEFT
        try:
            with timing.Spent() as spent:
                timed = _timed(send, spent, started)
                status = await self._answer(name, make, scope, receive, timed)
            for what, seconds in spent.parts:
                if what == "db":
                    observe_query("tile", seconds)
        finally:
            IN_FLIGHT.dec()
            _count(scope, status, started)
            REQUEST_ID.reset(named)
        return True

    async def fetch(self, tileset: str, address: Address) -> Ready:
        """Return a vector tile, ready or made; raises as `TileService.tile` does."""
        name = f"/tiles/{tileset}/{address.z}/{address.x}/{address.y}.mvt"
        return await self._get(name, lambda: self._vector(tileset, address))

    async def fetch_raster(self, layer: str, address: Address, style: str | None) -> Ready:
        """Return a raster tile, ready or made; raises as `RasterService.tile` does."""
        style_told = f"?style={style}" if style else ""
        name = f"/raster/{layer}/{address.z}/{address.x}/{address.y}.png{style_told}"
        return await self._get(name, lambda: self._raster(layer, address, style))

    def _maker(self, asked: re.Match[str], query: bytes) -> Callable[[], Awaitable[Ready]] | None:
        kind, tileset, *numbers, suffix = asked.groups()
        address = Address(*map(int, numbers))
        if kind == "tiles" and suffix == "mvt" and not query:
            return lambda: self._vector(tileset, address)
        if kind == "raster" and suffix == "png":
            told = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
            style = told.pop("style", None)
            if not told:
                return lambda: self._raster(tileset, address, style)
        return None  # an unknown parameter, or another file: FastAPI's routes say what is wrong

    async def _answer(
        self,
        name: str,
        make: Callable[[], Awaitable[Ready]],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> int:
        work = asyncio.ensure_future(self._get(name, make))
        left = asyncio.ensure_future(_leaves(receive))
        try:
            await asyncio.wait((work, left), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                return LEFT  # nobody is there to be answered
            ready = work.result()
        except Exception as error:
            refusal = (
                fault_response(error, scope["path"])
                if isinstance(error, TwinError)
                else unexpected(scope["method"], scope["path"], error)
            )
            add_safe_headers(refusal.raw_headers, name)
            refusal.raw_headers.append((HEADER, (REQUEST_ID.get() or "").encode()))
            await refusal(scope, receive, send)
            return refusal.status_code
        else:
            return await self._send(name, ready, scope, send)
        finally:
            left.cancel()
            work.cancel()

    async def _get(self, name: str, make: Callable[[], Awaitable[Ready]]) -> Ready:
        if not self.watcher.is_connected:
            # Changes may have been missed: hear of them first, unless the database is away.
            await self.watcher.settled(_NEWS_TIMEOUT_S)
        ready = self.memory.get(name)
        if ready is not None:
            return ready
        heard = self.tiles.heard
        ready = await make()
        if heard == self.tiles.heard:
            self.memory.put(name, ready)
        return ready

    async def _vector(self, tileset: str, address: Address) -> Ready:
        tile = await self.tiles.tile(tileset, address)
        TILES["miss" if tile.query_s else "store"].inc()
        content, digest = join(tile.parts), etag_of(tile.parts)
        if tile.query_s:
            TILE_BYTES.observe(len(content))
        return Ready(tileset, address, content, digest, MVT, tile.dropped)

    async def _raster(self, layer: str, address: Address, style: str | None) -> Ready:
        part = await self.rasters.tile(layer, address, style)
        return Ready(f"raster {layer}", address, part.packed, part.digest.hex(), PNG, {})

    async def _send(self, name: str, ready: Ready, scope: Scope, send: Send) -> int:
        accepts = known = b""
        for header, value in scope["headers"]:
            if header == b"accept-encoding":
                accepts = value
            elif header == b"if-none-match":
                known = value
        variant = self._variant(name, ready, accepts)
        if known:
            # What the client has may be the form that was chosen before this one was made.
            had = next((one for one in (variant, ready.main) if matches(known, one.etag)), None)
            if had is not None:
                await send(had.not_modified)
                await send(_NO_BODY)
                return 304
        await send(variant.start)
        await send(_NO_BODY if scope["method"] == "HEAD" else variant.body)
        status: int = variant.start["status"]
        return status

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
        if not ready.is_packed or len(self._packing) >= _BROTLI_QUEUE:
            ready.asked_for_br = 0
            return
        self._packing.add(name)
        loop = asyncio.get_running_loop()
        packing = loop.run_in_executor(self._packer, _brotli, ready)

        def done(packed: asyncio.Future[bytes]) -> None:
            self._packing.discard(name)
            if packed.cancelled():
                return
            body = packed.result()
            if len(body) < len(ready.main.body["body"]):
                ready.br = ready.with_brotli(body)
                self.memory.weigh(name, ready, len(body))

        packing.add_done_callback(done)

    def _forget(self, news: Touched | None) -> None:
        if news is None or news.blocks is None:
            self.memory.clear()
            return
        for tileset in self.memory.tilesets():
            if self.tiles.has_layer(tileset, news.change.layer_id):
                self.memory.remove_touched(tileset, news.blocks)


_NO_BODY: Final[Message] = {"type": "http.response.body", "body": b""}


def _timed(send: Send, spent: timing.Spent, started: float) -> Send:
    """Return a `send` that tells where the time went, where the database was asked."""

    async def send_timed(message: MutableMapping[str, Any]) -> None:
        if spent.parts and message["type"] == "http.response.start":
            told = (b"server-timing", server_timing(spent, started))
            message = {**message, "headers": [*message["headers"], told]}
        await send(message)

    return send_timed


def _count(scope: Scope, status: int, started: float) -> None:
    route = RASTER_ROUTE if scope["path"].endswith(".png") else TILE_ROUTE
    count_request(scope["method"], route, status, perf_counter() - started)


def _brotli(ready: Ready) -> bytes:
    packed: bytes = brotli.compress(ready.unpacked(), quality=_BROTLI_QUALITY)
    return packed


async def _leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
