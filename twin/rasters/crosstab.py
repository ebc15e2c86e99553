"""What became what: two rasters of classes, cell by cell, in areas."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Final

import numpy as np
from exactextract.raster import RasterSource
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from twin.rasters.zonal import count_values

#: A pair of codes in one number; codes of classes are far smaller.
_FACTOR: Final = 65_536
_NOTHING: Final = -1


def count_changes(
    before: DatasetReader, after: DatasetReader, areas: Sequence[BaseGeometry]
) -> list[dict[tuple[int, int], float]]:
    """Return, for each area in EPSG:32647, how many cells went from one class to another.

    Cells are those of `before`, counted where both rasters have data; where the grids differ,
    `after` is read by the nearest of its cells.
    """
    with ExitStack() as stack:
        if (before.transform, before.shape) != (after.transform, after.shape):
            aligned = WarpedVRT(
                after,
                crs=before.crs,
                transform=before.transform,
                width=before.width,
                height=before.height,
                resampling=Resampling.nearest,
            )
            after = stack.enter_context(aligned)
        pairs = count_values(_Pairs(before, after), areas)
    return [{divmod(pair, _FACTOR): count for pair, count in one.items()} for one in pairs]


class _Pairs(RasterSource):  # type: ignore[misc]  # exactextract publishes no types
    """Both rasters as one, read piece by piece."""

    def __init__(self, before: DatasetReader, after: DatasetReader) -> None:
        super().__init__()
        self._before, self._after = before, after

    def res(self) -> tuple[float, float]:
        """Return the size of a cell."""
        width, height = self._before.res
        return float(width), float(height)

    def extent(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north."""
        west, south, east, north = self._before.bounds
        return west, south, east, north

    def srs_wkt(self) -> str | None:
        """Return no reference system: the areas are in that of the rasters."""
        return None

    def nodata_value(self) -> int:
        """Return what stands for a cell that one of them leaves empty."""
        return _NOTHING

    def read_window(self, x0: int, y0: int, nx: int, ny: int) -> NDArray[np.int32]:
        """Return a piece."""
        window = Window(x0, y0, nx, ny)
        before, after = (self._read(raster, window) for raster in (self._before, self._after))
        pairs = before.astype(np.int32) * _FACTOR + after.astype(np.int32)
        filled: NDArray[np.int32] = pairs.filled(_NOTHING)
        return filled

    @staticmethod
    def _read(raster: DatasetReader, window: Window) -> Any:  # noqa: ANN401 (numpy's masked array)
        return raster.read(1, window=window, masked=True)
