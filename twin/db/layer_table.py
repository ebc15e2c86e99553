"""The tables of one layer, made from its specification.

`layer.<id>` holds what a person reads (EPSG:4326, typed columns); `tile.<id>` holds what a tile
reads: EPSG:3857, only the columns that tiles carry, and geometry generalised for each zoom band.
The database keeps the second in step with the first by triggers (`twin.sql/tile_refresh.sql`).
"""

from __future__ import annotations

import math
from typing import Any, Final

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Computed,
    Date,
    Double,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    case,
    func,
    literal_column,
)
from sqlalchemy.types import TypeEngine

from twin.crs import STORAGE_SRID, TILE_SRID
from twin.spec import LayerSpec
from twin.types import ColumnType

COLUMN_TYPES: Final[dict[ColumnType, type[TypeEngine[Any]]]] = {
    "text": Text,
    "integer": BigInteger,
    "number": Double,
    "date": Date,
    "boolean": Boolean,
}

#: Greatest zoom of each band that reads generalised geometry; above the last, geometry is whole.
GENERALISED_ZOOMS: Final = (8, 10, 12)

#: Areas are cut by the tiles of this zoom for tiles of greater ones.
PIECE_ZOOM: Final = 12

#: Metres a pixel of a 512-pixel Web Mercator tile at zoom 0 (2 π · 6,378,137 m / 512).
_PIXEL_M_AT_ZOOM_0: Final = 78_271.517


def tolerance_m(zoom: int) -> float:
    """Return half a pixel of a 512-pixel tile at `zoom`, Web Mercator metres."""
    return math.ldexp(_PIXEL_M_AT_ZOOM_0, -zoom - 1)


def is_generalised(spec: LayerSpec) -> bool:
    """Tell whether the layer's tile table holds generalised copies: points need none."""
    return spec.geometry_type not in (None, "Point", "MultiPoint")


def tile_geometry(spec: LayerSpec, zoom: int) -> str:
    """Return the name of the tile table's geometry column to read at `zoom`."""
    if is_generalised(spec):
        for band in GENERALISED_ZOOMS:
            if zoom <= band:
                return f"geom_{band}"
    return "geom"


def layer_table(spec: LayerSpec, schema: str = "layer") -> Table:
    """Return the table of a vector layer or of a table without geometry."""
    columns = [
        Column(
            column.name,
            COLUMN_TYPES[column.type],
            nullable=not column.required,
            comment=_comment(column.title.th, column.title.en, column.unit),
        )
        for column in spec.columns
    ]
    table = Table(
        spec.id,
        MetaData(),
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        *columns,
        UniqueConstraint(*spec.key, name=f"uq_{spec.id}_key"),
        schema=schema,
        comment=_comment(spec.title.th, spec.title.en),
    )
    if spec.geometry_type:
        table.append_column(
            Column(
                "geom",
                Geometry(spec.geometry_type, srid=STORAGE_SRID, spatial_index=False),
                nullable=False,
            )
        )
        Index(f"ix_{spec.id}_geom", table.c.geom, postgresql_using="gist")
    return table


def tile_table(spec: LayerSpec, schema: str = "tile") -> Table:
    """Return the table that tiles of a vector layer are cut from."""
    table = Table(
        spec.id,
        MetaData(),
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        *(Column(c.name, COLUMN_TYPES[c.type]) for c in spec.columns if c.tile),
        Column("min_zoom", SmallInteger, Computed(_min_zoom(spec), persisted=True)),
        Column("geom", Geometry("GEOMETRY", srid=TILE_SRID, spatial_index=False), nullable=False),
        schema=schema,
    )
    for name, expression in _derived_geometry(spec).items():
        geometry = Geometry("GEOMETRY", srid=TILE_SRID, spatial_index=False)
        table.append_column(Column(name, geometry, Computed(expression, persisted=True)))
    for column in list(table.c):
        if column.name == "geom" or column.name.startswith("geom_"):
            band = column.name.removeprefix("geom").removeprefix("_")
            Index(
                f"ix_{spec.id}_tile_{column.name}",
                column,
                postgresql_using="gist",
                # From afar few rows show: the index of a band holds no others.
                postgresql_where=table.c.min_zoom <= literal_column(band) if band else None,
            )
    return table


def is_in_pieces(spec: LayerSpec) -> bool:
    """Tell whether close tiles read the layer's areas in pieces (`twin/sql/tile_change.sql`)."""
    return spec.geometry_type == "MultiPolygon"


def piece_table(spec: LayerSpec, schema: str = "tile") -> Table:
    """Return the table with the pieces of a layer's areas, made and kept by the database."""
    table = Table(
        f"{spec.id}$piece",
        MetaData(),
        Column("id", BigInteger, nullable=False),
        Column("x", Integer, nullable=False),
        Column("y", Integer, nullable=False),
        Column("geom", Geometry("GEOMETRY", srid=TILE_SRID, spatial_index=False), nullable=False),
        schema=schema,
    )
    # By place and not by `x` and `y`: of small areas, thousands lie in one tile of zoom 12.
    Index(f"ix_{spec.id}_piece_geom", table.c.geom, postgresql_using="gist")
    return table


def has_label_points(spec: LayerSpec) -> bool:
    """Tell whether tiles carry a label point for each of the layer's areas."""
    return spec.geometry_type == "MultiPolygon" and spec.label is not None


def _derived_geometry(spec: LayerSpec) -> dict[str, ColumnElement[object]]:
    geom: ColumnElement[object] = literal_column("geom")
    derived: dict[str, ColumnElement[object]] = {}
    if is_generalised(spec):
        lines = spec.geometry_type == "MultiLineString"
        simplify = func.ST_Simplify if lines else func.ST_SimplifyPreserveTopology
        for zoom in GENERALISED_ZOOMS:
            derived[f"geom_{zoom}"] = simplify(geom, literal_column(f"{tolerance_m(zoom):.3f}"))
    if has_label_points(spec):
        derived["label"] = func.ST_PointOnSurface(geom)
    return derived


def _min_zoom(spec: LayerSpec) -> ColumnElement[int]:
    if spec.zoom_by is None:
        return literal_column(str(spec.min_zoom), SmallInteger)
    zooms: dict[str, ColumnElement[int]] = {
        value: literal_column(str(zoom), SmallInteger) for value, zoom in spec.zoom_by.zooms.items()
    }
    column: ColumnElement[str] = literal_column(spec.zoom_by.column)
    return case(
        zooms,
        value=column,
        else_=literal_column(str(spec.zoom_by.default)),
    )


def _comment(th: str, en: str, unit: str | None = None) -> str:
    return f"{th} | {en}" + (f" [{unit}]" if unit else "")
