"""Items as PostgreSQL writes them: JSON text that is passed on without being parsed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, Double, Text, and_, case, func, literal_column, null, select
from sqlalchemy import cast as sql_cast

from twin.queries.catalogue import Described

#: Decimals of a degree in GeoJSON: about 1 cm.
_DECIMALS: Final[ColumnElement[int]] = literal_column("7")

#: Results are generalised by this much for drawing: about 5 m. Items have the whole geometry.
_TOLERANCE: Final[ColumnElement[float]] = literal_column("5e-5::float8", Double)

_INFINITY: Final[ColumnElement[float]] = literal_column("'Infinity'::float8", Double)


def is_pointlike(layer: Described) -> bool:
    """Tell whether the layer's items are points, which need no generalising."""
    return layer.spec.geometry_type in ("Point", "MultiPoint")


def display_geometry(layer: Described) -> ColumnElement[Any]:
    """Return the item's geometry, generalised to about 5 m."""
    geom = layer.rows.c.geom
    if is_pointlike(layer):
        return geom
    simplified = func.ST_SimplifyPreserveTopology(geom, _TOLERANCE)
    return simplified if layer.spec.geometry_type == "Geometry" else func.ST_Multi(simplified)


def geojson(layer: Described) -> ColumnElement[str]:
    """Return the generalised geometry as GeoJSON text."""
    return sql_cast(
        func.ST_AsGeoJSON(display_geometry(layer), _DECIMALS, literal_column("0")), Text
    )


def properties(layer: Described, names: Collection[str] | None = None) -> ColumnElement[str]:
    """Return the item's properties as a JSON object in text.

    Numbers that JSON does not have (infinite, not a number) are written as null.

    Parameters
    ----------
    names
        Only these columns; None: all.
    """
    chosen = [c for c in layer.spec.columns if names is None or c.name in names]
    if not chosen:
        return literal_column("'{}'", Text)
    columns = [_finite(layer.rows.c[c.name], c.name) for c in chosen]
    row = select(*columns).correlate(layer.rows).subquery("p")
    written = select(func.row_to_json(row.table_valued())).correlate(layer.rows)
    return sql_cast(written.scalar_subquery(), Text)


def _finite(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    if not isinstance(column.type, Double):
        return column
    is_finite = and_(column < _INFINITY, column > -_INFINITY)
    return case((is_finite, column), else_=null()).label(name)
