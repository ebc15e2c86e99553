"""What is near: the nearest items of several layers, in one statement.

The spatial index orders by degrees, which is nearly but not quite the order by metres. So the
first `depth` items in the order of the index are measured (to the point of theirs that is closest
in degrees, which is no nearer than the closest in metres); the farthest of them bounds the true
distance of the nearest `depth`; whatever lies within that bound is then measured, and ordered by
geodesic metres and `id`. Where there are fewer than `depth`, the distance asked for is the bound.
What is measured of lines and areas is their part within the bound: long ones cost no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Integer,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    select,
)

from twin.crs import STORAGE_SRID
from twin.queries.catalogue import Described
from twin.queries.place import ASKED, Place
from twin.queries.written import geojson, is_pointlike, properties

#: Added to a distance before it is compared: two ways to the same distance differ by nanometres.
_SAME_M: Final = literal_column("1e-6::float8", Double)

_WITHIN_M: Final = bindparam("within_m", type_=Double)
_COUNT: Final = bindparam("count", type_=Integer)
_WINDOW: Final = func.ST_MakeEnvelope(
    *(bindparam(side, type_=Double) for side in ("west", "south", "east", "north")),
    literal_column(str(STORAGE_SRID)),
)


#: Depths of the first search that statements are made for: the least that holds `k` is taken.
_DEPTHS: Final = (1, 5, 10, 100)
MAX_COUNT: Final = _DEPTHS[-1]


@dataclass(frozen=True)
class Search:
    """How to look for what is near.

    Parameters
    ----------
    depth
        How many items in the order of the index bound the distance: a constant of the statement,
        since PostgreSQL must know it to choose the index. None: everything in `window` is measured,
        which is quicker where it is small.
    within_m
        Nothing farther than this, geodesic metres.
    count
        Most items of one layer, at most `depth`.
    window
        A box that holds everything within `within_m`.
    """

    depth: int | None
    within_m: ColumnElement[float] = _WITHIN_M
    count: ColumnElement[int] = _COUNT
    window: ColumnElement[Any] = _WINDOW


@dataclass(frozen=True)
class Hit:
    """An item and how far it is from the place asked about, geodesic metres.

    `geometry` is GeoJSON, generalised to about 5 m, `properties` a JSON object: both as text.
    """

    layer: Described
    id: int
    distance_m: float
    geometry: str
    properties: str


def depth_for(k: int) -> int:
    """Return the depth of a search for `k` items, 1 to `MAX_COUNT`."""
    return next(depth for depth in _DEPTHS if depth >= k)


def read_hits(layers: Sequence[Described], rows: Iterable[Any]) -> list[Hit]:
    """Return the hits in the rows of `near_selects`, nearest first, then in the order of layers."""
    hits = [Hit(layers[row[0]], row[1], row[2], row[3], row[4]) for row in rows if row[0] >= 0]
    position = {layer: number for number, layer in enumerate(layers)}
    return sorted(hits, key=lambda hit: (hit.distance_m, position[hit.layer], hit.id))


def near_selects(layers: Sequence[Described], search: Search) -> list[Select[Any]]:
    """Return the statements for the items of each layer that are near `lon`, `lat`.

    Rows have the number in `layers`, `id`, the distance in metres, the geometry and the properties
    as JSON text. Index relied on: GiST on `geom`.
    """
    return [_written(layer, number, search) for number, layer in enumerate(layers)]


def nearest_rows(layer: Described, place: Place, search: Search, name: str) -> Select[Any]:
    """Return the nearest items with their `_distance_m`; of equally near ones the lower `id`.

    Parameters
    ----------
    name
        Tells the parts of this statement from those of others around it.
    """
    table = layer.rows
    shape: ColumnElement[Any] = table.c.geom
    if search.depth is None:
        box = search.window
        source: FromClause = table
    else:
        bound = _bound(layer, place, search, name).subquery(f"bound_{name}")
        box = bound.c.box
        source = bound.join(table, shape.op("&&")(box))
    if not is_pointlike(layer):
        shape = func.ST_ClipByBox2D(shape, box)
    distance = place.distance_m(shape).label("_distance_m")
    measured = select(*table.c, distance).select_from(source)
    if search.depth is None:
        measured = measured.where(table.c.geom.op("&&")(box))
    # What is too far is left out after the order is known: the distance is reckoned once.
    order = (distance, table.c.id)
    rows = measured.order_by(*order).limit(search.count).subquery(f"measured_{name}")
    return select(*rows.c).where(rows.c["_distance_m"] <= search.within_m + _SAME_M)


def _bound(layer: Described, place: Place, search: Search, name: str) -> Select[Any]:
    """Return the box that holds what is looked for: one row, `box`."""
    geom = layer.rows.c.geom
    depth: ColumnElement[int] = literal_column(str(search.depth))
    closest = geom if is_pointlike(layer) else func.ST_ClosestPoint(geom, place.geometry)
    first = (
        select(place.distance_m(closest).label("distance_m"))
        .order_by(geom.op("<->")(place.geometry))
        .limit(depth)
        .subquery(f"first_{name}")
    )
    farthest = case((func.count() == depth, func.max(first.c.distance_m)))
    reach = select(func.least(search.within_m, farthest).label("reach")).subquery(f"reach_{name}")
    return place.around(reach).limit(literal_column("1"))  # worked out once, not for each row


def _written(layer: Described, number: int, search: Search) -> Select[Any]:
    rows = nearest_rows(layer, ASKED, search, str(number)).subquery(f"chosen_{number}")
    return select(
        literal_column(str(number), Integer).label("layer"),
        rows.c.id,
        rows.c["_distance_m"],
        geojson(layer, rows).label("geometry"),
        properties(layer, rows).label("properties"),
    )
