"""Where a tile is (WebMercatorQuad, XYZ order), and which tiles an extent touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from twin.errors import NotFoundError

#: Units along a tile's side, and how many of them around it are drawn as well.
EXTENT: Final = 4096
BUFFER: Final = 64

#: Half the width of the Web Mercator square, metres.
HALF_WORLD_M: Final = 20_037_508.342789244

#: West, south, east, north in EPSG:3857 metres.
Box = Sequence[float]


class Address(NamedTuple):
    """A tile: zoom, column, row from the top."""

    z: int
    x: int
    y: int


@dataclass(frozen=True)
class Block:
    """All tiles of one zoom from one column and row to others, both included."""

    z: int
    west: int
    north: int
    east: int
    south: int

    def holds(self, address: Address) -> bool:
        """Tell whether a tile is one of them."""
        z, x, y = address
        return z == self.z and self.west <= x <= self.east and self.north <= y <= self.south

    @property
    def count(self) -> int:
        """How many tiles they are."""
        return (self.east - self.west + 1) * (self.south - self.north + 1)

    def addresses(self) -> Iterator[Address]:
        """Return each tile, column by column."""
        for x in range(self.west, self.east + 1):
            for y in range(self.north, self.south + 1):
                yield Address(self.z, x, y)


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


def touched(boxes: Iterable[Box], min_zoom: int, max_zoom: int) -> list[Block]:
    """Return the tiles that draw something of these boxes, the tiles' margin included.

    Parameters
    ----------
    boxes
        West, south, east, north, EPSG:3857 metres; no width or height is right for points.

    Examples
    --------
    >>> touched([(10_950_000, 880_000, 10_950_000, 880_000)], 10, 11)
    [Block(z=10, west=791, north=489, east=791, south=489),\
 Block(z=11, west=1583, north=979, east=1583, south=979)]
    >>> touched([], 0, 22)
    []
    """
    boxes = list(boxes)
    return [block(box, z) for z in range(min_zoom, max_zoom + 1) for box in boxes]


def block(box: Box, z: int, buffer: int = BUFFER + 1) -> Block:
    """Return the tiles of one zoom that a box touches.

    Parameters
    ----------
    buffer
        How far beyond a tile it still draws, in units of `EXTENT`; one is for rounding.
    """
    west, south, east, north = box
    size_m = 2 * HALF_WORLD_M / 2**z
    margin_m = size_m * buffer / EXTENT
    last: int = 2**z - 1

    def cell(metres: float) -> int:
        return min(last, max(0, int(metres // size_m)))

    return Block(
        z,
        cell(west - margin_m + HALF_WORLD_M),
        cell(HALF_WORLD_M - north - margin_m),
        cell(east + margin_m + HALF_WORLD_M),
        cell(HALF_WORLD_M - south + margin_m),
    )
