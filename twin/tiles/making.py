"""Making a layer's parts of tiles from the database, thinned where they would be too large."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select

from twin.db.pool import Pool, Query, compile_query
from twin.queries.catalogue import Described
from twin.tiles.address import Address
from twin.tiles.parts import Part, pack
from twin.tiles.vector import MAX_PART_BYTES, band, thinned_statement, tile_statement

LOG: Final = logging.getLogger("twin.tiles")

#: Features with which thinning begins; from there it goes by the size of what came out.
_FIRST_LIMIT: Final = 12_500
_TRIES: Final = 6

#: Thinning ends when this share of the budget is used.
_WELL_FILLED: Final = 0.8
_TARGET: Final = 0.92


@dataclass
class TileMaker:
    """Asks the database for parts of tiles, with a statement compiled once for each band."""

    pool: Pool
    _queries: dict[tuple[object, ...], Query] = field(default_factory=dict, init=False)

    async def make(self, layers: Sequence[Described], address: Address) -> list[Part]:
        """Return each layer's part of a tile, from one statement; a part too large is thinned.

        Raises
        ------
        DatabaseUnavailableError
            PostGIS does not answer.
        BusyError
            Too many wait for the database.
        TooLargeError
            The statement ran into the time limit.
        """
        key = (band(address.z), *(layer.spec.id for layer in layers))
        query = self._query(key, lambda: tile_statement(layers, address.z))
        z, x, y = address
        row = await self.pool.fetchrow(query, z=z, x=x, y=y)
        if row is None:
            raise RuntimeError("a statement without a table gives one row")
        return [
            await self._thinned(layer, address) if len(part) > MAX_PART_BYTES else pack(part)
            for layer, part in zip(layers, row, strict=True)
        ]

    def forget(self) -> None:
        """Forget the statements: the catalogue is another."""
        self._queries.clear()

    async def _thinned(self, layer: Described, address: Address) -> Part:
        key = ("thinned", band(address.z), layer.spec.id)
        query = self._query(key, lambda: thinned_statement(layer, address.z))
        limit, content, dropped, total = _FIRST_LIMIT, b"", 0, 0
        for _ in range(_TRIES):
            row = await self.pool.fetchrow(query, **address._asdict(), limit=limit)
            part, total = (row["p0"], row["total"]) if row else (b"", 0)
            if len(content) < len(part) <= MAX_PART_BYTES:
                content, dropped = part, max(0, total - limit)
            if (not dropped and content) or len(content) > _WELL_FILLED * MAX_PART_BYTES:
                break
            shown = min(limit, total)
            limit = max(1, int(shown * _TARGET * MAX_PART_BYTES / max(1, len(part))))
        if not content:
            dropped = total  # not even one fits
        LOG.warning("%s %d/%d/%d: %d features left out", layer.spec.id, *address, dropped)
        return pack(content, dropped)

    def _query(self, key: tuple[object, ...], statement: Callable[[], Select[Any]]) -> Query:
        query = self._queries.get(key)
        if query is None:
            query = self._queries[key] = compile_query(statement())
        return query
