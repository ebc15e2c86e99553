"""Geometries that a table can hold: of the right type, finite, valid, in EPSG:4326."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from layers.faults import Fault, fault
from layers.projection import Geometries, keep, to_storage
from twin.spec import GeometryType
from twin.types import Text

#: Web Mercator ends here; what lies beyond cannot become a tile.
MAX_LAT: Final = 85.06
MAX_LON: Final = 180.0

#: Dimension of each shapely type id: point, line, ring, polygon, their multis; -1: a collection.
_DIMENSIONS: Final = np.array([0, 1, 1, 2, 0, 1, 2, -1])
_DIMENSION_OF: Final[dict[GeometryType, int]] = {
    "Point": 0,
    "MultiPoint": 0,
    "MultiLineString": 1,
    "MultiPolygon": 2,
}
_DIMENSION_NAMES: Final = {
    0: Text("จุด", "points"),
    1: Text("เส้น", "lines"),
    2: Text("พื้นที่", "areas"),
}

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shapes:
    """Geometries of a layer.

    Parameters
    ----------
    usable
        By row, EPSG:4326, of the layer's type; None where the row has to be refused.
    read
        By row, EPSG:4326 as far as it could be transformed, for the quarantine.
    """

    usable: pd.Series
    read: pd.Series


def check_geometry(
    raw: pd.Series, crs: CRS, geometry_type: GeometryType
) -> tuple[Shapes, list[Fault]]:
    """Transform geometries to EPSG:4326 and make them fit the layer's type.

    Parameters
    ----------
    raw
        Geometries by row number, in `crs`.

    Notes
    -----
    Invalid geometries are repaired (`make_valid`, structure method); a repair that leaves nothing
    of the geometry's own dimension is refused. Heights are dropped, and said so.
    """
    rows = raw.index.to_numpy()
    given = keep(raw.to_numpy(dtype=object), raw.notna().to_numpy())
    faults = list(_absent(rows, given))
    faults += _heights(rows, given)
    flat = shapely.force_2d(given)
    read = to_storage(flat, crs)
    sound = _without(flat, _is_not_finite) & _without(read, _is_off_earth)
    faults += _not_coordinates(rows, flat, read, ~sound)
    read = keep(read, sound)
    usable = keep(read, ~shapely.is_empty(read))
    usable, found = _of_type(rows, usable, geometry_type)
    faults += found
    usable, found = _valid(rows, usable)
    faults += found
    if geometry_type.startswith("Multi"):
        usable = _promote(usable)
    return Shapes(pd.Series(usable, raw.index), pd.Series(read, raw.index)), faults


def _absent(rows: NDArray[np.int_], geometries: Geometries) -> Iterator[Fault]:
    missing = Text("ไม่มีตำแหน่ง", "the row has no geometry")
    empty = Text("มีรูปทรงแต่ว่างเปล่า", "the geometry is empty")
    for row in rows[shapely.is_missing(geometries)]:
        yield fault(int(row), "geom", "geometry_missing", None, missing)
    for row in rows[shapely.is_empty(geometries)]:
        yield fault(int(row), "geom", "geometry_empty", None, empty)


def _heights(rows: NDArray[np.int_], geometries: Geometries) -> Iterator[Fault]:
    with_z = shapely.has_z(geometries)
    heights = shapely.get_coordinates(geometries[with_z], include_z=True)[:, 2]
    if np.nan_to_num(heights).any():
        first = int(rows[with_z][0])
        text = Text(
            f"ตัดค่าความสูง (Z) ออก {with_z.sum()} แถว เริ่มที่แถว {first} เพราะชั้นข้อมูลเป็นสองมิติ",
            f"heights (Z) dropped from {with_z.sum()} rows, first row {first}: layers are"
            " two-dimensional",
        )
        yield fault(None, "geom", "value_converted", None, text)


def _without(geometries: Geometries, is_bad: Callable[[Floats], Mask]) -> Mask:
    """Tell which geometries have no vertex that `is_bad`; those without vertices have none."""
    vertices, index = shapely.get_coordinates(geometries, return_index=True)
    good = np.ones(len(geometries), dtype=bool)
    good[index[is_bad(vertices)]] = False
    return good


def _is_not_finite(vertices: Floats) -> Mask:
    return np.asarray(~np.isfinite(vertices).all(axis=1))


def _is_off_earth(vertices: Floats) -> Mask:
    return np.asarray(~(np.abs(vertices) <= (MAX_LON, MAX_LAT)).all(axis=1))


def _not_coordinates(
    rows: NDArray[np.int_], given: Geometries, read: Geometries, bad: Mask
) -> Iterator[Fault]:
    for row, geometry, as_degrees in zip(rows[bad], given[bad], read[bad], strict=True):
        x, y = shapely.get_coordinates(geometry)[0]
        th, en = _guess(x, y) if as_degrees is geometry else ("", "")
        text = Text(
            f"พิกัด ({x:g}, {y:g}) ไม่ใช่ตำแหน่งบนโลกในระบบพิกัดที่ประกาศ{th}",
            f"({x:g}, {y:g}) is no place on earth in the declared CRS{en}",
        )
        yield fault(int(row), "geom", "geometry_invalid", f"{x:g} {y:g}", text, refuse=True)


def _guess(x: float, y: float) -> Text:
    if abs(x) <= MAX_LAT < abs(y) <= MAX_LON:
        return Text(" ดูเหมือนสลับลองจิจูดกับละติจูด", "; longitude and latitude look swapped")
    if abs(x) > MAX_LON and abs(y) > MAX_LON:
        return Text(
            " ดูเหมือนเป็นเมตรในระบบ UTM (EPSG:32647 หรือ EPSG:24047)",
            "; it looks like metres of UTM (EPSG:32647 or EPSG:24047)",
        )
    return Text("", "")


def _of_type(
    rows: NDArray[np.int_], geometries: Geometries, geometry_type: GeometryType
) -> tuple[Geometries, list[Fault]]:
    if geometry_type == "Geometry":
        return geometries, []
    wanted = _DIMENSION_OF[geometry_type]
    present = ~shapely.is_missing(geometries)
    fits = present & (_DIMENSIONS[shapely.get_type_id(geometries)] == wanted)
    if geometry_type == "Point":
        fits &= shapely.get_num_geometries(geometries) == 1
        geometries = geometries.copy()
        geometries[fits] = shapely.get_geometry(geometries[fits], 0)
    faults = []
    for place in np.flatnonzero(present & ~fits):
        found = geometries[place].geom_type
        names = _DIMENSION_NAMES[wanted]
        text = Text(
            f"เป็น {found} แต่ชั้นข้อมูลนี้เก็บ{names.th} ({geometry_type})",
            f"is a {found}, but the layer holds {names.en} ({geometry_type})",
        )
        faults.append(fault(int(rows[place]), "geom", "geometry_type", found, text))
    return keep(geometries, fits), faults


def _valid(rows: NDArray[np.int_], geometries: Geometries) -> tuple[Geometries, list[Fault]]:
    broken = np.flatnonzero(~shapely.is_missing(geometries) & ~shapely.is_valid(geometries))
    if not len(broken):
        return geometries, []
    result = geometries.copy()
    before = geometries[broken]
    repaired = shapely.make_valid(before, method="structure", keep_collapsed=False)
    same = _DIMENSIONS[shapely.get_type_id(repaired)] == _DIMENSIONS[shapely.get_type_id(before)]
    same &= ~shapely.is_empty(repaired)
    faults = []
    for place, reason, kept in zip(broken, shapely.is_valid_reason(before), same, strict=True):
        text = Text(
            f"รูปทรงผิดรูป ({reason}) " + ("ซ่อมให้แล้ว" if kept else "ซ่อมแล้วไม่เหลือรูปทรงชนิดเดิม"),
            f"invalid ({reason}); "
            + ("repaired" if kept else "a repair leaves nothing of its type"),
        )
        row = int(rows[place])
        faults.append(fault(row, "geom", "geometry_invalid", reason, text, refuse=not kept))
    result[broken] = keep(repaired, same)
    return result, faults


def _promote(geometries: Geometries) -> Geometries:
    """Return single geometries as their multi; those that are multi already stay."""
    result = geometries.copy()
    kinds = shapely.get_type_id(geometries)
    for single, make in ((0, shapely.multipoints), (1, shapely.multilinestrings)):
        chosen = kinds == single
        result[chosen] = make(geometries[chosen][:, np.newaxis])
    chosen = kinds == shapely.GeometryType.POLYGON
    result[chosen] = shapely.multipolygons(geometries[chosen][:, np.newaxis])
    return result
