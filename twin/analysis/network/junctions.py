"""Where streets meet without saying so: crossings, and ends that miss by less than a metre.

Three relations join streets, each between two of them only. So what they are does not depend on
other streets, and adding a street never takes a connection away:

1. a common vertex, whatever the level: that is how OpenStreetMap marks a junction, and how a
   bridge joins the street before it;
2. a crossing without a common vertex, where both are at the same level: `layer` equal, neither on
   a bridge nor in a tunnel nor a ferry, and the level of at least one of them known;
3. an end within `SNAP_M` of another street: of its ends whatever the level, of its middle where
   `layer`, `bridge` and `tunnel` agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from twin.analysis.model import FloatArray
from twin.analysis.network.components import components
from twin.analysis.network.streets import Ints, Mask, Shapes, Streets
from twin.analysis.network.vertices import PLACE_M, Vertices

#: An end this near to another street was meant to meet it, metres.
SNAP_M: Final = 1.0


@dataclass(frozen=True, eq=False)
class Contacts:
    """Pairs of spots on streets that are one place; a spot is a segment and how far along it.

    Parameters
    ----------
    segment
        (c, 2) first vertex of the segment on either side.
    fraction
        (c, 2) 0 to 1 along it.
    """

    segment: Ints
    fraction: FloatArray

    def take(self, rows: Mask) -> Contacts:
        """Return some of the contacts."""
        return Contacts(self.segment[rows], self.fraction[rows])

    def xy(self, vertices: Vertices, side: int) -> FloatArray:
        """Return (c, 2) where the spots of one side are."""
        start, along = self.segment[:, side], self.fraction[:, side, None]
        return vertices.xy[start] * (1 - along) + vertices.xy[start + 1] * along


def crossings(streets: Streets, vertices: Vertices) -> tuple[Contacts, Contacts]:
    """Return the crossings without a common vertex: those that are junctions, those that are not.

    Notes
    -----
    Pairs of segments come from an STR-tree of their boxes, points from solving both lines at once;
    parallel segments are left out, since where they part, a neighbour of one touches the other.
    """
    segments = vertices.segments
    lines = _segment_lines(vertices)
    first, second = shapely.STRtree(lines).query(lines)
    ordered = first < second
    pair = np.column_stack([segments[first[ordered]], segments[second[ordered]]])
    found = _intersections(vertices, pair[~_share_a_place(vertices, pair)])
    joined = _is_junction(streets, vertices.street[found.segment])
    return found.take(joined), found.take(~joined)


def near_misses(streets: Streets, vertices: Vertices) -> Contacts:
    """Return the ends of streets within `SNAP_M` of another street that they do not meet."""
    end, segment, fraction = _within_reach(vertices)
    met = np.rint(fraction).astype(np.int64) + segment
    at_vertex = (fraction == 0) | (fraction == 1)
    apart = ~at_vertex | (vertices.place[met] != vertices.place[end])
    pair = np.column_stack([vertices.street[end], vertices.street[segment]])
    allowed = apart & ((at_vertex & vertices.is_end[met]) | _same_level(streets, pair))
    end, segment, fraction = end[allowed], segment[allowed], fraction[allowed]
    is_first = np.isin(end, vertices.segments)  # an end is the first vertex of a segment, or last
    own = np.where(is_first, end, end - 1)
    return Contacts(
        np.column_stack([own, segment]), np.column_stack([np.where(is_first, 0.0, 1.0), fraction])
    )


def mends(vertices: Vertices, missed: Contacts) -> Mask:
    """Tell which near misses were gaps, and not corners that a metre of street joins already.

    Joined are all, so that what one street does to another depends on no third one; but only gaps
    are worth telling: ends that nothing else meets, but for stubs of the very street that is near,
    and whatever connects parts that have no common vertex.
    """
    own = missed.segment[:, 0]
    at_last = (missed.fraction[:, 0] == 1).astype(np.int64)
    end, other = own + at_last, own + 1 - at_last
    part = vertices.part[missed.segment[:, 1]]
    count = int(vertices.part.max(initial=-1)) + 1
    passed = np.unique(vertices.place * count + vertices.part)
    is_stub = np.isin(vertices.place[other] * count + part, passed)
    is_stub &= vertices.length_m[own + 1] <= 2 * SNAP_M
    is_dead_end = np.bincount(vertices.place)[vertices.place[end]] == 1
    start = vertices.segments
    step = np.column_stack([vertices.place[start], vertices.place[start + 1]])
    label, _ = components(
        int(vertices.place.max(initial=-1)) + 1, step, vertices.length_m[start + 1]
    )
    connected = label[vertices.place[missed.segment]]
    gaps: Mask = (is_dead_end & ~is_stub) | (connected[:, 0] != connected[:, 1])
    return gaps


def _within_reach(vertices: Vertices) -> tuple[Ints, Ints, FloatArray]:
    """Return ends, segments of other streets within `SNAP_M` of them, and how far along those.

    Of each part of a street only the nearest segment; all of them where several are as near, as
    where a street turns back over itself.
    """
    segments = vertices.segments
    ends = np.flatnonzero(vertices.is_end)
    points = shapely.points(vertices.xy[ends])
    which, found = shapely.STRtree(_segment_lines(vertices)).query(
        points, predicate="dwithin", distance=SNAP_M
    )
    end, segment = ends[which], segments[found]
    is_other = vertices.street[end] != vertices.street[segment]
    end, segment = end[is_other], segment[is_other]
    fraction, distance = _nearest(vertices, end, segment)
    order = np.lexsort((segment, distance, vertices.part[segment], end))
    end, segment, fraction, distance = (
        values[order] for values in (end, segment, fraction, distance)
    )
    part = vertices.part[segment]
    is_nearest = np.r_[True, (end[1:] != end[:-1]) | (part[1:] != part[:-1])][: len(end)]
    least = distance[is_nearest][np.cumsum(is_nearest) - 1]
    near = distance <= least + PLACE_M
    return end[near], segment[near], fraction[near]


def _segment_lines(vertices: Vertices) -> Shapes:
    segments = vertices.segments
    ends = np.stack([vertices.xy[segments], vertices.xy[segments + 1]], axis=1)
    return np.asarray(shapely.linestrings(ends))


def _share_a_place(vertices: Vertices, pair: Ints) -> Mask:
    a, b = pair.T
    place = vertices.place
    shares: Mask = (
        (place[a] == place[b])
        | (place[a] == place[b + 1])
        | (place[a + 1] == place[b])
        | (place[a + 1] == place[b + 1])
    )
    return shares


def _intersections(vertices: Vertices, pair: Ints) -> Contacts:
    """Return where pairs of segments cross or touch, spots within a millimetre of an end at it."""
    start = vertices.xy[pair]
    way = vertices.xy[pair + 1] - start
    long = np.hypot(way[..., 0], way[..., 1])
    between = start[:, 1] - start[:, 0]
    turn = _cross(way[:, 0], way[:, 1])
    slanted = np.abs(turn) > 1e-9 * long.prod(axis=1)
    pair, way, long, between = pair[slanted], way[slanted], long[slanted], between[slanted]
    turn = turn[slanted]
    along = np.column_stack([_cross(between, way[:, 1]), _cross(between, way[:, 0])])
    fraction = along / turn[:, None]
    slack = PLACE_M / long
    touching = ((fraction > -slack) & (fraction < 1 + slack)).all(axis=1)
    fraction, slack = fraction[touching], slack[touching]
    fraction[fraction < slack] = 0
    fraction[fraction > 1 - slack] = 1
    return Contacts(pair[touching], fraction)


def _nearest(vertices: Vertices, point: Ints, segment: Ints) -> tuple[FloatArray, FloatArray]:
    """Return the fraction along each segment that is nearest to a vertex, and its distance."""
    start = vertices.xy[segment]
    way = vertices.xy[segment + 1] - start
    off = vertices.xy[point] - start
    long = np.hypot(*way.T)
    fraction = (off * way).sum(axis=1) / long**2
    slack = PLACE_M / long
    fraction = np.where(fraction < slack, 0, np.where(fraction > 1 - slack, 1, fraction))
    return fraction, np.hypot(*(off - way * fraction[:, None]).T)


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    product: FloatArray = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return product


def _is_junction(streets: Streets, pair: Ints) -> Mask:
    on_ground = ~(streets.bridge | streets.tunnel | streets.is_ferry)
    is_junction: Mask = (
        on_ground[pair].all(axis=1)
        & (streets.layer[pair[:, 0]] == streets.layer[pair[:, 1]])
        & streets.is_level_known[pair].any(axis=1)
    )
    return is_junction


def _same_level(streets: Streets, pair: Ints) -> Mask:
    level = np.column_stack([streets.layer, streets.bridge, streets.tunnel])
    same: Mask = (level[pair[:, 0]] == level[pair[:, 1]]).all(axis=1)
    return same
