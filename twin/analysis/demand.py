"""People spread over where they can be: built-up cells or streets (dasymetric mapping).

References
----------
Eicher and Brewer (2001), Dasymetric mapping and areal interpolation, doi:10.1559/152304001782173727
Mennis (2003), Generating surface models of population, doi:10.1111/0033-0124.10042
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.analysis.model import FloatArray, IntArray

#: Side of a cell of demand, and longest piece of street that one point stands for, metres.
CELL_M: Final = 100.0

#: Share of a piece that rounding may add to a line.
_HAIR: Final = 1e-6

#: People along a metre of street, against a residential one, by class. What is not here has none:
#: nobody lives on a motorway, a link or a path. An assumption of this project, not a survey.
STREET_WEIGHTS: Final[Mapping[str, float]] = {
    "residential": 1.0,
    "living_street": 1.0,
    "pedestrian": 1.0,
    "unclassified": 1.0,
    "tertiary": 0.5,
    "service": 0.5,
    "secondary": 0.25,
    "primary": 0.25,
}


@dataclass(frozen=True, eq=False)
class Places:
    """Where people can be.

    Parameters
    ----------
    xy
        (p, 2) EPSG:32647 metres.
    size
        (p,) more than 0: built-up m² or weighted metres of street; people are in proportion to it.
    area
        (p,) int32: the area that each place is in, 0 or more.
    """

    xy: FloatArray
    size: FloatArray
    area: IntArray

    def __len__(self) -> int:
        return len(self.size)

    def within(self, wanted: NDArray[np.bool_]) -> Places:
        """Return some of the places, by a truth value each."""
        return Places(self.xy[wanted], self.size[wanted], self.area[wanted])

    def joined(self, other: Places) -> Places:
        """Return these places, then the others."""
        return Places(
            np.concatenate([self.xy, other.xy]),
            np.concatenate([self.size, other.size]),
            np.concatenate([self.area, other.area]),
        )


def gather(places: Places, cell_m: float = CELL_M) -> tuple[Places, NDArray[np.int64]]:
    """Put together what is in the same area and the same cell of a grid, at its centroid.

    Returns
    -------
    The places by area, then cell; and for each the row of `places` nearest to its centroid, since
    a centroid may leave an area that is not convex, but a place does not.

    Notes
    -----
    Cells begin at the multiples of `cell_m`, so that rasters of different years have the same ones.
    The centroid is weighted by size. O(n log n).

    Examples
    --------
    >>> xy = np.array([[5.0, 5], [25, 5], [250, 5]])
    >>> cells, _ = gather(Places(xy, np.array([1.0, 3, 1]), np.zeros(3, dtype=np.int32)))
    >>> cells.xy.tolist(), cells.size.tolist()
    ([[20.0, 5.0], [250.0, 5.0]], [4.0, 1.0])
    """
    cells = np.floor(places.xy / cell_m).astype(np.int64)
    first, group = _first_of_each(np.column_stack([places.area, cells[:, ::-1]]))
    size = _sum(places.size, group, len(first))
    # From the corner of the cell: sums of coordinates of 800,000 m would lose their last digits.
    corner = cells[first] * cell_m
    offset = (places.xy - corner[group]) * places.size[:, None]
    sums = [_sum(offset[:, axis], group, len(first)) for axis in (0, 1)]
    xy = corner + np.stack(sums, axis=1) / size[:, None]
    return Places(xy, size, places.area[first]), _nearest(places.xy, xy, group)


def along(lines: NDArray[Any], step_m: float = CELL_M) -> tuple[FloatArray, FloatArray, IntArray]:
    """Cut lines into equal pieces of at most `step_m`; return their middles.

    Parameters
    ----------
    lines
        (n,) LineStrings or MultiLineStrings, EPSG:32647.

    Returns
    -------
    Middles (p, 2), metres that each stands for (p,), and the line each is of (p,) int32.

    Examples
    --------
    >>> xy, length_m, line = along(np.array([shapely.LineString([(0, 0), (150, 0)])]))
    >>> xy.tolist(), length_m.tolist()
    ([[37.5, 0.0], [112.5, 0.0]], [75.0, 75.0])
    """
    parts, line = shapely.get_parts(lines, return_index=True)
    length_m = shapely.length(parts)
    parts, line, length_m = parts[length_m > 0], line[length_m > 0], length_m[length_m > 0]
    # A hair more than whole pieces is whole pieces: projections leave 500 m as 500.0000001.
    pieces = np.ceil(length_m / step_m - _HAIR).clip(1).astype(np.int64)
    part = np.repeat(np.arange(len(parts)), pieces)
    first = np.cumsum(pieces) - pieces
    share = (np.arange(len(part)) - first[part] + 0.5) / pieces[part]
    middles = shapely.line_interpolate_point(parts[part], share, normalized=True)
    xy = shapely.get_coordinates(middles)
    return xy, (length_m / pieces)[part], line[part].astype(np.int32)


def spread(people: FloatArray, places: Places) -> FloatArray:
    """Share out the people of each area over its places, in proportion to their size.

    Parameters
    ----------
    people
        (a,) of each area, 0 or more.

    Returns
    -------
    (p,) people of each place. `math.fsum` over an area is its people: what rounding lost, the
    largest place of the area has.

    Raises
    ------
    ValueError
        An area with people has no place: they would be lost.

    Examples
    --------
    >>> places = Places(np.zeros((3, 2)), np.array([1.0, 3, 7]), np.array([0, 0, 1], np.int32))
    >>> spread(np.array([8.0, 5]), places).tolist()
    [2.0, 6.0, 5.0]
    """
    sizes = _sum(places.size, places.area, len(people))
    if lost := np.flatnonzero((people > 0) & (sizes == 0)).tolist():
        raise ValueError(f"areas {lost} have people but no place")
    share = places.size / sizes[places.area]
    weight: FloatArray = people[places.area] * share
    order = np.lexsort((places.size, places.area))
    ends = np.searchsorted(places.area[order], np.arange(len(people)), side="right")
    begin = 0
    for area, end in enumerate(ends.tolist()):
        if end > begin:
            rows = order[begin:end]
            # Twice: the first step may round too.
            for _ in range(2):
                weight[rows[-1]] += people[area] - math.fsum(weight[rows].tolist())
        begin = end
    return weight


def _first_of_each(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first row of each key, keys in order, and the number of each row's key."""
    if not len(keys):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    low = keys.min(axis=0)
    span = keys.max(axis=0) - low + 1
    one = np.ravel_multi_index(tuple((keys - low).T), tuple(span.tolist()))
    _, first, group = np.unique(one, return_index=True, return_inverse=True)
    return first, group


def _nearest(xy: FloatArray, centres: FloatArray, group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the row nearest to the centre of each group; of equal ones the first."""
    away = ((xy - centres[group]) ** 2).sum(axis=1)
    least = np.full(len(centres), np.inf)
    np.minimum.at(least, group, away)
    rows = np.flatnonzero(away == least[group])[::-1]
    nearest = np.empty(len(centres), np.int64)
    nearest[group[rows]] = rows
    return nearest


def _sum(values: FloatArray, group: NDArray[np.int64] | IntArray, count: int) -> FloatArray:
    return np.bincount(group, values, count).astype(np.float64)
