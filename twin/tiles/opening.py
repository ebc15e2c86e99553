"""Putting the parts of the tile service together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import URL

from twin.db.changes import Horizon, Watcher
from twin.db.pool import Pool
from twin.queries.held import HeldCatalogue
from twin.settings import Settings
from twin.tiles.contents import Contents, database_name
from twin.tiles.making import TileMaker
from twin.tiles.rasters import RasterService
from twin.tiles.service import TileService
from twin.tiles.store import TileStore, open_store

_MB: Final = 1_000_000

#: Seconds to wait at the start for what changed meanwhile; a database that is down says so at once.
_FIRST_NEWS_S: Final = 10.0


@dataclass(frozen=True)
class TileServices:
    """What serves tiles, and what follows the changes for it."""

    vector: TileService
    raster: RasterService
    watcher: Watcher


@asynccontextmanager
async def open_tiles(
    settings: Settings, address: URL, pool: Pool, catalogue: HeldCatalogue
) -> AsyncIterator[TileServices]:
    """Serve tiles for the block, following the changes of the database.

    What changed while nobody served is heard of before the block begins, unless PostGIS is away.
    """
    with open_store(settings.tile_dir, settings.tiles.store_mb * _MB) as store:
        database = database_name(address)
        contents = Contents(database, store)
        vector = TileService(TileMaker(pool), catalogue, store, contents)
        raster = RasterService(catalogue, store, contents, settings.raster_dir)
        watcher = Watcher(address, vector, _last_horizon(store, database))
        watching = asyncio.ensure_future(watcher.run(vector.lost))
        try:
            await watcher.settled(_FIRST_NEWS_S)
            yield TileServices(vector, raster, watcher)
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


def _last_horizon(store: TileStore, database: str) -> Horizon | None:
    """Return how far the changes were read for what is stored, emptying what is of no use."""
    told = store.recall(b"horizon")
    if told is None or store.recall(b"database") != database.encode():
        store.clear()
        store.remember(b"database", database.encode())
        return None
    xact, at_s = told.split()
    return Horizon(int(xact), float(at_s))
