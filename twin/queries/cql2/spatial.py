"""Spatial operators: literals are brought to the column's system, the column stays bare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, LargeBinary, func, literal

from twin.crs import STORAGE_SRID
from twin.queries.cql2.operands import Scope, Sql, arguments, operand, wrong_kind
from twin.queries.cql2.reading import fault, told
from twin.queries.filters import BBOX_LIMITS, SIDE_PIECES

SPATIAL: Final[Mapping[str, Callable[..., ColumnElement[bool]]]] = {
    "s_intersects": func.ST_Intersects,
    "s_disjoint": func.ST_Disjoint,
    "s_within": func.ST_Within,
    "s_contains": func.ST_Contains,
    "s_touches": func.ST_Touches,
    "s_crosses": func.ST_Crosses,
    "s_overlaps": func.ST_Overlaps,
    "s_equals": func.ST_Equals,
}

_FLAT, _WITH_HEIGHTS = 4, 6


def is_spatially(scope: Scope, name: str, node: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return the condition of a spatial operator.

    Raises
    ------
    InvalidInputError
        An argument is no geometry, or one that cannot be used.
    """
    return SPATIAL[name](*(_geometry(scope, arg) for arg in arguments(node, 2)))


def _geometry(scope: Scope, node: Any) -> Sql:  # noqa: ANN401 (any JSON)
    if not (isinstance(node, dict) and ("bbox" in node or "type" in node)):
        value = operand(scope, node)
        if value.kind != "geometry":
            raise wrong_kind(node, value.kind, "geometry")
        return value.sql
    drawn = _checked(scope, node, _box(node["bbox"]) if "bbox" in node else _shape(node))
    srid = scope.crs.srid
    if srid != STORAGE_SRID:
        west, south, east, north = drawn.bounds
        # A straight line of one system is not straight in another.
        if piece := max(east - west, north - south) / SIDE_PIECES:
            drawn = shapely.segmentize(drawn, piece)
    sql: Sql = func.ST_GeomFromWKB(literal(drawn.wkb, LargeBinary), srid)
    return scope.constant(sql if srid == STORAGE_SRID else func.ST_Transform(sql, STORAGE_SRID))


def _shape(node: Mapping[str, Any]) -> BaseGeometry:
    try:
        return shapely.force_2d(shape(dict(node)))
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _unusable(node, "it cannot be read", "อ่านไม่ได้") from error


def _box(bounds: Any) -> BaseGeometry:  # noqa: ANN401 (any JSON)
    is_flat = isinstance(bounds, list) and len(bounds) in (_FLAT, _WITH_HEIGHTS)
    if not is_flat or not all(type(bound) in (int, float) for bound in bounds):
        raise _unusable(bounds, "a box needs four numbers", "กรอบต้องมีตัวเลขสี่ตัว")
    half = len(bounds) // 2
    (west, south), (east, north) = bounds[:2], bounds[half : half + 2]
    if west > east or south > north:
        raise _unusable(bounds, "it ends before it begins", "จุดสิ้นสุดมาก่อนจุดเริ่มต้น")
    # A box without width or height must be a line or a point, not an invalid polygon.
    if west < east and south < north:
        box: BaseGeometry = shapely.box(west, south, east, north)
        return box
    corners = [(west, south), (east, north)]
    return shapely.Point(west, south) if corners[0] == corners[1] else shapely.LineString(corners)


def _checked(scope: Scope, node: Any, drawn: BaseGeometry) -> BaseGeometry:  # noqa: ANN401
    if scope.crs.is_lat_first:
        drawn = shapely.transform(drawn, lambda points: points[:, ::-1])
    if drawn.is_empty:
        raise _unusable(node, "it is empty", "เป็นรูปทรงว่าง")
    west, south, east, north = drawn.bounds
    limits = BBOX_LIMITS[scope.crs.srid]
    in_range = limits.west <= west <= east <= limits.east
    if not (in_range and limits.south <= south <= north <= limits.north):
        raise _unusable(
            node,
            f"it leaves the range of `filter-crs`, {scope.crs.uri}",
            f"พิกัดอยู่นอกช่วงของ `filter-crs` {scope.crs.uri}",
        )
    if not drawn.is_valid:
        reason = shapely.is_valid_reason(drawn)
        raise _unusable(node, f"it is not valid: {reason}", f"รูปทรงไม่ถูกต้อง: {reason}")
    return drawn


def _unusable(node: Any, en: str, th: str) -> Exception:  # noqa: ANN401 (any JSON)
    return fault(
        f"the geometry {told(node)} cannot be used, {en}", f"ใช้รูปทรง {told(node)} ไม่ได้ {th}"
    )
