"""Spatial questions across layers: what is here, what is near, what lies inside.

Distances are geodesic metres on WGS 84. The index on `geom` (degrees) narrows every search; a
bounding box that surely holds the wanted circle is compared with the bare column.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, Select, func, select

from twin.crs import STORAGE_SRID
from twin.errors import InvalidInputError
from twin.queries.catalogue import Described
from twin.queries.items import Item, ItemPage, item_columns, make_item, read_page, select_page
from twin.types import BBox, Text

#: Results are generalised by this much for drawing: about 5 m. Items have the whole geometry.
DISPLAY_TOLERANCE_DEGREES: Final = 5e-5

#: Distances reach farther than any pair of points on the globe is apart.
ANY_DISTANCE_M: Final = 20_100_000.0

_METRES_A_DEGREE: Final = 110_500.0  # of latitude, at its shortest


@dataclass(frozen=True)
class Point:
    """A place on the globe, degrees, WGS 84."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        for name, value, limit in (("lon", self.lon, 180), ("lat", self.lat, 90)):
            if not abs(value) <= limit:
                raise InvalidInputError(
                    f"`{name}` must lie between -{limit} and {limit} degrees.",
                    f"`{name}` ต้องอยู่ระหว่าง -{limit} ถึง {limit} องศา",
                    parameter=name,
                )

    @property
    def geometry(self) -> ColumnElement[Any]:
        """The point as a literal, EPSG:4326."""
        return func.ST_SetSRID(func.ST_MakePoint(self.lon, self.lat), STORAGE_SRID)

    def around(self, radius_m: float) -> BBox:
        """Return a box in degrees that holds everything within `radius_m` metres."""
        dlat = radius_m / _METRES_A_DEGREE
        north, south = self.lat + dlat, self.lat - dlat
        widest = max(abs(north), abs(south))
        if widest >= 90:  # noqa: PLR2004 (a pole lies within the radius)
            return BBox(-180, max(south, -90), 180, min(north, 90))
        dlon = dlat / math.cos(math.radians(widest))
        return BBox(self.lon - dlon, south, self.lon + dlon, north)


@dataclass(frozen=True)
class Hit:
    """An item and how far it is from the place asked about, geodesic metres."""

    layer: Described
    item: Item
    distance_m: float


@dataclass(frozen=True)
class Unit:
    """An administrative unit by code and names."""

    code: str
    names: Text


@dataclass(frozen=True)
class Found:
    """The items of one layer that a drawn geometry selects."""

    layer: Described
    page: ItemPage


