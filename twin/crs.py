"""The coordinate reference systems of the house, and the one way into them.

Storage is EPSG:4326, measuring EPSG:32647 (WGS 84 / UTM 47N), tiles EPSG:3857. Input may also be
EPSG:24047 (Indian 1975 / UTM 47N). A mislabelled datum there is an error of about 620 m in Phuket,
and PROJ's candidate operations differ by 184 m, so the operation is pinned to EPSG:1812.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

STORAGE_SRID: Final = 4326
METRIC_SRID: Final = 32647
TILE_SRID: Final = 3857
INDIAN_1975_UTM_47N: Final = 24047

#: Indian 1975 (EPSG:4240) to WGS 84 (EPSG:4326), the province's own parameter set, 3 m.
INDIAN_1975_OPERATION: Final = "EPSG:1812"

#: lon/lat degrees around the province of Phuket with its islands; a bound for sanity, not a border.
PROVINCE_BBOX: Final = (98.15, 7.40, 98.60, 8.30)


class Crs(NamedTuple):
    """A reference system that features are asked for in: where it is named, and its axes.

    `decimals` of its coordinates come to a centimetre or less.
    """

    uri: str
    srid: int
    is_lat_first: bool = False
    decimals: int = 7


CRS84: Final = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", STORAGE_SRID)

_EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0"

#: What features can be had in and asked by, CRS84 first, by address.
OFFERED_CRS: Final[Mapping[str, Crs]] = {
    crs.uri: crs
    for crs in (
        CRS84,
        Crs(f"{_EPSG}/{STORAGE_SRID}", STORAGE_SRID, is_lat_first=True),
        Crs(f"{_EPSG}/{METRIC_SRID}", METRIC_SRID, decimals=3),
        Crs(f"{_EPSG}/{TILE_SRID}", TILE_SRID, decimals=3),
    )
}
