"""The coordinate reference systems of the house, and the one way into them.

Storage is EPSG:4326, measuring EPSG:32647 (WGS 84 / UTM 47N), tiles EPSG:3857. Input may also be
EPSG:24047 (Indian 1975 / UTM 47N). A mislabelled datum there is an error of about 620 m in Phuket,
and PROJ's candidate operations differ by 184 m, so the operation is pinned to EPSG:1812.
"""

from __future__ import annotations

from typing import Final

STORAGE_SRID: Final = 4326
METRIC_SRID: Final = 32647
TILE_SRID: Final = 3857
INDIAN_1975_UTM_47N: Final = 24047

#: Indian 1975 (EPSG:4240) to WGS 84 (EPSG:4326), the province's own parameter set, 3 m.
INDIAN_1975_OPERATION: Final = "EPSG:1812"

#: lon/lat degrees around the province of Phuket with its islands; a bound for sanity, not a border.
PROVINCE_BBOX: Final = (98.15, 7.40, 98.60, 8.30)
