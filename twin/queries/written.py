"""Items as PostgreSQL writes them: JSON text that is passed on without being parsed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Text,
    cast,
    func,
    literal_column,
    select,
)

from twin.queries import item_text
from twin.queries.catalogue import Described

#: Decimals of a degree in GeoJSON: about 1 cm.
_DECIMALS: Final[ColumnElement[int]] = literal_column("7")

#: Results are generalised by this much for drawing: about 5 m. Items have the whole geometry.
_TOLERANCE: Final[ColumnElement[float]] = literal_column("5e-5::float8", Double)


def is_pointlike(layer: Described) -> bool:
    """Tell whether the layer's items are points, which need no generalising."""
    return layer.spec.geometry_type in ("Point", "MultiPoint")


def display_geometry(layer: Described, rows: FromClause | None = None) -> ColumnElement[Any]:
    """Return the item's geometry, generalised to about 5 m.

    Parameters
    ----------
    rows
        A selection from the layer's table to take it from; None: the table.
    """
    geom: ColumnElement[Any] = (layer.rows if rows is None else rows).c.geom
    if is_pointlike(layer):
        return geom
    simplified = func.ST_SimplifyPreserveTopology(geom, _TOLERANCE)
    return simplified if layer.spec.geometry_type == "Geometry" else func.ST_Multi(simplified)


def geojson(layer: Described, rows: FromClause) -> ColumnElement[str]:
    """Return the generalised geometry as GeoJSON text."""
    shape = display_geometry(layer, rows)
    return cast(func.ST_AsGeoJSON(shape, _DECIMALS, literal_column("0")), Text)


def properties(
    layer: Described, rows: FromClause, names: Collection[str] | None = None
) -> ColumnElement[str]:
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
    row = select(*(finite(rows.c[c.name], c.name) for c in chosen)).correlate(rows).subquery("p")
    written = select(func.row_to_json(row.table_valued())).correlate(rows)
    return cast(written.scalar_subquery(), Text)


def finite(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """Return a column with null for numbers that JSON does not have."""
    return item_text.finite(column).label(name) if isinstance(column.type, Double) else column
