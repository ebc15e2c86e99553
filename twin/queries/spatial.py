"""What a drawn geometry selects: what lies inside it, what it touches, what is around it.

The index on `geom` (degrees) narrows every search: its column is compared bare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, Select, func, select

from twin.crs import STORAGE_SRID
from twin.queries.catalogue import Described
from twin.queries.items import DECIMALS, ItemPage, read_page, select_page
from twin.queries.place import Point
from twin.queries.written import display_geometry
from twin.types import BBox

#: Segments of a quarter of a circle in buffers.
_QUADRANT: Final = 32

#: Longest edge, degrees, whose geodesic is as good as straight: they differ by 1 cm.
_EDGE_DEGREES: Final = 0.02


@dataclass(frozen=True)
class Found:
    """The items of one layer that a drawn geometry selects."""

    layer: Described
    page: ItemPage


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


def find_around(
    connection: Connection,
    layers: Sequence[Described],
    drawn: BaseGeometry,
    distance_m: float,
    limit: int,
) -> list[Found]:
    """Return the items within a distance of a drawn geometry, or inside it, layer by layer.

    Parameters
    ----------
    distance_m
        Geodesic metres.
    """
    return [
        Found(
            layer, read_page(connection, layer, around_statement(layer, drawn, distance_m, limit))
        )
        for layer in layers
    ]


def draw_buffer(connection: Connection, drawn: BaseGeometry, distance_m: float) -> str:
    """Return the area within a distance of a geometry, as GeoJSON, to be drawn.

    PostGIS buffers in the UTM zone of the geometry, so the border is right to 0.1 % of the
    distance in Phuket, and arcs are chords (0.03 % less). What lies within the distance is told by
    `find_around`, which measures on the ellipsoid.
    """
    ring = func.ST_Buffer(func.geography(_literal(drawn)), distance_m, f"quad_segs={_QUADRANT}")
    geojson: str = connection.scalar(select(func.ST_AsGeoJSON(ring, DECIMALS, 0))) or ""
    return geojson


def around_statement(
    layer: Described, drawn: BaseGeometry, distance_m: float, limit: int
) -> Select[Any]:
    """Return the statement of `find_around` for one layer; index relied on: GiST on `geom`."""
    geom = layer.rows.c.geom
    near = func.ST_DWithin(func.geography(geom), func.geography(_literal(drawn)), distance_m)
    box = func.ST_MakeEnvelope(*_reach(drawn, distance_m), STORAGE_SRID)
    conditions = [geom.op("&&")(box), near]
    return select_page(layer, conditions, limit, geometry=display_geometry(layer))


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
    return select_page(layer, conditions, limit, geometry=display_geometry(layer))


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


def _literal(drawn: BaseGeometry) -> ColumnElement[Any]:
    """Return the geometry for measuring on the ellipsoid: its edges stay straight in degrees."""
    return func.ST_GeomFromWKB(drawn.segmentize(_EDGE_DEGREES).wkb, STORAGE_SRID)


def _reach(drawn: BaseGeometry, distance_m: float) -> BBox:
    """Return a box in degrees that holds everything within a distance of the geometry."""
    west, south, east, north = drawn.bounds
    boxes = [Point(lon, lat).around(distance_m) for lon in (west, east) for lat in (south, north)]
    lows, highs = zip(*((box[:2], box[2:]) for box in boxes), strict=True)
    return BBox(*map(min, zip(*lows, strict=True)), *map(max, zip(*highs, strict=True)))
