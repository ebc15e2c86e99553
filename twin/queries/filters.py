"""Conditions on items: a bounding box, an interval of dates, property values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, and_, cast, false, func, or_

from twin.crs import METRIC_SRID, STORAGE_SRID, TILE_SRID
from twin.errors import InvalidInputError
from twin.queries.catalogue import Described
from twin.queries.text import checked_text
from twin.types import BBox, ColumnType

MAX_INTEGER: Final = 2**63 - 1

#: A side of a bounding box in another CRS is cut into this many pieces before it is reprojected.
SIDE_PIECES: Final = 32

#: Greatest west, south, east, north of a bounding box, in the units of its CRS.
BBOX_LIMITS: Final[Mapping[int, BBox]] = {
    STORAGE_SRID: BBox(-180, -90, 180, 90),
    METRIC_SRID: BBox(-1_500_000, 0, 2_500_000, 9_300_000),
    TILE_SRID: BBox(-20_037_508.35, -20_037_508.35, 20_037_508.35, 20_037_508.35),
}


@dataclass(frozen=True)
class Window:
    """A bounding box and the SRID of its coordinates, in the order x, y."""

    bbox: BBox
    srid: int = STORAGE_SRID

    def __post_init__(self) -> None:
        limits = BBOX_LIMITS[self.srid]
        inside = all(math.isfinite(value) for value in self.bbox) and (
            limits.west <= self.bbox.west <= self.bbox.east <= limits.east
            and limits.south <= self.bbox.south <= self.bbox.north <= limits.north
        )
        if not inside:
            raise InvalidInputError(
                "`bbox` needs west ≤ east and south ≤ north within"
                f" {limits.west:g},{limits.south:g},{limits.east:g},{limits.north:g}.",
                "`bbox` ต้องเรียงเป็น ตะวันตก ≤ ตะวันออก และ ใต้ ≤ เหนือ ภายในช่วง"
                f" {limits.west:g},{limits.south:g},{limits.east:g},{limits.north:g}",
                parameter="bbox",
            )

    def geometry(self) -> ColumnElement[Any]:
        """Return the box as a literal in EPSG:4326, so that the column stays bare."""
        # An envelope without width or height must be a line or a point, not an invalid polygon.
        south_west = func.ST_MakePoint(self.bbox.west, self.bbox.south)
        north_east = func.ST_MakePoint(self.bbox.east, self.bbox.north)
        diagonal = func.ST_MakeLine(south_west, north_east)
        box = func.ST_Envelope(func.ST_SetSRID(diagonal, self.srid))
        if self.srid == STORAGE_SRID:
            return box
        piece = max(self.bbox.east - self.bbox.west, self.bbox.north - self.bbox.south)
        if piece > 0:
            box = func.ST_Segmentize(box, piece / SIDE_PIECES)
        return func.ST_Transform(box, STORAGE_SRID)


@dataclass(frozen=True)
class Interval:
    """A closed interval of dates; None leaves a side open."""

    first: date | None
    last: date | None


def in_window(layer: Described, window: Window) -> ColumnElement[bool]:
    """Return the condition that an item's geometry shares a point with the box."""
    if layer.spec.geometry_type is None:
        return false()
    geom, box = layer.rows.c.geom, window.geometry()
    return and_(geom.op("&&")(box), func.ST_Intersects(geom, box))


def in_interval(layer: Described, interval: Interval) -> list[ColumnElement[bool]]:
    """Return the conditions on the layer's first date column; none where it has no date."""
    dates = [layer.rows.c[column.name] for column in layer.spec.columns if column.type == "date"]
    return [condition for column in dates[:1] for condition in _during(column, interval)]


def _during(column: Column[Any], interval: Interval) -> list[ColumnElement[bool]]:
    conditions = []
    if interval.first:
        conditions.append(or_(column.is_(None), column >= interval.first))
    if interval.last:
        conditions.append(or_(column.is_(None), column <= interval.last))
    return conditions


def has_value(layer: Described, name: str, value: str) -> ColumnElement[bool]:
    """Return the condition that a property has exactly this value.

    Raises
    ------
    InvalidInputError
        There is no such property, or the value does not fit its type.
    """
    types = {column.name: column.type for column in layer.spec.columns}
    if name not in types:
        raise InvalidInputError(
            f"Collection `{layer.spec.id}` has no property of this name."
            f" Properties: {', '.join(types)}.",
            f"ชุดข้อมูล `{layer.spec.id}` ไม่มีคุณสมบัติชื่อนี้ คุณสมบัติที่มี: {', '.join(types)}",
            parameter=name,
        )
    column = layer.rows.c[name]
    return column == cast(_typed(name, value, types[name]), column.type)


def _typed(name: str, value: str, column_type: ColumnType) -> object:
    if column_type == "text":
        return checked_text(value, name)
    try:
        return _READERS[column_type](value)
    except (ValueError, KeyError) as error:
        raise InvalidInputError(
            f"`{name}` must be {_EXPECTED[column_type][1]}.",
            f"`{name}` ต้องเป็น{_EXPECTED[column_type][0]}",
            parameter=name,
        ) from error


def _integer(value: str) -> int:
    number = int(value) if len(value) <= len(str(MAX_INTEGER)) + 1 else MAX_INTEGER + 1
    if abs(number) > MAX_INTEGER:
        raise ValueError(value)
    return number


def _number(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


_READERS: Final[Mapping[ColumnType, Any]] = {
    "integer": _integer,
    "number": _number,
    "date": date.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
}
_EXPECTED: Final[Mapping[ColumnType, tuple[str, str]]] = {
    "integer": ("จำนวนเต็ม", "a whole number"),
    "number": ("ตัวเลข", "a number"),
    "date": ("วันที่รูปแบบ ค.ศ. เช่น 2021-12-31", "a date such as 2021-12-31"),
    "boolean": (" true หรือ false", "true or false"),
}
