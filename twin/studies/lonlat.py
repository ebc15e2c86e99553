"""From metres of analysis back to the degrees that maps are asked and answered in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from twin.analysis.model import FloatArray
from twin.projection import to_degrees
from twin.types import Json

#: Decimals of a degree: a centimetre.
DECIMALS: Final = 7


def to_lon_lat(xy: ArrayLike) -> list[tuple[float, float]]:
    """Return points of EPSG:32647, shape (n, 2), as lon, lat degrees."""
    return [(lon, lat) for lon, lat in _rounded(xy).tolist()]


def to_geojson(geometry: BaseGeometry) -> Json:
    """Return a geometry of EPSG:32647 as GeoJSON (RFC 7946), polygons wound as that wants it."""
    degrees = shapely.transform(geometry, _rounded)
    if degrees.geom_type in ("Polygon", "MultiPolygon"):
        degrees = shapely.orient_polygons(degrees)
    told: Json = mapping(degrees)
    return told


def feature(geometry: BaseGeometry, **properties: object) -> Json:
    """Return a geometry of EPSG:32647 as a GeoJSON Feature with properties."""
    return {"type": "Feature", "geometry": to_geojson(geometry), "properties": properties}


def feature_collection(features: Sequence[Json]) -> Json:
    """Return Features as a GeoJSON FeatureCollection."""
    return {"type": "FeatureCollection", "features": features}


def _rounded(xy: ArrayLike) -> FloatArray:
    return np.round(to_degrees(xy), DECIMALS)
