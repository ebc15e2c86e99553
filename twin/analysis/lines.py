"""Lines of pieces of street, cut anywhere."""

from __future__ import annotations

from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.analysis.model import FloatArray, IntArray, Network

_MEASURES: Final[WeakKeyDictionary[Network, FloatArray]] = WeakKeyDictionary()

#: Between the ends of two pieces, so that no place is measured twice.
_GAP_M: Final = 1.0


def cut_lines(network: Network, edge: IntArray, start: FloatArray, end: FloatArray) -> NDArray[Any]:
    """Return parts of pieces of street as lines.

    Parameters
    ----------
    network
        Streets.
    edge
        (k,) pieces.
    start, end
        (k,) fractions of each, 0 to 1, `start` not beyond `end`.

    Returns
    -------
    NDArray
        (k,) LineString in EPSG:32647, in the direction of the piece; of no length where start is
        end.
    """
    measure = _measure(network)
    first, last = network.path_start[edge], network.path_start[edge + 1] - 1
    length = measure[last] - measure[first]
    begin, finish = measure[first] + start * length, measure[first] + end * length
    low = np.clip(np.searchsorted(measure, begin, side="right"), first + 1, last)
    high = np.clip(np.searchsorted(measure, finish, side="left"), low, last)
    count = high - low + 2
    rows = np.repeat(np.arange(len(edge)), count)
    step = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    # Each line: the place where it is cut, the vertices between, the other place.
    vertex = low[rows] + step - 1
    place = np.where(
        step == 0, begin[rows], np.where(step == count[rows] - 1, finish[rows], measure[vertex])
    )
    xy = np.stack([np.interp(place, measure, axis) for axis in network.path_xy.T], axis=1)
    return np.asarray(shapely.linestrings(xy, indices=rows))


def _measure(network: Network) -> FloatArray:
    """Return metres along all pieces, one after the other, at each vertex of `path_xy`."""
    if network not in _MEASURES:
        step = np.hypot(*np.diff(network.path_xy, axis=0).T)
        step[network.path_start[1:-1] - 1] = _GAP_M
        _MEASURES[network] = np.concatenate([[0.0], np.cumsum(step)])
    return _MEASURES[network]
