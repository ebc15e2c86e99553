"""Vector tiles: statements over geometry that the database keeps ready in EPSG:3857.

The text of a statement is the same for every tile of a zoom band, so PostgreSQL plans it once for
each connection. Index relied on: GiST on the geometry column of the band.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    Subquery,
    Table,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import array

from twin.crs import TILE_SRID
from twin.db.layer_table import (
    GENERALISED_ZOOMS,
    PIECE_ZOOM,
    has_label_points,
    is_in_pieces,
    piece_table,
    tile_geometry,
)
from twin.queries.catalogue import Described
from twin.tiles.address import BUFFER, EXTENT, HALF_WORLD_M, Address, check_address
from twin.tiles.tileset import Tileset

#: A layer's part of a tile may have this many bytes, uncompressed; beyond that it is thinned.
MAX_PART_BYTES: Final = 500_000

#: More features than this are surely more bytes than `MAX_PART_BYTES`; no statement reads more.
MAX_FEATURES: Final = 50_000

_ADDRESS: Final = tuple(bindparam(name, type_=Integer) for name in ("z", "x", "y"))
_LIMIT: Final[BindParameter[int]] = bindparam("limit", type_=Integer)


def tile_statement(layers: Sequence[Described], zoom: int) -> Select[Any]:
    """Return the statement for each layer's part of a tile, one column a layer in their order.

    Parameters
    ----------
    zoom
        Any of the band that the statement is for; `z`, `x` and `y` are bound at each call.
    """
    parts: list[ColumnElement[Any]] = [
        _joined(layer, zoom).label(f"p{number}") for number, layer in enumerate(layers)
    ]
    statement: Select[Any] = select(*parts)
    return statement


def thinned_statement(layer: Described, zoom: int) -> Select[Any]:
    """Return the statement for a part of at most `limit` features, and how many there are in all.

    The features that show from farthest away stay, then the longest or largest; points stay evenly
    spread. Columns: `p0`, `total`.
    """
    features = _features(layer, zoom, tile_geometry(layer.spec, zoom))
    total = select(func.count()).select_from(features.subquery("every"))
    part = _joined(layer, zoom, limit=_LIMIT).label("p0")
    return select(part, total.scalar_subquery().label("total"))


def read_tile(connection: Connection, tileset: Tileset, address: Address) -> bytes:
    """Return a Mapbox Vector Tile, uncompressed and not thinned; empty where nothing is drawn.

    Raises
    ------
    NotFoundError
        The tile is outside the zoom range or the matrix.
    """
    check_address(address, tileset.min_zoom, tileset.max_zoom)
    layers = tileset.shown_at(address.z)
    if not layers:
        return b""
    row = connection.execute(tile_statement(layers, address.z), address._asdict()).one()
    # The tiles of several layers, one after the other: that is how the format joins them.
    return b"".join(bytes(part) for part in row)


def band(zoom: int) -> int:
    """Return the first zoom of the band of zooms that share statements with this one."""
    return max((edge + 1 for edge in GENERALISED_ZOOMS if edge < zoom), default=0)


def label_layer(layer: Described) -> str | None:
    """Return the name of the tile layer with the label points of areas, if it has one."""
    return f"{layer.spec.id}_label" if has_label_points(layer.spec) else None


def attributes(layer: Described, zoom: int | None = None) -> list[str]:
    """Return the names of the attributes that the layer's features carry in tiles.

    Parameters
    ----------
    zoom
        At this zoom; None: at any.
    """
    return [
        column.name
        for column in layer.spec.columns
        if column.tile and (zoom is None or (column.tile_zoom or 0) <= zoom)
    ]


def _joined(
    layer: Described, zoom: int, limit: BindParameter[int] | None = None
) -> ColumnElement[bytes]:
    parts = list(_encoded(layer, zoom, limit))
    return reduce(lambda left, right: left.op("||", return_type=LargeBinary())(right), parts)


def _encoded(
    layer: Described, zoom: int, limit: BindParameter[int] | None
) -> Iterable[ColumnElement[bytes]]:
    shown = {layer.spec.id: tile_geometry(layer.spec, zoom), label_layer(layer): "label"}
    for name, geometry in shown.items():
        if name is None:
            continue
        is_close = geometry == "geom" and is_in_pieces(layer.spec)
        features = _piece_features(layer) if is_close else _features(layer, zoom, geometry)
        if limit is None:
            features = features.limit(literal_column(str(MAX_FEATURES)))
        else:
            features = features.order_by(*_importance(layer)).limit(limit)
        rows = features.subquery("t").table_valued()
        encoded = func.ST_AsMVT(rows, name, literal_column(str(EXTENT)), "geom", "id")
        part = select(func.coalesce(type_coerce(encoded, LargeBinary), b""))
        yield type_coerce(part.scalar_subquery(), LargeBinary)


def _features(layer: Described, zoom: int, geometry: str) -> Select[Any]:
    table, around = _tiles(layer), _envelope()
    column = table.c[geometry]
    conditions = [table.c.min_zoom <= _ADDRESS[0]]
    if zoom <= GENERALISED_ZOOMS[-1]:
        # As a constant, so that the planner sees that the band's own index holds enough.
        edge = next(edge for edge in GENERALISED_ZOOMS if zoom <= edge)
        conditions.append(table.c.min_zoom <= literal_column(str(edge), SmallInteger))
    carried = [table.c[attribute] for attribute in attributes(layer, band(zoom))]
    touching = around.join(table, _meets(table, around, geometry))
    return (
        select(table.c.id, *carried, _drawn(column, around))
        .select_from(touching)
        .where(*conditions)
    )


def _piece_features(layer: Described) -> Select[Any]:
    """Select as `_features` does, close by, from the pieces that the tile lies in."""
    table, around = _tiles(layer), _envelope()
    piece = piece_table(layer.spec)
    z, x, y = _ADDRESS
    # An area that was left whole has -1; one search of the index finds either.
    here = and_(
        *(
            own == func.any(array([at.op(">>")(z - PIECE_ZOOM), literal_column("-1", Integer)]))
            for own, at in ((piece.c.x, x), (piece.c.y, y))
        )
    )
    touching = around.join(piece, and_(here, _meets(piece, around))).join(
        table, table.c.id == piece.c.id
    )
    carried = [table.c[attribute] for attribute in attributes(layer, PIECE_ZOOM + 1)]
    shown = select(table.c.id, *carried, _drawn(piece.c.geom, around)).select_from(touching)
    return shown.where(table.c.min_zoom <= z)


def _meets(table: Table, around: Subquery, geometry: str = "geom") -> ColumnElement[bool]:
    return table.c[geometry].op("&&")(around.c.drawn)


def _drawn(column: ColumnElement[Any], around: Subquery) -> ColumnElement[bytes]:
    size: ColumnElement[int] = literal_column(str(EXTENT))
    margin: ColumnElement[int] = literal_column(str(BUFFER))
    shown = func.ST_AsMVTGeom(column, around.c.tile, size, margin, literal_column("true"))
    return type_coerce(shown, LargeBinary).label("geom")


def _envelope() -> Subquery:
    """Return the tile and what it draws, computed once and not for every row."""
    edge: ColumnElement[float] = literal_column(str(HALF_WORLD_M))
    world = func.ST_MakeEnvelope(-edge, -edge, edge, edge, literal_column(str(TILE_SRID)))
    margin: ColumnElement[float] = literal_column(f"{BUFFER / EXTENT}::float8")
    tile = func.ST_TileEnvelope(*_ADDRESS)
    drawn = func.ST_TileEnvelope(*_ADDRESS, world, margin)
    # OFFSET keeps the planner from writing the expressions back into every row.
    columns = (type_coerce(each, LargeBinary) for each in (tile, drawn))
    named = (column.label(name) for column, name in zip(columns, ("tile", "drawn"), strict=True))
    return select(*named).offset(literal_column("0")).subquery("around")


def _importance(layer: Described) -> Iterable[ColumnElement[Any]]:
    table = _tiles(layer)
    geom: Column[Any] = table.c.geom
    yield table.c.min_zoom
    if layer.spec.geometry_type == "MultiLineString":
        yield func.ST_Length(geom).desc()
    elif layer.spec.geometry_type == "MultiPolygon":
        yield func.ST_Area(geom).desc()
    yield func.hashint8(table.c.id)


def _tiles(layer: Described) -> Any:  # noqa: ANN401 (a table)
    if layer.tiles is None:
        raise TypeError(f"{layer.spec.id} is no vector layer")
    return layer.tiles
