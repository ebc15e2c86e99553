"""The tile path: answers that are ready are sent before any framework is asked.

What is not ready is made by `twin.tiles.service`, once for all who wait for it, and the statement
is cancelled when all of them have left. All other requests are handed on.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from api.errors import fault_response, unexpected
from api.middleware import add_safe_headers
from api.observing.metrics import LEFT
from api.observing.request_id import id_header
from api.observing.tiles import ObservedTile, count_made_tile, count_ready_tile
from api.tiling.ready import MVT, PNG, Ready, timed
from api.tiling.sending import Sender
from twin.errors import TwinError
from twin.tiles.address import Address
from twin.tiles.memory import Memory
from twin.tiles.opening import TileServices
from twin.tiles.parts import etag_of, join
from twin.tiles.service import Touched

_TILE: Final = re.compile(
    r"/(tiles|raster)/([a-z][a-z0-9_,]{0,399})/(\d{1,2})/(\d{1,9})/(\d{1,9})\.(mvt|png)"
)

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
        self.sender = Sender(self.memory)
        self.tiles.listeners.append(self._forget)

    def close(self) -> None:
        """Stop what is done in the background."""
        self.sender.close()

    async def answers(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer a request if it is one for a tile; tell whether it was."""
        path, query = self.name_of(scope["path"]), scope["query_string"]
        name = path
        if query:
            name = f"{path}?{query.decode('latin-1')}"
        if scope["method"] not in ("GET", "HEAD"):
            return False
        started = time.perf_counter()
        ready = self.ready(name)
        if ready is not None:
            status = await self.sender.send(name, ready, scope, send)
            count_ready_tile(scope["method"], status, started, is_raster=ready.is_raster)
            return True
        asked = _TILE.fullmatch(path)
        if asked is None:
            return False
        make = self._maker(asked, query)
        if make is None:
            return False
        with ObservedTile(scope, started) as seen:
            seen.status = await self._answer(name, make, scope, receive, send)
        return True

    def name_of(self, path: str) -> str:
        """Return the name by which the answer to a path is kept: without the prefix."""
        if self.root_path and path.startswith(self.root_path):
            return path[len(self.root_path) :]
        return path

    def ready(self, name: str) -> Ready | None:
        """Return what lies ready, while changes are heard of."""
        return self.memory.get(name) if self.watcher.is_connected else None

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
        started = time.perf_counter()
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
            refusal.raw_headers.append(id_header())
            await refusal(scope, receive, send)
            return refusal.status_code
        else:

            async def send_timed(message: MutableMapping[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    total_s = time.perf_counter() - started
                    message = timed(message, ready.query_s, total_s)
                await send(message)

            return await self.sender.send(name, ready, scope, send_timed)
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
        content, digest = join(tile.parts), etag_of(tile.parts)
        count_made_tile(len(content) if tile.query_s else None)
        return Ready(tileset, address, content, digest, MVT, tile.dropped, tile.query_s)

    async def _raster(self, layer: str, address: Address, style: str | None) -> Ready:
        part = await self.rasters.tile(layer, address, style)
        return Ready(f"raster {layer}", address, part.packed, part.digest.hex(), PNG, {})

    def _forget(self, news: Touched | None) -> None:
        if news is None or news.blocks is None:
            self.memory.clear()
            return
        for tileset in self.memory.tilesets():
            if self.tiles.has_layer(tileset, news.change.layer_id):
                self.memory.remove_touched(tileset, news.blocks)


async def _leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
