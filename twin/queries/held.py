"""The catalogue as a process holds it, read anew only after something changed it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from sqlalchemy import Connection, Engine, text

from twin.db.engine import connect
from twin.errors import DatabaseUnavailableError
from twin.queries.catalogue import PublishedLayer, list_layers, no_such_layer

_TILE_TABLES: Final = text(
    "SELECT relname, oid::bigint FROM pg_class"
    " WHERE relnamespace = 'tile'::regnamespace AND relkind = 'r'"
)


@dataclass(frozen=True)
class Snapshot:
    """Every published layer, at one moment, in the order of the catalogue.

    Parameters
    ----------
    tile_tables
        PostgreSQL's number of the table that tiles of a layer are read from: another table,
        another number.
    """

    layers: Sequence[PublishedLayer]
    tile_tables: Mapping[str, int]

    @cached_property
    def by_id(self) -> Mapping[str, PublishedLayer]:
        """The layers by their identifier."""
        return {layer.id: layer for layer in self.layers}

    def get(self, layer_id: str) -> PublishedLayer:
        """Return one layer.

        Raises
        ------
        NotFoundError
            There is no such layer.
        """
        layer = self.by_id.get(layer_id)
        if layer is None:
            raise no_such_layer()
        return layer


@dataclass
class HeldCatalogue:
    """Gives the catalogue without asking the database, as long as somebody watches for changes.

    Parameters
    ----------
    engine
        Where the catalogue is read from.
    is_watched
        Whether `drop` is called after every change; until then each use reads the catalogue.
    """

    engine: Engine
    is_watched: bool = False
    last: Snapshot | None = field(default=None, init=False)
    is_current: bool = field(default=False, init=False)
    _reading: asyncio.Future[Snapshot] | None = field(default=None, init=False)

    async def get(self) -> Snapshot:
        """Return the catalogue as it is now.

        Raises
        ------
        DatabaseUnavailableError
            It has to be read, and PostGIS does not answer.
        """
        if self.is_current and self.is_watched and self.last is not None:
            return self.last
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
        return await asyncio.shield(self._reading)

    async def get_or_last(self) -> Snapshot:
        """Return the catalogue, as it was last known while PostGIS does not answer.

        Raises
        ------
        DatabaseUnavailableError
            PostGIS does not answer, and never has.
        """
        try:
            return await self.get()
        except DatabaseUnavailableError:
            if self.last is None:
                raise
            return self.last

    def drop(self, *, is_watched: bool = True) -> None:
        """Forget what is held: the catalogue changed, or nobody watches any more."""
        self.is_watched = is_watched
        self.is_current = False
        self._reading = None

    async def _read(self) -> Snapshot:
        reading = self._reading
        try:
            self.last = await asyncio.to_thread(self._read_now)
            # A change that came in meanwhile dropped this reading: the next one reads again.
            self.is_current = self._reading is reading
            return self.last
        finally:
            if self._reading is reading:
                self._reading = None

    def _read_now(self) -> Snapshot:
        with connect(self.engine) as connection:
            return read_snapshot(connection)


def read_snapshot(connection: Connection) -> Snapshot:
    """Return the catalogue as it is now."""
    tables = {row.relname: row.oid for row in connection.execute(_TILE_TABLES)}
    return Snapshot(tuple(list_layers(connection)), tables)
