"""The value of a raster at a point, or at many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rasterio.io import DatasetReader
from rasterio.windows import Window

from twin.projection import to_metric
from twin.queries.catalogue import PublishedLayer
from twin.rasters.files import FILES

Floats = NDArray[np.float64]

#: Cells beyond the border where all that lies farther is put.
_OUTSIDE = 9


@dataclass(frozen=True)
class Sample:
    """The value of a raster at a point; None where it has none."""

    layer: PublishedLayer
    value: float | None


def sample(layer: PublishedLayer, path: Path, lon: float, lat: float) -> Sample:
    """Return the value of the cell that holds a point, degrees."""
    # Far away, PROJ cannot even tell where the point would be in the raster's projection.
    if layer.bbox is None or not layer.bbox.holds(lon, lat):
        return Sample(layer, None)
    ((x, y),) = to_metric((lon, lat)).tolist()
    with FILES.lend(path) as dataset:
        column, row = (int(np.floor(place)) for place in ~dataset.transform @ (x, y))
        if not (0 <= column < dataset.width and 0 <= row < dataset.height):
            return Sample(layer, None)
        read = dataset.read(1, window=Window(column, row, 1, 1), masked=True)
        (value,) = _plain(dataset, read).ravel().tolist()
    return Sample(layer, None if np.isnan(value) else value)


def sample_many(path: Path, lons: ArrayLike, lats: ArrayLike) -> Floats:
    """Return the values of the cells that hold these points, degrees; NaN where there is none."""
    xs, ys = to_metric(np.stack([lons, lats], axis=1)).T
    with FILES.lend(path) as dataset:
        columns, rows = _places(dataset, xs, ys)
        return _cells(dataset, _floor(columns), _floor(rows))


def interpolate(dataset: DatasetReader, xs: Floats, ys: Floats) -> Floats:
    """Return the values at points between the centres of four cells, weighted by nearness.

    Parameters
    ----------
    xs, ys
        EPSG:32647.

    Returns
    -------
    Values; NaN where the cell that holds the point has none. Of the four cells, those count that
    have a value, as in the tiles.
    """
    columns, rows = _places(dataset, xs, ys)
    west, north = _floor(columns - 0.5), _floor(rows - 0.5)
    right, down = columns - 0.5 - west, rows - 0.5 - north
    total, weight = np.zeros(len(xs)), np.zeros(len(xs))
    for east, south in ((0, 0), (1, 0), (0, 1), (1, 1)):
        share = (right if east else 1 - right) * (down if south else 1 - down)
        values = _cells(dataset, west + east, north + south)
        known = ~np.isnan(values)
        total[known] += (share * values)[known]
        weight[known] += share[known]
    own = _cells(dataset, _floor(columns), _floor(rows))
    return np.where(np.isnan(own), np.nan, total / np.where(weight > 0, weight, 1))


def _places(dataset: DatasetReader, xs: Floats, ys: Floats) -> tuple[Floats, Floats]:
    """Return columns and rows as fractions; far outside, just outside."""
    near = np.isfinite(xs) & np.isfinite(ys)
    west, north = dataset.bounds.left, dataset.bounds.top
    columns, rows = ~dataset.transform @ np.stack(
        [np.where(near, xs, west), np.where(near, ys, north)]
    )
    columns = np.where(near, columns, -_OUTSIDE).clip(-_OUTSIDE, dataset.width + _OUTSIDE)
    return columns, rows.clip(-_OUTSIDE, dataset.height + _OUTSIDE)


def _floor(places: Floats) -> NDArray[np.int64]:
    return np.floor(places).astype(np.int64)


def _cells(dataset: DatasetReader, columns: NDArray[np.int64], rows: NDArray[np.int64]) -> Floats:
    """Return the values of cells, read block by block; NaN for none and outside."""
    values = np.full(len(columns), np.nan)
    inside = (columns >= 0) & (columns < dataset.width) & (rows >= 0) & (rows < dataset.height)
    height, width = dataset.block_shapes[0]
    block = np.where(inside, rows // height * dataset.width + columns // width, -1)
    for number in np.unique(block[inside]).tolist():
        here = block == number
        left = int(columns[here].min()), int(rows[here].min())
        right = int(columns[here].max()), int(rows[here].max())
        window = Window(*left, right[0] - left[0] + 1, right[1] - left[1] + 1)
        read = dataset.read(1, window=window, masked=True)
        values[here] = _plain(dataset, read[rows[here] - left[1], columns[here] - left[0]])
    return values


def _plain(dataset: DatasetReader, read: Any) -> Floats:  # noqa: ANN401 (numpy's masked array)
    """Return what was read in the unit of the layer, NaN for none."""
    values: Floats = read.astype(np.float64).filled(np.nan)
    values *= dataset.scales[0]
    values += dataset.offsets[0]
    return values
