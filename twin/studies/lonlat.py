"""From metres of analysis back to the degrees that maps are asked and answered in."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from pyproj import Transformer

from twin.crs import METRIC_SRID, STORAGE_SRID
from twin.types import Json

#: Decimals of a degree: a centimetre.
DECIMALS: Final = 7


def to_lon_lat(xy: ArrayLike) -> list[tuple[float, float]]:
    """Return points of EPSG:32647, shape (n, 2), as lon, lat degrees."""
    xs, ys = np.asarray(xy, dtype=np.float64).reshape(-1, 2).T
    lons, lats = _to_degrees().transform(xs, ys)
    return list(
        zip(np.round(lons, DECIMALS).tolist(), np.round(lats, DECIMALS).tolist(), strict=True)
    )


def line_string(xy: ArrayLike) -> Json:
    """Return points of EPSG:32647, shape (n, 2), as a GeoJSON LineString."""
    return {"type": "LineString", "coordinates": [list(place) for place in to_lon_lat(xy)]}


@cache
def _to_degrees() -> Transformer:
    return Transformer.from_crs(METRIC_SRID, STORAGE_SRID, always_xy=True)
