"""From the CRS a file is in to the ones of the house; never by a guessed datum.

Only WGS 84 (any axis order, any of its projections) and Indian 1975 are let in: the first needs no
datum operation, for the second it is pinned to EPSG:1812.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from twin import projection
from twin.crs import INDIAN_1975_OPERATION, STORAGE_SRID
from twin.errors import LayerFileError

Geometries = NDArray[np.object_]

_WGS84_GEODETIC = (4326, 4979)
_INDIAN_1975_GEODETIC = 4240


def agreed_crs(declared: str | None, own: CRS | None, name: str) -> CRS:
    """Return the CRS of a file's coordinates, as declared and as the file itself says.

    Parameters
    ----------
    declared
        `EPSG:n` from the manifest or the command line; None if nobody declared one.
    own
        What the file states; None if it states nothing, as CSV and Excel never do.
    name
        The file's name, for messages.

    Raises
    ------
    LayerFileError
        There is neither, they contradict each other, or the datum has no pinned operation.
    """
    if declared is None and own is None:
        raise LayerFileError(
            f"{name}: the file states no CRS and none was declared. Declare the one it was"
            " surveyed in (`--crs`, or `crs` in the manifest), e.g. EPSG:4326 for degrees,"
            " EPSG:32647 or EPSG:24047 for metres: a wrong datum is an error of 620 m.",
            f"{name}: ไฟล์ไม่ระบุระบบพิกัด (CRS) และไม่มีการประกาศไว้ โปรดประกาศระบบพิกัดที่ใช้สำรวจ"
            " (`--crs` หรือ `crs` ในไฟล์กำกับชั้นข้อมูล) เช่น EPSG:4326 เมื่อเป็นองศา EPSG:32647 หรือ"
            " EPSG:24047 เมื่อเป็นเมตร เพราะพื้นหลักฐานที่ผิดทำให้คลาดเคลื่อน 620 เมตร",
            parameter="crs",
        )
    stated = _read_crs(declared, name) if declared else None
    if stated and own and not _same(stated, own):
        raise LayerFileError(
            f"{name}: declared as {declared}, but the file says {crs_name(own)}. Find out which is"
            " right and correct the other.",
            f"{name}: ประกาศไว้เป็น {declared} แต่ไฟล์ระบุว่าเป็น {crs_name(own)}"
            " โปรดตรวจว่าอย่างใดถูกแล้วแก้อีกอย่าง",
            parameter="crs",
        )
    crs = stated or own
    if crs is None or _geodetic_epsg(crs) not in (*_WGS84_GEODETIC, _INDIAN_1975_GEODETIC):
        raise LayerFileError(
            f"{name}: {crs_name(crs)} is on a datum without a pinned operation to WGS 84. Convert"
            " the file to EPSG:4326 or EPSG:32647 first.",
            f"{name}: {crs_name(crs)} อยู่บนพื้นหลักฐานที่ยังไม่มีวิธีแปลงที่กำหนดไว้"
            " โปรดแปลงไฟล์เป็น EPSG:4326 หรือ EPSG:32647 ก่อน",
            parameter="crs",
        )
    return crs


def crs_name(crs: CRS | None) -> str:
    """Return `EPSG:n` where the CRS has a number, else its name."""
    if crs is None:
        return "no CRS"
    epsg = _epsg(crs)
    return f"EPSG:{epsg}" if epsg else str(crs.name)


def to_storage(geometries: Geometries, crs: CRS) -> Geometries:
    """Return geometries in EPSG:4326, longitude first.

    Coordinates that cannot be transformed become infinite; None stays None.
    """
    if _epsg(crs) == STORAGE_SRID:
        return geometries
    if _geodetic_epsg(crs) != _INDIAN_1975_GEODETIC:
        return _through(geometries, _transformer(crs.to_wkt(), STORAGE_SRID))
    geographic = _through(geometries, _transformer(crs.to_wkt(), _INDIAN_1975_GEODETIC))
    pinned = Transformer.from_pipeline(INDIAN_1975_OPERATION)

    def shift(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        # The operation takes and gives latitude first, as EPSG defines it.
        lat, lon = pinned.transform(lon_lat[:, 1], lon_lat[:, 0])
        return np.column_stack([lon, lat])

    return _as_array(shapely.transform(geographic, shift))


def to_metric(geometries: Geometries) -> Geometries:
    """Return EPSG:4326 geometries in EPSG:32647, metres."""
    return _as_array(shapely.transform(geometries, projection.to_metric))


def keep(geometries: Geometries, mask: NDArray[np.bool_]) -> Geometries:
    """Return a copy with None wherever `mask` is false."""
    kept = geometries.copy()
    kept[~mask] = None
    return kept


def _through(geometries: Geometries, transformer: Transformer) -> Geometries:
    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return _as_array(shapely.transform(geometries, project))


def _as_array(geometries: object) -> Geometries:
    return np.asarray(geometries, dtype=object)


@lru_cache(maxsize=16)
def _transformer(source_wkt: str, target_srid: int) -> Transformer:
    return Transformer.from_crs(CRS(source_wkt), target_srid, always_xy=True)


def _read_crs(declared: str, name: str) -> CRS:
    try:
        return CRS(declared)
    except CRSError as error:
        raise LayerFileError(
            f"{name}: {declared} is not a known CRS; write it like EPSG:32647.",
            f"{name}: ไม่รู้จักระบบพิกัด {declared} โปรดเขียนแบบ EPSG:32647",
            parameter="crs",
        ) from error


def _same(one: CRS, other: CRS) -> bool:
    return _epsg(one) == _epsg(other) is not None or one.equals(other, ignore_axis_order=True)


def _epsg(crs: CRS) -> int | None:
    geodetic = _geodetic_epsg(crs)
    if geodetic is None:
        # An unknown datum looks like several numbered ones; none of them may be assumed.
        return None
    if crs.is_geographic and geodetic in _WGS84_GEODETIC:
        return STORAGE_SRID
    epsg: int | None = crs.to_epsg()
    return epsg


def _geodetic_epsg(crs: CRS) -> int | None:
    geodetic = crs.geodetic_crs
    if geodetic is None:
        return None
    if geodetic.to_authority() == ("OGC", "CRS84"):
        return STORAGE_SRID
    epsg: int | None = geodetic.to_epsg()
    return epsg
