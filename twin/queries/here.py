"""What is here: everything the twin knows about one place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Double, Integer, Select, Text, func, literal_column, null, select, union_all

from twin.db.pool import Pool, Query, compile_query
from twin.queries.catalogue import Described, PublishedLayer, choose
from twin.queries.held import Snapshot
from twin.queries.near import Hit, Search, near_selects, read_hits
from twin.queries.place import ASKED, Point
from twin.queries.written import properties
from twin.rasters.files import raster_file
from twin.rasters.values import Sample, sample
from twin.types import Text as Names

#: Most items of one layer.
MAX_HITS: Final = 20

#: Within this radius every item of a layer is measured, beyond it the nearest are found first.
CLOSE_M: Final = 100

#: Layers whose item at a place is told as a unit, and the number of their row.
_UNITS: Final = {"tambon": -1, "amphoe": -2}

#: Answered as units, or everywhere the same: shown only where a layer is asked for by name.
_BACKGROUND: Final = ("base", "boundary")


@dataclass(frozen=True)
class Unit:
    """An administrative unit by code and names."""

    code: str
    names: Names


@dataclass(frozen=True)
class Here:
    """Units, items and raster values at a place."""

    point: Point
    tambon: Unit | None
    amphoe: Unit | None
    hits: list[Hit]
    samples: list[Sample]


async def ask_here(
    pool: Pool,
    catalogue: Snapshot,
    point: Point,
    radius_m: float,
    wanted: Sequence[str],
    rasters: Path,
) -> Here:
    """Return what is at a point.

    Parameters
    ----------
    radius_m
        Items within this distance, geodesic metres.
    wanted
        Vector layers to look into; empty: all but the base map and the boundaries.
    rasters
        Folder of the loaded GeoTIFFs.

    Raises
    ------
    InvalidInputError
        A wanted name is no vector layer.
    """
    layers = choose(catalogue.layers, wanted) if wanted else _foreground(catalogue.layers)
    units = tuple(catalogue.by_id[name].described for name in _UNITS if name in catalogue.by_id)
    sampling = asyncio.ensure_future(_sample(catalogue.layers, rasters, point))
    try:
        # In the request's own task, so that a client that leaves cancels the statement.
        rows = await _fetch(pool, units, tuple(layers), point, radius_m)
        samples = await sampling
    finally:
        sampling.cancel()
    told = {row[0]: _unit(row[4]) for row in rows if row[0] < 0}
    tambon, amphoe = (told.get(number) for number in _UNITS.values())
    return Here(point, tambon, amphoe, read_hits(layers, rows), samples)


@lru_cache(maxsize=128)
def here_query(
    units: tuple[Described, ...], layers: tuple[Described, ...], *, is_close: bool
) -> Query:
    """Return the query for the units and the items at a place.

    Parameters
    ----------
    is_close
        The radius is at most `CLOSE_M`.
    """
    parts = [unit_select(unit, _UNITS[unit.spec.id]) for unit in units]
    search = Search(None if is_close else MAX_HITS)
    return compile_query(union_all(*parts, *near_selects(layers, search)))


def unit_select(layer: Described, number: int) -> Select[Any]:
    """Return the statement for the unit of an administrative layer that holds `lon`, `lat`.

    A point on a common border belongs to the unit of the lower code. The row is like those of
    `near_selects`, without geometry.
    """
    table, place = layer.rows, ASKED.geometry
    unit = (
        select(
            literal_column(str(number), Integer).label("layer"),
            table.c.id,
            literal_column("0::float8", Double).label("distance_m"),
            null().cast(Text).label("geometry"),
            properties(layer, table, ("code", "name_th", "name_en")).label("properties"),
        )
        .where(table.c.geom.op("&&")(place), func.ST_Intersects(table.c.geom, place))
        .order_by(table.c.code)
        .limit(literal_column("1"))
    )
    return select(unit.subquery(f"unit_{-number}"))


async def _fetch(
    pool: Pool,
    units: tuple[Described, ...],
    layers: tuple[Described, ...],
    point: Point,
    radius_m: float,
) -> Sequence[Any]:
    if not units and not layers:
        return ()
    query = here_query(units, layers, is_close=radius_m <= CLOSE_M)
    values = {"lon": point.lon, "lat": point.lat, "within_m": radius_m, "count": MAX_HITS}
    return await pool.fetch(query, **values, **point.around(radius_m)._asdict())


async def _sample(published: Iterable[PublishedLayer], folder: Path, point: Point) -> list[Sample]:
    """Read the rasters in a thread, while the database works; not where none reaches the point."""
    layers = [layer for layer in published if layer.kind == "raster"]
    if not any(layer.bbox and layer.bbox.holds(point.lon, point.lat) for layer in layers):
        return [Sample(layer, None) for layer in layers]

    def read() -> list[Sample]:
        return [sample(each, raster_file(each, folder), point.lon, point.lat) for each in layers]

    return await asyncio.to_thread(read)


def _foreground(published: Sequence[PublishedLayer]) -> list[Described]:
    vector = [layer for layer in published if layer.kind == "vector"]
    return [layer.described for layer in vector if layer.spec.theme not in _BACKGROUND]


def _unit(written: str) -> Unit:
    told = json.loads(written)
    return Unit(told["code"], Names(told["name_th"], told["name_en"]))
