"""The values under a tile, and how the sun lights them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.ma import MaskedArray
from rasterio.io import DatasetReader
from rio_tiler.io import Reader

from twin.rasters.kinds import is_height
from twin.rasters.png import Floats, Shown
from twin.rasters.styles import range_of
from twin.spec import LayerSpec
from twin.tiles.address import Address

TILE_PIXELS: Final = 256

#: Bounds of the factor that light puts on a colour.
DARKEST, BRIGHTEST = 0.5, 1.2

Values = MaskedArray[Any, Any]

#: Pixels read around a tile, so that slopes are right at its edge: the slope needs one, and the
#: outermost may lack neighbours when the raster is read smaller than it is.
_MARGIN: Final = 2
_INNER: Final = (slice(_MARGIN, -_MARGIN), slice(_MARGIN, -_MARGIN))

#: The sun of cartographers: north-west, half-way up.
_SUN_AZIMUTH: Final = math.radians(315.0)
_SUN_ALTITUDE: Final = math.radians(45.0)
_EXAGGERATION: Final = 2.0

_HALF_WORLD_M: Final = 20_037_508.342789244

#: Heights below this are sea: models of islands have 0 there, not emptiness.
_SHORE_M: Final = 0.5


@dataclass(frozen=True)
class TileSource:
    """A raster as seen through one tile."""

    spec: LayerSpec
    dataset: DatasetReader
    address: Address

    def nearest(self) -> Values:
        """Return values as they are stored, each from the nearest pixel."""
        return self._read("nearest")

    def smooth(self) -> Values:
        """Return values between those of neighbouring pixels."""
        return self._read("bilinear")

    def lit(self) -> tuple[Values, Floats]:
        """Return heights and, for each, how the sun lights its slope, `DARKEST` … `BRIGHTEST`."""
        pixel_m = 2 * _HALF_WORLD_M / TILE_PIXELS / 2**self.address.z
        heights = surface = self._read("bilinear", _MARGIN)
        if pixel_m < self.dataset.res[0]:
            surface = self._read("cubic_spline", _MARGIN)
        return heights[_INNER], _light(surface.filled(0).astype(np.float32), pixel_m)[_INNER]

    def shown(self, values: Values) -> Shown:
        """Tell where there is something to show: a value, and land where values are heights."""
        shown: Shown = ~np.ma.getmaskarray(values)
        if is_height(self.spec):
            shown &= values.filled(0) >= _SHORE_M
        return shown

    def shares(self, values: Values) -> Floats:
        """Return where values lie in the layer's range, 0…1."""
        least, most = range_of(self.spec)
        shares: Floats = (values.filled(0).astype(np.float32) - least) / (most - least)
        return shares.clip(0, 1)

    def _read(self, resampling: str, margin: int = 0) -> Values:
        return read_tile(self.dataset, self.address, resampling, margin)


def read_tile(dataset: DatasetReader, address: Address, resampling: str, margin: int = 0) -> Values:
    """Return the values of a raster under a tile, masked where there are none.

    Parameters
    ----------
    resampling
        `nearest` leaves values as they are stored; others read them as float32.
    margin
        Pixels around the tile that are read as well.

    Raises
    ------
    TileOutsideBounds
        The raster does not reach into the tile.
    """
    is_scaled = dataset.scales[0] != 1 or dataset.offsets[0] != 0
    with Reader(None, dataset=dataset) as reader:
        image = reader.tile(
            address.x,
            address.y,
            address.z,
            tilesize=TILE_PIXELS,
            indexes=1,
            buffer=margin or None,
            resampling_method=resampling,
            reproject_method=resampling,
            vrt_options=None if resampling == "nearest" else {"dtype": "float32"},
            unscale=is_scaled,
        )
    values: Values = np.ma.masked_invalid(image.array[0])
    return values


def _light(heights_m: Floats, pixel_m: float) -> Floats:
    south, east = np.gradient(heights_m * _EXAGGERATION, pixel_m)
    toward_sun = south * math.cos(_SUN_AZIMUTH) - east * math.sin(_SUN_AZIMUTH)
    upward = math.sin(_SUN_ALTITUDE)
    shade = (toward_sun * math.cos(_SUN_ALTITUDE) + upward) / np.sqrt(1 + east**2 + south**2)
    light: Floats = np.clip(1 + 0.6 * (shade - upward), DARKEST, BRIGHTEST)
    return light
