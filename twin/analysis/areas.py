"""Which area each point lies in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.analysis.model import FloatArray, IntArray

#: No area holds the point.
OUTSIDE: Final = -1


def locate(shapes: Sequence[Any] | NDArray[Any], xy: FloatArray) -> IntArray:
    """Return the area that covers each point: one only, whatever overlaps.

    Parameters
    ----------
    shapes
        Polygons or multipolygons, valid, EPSG:32647; holes are outside.
    xy
        (p, 2) EPSG:32647 metres, finite.

    Returns
    -------
    (p,) int32, place of the area in `shapes`; -1 where none covers the point. A border belongs to
    the first of the areas that share it.

    Notes
    -----
    The points are the tree and the areas ask it, since shapely prepares who asks: an area of
    20,000 vertices is then as quick as a square.

    Examples
    --------
    >>> locate([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], np.array([[1, 0.5], [3, 3]]))
    array([ 0, -1], dtype=int32)
    >>> locate([], np.empty((0, 2)))
    array([], dtype=int32)
    """
    found = np.full(len(xy), len(shapes), dtype=np.int32)
    if len(xy) and len(shapes):
        areas = np.asarray(shapes, dtype=object)
        shapely.prepare(areas)
        points: NDArray[Any] = np.asarray(shapely.points(xy))
        tree = shapely.STRtree(points)
        area, point = tree.query(areas, predicate="covers")
        np.minimum.at(found, point, area.astype(np.int32))
    found[found == len(shapes)] = OUTSIDE
    return found
