"""Raster tiles: from the shared file, or drawn once, beside the event loop, and kept there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

from twin.queries.catalogue import PublishedLayer
from twin.queries.held import HeldCatalogue
from twin.rasters.files import raster_file
from twin.rasters.render import render_tile
from twin.rasters.styles import require_style
from twin.tiles.address import Address, check_address
from twin.tiles.contents import Contents
from twin.tiles.flights import Flights
from twin.tiles.parts import EMPTY, Part
from twin.tiles.store import Slot, TileStore


@dataclass
class RasterService:
    """Draws raster tiles and keeps them.

    Parameters
    ----------
    folder
        Where loaded rasters are.
    at_once
        How many are drawn at the same time.
    """

    catalogue: HeldCatalogue
    store: TileStore
    contents: Contents
    folder: Path
    at_once: int = 2
    _flights: Flights[Part] = field(default_factory=Flights, init=False)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.at_once)

    async def tile(self, layer_id: str, address: Address, style: str | None) -> Part:
        """Return a tile as PNG, `packed`; empty where the raster does not reach.

        Raises
        ------
        NotFoundError
            There is no such raster, or the tile is outside its zooms or the matrix.
        InvalidInputError
            The raster has no such style.
        """
        layer = (await self.catalogue.get_or_last()).get(layer_id)
        path = raster_file(layer, self.folder)
        style = require_style(layer.spec, style)
        check_address(address, layer.spec.min_zoom, layer.spec.max_zoom)
        key = (layer_id, style, address)
        return await self._flights.join(key, lambda: self._make(layer, path, address, style))

    async def _make(self, layer: PublishedLayer, path: Path, address: Address, style: str) -> Part:
        slot = Slot(self.contents.of_raster(layer, style), layer.id.encode())
        (part,), (removed,) = self.store.look([slot], address)
        if part is None:
            async with self._places:
                image = await asyncio.to_thread(render_tile, layer, path, style, address)
            part = EMPTY
            if image:
                digest = blake2b(image, digest_size=12).digest()
                part = Part(image, len(image), crc32(image), digest)
            self.store.put(address, [(slot, part, removed)])
        return part
