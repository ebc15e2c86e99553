"""Making tiles before anybody asks, and writing them into one file for where no server is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from pyproj import Transformer

from twin.crs import PROVINCE_BBOX, STORAGE_SRID, TILE_SRID
from twin.errors import InvalidInputError
from twin.tiles.address import Address, block
from twin.tiles.opening import TileServices
from twin.tiles.parts import join
from twin.tiles.tilejson import vector_tilejson
from twin.tiles.tileset import Tileset
from twin.types import BBox, Json

#: More tiles than this are asked for by mistake.
MAX_TILES: Final = 5_000_000

_E7: Final = 10_000_000
_TO_METRES: Final = Transformer.from_crs(STORAGE_SRID, TILE_SRID, always_xy=True)


@dataclass(frozen=True)
class Region:
    """A part of the world, at some zooms.

    Parameters
    ----------
    bbox
        West, south, east, north, degrees.
    """

    bbox: BBox
    min_zoom: int
    max_zoom: int

    def __post_init__(self) -> None:
        if not 0 <= self.min_zoom <= self.max_zoom <= 22:  # noqa: PLR2004 (as far as tiles go)
            raise InvalidInputError(
                "`zoom` must be a number or a range such as 6-14, within 0 to 22.",
                "`zoom` ต้องเป็นตัวเลขหรือช่วง เช่น 6-14 ภายใน 0 ถึง 22",
                parameter="zoom",
            )
        if self.count > MAX_TILES:
            raise InvalidInputError(
                f"These are {self.count:,} tiles; at most {MAX_TILES:,}. Choose a smaller area or"
                " fewer zooms.",
                f"มี {self.count:,} แผ่น ทำได้ไม่เกิน {MAX_TILES:,} แผ่น โปรดเลือกพื้นที่เล็กลงหรือลดระดับซูม",
                parameter="bbox",
            )

    @property
    def count(self) -> int:
        """How many tiles there are."""
        return sum(block(self._metres(), z, 0).count for z in self._zooms())

    def addresses(self) -> Iterator[Address]:
        """Return every tile, zoom by zoom."""
        for z in self._zooms():
            yield from block(self._metres(), z, 0).addresses()

    def within(self, tileset: Tileset) -> Region:
        """Return what of it a tileset has."""
        least = max(self.min_zoom, tileset.min_zoom)
        return Region(self.bbox, least, max(least, min(self.max_zoom, tileset.max_zoom)))

    def _zooms(self) -> range:
        return range(self.min_zoom, self.max_zoom + 1)

    def _metres(self) -> tuple[float, float, float, float]:
        west, south, east, north = self.bbox
        xs, ys = _TO_METRES.transform([west, east], [south, north])
        return xs[0], ys[0], xs[1], ys[1]


PROVINCE: Final = BBox(*PROVINCE_BBOX)


async def seed(
    services: TileServices, tileset_id: str, region: Region, progress: Callable[[], None]
) -> int:
    """Make the tiles of a vector tileset that are not stored yet; return how many show anything.

    What is stored is not made again, so a seeding that was cut short goes on where it was.

    Parameters
    ----------
    progress
        Called after each tile.
    """
    filled = 0
    async for _address, content in _tiles(services, tileset_id, region.addresses()):
        filled += bool(content)
        progress()
    return filled


async def export(
    services: TileServices,
    tileset: Tileset,
    region: Region,
    file: Path,
    progress: Callable[[], None],
) -> int:
    """Write a vector tileset into a PMTiles archive, whole or not at all; return its tiles.

    Parameters
    ----------
    file
        Is replaced only when the new archive is complete.
    progress
        Called after each tile.
    """
    addresses = sorted(region.addresses(), key=lambda address: zxy_to_tileid(*address))
    unfinished = file.with_name(file.name + ".part")
    written = 0
    try:
        with unfinished.open("wb") as target:
            writer: Any = _new_writer(target)
            async for address, content in _tiles(services, tileset.id, addresses):
                if content:
                    writer.write_tile(zxy_to_tileid(*address), content)
                    written += 1
                progress()
            if not written:
                raise InvalidInputError(
                    "Nothing is drawn in this area at these zooms.",
                    "ไม่มีข้อมูลในพื้นที่และระดับซูมนี้",
                    parameter="bbox",
                )
            writer.finalize(_header(region), _metadata(tileset))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return written


async def _tiles(
    services: TileServices, tileset_id: str, addresses: Iterable[Address]
) -> AsyncIterator[tuple[Address, bytes]]:
    """Return tiles in the order asked for, making several at a time."""

    async def make(address: Address) -> tuple[Address, bytes]:
        tile = await services.vector.tile(tileset_id, address)
        return address, join(tile.parts)

    ahead: list[asyncio.Task[tuple[Address, bytes]]] = []
    try:
        for address in addresses:
            ahead.append(asyncio.ensure_future(make(address)))
            if len(ahead) >= services.vector.maker.pool.size:
                yield await ahead.pop(0)
        while ahead:
            yield await ahead.pop(0)
    finally:
        for task in ahead:
            task.cancel()


def _new_writer(target: IO[bytes]) -> Any:  # noqa: ANN401 (pmtiles has no types)
    return Writer(target)  # type: ignore[no-untyped-call]


def _header(region: Region) -> Json:
    west, south, east, north = region.bbox
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_zoom": region.min_zoom,
        "max_zoom": region.max_zoom,
        "min_lon_e7": int(west * _E7),
        "min_lat_e7": int(south * _E7),
        "max_lon_e7": int(east * _E7),
        "max_lat_e7": int(north * _E7),
        "center_zoom": region.min_zoom,
        "center_lon_e7": int((west + east) / 2 * _E7),
        "center_lat_e7": int((south + north) / 2 * _E7),
    }


def _metadata(tileset: Tileset) -> Any:  # noqa: ANN401 (any JSON)
    told = vector_tilejson(tileset, "")
    names = ("name", "description", "attribution", "vector_layers")
    return {name: told[name] for name in names}
