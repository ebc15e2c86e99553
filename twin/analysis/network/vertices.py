"""Streets taken apart into vertices, each at a place that vertices of other streets may share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.analysis.model import FloatArray
from twin.analysis.network.streets import Ints, Mask, Shapes

#: Vertices are at one place where their coordinates agree after rounding to this, metres.
PLACE_M = 0.001


@dataclass(frozen=True, eq=False)
class Vertices:
    """The vertices of all parts of all streets, in their order along them.

    Parameters
    ----------
    xy
        (v, 2) EPSG:32647 metres.
    part
        (v,) grows; a part is an unbroken line of one street, with two vertices or more.
    street
        (v,) row of the street.
    place
        (v,) equal where vertices are at one place; neighbours on a part never are.
    """

    xy: FloatArray
    part: Ints
    street: Ints
    place: Ints

    @property
    def segments(self) -> Ints:
        """Index of the first vertex of each straight segment."""
        return np.flatnonzero(self.part[1:] == self.part[:-1])

    @property
    def is_end(self) -> Mask:
        """Whether each vertex is the first or the last of its part."""
        change = self.part[1:] != self.part[:-1]
        is_end: Mask = (np.r_[True, change] | np.r_[change, True])[: len(self.part)]
        return is_end

    @property
    def length_m(self) -> FloatArray:
        """(v,) metres from the vertex before on the same part; 0 for the first."""
        step = np.zeros(len(self.xy))
        segments = self.segments
        step[segments + 1] = np.hypot(*(self.xy[segments + 1] - self.xy[segments]).T)
        return step


def take_apart(lines: Shapes) -> Vertices:
    """Return the vertices of streets; parts of a street that continue each other are one.

    Parameters
    ----------
    lines
        LineString or MultiLineString, EPSG:32647; None, empty and zero-length ones vanish.
    """
    parts, street = shapely.get_parts(_continued(lines), return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    place = places(xy)
    if len(xy):
        fresh = np.r_[True, (part[1:] != part[:-1]) | (place[1:] != place[:-1])]
        xy, part, place = xy[fresh], part[fresh], place[fresh]
        long = np.bincount(part, minlength=len(parts))[part] > 1
        xy, part, place = xy[long], part[long], place[long]
    return Vertices(xy, part, street[part], place)


def places(xy: FloatArray) -> NDArray[np.int64]:
    """Return a number for each point, equal where points are at one place, growing with x and y."""
    keys = np.round(xy / PLACE_M).astype(np.int64)
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    ranked = keys[order]
    is_new = np.r_[False, (ranked[1:] != ranked[:-1]).any(axis=1)][: len(xy)]
    place = np.empty(len(xy), dtype=np.int64)
    place[order] = np.cumsum(is_new)
    return place


def _continued(lines: Shapes) -> Shapes:
    several = shapely.get_num_geometries(lines) > 1
    if not several.any():
        return lines
    whole = lines.copy()
    whole[several] = shapely.line_merge(lines[several], directed=True)
    return whole