def find_unit(connection: Connection, layer: Described, point: Point) -> Unit | None:
    """Return the unit of an administrative layer (`code`, `name_th`, `name_en`) at a point.

    A point on a common border belongs to the unit of the lower code.
    """
    table = layer.rows
    place = point.geometry
    statement = (
        select(table.c.code, table.c.name_th, table.c.name_en)
        .where(table.c.geom.op("&&")(place), func.ST_Intersects(table.c.geom, place))
        .order_by(table.c.code)
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return Unit(row.code, Text(row.name_th, row.name_en)) if row else None


def identify(
    connection: Connection, layers: Sequence[Described], point: Point, radius_m: float, limit: int
) -> list[Hit]:
    """Return the items within `radius_m` metres of a point, nearest first.

    Parameters
    ----------
    limit
        Most items of one layer.
    """
    hits = [
        hit
        for layer in layers
        for hit in _hits(connection, layer, near_statement(layer, point, radius_m, limit))
    ]
    return sorted(hits, key=lambda hit: hit.distance_m)


def find_nearest(
    connection: Connection, layer: Described, point: Point, k: int, max_distance_m: float | None
) -> list[Hit]:
    """Return the `k` nearest items, nearest first, ties in the order of `id`.

    Parameters
    ----------
    max_distance_m
        Nothing farther than this; None means any distance.

    Notes
    -----
    The spatial index orders by degrees, which is nearly but not quite the order by metres. Its
    first `k` answers bound the true distance; the items within that bound are then measured.
    """
    reach = connection.scalar(reach_statement(layer, point, k))
    within_m = ANY_DISTANCE_M if reach is None else reach
    if max_distance_m is not None:
        within_m = min(within_m, max_distance_m)
    return _hits(connection, layer, near_statement(layer, point, within_m, k))


def reach_statement(layer: Described, point: Point, k: int) -> Select[Any]:
    """Return the statement for the distance that holds `k` items, null where there are fewer."""
    table = layer.rows
    first = (
        select(_distance(layer, point).label("distance_m"))
        .order_by(table.c.geom.op("<->")(point.geometry))
        .limit(k)
        .subquery("first")
    )
    farthest = func.max(first.c.distance_m)
    return select(farthest).having(func.count() == k)


def near_statement(layer: Described, point: Point, within_m: float, limit: int) -> Select[Any]:
    """Return the statement for the items within a distance; index relied on: GiST on `geom`."""
    table = layer.rows
    distance = _distance(layer, point)
    box = func.ST_MakeEnvelope(*point.around(within_m * 1.001 + 1), STORAGE_SRID)
    measured = (
        select(table.c.id, distance.label("distance_m"))
        .where(table.c.geom.op("&&")(box))
        .cte("measured")
    )
    chosen = (
        select(measured)
        .where(measured.c.distance_m <= within_m + 1e-6)
        .order_by(measured.c.distance_m, measured.c.id)
        .limit(limit)
        .subquery("chosen")
    )
    return (
        select(*item_columns(layer, _display(layer)), chosen.c.distance_m)
        .join(chosen, chosen.c.id == table.c.id)
        .order_by(chosen.c.distance_m, table.c.id)
    )


def find_within(
    connection: Connection, layers: Sequence[Described], area: BaseGeometry, limit: int
) -> list[Found]:
    """Return the items that lie wholly inside an area, layer by layer.

    Parameters
    ----------
    area
        A valid polygon, lon/lat degrees.
    limit
        Most items of one layer; `number_matched` counts all.
    """
    return _selected(connection, layers, area, limit, func.ST_Within)


def find_intersecting(
    connection: Connection, layers: Sequence[Described], drawn: BaseGeometry, limit: int
) -> list[Found]:
    """Return the items that share a point with a drawn geometry, layer by layer."""
    return _selected(connection, layers, drawn, limit, func.ST_Intersects)


def selection_statement(
    layer: Described,
    drawn: BaseGeometry,
    limit: int,
    predicate: Callable[..., ColumnElement[bool]],
) -> Select[Any]:
    """Return the statement of one layer's selection; index relied on: GiST on `geom`."""
    geom = layer.rows.c.geom
    shape = func.ST_GeomFromWKB(drawn.wkb, STORAGE_SRID)
    conditions = [geom.op("&&")(shape), predicate(geom, shape)]
    return select_page(layer, conditions, limit, geometry=_display(layer))


def _selected(
    connection: Connection,
    layers: Sequence[Described],
    drawn: BaseGeometry,
    limit: int,
    predicate: Callable[..., ColumnElement[bool]],
) -> list[Found]:
    statements = [(layer, selection_statement(layer, drawn, limit, predicate)) for layer in layers]
    return [
        Found(layer, read_page(connection, layer, statement)) for layer, statement in statements
    ]


def _hits(connection: Connection, layer: Described, statement: Select[Any]) -> list[Hit]:
    rows = connection.execute(statement).all()
    return [Hit(layer, make_item(layer, row), row.distance_m) for row in rows]


def _distance(layer: Described, point: Point) -> ColumnElement[float]:
    return func.ST_Distance(func.geography(layer.rows.c.geom), func.geography(point.geometry), True)


def _display(layer: Described) -> ColumnElement[Any]:
    geom = layer.rows.c.geom
    if layer.spec.geometry_type in ("Point", "MultiPoint"):
        return geom
    simplified = func.ST_SimplifyPreserveTopology(geom, DISPLAY_TOLERANCE_DEGREES)
    return simplified if layer.spec.geometry_type == "Geometry" else func.ST_Multi(simplified)
