"""Between the degrees of storage, EPSG:4326, and the metres of measuring, EPSG:32647."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from twin.crs import METRIC_SRID, STORAGE_SRID


def to_metric(lon_lat: ArrayLike) -> NDArray[np.float64]:
    """Return points of degrees, (n, 2), in EPSG:32647; infinite where they are too far for it."""
    return _through(_transformer(STORAGE_SRID, METRIC_SRID), lon_lat)


def to_degrees(xy: ArrayLike) -> NDArray[np.float64]:
    """Return points of EPSG:32647, (n, 2), as lon, lat degrees."""
    return _through(_transformer(METRIC_SRID, STORAGE_SRID), xy)


def _through(transformer: Transformer, points: ArrayLike) -> NDArray[np.float64]:
    columns = np.asarray(points, dtype=np.float64).reshape(-1, 2).T
    return np.stack(transformer.transform(*columns), axis=1)


@cache
def _transformer(source: int, target: int) -> Transformer:
    """Return the way from one to the other; pyproj lets threads share it."""
    return Transformer.from_crs(source, target, always_xy=True)
