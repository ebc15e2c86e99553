"""Vector tiles: one statement a tile, over geometry that the database keeps ready in EPSG:3857."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, Select, func, select, type_coerce

from twin.crs import TILE_SRID
from twin.db.layer_table import has_label_points, tile_geometry
from twin.errors import NotFoundError
from twin.queries.catalogue import Described, PublishedLayer, list_layers, project_site
from twin.types import BBox

MIN_ZOOM: Final = 6
MAX_ZOOM: Final = 16
EXTENT: Final = 4096
BUFFER: Final = 64

#: Half the width of the Web Mercator square, metres.
_HALF_WORLD_M: Final = 20_037_508.342789244

#: Tilesets of several layers, in the order of a map's layers.
COMPOSITES: Final = ("base", "facilities", "projects")


@dataclass(frozen=True)
class Address:
    """A tile of the WebMercatorQuad matrix set, XYZ order: zoom, column, row from the top."""

    z: int
    x: int
    y: int


@dataclass(frozen=True)
class Tileset:
    """One or more layers in one tile; `published` names those of the catalogue."""

    id: str
    layers: tuple[Described, ...]
    published: tuple[PublishedLayer, ...]
    min_zoom: int
    max_zoom: int

    @property
    def bbox(self) -> BBox | None:
        """What the catalogue's layers cover, degrees."""
        boxes = [layer.bbox for layer in self.published if layer.bbox]
        return reduce(_union, boxes) if boxes else None


def get_tileset(connection: Connection, tileset_id: str) -> Tileset:
    """Return a tileset: a composite, or the vector layer of that id.

    Raises
    ------
    NotFoundError
        There is no such tileset.
    """
    vector = [layer for layer in list_layers(connection) if layer.kind == "vector"]
    if tileset_id in COMPOSITES:
        own = [layer for layer in vector if layer.spec.tileset == tileset_id]
        described = [layer.described for layer in own]
        if tileset_id == "projects":
            described.append(project_site())
        return Tileset(tileset_id, tuple(described), tuple(own), MIN_ZOOM, MAX_ZOOM)
    for layer in vector:
        if layer.id == tileset_id:
            spec = layer.spec
            return Tileset(spec.id, (layer.described,), (layer,), spec.min_zoom, spec.max_zoom)
    raise NotFoundError(
        "There is no such tileset; they are base, facilities, projects and each vector layer.",
        "ไม่มีชุดแผ่นแผนที่นี้ ที่มีคือ base, facilities, projects และชั้นข้อมูลเวกเตอร์แต่ละชั้น",
        parameter="tileset",
    )


def check_address(address: Address, min_zoom: int, max_zoom: int) -> None:
    """Refuse a tile outside the zoom range or the matrix.

    Raises
    ------
    NotFoundError
        There is no such tile.
    """
    if not min_zoom <= address.z <= max_zoom:
        raise NotFoundError(
            f"This tileset has zoom levels {min_zoom} to {max_zoom}.",
            f"ชุดแผ่นแผนที่นี้มีระดับซูม {min_zoom} ถึง {max_zoom}",
            parameter="z",
        )
    last = 2**address.z - 1
    for name, value in (("x", address.x), ("y", address.y)):
        if not 0 <= value <= last:
            raise NotFoundError(
                f"At zoom {address.z}, `{name}` goes from 0 to {last}.",
                f"ที่ระดับซูม {address.z} ค่า `{name}` อยู่ระหว่าง 0 ถึง {last}",
                parameter=name,
            )


def read_tile(connection: Connection, tileset: Tileset, address: Address) -> bytes:
    """Return a Mapbox Vector Tile, uncompressed; empty where nothing is drawn.

    Raises
    ------
    NotFoundError
        The tile is outside the zoom range or the matrix.
    """
    check_address(address, tileset.min_zoom, tileset.max_zoom)
    statement = tile_statement(tileset.layers, address)
    return bytes(connection.scalar(statement) or b"") if statement is not None else b""


def tile_statement(layers: Sequence[Described], address: Address) -> Select[Any] | None:
    """Return the statement of one tile, None where no layer shows at its zoom.

    A tile of several layers is the tiles of each, one after the other: that is how the format
    joins them. Index relied on: GiST on the geometry column of the zoom band.
    """
    parts: list[ColumnElement[bytes]] = [
        select(part).scalar_subquery()
        for layer in layers
        if layer.spec.min_zoom <= address.z
        for part in _parts(layer, address)
    ]
    if not parts:
        return None
    return select(reduce(_joined, parts))


def label_layer(layer: Described) -> str | None:
    """Return the name of the tile layer with the label points of areas, if it has one."""
    return f"{layer.spec.id}_label" if has_label_points(layer.spec) else None


def attributes(layer: Described) -> list[str]:
    """Return the names of the attributes that the layer's features carry in tiles."""
    return [column.name for column in layer.spec.columns if column.tile]


def _parts(layer: Described, address: Address) -> Iterable[ColumnElement[bytes]]:
    yield _encoded(layer, address, layer.spec.id, tile_geometry(layer.spec, address.z))
    label = label_layer(layer)
    if label:
        yield _encoded(layer, address, label, "label")


def _encoded(layer: Described, address: Address, name: str, geometry: str) -> ColumnElement[bytes]:
    table = layer.tiles
    if table is None:
        raise TypeError(f"{layer.spec.id} is no vector layer")
    column = table.c[geometry]
    tile = (address.z, address.x, address.y)
    world = func.ST_MakeEnvelope(
        -_HALF_WORLD_M, -_HALF_WORLD_M, _HALF_WORLD_M, _HALF_WORLD_M, TILE_SRID
    )
    around = func.ST_TileEnvelope(*tile, world, BUFFER / EXTENT)
    shown = func.ST_AsMVTGeom(column, func.ST_TileEnvelope(*tile), EXTENT, BUFFER, True)
    features = (
        select(
            table.c.id,
            *(table.c[attribute] for attribute in attributes(layer)),
            type_coerce(shown, LargeBinary).label("geom"),
        )
        .where(table.c.min_zoom <= address.z, column.op("&&")(around))
        .subquery("t")
    )
    encoded = func.ST_AsMVT(features.table_valued(), name, EXTENT, "geom", "id")
    return type_coerce(func.coalesce(encoded, b""), LargeBinary)


def _joined(left: ColumnElement[bytes], right: ColumnElement[bytes]) -> ColumnElement[bytes]:
    return left.op("||", return_type=LargeBinary())(right)


def _union(a: BBox, b: BBox) -> BBox:
    return BBox(
        min(a.west, b.west), min(a.south, b.south), max(a.east, b.east), max(a.north, b.north)
    )
