"""A geometry somebody drew: checked before the database sees it."""

from __future__ import annotations

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from twin.crs import STORAGE_SRID
from twin.errors import InvalidInputError, TooLargeError
from twin.queries.filters import BBOX_LIMITS
from twin.types import Json


def read_drawn(geojson: Json, max_vertices: int) -> BaseGeometry:
    """Return the geometry of a GeoJSON object, lon/lat degrees.

    Raises
    ------
    InvalidInputError
        It is empty, leaves the globe, is no geometry, or crosses itself; told where.
    TooLargeError
        It has more than `max_vertices` vertices.
    """
    try:
        geometry = shape(geojson)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _unusable("it cannot be read", "อ่านไม่ได้") from error
    vertices = shapely.get_num_coordinates(geometry)
    if vertices > max_vertices:
        raise TooLargeError(
            f"The geometry has {vertices} vertices; at most {max_vertices} are accepted.",
            f"รูปทรงมี {vertices} จุด รับได้ไม่เกิน {max_vertices} จุด",
            parameter="geometry",
        )
    if geometry.is_empty:
        raise _unusable("it is empty", "เป็นรูปทรงว่าง")
    west, south, east, north = geometry.bounds
    globe = BBOX_LIMITS[STORAGE_SRID]
    in_range = globe.west <= west <= east <= globe.east
    if not (in_range and globe.south <= south <= north <= globe.north):
        raise _unusable(
            "its coordinates are not degrees of longitude and latitude",
            "พิกัดไม่ใช่องศาลองจิจูดและละติจูด",
        )
    if not geometry.is_valid:
        reason = shapely.is_valid_reason(geometry)
        raise _unusable(f"it is not valid ({reason})", f"รูปทรงไม่ถูกต้อง ({reason})")
    return shapely.force_2d(geometry)


def require_area(geometry: BaseGeometry) -> BaseGeometry:
    """Return the geometry if it encloses anything.

    Raises
    ------
    InvalidInputError
        It is a point or a line.
    """
    if shapely.get_dimensions(geometry) != 2:  # noqa: PLR2004 (an area has two dimensions)
        raise _unusable(
            "nothing can lie within a point or a line; draw an area",
            "จุดหรือเส้นไม่มีพื้นที่ภายใน โปรดวาดเป็นพื้นที่",
        )
    return geometry


def _unusable(en: str, th: str) -> InvalidInputError:
    return InvalidInputError(
        f"The drawn geometry cannot be used: {en}.",
        f"ใช้รูปทรงที่วาดไม่ได้: {th}",
        parameter="geometry",
    )
