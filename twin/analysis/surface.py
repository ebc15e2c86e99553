"""Travel time to the nearest facility at every place, as a grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from twin.analysis.checks import check_positive
from twin.analysis.graph import Graph
from twin.analysis.model import Direction, FloatArray
from twin.analysis.reach import nearest
from twin.analysis.snap import MAX_SNAP_M, Snapped, snap
from twin.errors import InvalidInputError, TooLargeError

#: More would take minutes and a gigabyte: Phuket at 50 m has 0.2 million on land.
MAX_CELLS: Final = 4_000_000

#: Cells put on streets at a time: a quarter of a second among 70,000 pieces.
BLOCK: Final = 20_000

#: Boxes are a little larger than need be, metres: no centre is missed for the last digit.
_ROUNDING_M: Final = 0.001

#: West edge, width, 0, north edge, 0, height below 0, as `Affine.from_gdal` and GeoTIFF have it.
Affine6 = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, eq=False)
class Surface:
    """Impedance on a grid, north up.

    Parameters
    ----------
    impedance
        (rows, columns) float32, in the graph's unit, at the centres of cells; infinite where there
        is no way, NaN at sea and where no street is near.
    transform
        (a, b, c, d, e, f) of `x = a column + b row + c`, `y = d column + e row + f`, EPSG:32647.
    """

    impedance: NDArray[np.float32]
    transform: Affine6


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells on land and where centres are on the streets; worth keeping between questions.

    Parameters
    ----------
    shape
        Rows and columns.
    transform
        As in `Surface`.
    index
        (k,) cells on land, counted row by row.
    near
        (p,) those of them that may have a street near, counted likewise.
    at
        (p,) centres of the near ones on the streets.
    """

    shape: tuple[int, int]
    transform: Affine6
    index: NDArray[np.intp]
    near: NDArray[np.intp]
    at: Snapped


def make_cells(
    graph: Graph,
    land: Polygon | MultiPolygon,
    *,
    cell_m: float = 100.0,
    max_snap_m: float = MAX_SNAP_M,
    progress: Callable[[int, int], None] | None = None,
) -> Cells:
    """Return the cells whose centres are on land, put on the streets.

    Parameters
    ----------
    graph
        Streets and mode.
    land
        EPSG:32647.
    cell_m
        Width and height; cells begin at multiples of it, so that grids of one size match.
    max_snap_m
        Farther from any street a cell is unknown.
    progress
        Told how many of how many cells are on streets, after each `BLOCK`.

    Raises
    ------
    InvalidInputError
        If land is empty, or a size is not above 0.
    TooLargeError
        If there were more than `MAX_CELLS`.
    """
    check_positive(cell_m, "cell_m")
    if land.is_empty:
        raise InvalidInputError(
            "Land is empty: give the outline of the province.",
            "ไม่มีพื้นดิน โปรดให้ขอบเขตจังหวัด",
            parameter="land",
        )
    west, south, east, north = land.bounds
    first, last = floor(west / cell_m), ceil(east / cell_m)
    bottom, top = floor(south / cell_m), ceil(north / cell_m)
    shape = (top - bottom, last - first)
    if shape[0] * shape[1] > MAX_CELLS:
        raise TooLargeError(
            f"{shape[0] * shape[1]} cells are more than {MAX_CELLS}: take larger cells.",
            f"จำนวน {shape[0] * shape[1]} ช่อง เกิน {MAX_CELLS} โปรดใช้ช่องที่ใหญ่ขึ้น",
            parameter="cell_m",
        )
    x = (np.arange(first, last, dtype=np.float64) + 0.5) * cell_m
    y = (np.arange(top, bottom, -1, dtype=np.float64) - 0.5) * cell_m
    xs, ys = (axis.ravel() for axis in np.meshgrid(x, y))
    shapely.prepare(land)
    index = np.flatnonzero(shapely.contains_xy(land, xs, ys))
    near = index[_may_be_near(graph, x, y, max_snap_m).ravel()[index]]
    at = _snap_in_blocks(graph, np.stack([xs[near], ys[near]], axis=1), max_snap_m, progress)
    return Cells(shape, (cell_m, 0.0, first * cell_m, 0.0, -cell_m, top * cell_m), index, near, at)


def _snap_in_blocks(
    graph: Graph,
    xy: FloatArray,
    max_snap_m: float,
    progress: Callable[[int, int], None] | None,
) -> Snapped:
    placed = []
    for start in range(0, max(len(xy), 1), BLOCK):
        block = xy[start : start + BLOCK]
        placed.append(snap(graph, block, max_snap_m=max_snap_m))
        if progress is not None:
            progress(start + len(block), len(xy))
    return placed[0].joined(*placed[1:])


def travel_surface(graph: Graph, supply: Snapped, cells: Cells, *, direction: Direction) -> Surface:
    """Return impedance between every cell on land and its nearest facility.

    Time at the street and the walk between it and the cell's centre, as for demand points: a cell
    with a demand point at its centre says what that point is told.

    Parameters
    ----------
    graph
        Streets, mode and unit; the mode that the cells were put on streets for.
    supply
        Facilities on its streets.
    cells
        From `make_cells`.
    direction
        `to` or `from` the facility.
    """
    found = nearest(graph, cells.at, supply, direction=direction).impedance
    grid = np.full(cells.shape[0] * cells.shape[1], np.nan, dtype=np.float32)
    grid[cells.near] = found
    return Surface(grid.reshape(cells.shape), cells.transform)


def _may_be_near(
    graph: Graph, x: FloatArray, y: FloatArray, max_snap_m: float
) -> NDArray[np.bool_]:
    """Return (rows, columns) whether a centre is in the box around what is near a segment.

    Each box adds 1 where it begins and takes it away where it ends; sums along columns and rows
    then tell how many boxes a centre is in. `x` ascends and `y` descends.
    """
    network = graph.network
    of = np.repeat(np.arange(network.edge_count), np.diff(network.path_start))
    kept = (of[1:] == of[:-1]) & graph.is_open[of[1:]]
    ends = np.stack([network.path_xy[:-1][kept], network.path_xy[1:][kept]])
    far = max_snap_m + _ROUNDING_M
    west, south = (ends.min(axis=0) - far).T
    east, north = (ends.max(axis=0) + far).T
    left, right = np.searchsorted(x, west), np.searchsorted(x, east, "right")
    top, bottom = np.searchsorted(-y, -north), np.searchsorted(-y, -south, "right")
    change = np.zeros((len(y) + 1, len(x) + 1), dtype=np.int32)
    for row, column, sign in (
        (top, left, 1),
        (top, right, -1),
        (bottom, left, -1),
        (bottom, right, 1),
    ):
        np.add.at(change, (row, column), sign)
    return change.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0
