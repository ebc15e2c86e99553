"""What a drawn geometry selects: what lies inside it, what it touches.

The index on `geom` (degrees) narrows every search: its column is compared bare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, Select, func

from twin.crs import STORAGE_SRID
from twin.queries.catalogue import Described
from twin.queries.items import ItemPage, read_page, select_page
from twin.queries.written import display_geometry


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
