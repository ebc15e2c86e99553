"""Cells of a raster that is read part by part: which part, where they are, what they count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rasterio.io import DatasetReader
from rasterio.windows import Window, from_bounds

#: Rows read at once, which bounds the memory.
_ROWS: Final = 1024


def strips(dataset: DatasetReader, box: tuple[float, float, float, float]) -> Iterator[Window]:
    """Yield the part of a raster that a box touches, a strip at a time.

    Parameters
    ----------
    box
        West, south, east, north in the raster's own reference system.
    """
    near = from_bounds(*box, transform=dataset.transform)
    near = near.round_offsets(op="floor").round_lengths(op="ceil")
    left, top = max(0, near.col_off), max(0, near.row_off)
    right = min(dataset.width, near.col_off + near.width + 1)
    bottom = min(dataset.height, near.row_off + near.height + 1)
    if right > left:
        for row in range(top, bottom, _ROWS):
            yield Window(left, row, right - left, min(_ROWS, bottom - row))


def centres(
    dataset: DatasetReader, window: Window, rows: NDArray[Any], columns: NDArray[Any]
) -> NDArray[np.float64]:
    """Return where the middles of some cells of a window are, (n, 2) in the raster's own system."""
    xs, ys = dataset.window_transform(window) @ np.stack([columns + 0.5, rows + 0.5])
    return np.stack([xs, ys], axis=1)


def read_counts(dataset: DatasetReader, window: Window) -> NDArray[np.float64]:
    """Return what the cells of a window count; 0 where they have no value or it is no number."""
    read = dataset.read(1, window=window, masked=True).astype(np.float64)
    counts: NDArray[np.float64] = (read * dataset.scales[0] + dataset.offsets[0]).filled(0.0)
    counts[np.isnan(counts)] = 0.0
    return counts
