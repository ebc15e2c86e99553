"""Items as Python values, for answers that work on them; `pages` has them as text, untouched."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    func,
    literal,
    null,
    select,
    type_coerce,
)
from sqlalchemy import Text as SqlText

from twin.queries.catalogue import Described
from twin.types import Json

#: Decimals of a degree in GeoJSON: about 1 cm.
DECIMALS: Final = 7


@dataclass(frozen=True)
class Item:
    """One feature: its geometry as GeoJSON text (None for tables) and its properties."""

    id: int
    geometry: str | None
    properties: Json


@dataclass(frozen=True)
class ItemPage:
    """Items `offset` to `offset + limit` in the order of `id`, and how many there are in all."""

    number_matched: int
    items: list[Item]


def select_page(
    layer: Described,
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    offset: int = 0,
    geometry: ColumnElement[Any] | None = None,
) -> Select[Any]:
    """Return a statement for `read_page`: one page, with the number of all that match.

    The matching ids are found first, in a CTE of its own, because the exact count needs them all;
    this also keeps the planner from walking the primary key instead of the spatial index.

    Parameters
    ----------
    geometry
        What to show instead of the item's own geometry.
    """
    table = layer.rows
    matched = select(table.c.id).where(*conditions).cte("matched")
    number = select(func.count().label("number_matched")).select_from(matched).subquery("number")
    page = select(matched.c.id).order_by(matched.c.id).limit(limit).offset(offset)
    found = select(*item_columns(layer, geometry)).where(table.c.id.in_(page)).subquery("found")
    return (
        select(number.c.number_matched, *found.c)
        .select_from(number.outerjoin(found, literal(True)))
        .order_by(found.c.id)
    )


def read_page(connection: Connection, layer: Described, statement: Select[Any]) -> ItemPage:
    """Run a statement of `select_page`."""
    rows = connection.execute(statement).all()
    items = [make_item(layer, row) for row in rows if row.id is not None]
    return ItemPage(rows[0].number_matched, items)


def item_columns(
    layer: Described, geometry: ColumnElement[Any] | None = None
) -> list[ColumnElement[Any]]:
    """Return what `make_item` reads: id, `geojson`, and the layer's columns by number.

    Parameters
    ----------
    geometry
        What to show instead of the item's own geometry.
    """
    table = layer.rows
    geojson: ColumnElement[Any] = null()
    if layer.spec.geometry_type:
        geojson = func.ST_AsGeoJSON(table.c.geom if geometry is None else geometry, DECIMALS, 0)
    named = [
        table.c[column.name].label(f"c{number}") for number, column in enumerate(layer.spec.columns)
    ]
    return [table.c.id, type_coerce(geojson, SqlText).label("geojson"), *named]


def make_item(layer: Described, row: Any) -> Item:  # noqa: ANN401 (rows have no static type)
    """Return the item of a row selected with `item_columns`."""
    properties = {
        column.name: _plain(getattr(row, f"c{number}"))
        for number, column in enumerate(layer.spec.columns)
    }
    return Item(row.id, row.geojson, properties)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
