"""Writing what is told of travel-time surfaces."""

from __future__ import annotations

import math
from bisect import bisect_left

from api.models.surface import SurfaceTileJson, SurfaceValue
from twin.queries.place import Point
from twin.rasters.bands import MAX_ZOOM, MIN_ZOOM, Band, make_bands
from twin.rasters.surface_words import tell_band, tell_missing
from twin.types import BBox, Json


def surface_tilejson(told: Json, bounds: BBox, address: str) -> SurfaceTileJson:
    """Return the TileJSON of a surface.

    Parameters
    ----------
    told
        What its file says.
    address
        Of the surface, absolute, without an ending.
    """
    titles = told["titles"]
    return SurfaceTileJson.model_validate(
        {
            "tilejson": "3.0.0",
            "name": "travel-time",
            "description": f"{titles['th']} | {titles['en']}",
            "attribution": told["attribution"],
            "scheme": "xyz",
            "tiles": [f"{address}/{{z}}/{{x}}/{{y}}.png"],
            "bounds": list(bounds),
            "minzoom": MIN_ZOOM,
            "maxzoom": MAX_ZOOM,
            "titles": titles,
            "unit": told["unit"],
            "cell_m": told["cell_m"],
            "bands": [_band(band, told["unit"]) for band in make_bands(told["steps"])],
            "data_url": f"{address}.tif",
            "value_url": f"{address}/value",
        }
    )


def surface_value(told: Json, point: Point, value: float) -> SurfaceValue:
    """Return the value at a point; NaN: none."""
    is_known = math.isfinite(value)
    band = make_bands(told["steps"])[bisect_left(told["steps"], value)] if is_known else None
    titles = tell_band(band, told["unit"]) if band else tell_missing()
    return SurfaceValue.model_validate(
        {
            "point": [point.lon, point.lat],
            "value": round(value, 2) if is_known else None,
            "unit": told["unit"],
            "titles": titles._asdict(),
        }
    )


def _band(band: Band, unit: str) -> Json:
    return {**band._asdict(), "titles": tell_band(band, unit)._asdict()}
