"""Conditions on items: a bounding box, an interval of dates, property values.

Each condition is written once with named parameters, and its values are given to every call: the
text of the statement does not depend on what is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Double,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)

from twin.crs import METRIC_SRID, STORAGE_SRID, TILE_SRID
from twin.db.layer_table import COLUMN_TYPES
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

#: Extents are kept in single precision, whose steps are up to 1.5e-5 degrees: by more than that a
#: box is drawn in before extents within it are believed.
_MARGIN_DEG: Final = 5e-5

#: How a constant geometry is put into a statement.
Literal = Callable[[ColumnElement[Any]], ColumnElement[Any]]


def once(geometry: ColumnElement[Any]) -> ColumnElement[Any]:
    """Have a constant worked out once a statement, not once a row."""
    return select(geometry).scalar_subquery()


def in_place(geometry: ColumnElement[Any]) -> ColumnElement[Any]:
    """Leave a constant where the planner sees it."""
    return geometry


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

    def values(self) -> dict[str, float]:
        """Return what `window_geometry` asks for."""
        west, south, east, north = self.bbox
        values = {"west": west, "south": south, "east": east, "north": north}
        if self.srid != STORAGE_SRID:
            # A box without any side has none to cut.
            values["piece"] = max(east - west, north - south) / SIDE_PIECES or 1.0
        return values


@dataclass(frozen=True)
class Interval:
    """A closed interval of dates; None leaves a side open."""

    first: date | None
    last: date | None


def window_geometry(srid: int) -> ColumnElement[Any]:
    """Return the box of a window as a constant in EPSG:4326, so that the column stays bare."""
    west, south, east, north = (_number_named(side) for side in BBox._fields)
    # An envelope without width or height must be a line or a point, not an invalid polygon.
    diagonal = func.ST_MakeLine(func.ST_MakePoint(west, south), func.ST_MakePoint(east, north))
    box = func.ST_Envelope(func.ST_SetSRID(diagonal, srid))
    if srid == STORAGE_SRID:
        return box
    return func.ST_Transform(func.ST_Segmentize(box, _number_named("piece")), STORAGE_SRID)


def in_window(layer: Described, srid: int, literal: Literal) -> ColumnElement[bool]:
    """Return the condition that an item's geometry shares a point with the box of a window."""
    if layer.spec.geometry_type is None:
        return false()
    geom, box = layer.rows.c.geom, literal(window_geometry(srid))
    touches: ColumnElement[bool] = func.ST_Intersects(geom, box)
    if literal is not once or srid != STORAGE_SRID:
        return touches
    # Most items lie wholly within, which their extents tell in a third of the time. A case, and not
    # an alternative: for that the index would be searched twice.
    is_within = geom.bool_op("@")(once(_inner_box()))
    return and_(geom.bool_op("&&")(box), case((is_within, true()), else_=touches))


def _inner_box() -> ColumnElement[Any]:
    """Return the window drawn in by a margin; null where that leaves nothing."""
    west, south, east, north = (_number_named(side) for side in BBox._fields)
    margin = literal_column(str(_MARGIN_DEG), Double)
    sides = (west + margin, south + margin, east - margin, north - margin)
    is_wide = and_(east - west > 4 * margin, north - south > 4 * margin)
    return case((is_wide, func.ST_MakeEnvelope(*sides, STORAGE_SRID)))


def in_interval(layer: Described, *, has_first: bool, has_last: bool) -> list[ColumnElement[bool]]:
    """Return the conditions on the layer's first date column; none where it has no date.

    Their parameters are `first` and `last`; an item without a date is in every interval.
    """
    dates = [layer.rows.c[column.name] for column in layer.spec.columns if column.type == "date"]
    if not dates:
        return []
    column, conditions = dates[0], []
    if has_first:
        conditions.append(column >= bindparam("first", type_=Date))
    if has_last:
        conditions.append(column <= bindparam("last", type_=Date))
    return [or_(column.is_(None), and_(*conditions))] if conditions else []


def has_value(layer: Described, name: str, parameter: str) -> ColumnElement[bool]:
    """Return the condition that a property has exactly the value of a parameter."""
    column = layer.rows.c[name]
    return column == cast(bindparam(parameter, type_=column.type), column.type)


def equals(layer: Described, name: str, value: str) -> ColumnElement[bool]:
    """Return the condition that a property has exactly this value, told as text.

    Raises
    ------
    InvalidInputError
        There is no such property, or the value does not fit its type.
    """
    known = read_value(layer, name, value)
    column = layer.rows.c[name]
    return column == cast(known, column.type)


def read_value(layer: Described, name: str, value: str) -> object:
    """Return the text of a property's value as the value itself.

    Raises
    ------
    InvalidInputError
        There is no such property, or the value does not fit its type.
    """
    # The id is no property, but can be asked for like one.
    column_type = "integer" if name == "id" else property_type(layer, name, parameter=name)
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


def property_type(layer: Described, name: str, parameter: str) -> ColumnType:
    """Return the type of a property.

    Raises
    ------
    InvalidInputError
        The layer has none of this name; `parameter` is where it was asked for.
    """
    found = layer.types.get(name)
    if found is None:
        told = ", ".join(layer.types)
        raise InvalidInputError(
            f"Collection `{layer.spec.id}` has no property `{name}`. Properties: {told}.",
            f"ชุดข้อมูล `{layer.spec.id}` ไม่มีคุณสมบัติ `{name}` คุณสมบัติที่มี: {told}",
            parameter=parameter,
        )
    return found


def column_named(name: str, column_type: ColumnType) -> BindParameter[Any]:
    """Return a named parameter of a column's type."""
    return bindparam(name, type_=COLUMN_TYPES[column_type])


def _number_named(name: str) -> BindParameter[float]:
    return bindparam(name, type_=Double)


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
