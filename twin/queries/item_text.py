"""Features as JSON text, written by the database: nothing between it and the client parses them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, FromClause, case, cast, func, literal_column
from sqlalchemy import Text as SqlText

from twin.crs import STORAGE_SRID, Crs
from twin.queries.catalogue import Described
from twin.queries.item_query import View
from twin.spec import Column

#: Most arguments of a function in PostgreSQL are 100.
_MAX_ARGUMENTS: Final = 90

_FINITE: Final[ColumnElement[Any]] = literal_column("'Infinity'::float8")
_NULL: Final = literal_column("'null'", SqlText)
_NULL_JSON: Final = literal_column("'null'::json", JSON)

Part = ColumnElement[Any]


def feature_text(layer: Described, view: View, *, is_open: bool = False) -> Part:
    """Return the expression for an item as a GeoJSON feature, properties in their order.

    Parameters
    ----------
    is_open
        Leave out the closing brace, for members to come.
    """
    table = layer.rows
    parts: list[Part] = [
        _constant('{"type":"Feature","id":'),
        table.c.id,
        _constant(',"geometry":'),
        geometry_text(layer, view),
        _constant(',"properties":{'),
        *_properties(table, shown_columns(layer, view)),
        _constant("}" if is_open else "}}"),
    ]
    return concatenated(parts)


def geometry_text(layer: Described, view: View) -> Part:
    """Return the expression for an item's geometry as GeoJSON, `null` where it has none."""
    if layer.spec.geometry_type is None or not view.has_geometry:
        return _NULL
    decimals: Part = literal_column(str(view.crs.decimals))
    return func.ST_AsGeoJSON(shown_geometry(layer, view.crs), decimals, literal_column("0"))


def shown_geometry(layer: Described, crs: Crs) -> Part:
    """Return an item's geometry in a reference system, axes in its order."""
    geom: Part = layer.rows.c.geom
    if crs.srid != STORAGE_SRID:
        geom = func.ST_Transform(geom, literal_column(str(crs.srid)))
    return func.ST_FlipCoordinates(geom) if crs.is_lat_first else geom


def shown_columns(layer: Described, view: View) -> list[Column]:
    """Return the columns asked for, in their order."""
    wanted = layer.types.keys() if view.properties is None else view.properties
    return [column for column in layer.spec.columns if column.name in wanted]


def finite(value: Part) -> Part:
    """Return a number, null where it is one that JSON cannot hold: NaN or infinite."""
    return case((func.abs(value) < _FINITE, value))


def concatenated(parts: Sequence[Part]) -> Part:
    """Return the parts as one text; numbers are written as PostgreSQL writes them."""
    if len(parts) <= _MAX_ARGUMENTS:
        return func.concat(*parts, type_=SqlText)
    starts = range(0, len(parts), _MAX_ARGUMENTS)
    return concatenated([concatenated(parts[n : n + _MAX_ARGUMENTS]) for n in starts])


def _properties(table: FromClause, columns: Iterable[Column]) -> Iterator[Part]:
    comma = ""
    for column in columns:
        yield _constant(f"{comma}{json.dumps(column.name)}:")
        yield _json(table.c[column.name], column)
        comma = ","


def _json(value: Part, column: Column) -> Part:
    if column.type == "number":
        value = finite(value)
    if column.type in ("number", "integer", "boolean"):
        return func.coalesce(cast(value, SqlText), _NULL)
    return func.coalesce(func.to_json(value), _NULL_JSON)


def _constant(text: str) -> Part:
    return literal_column("'" + text.replace("'", "''") + "'", SqlText)
