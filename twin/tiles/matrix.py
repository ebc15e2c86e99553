"""Tile matrix sets (OGC 17-083r4), and which of their tiles a tileset fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import morecantile
from morecantile import TileMatrixSet

from twin.errors import NotFoundError
from twin.tiles.address import Address
from twin.types import BBox

#: The one set that tiles are made in: the square of Web Mercator.
WEB_MERCATOR_QUAD: Final = "WebMercatorQuad"

SET_IDS: Final = (WEB_MERCATOR_QUAD,)


@dataclass(frozen=True)
class Limits:
    """The rows and columns of one tile matrix that a tileset fills, ends included."""

    tile_matrix: str
    min_row: int
    max_row: int
    min_column: int
    max_column: int

    def holds(self, address: Address) -> bool:
        """Tell whether a tile of this matrix is within the limits."""
        return (
            self.min_row <= address.y <= self.max_row
            and self.min_column <= address.x <= self.max_column
        )


def get_matrix_set(set_id: str) -> TileMatrixSet:
    """Return a tile matrix set that tiles are offered in.

    Raises
    ------
    NotFoundError
        There is no such set.
    """
    if set_id not in SET_IDS:
        names = ", ".join(SET_IDS)
        raise NotFoundError(
            f"There is no such tile matrix set; tiles are offered in {names}.",
            f"ไม่มีตารางแผ่นแผนที่ชื่อนี้ ที่มีคือ {names}",
            parameter="tileMatrixSetId",
        )
    return morecantile.tms.get(set_id)


def limits_at(bbox: BBox, zoom: int) -> Limits:
    """Return which tiles of a zoom level touch a box of degrees.

    Examples
    --------
    >>> limits_at(BBox(98.2, 7.5, 98.5, 8.2), 9)
    Limits(tile_matrix='9', min_row=244, max_row=245, min_column=395, max_column=396)
    """
    matrices = get_matrix_set(WEB_MERCATOR_QUAD)
    first = matrices.tile(bbox.west, bbox.north, zoom)
    last = matrices.tile(bbox.east, bbox.south, zoom)
    return Limits(str(zoom), first.y, last.y, first.x, last.x)


def limits_of(bbox: BBox, min_zoom: int, max_zoom: int) -> list[Limits]:
    """Return which tiles touch a box of degrees, by zoom level, ends included."""
    return [limits_at(bbox, zoom) for zoom in range(min_zoom, max_zoom + 1)]


def get_address(tile_matrix: str, row: int, column: int, bbox: BBox, zooms: range) -> Address:
    """Return the address of a tile that is within the limits of a tileset.

    Parameters
    ----------
    tile_matrix
        Identifier of the matrix in its set.
    bbox
        What the tileset covers, degrees.
    zooms
        Zoom levels of the tileset.

    Raises
    ------
    NotFoundError
        There is no such tile.
    """
    if tile_matrix not in map(str, zooms):
        raise NotFoundError(
            f"This tileset has the tile matrices {zooms[0]} to {zooms[-1]}.",
            f"ชุดแผ่นแผนที่นี้มี tileMatrix ตั้งแต่ {zooms[0]} ถึง {zooms[-1]}",
            parameter="tileMatrix",
        )
    address = Address(int(tile_matrix), column, row)
    limits = limits_at(bbox, address.z)
    if not limits.holds(address):
        rows, columns = (
            f"{low}–{high}"
            for low, high in (
                (limits.min_row, limits.max_row),
                (limits.min_column, limits.max_column),
            )
        )
        raise NotFoundError(
            f"In tile matrix {tile_matrix} this tileset has the rows {rows}, columns {columns}.",
            f"ใน tileMatrix {tile_matrix} ชุดแผ่นแผนที่นี้มีแถว {rows} คอลัมน์ {columns}",
            parameter="tileRow" if not limits.min_row <= row <= limits.max_row else "tileCol",
        )
    return address
