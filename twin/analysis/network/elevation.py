"""Heights under streets, and what slopes do to walking."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import import_module
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.analysis.model import FloatArray
from twin.analysis.network.streets import Ints, Mask
from twin.errors import InvalidInputError

#: Steeper slopes are steps of the surface model (roofs, trees), not of a street.
MAX_SLOPE: Final = 0.35

_STEEPNESS: Final = 3.5
_BEST_SLOPE: Final = -0.05


@dataclass(frozen=True, eq=False)
class Elevation:
    """Heights on a north-up grid.

    Parameters
    ----------
    height_m
        (rows, columns) metres, NaN where unknown; the first row is the northernmost.
    west_m, north_m
        EPSG:32647, the grid's north-west corner.
    cell_m
        Width and height of a cell, metres.
    """

    height_m: FloatArray
    west_m: float
    north_m: float
    cell_m: float

    def __post_init__(self) -> None:
        usable = self.height_m.ndim == 2 and self.height_m.size and self.cell_m > 0  # noqa: PLR2004
        if not usable:
            raise InvalidInputError(
                "An elevation grid needs rows, columns, and a cell size above 0.",
                "ข้อมูลความสูงต้องมีแถว คอลัมน์ และขนาดช่องมากกว่า 0",
                parameter="elevation",
            )

    def smoothed(self, sigma_cells: float = 1.0) -> Elevation:
        """Return the grid with roofs and single trees evened out.

        Parameters
        ----------
        sigma_cells
            Standard deviation of the Gaussian weights, cells; 0 changes nothing. Cells without a
            height stay without, and have no weight for the others.
        """
        if sigma_cells == 0:
            return self
        # Where networks are only read, it would take 6 MB for nothing.
        gaussian_filter = import_module("scipy.ndimage").gaussian_filter
        known = np.isfinite(self.height_m)
        weight = gaussian_filter(known.astype(float), sigma_cells)
        total = gaussian_filter(np.where(known, self.height_m, 0.0), sigma_cells)
        height = np.where(known, total / np.where(weight > 0, weight, 1), np.nan)
        return Elevation(height, self.west_m, self.north_m, self.cell_m)

    def sample(self, xy: FloatArray) -> FloatArray:
        """Return heights between the centres of four cells; NaN outside and beside unknown cells.

        Parameters
        ----------
        xy
            (k, 2) EPSG:32647.
        """
        column = (xy[:, 0] - self.west_m) / self.cell_m - 0.5
        row = (self.north_m - xy[:, 1]) / self.cell_m - 0.5
        rows, columns = self.height_m.shape
        inside = (column > -0.5) & (column < columns - 0.5) & (row > -0.5) & (row < rows - 0.5)  # noqa: PLR2004 (half a cell)
        column, row = column.clip(0, columns - 1), row.clip(0, rows - 1)
        left, top = np.floor(column).astype(int), np.floor(row).astype(int)
        right, low = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
        east, south = column - left, row - top
        height = self.height_m
        upper = height[top, left] * (1 - east) + height[top, right] * east
        lower = height[low, left] * (1 - east) + height[low, right] * east
        return np.where(inside, upper * (1 - south) + lower * south, np.nan)

    def digest(self) -> str:
        """Return the SHA-256 of the grid and its place."""
        told = hashlib.sha256(np.ascontiguousarray(self.height_m, dtype=np.float64).tobytes())
        told.update(repr((self.height_m.shape, self.west_m, self.north_m, self.cell_m)).encode())
        return told.hexdigest()


def tobler(slope: FloatArray) -> FloatArray:
    """Return walking speed on a slope as a share of that on the flat.

    Parameters
    ----------
    slope
        Rise over run in the direction of walking; beyond `MAX_SLOPE` either way, as at it.

    Notes
    -----
    ``exp(-3.5 |slope + 0.05|) / exp(-3.5 × 0.05)``: Tobler's hiking function, scaled so that the
    flat is 1 whatever the flat walking speed.

    References
    ----------
    Tobler, W. (1993), Three presentations on geographical analysis and modeling, NCGIA 93-1.

    Examples
    --------
    >>> tobler(np.array([0.0, -0.05, 0.05, 0.1])).round(3)
    array([1.   , 1.191, 0.839, 0.705])
    """
    bounded = np.clip(slope, -MAX_SLOPE, MAX_SLOPE)
    share: FloatArray = np.exp(
        -_STEEPNESS * np.abs(bounded - _BEST_SLOPE) + _STEEPNESS * abs(_BEST_SLOPE)
    )
    return share


def slowed(
    elevation: Elevation,
    path_xy: FloatArray,
    path_start: NDArray[np.int64],
    is_straight: Mask,
) -> FloatArray:
    """Return how much longer walking takes on pieces of street than on the flat.

    Parameters
    ----------
    path_xy, path_start
        As in `twin.analysis.model.Network`.
    is_straight
        (m,) pieces whose surface runs evenly from one end to the other whatever is beneath:
        bridges and tunnels.

    Returns
    -------
    (m, 2) factors along and against; 1 where heights are unknown.

    Notes
    -----
    Heights are taken at equal steps of half a cell at most. Where the height at either end of a
    step is unknown, the step counts as flat.
    """
    first = path_start[:-1]
    travelled = _travelled(path_xy)
    length = travelled[path_start[1:] - 1] - travelled[first]
    steps = np.maximum(np.ceil(length / (elevation.cell_m / 2)), 1).astype(np.int64)
    steps[is_straight] = 1
    piece, share = _steps(steps)
    at = travelled[first][piece] + share * length[piece]
    xy = np.column_stack([np.interp(at, travelled, path_xy[:, axis]) for axis in (0, 1)])
    height = elevation.sample(xy)
    same = piece[1:] == piece[:-1]
    rise, piece = np.diff(height)[same], piece[1:][same]
    run = (length / steps)[piece]
    slope = np.nan_to_num(rise / np.where(run > 0, run, 1))
    factors = [
        np.bincount(piece, 1 / tobler(way * slope), minlength=len(length)) / steps
        for way in (1.0, -1.0)
    ]
    return np.column_stack(factors)


def _travelled(xy: FloatArray) -> FloatArray:
    step = np.hypot(*np.diff(xy, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(step)])[: len(xy)]


def _steps(steps: Ints) -> tuple[Ints, FloatArray]:
    """Return for each sample its piece, and its share of the piece's length."""
    count = steps + 1
    piece = np.repeat(np.arange(len(steps)), count)
    start = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    share = (np.arange(len(piece)) - start[piece]) / steps[piece]
    return piece, share
