"""The way between a place and a facility, piece by piece, and where a budget is spent on it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import inf

import numpy as np
import shapely
from shapely import LineString

from twin.analysis.graph import Graph
from twin.analysis.lines import cut_lines
from twin.analysis.model import Direction, FloatArray, IntArray
from twin.analysis.reach import find_ends, same_piece, search
from twin.analysis.snap import Snapped


@dataclass(frozen=True)
class Step:
    """Part of one piece of street, in the direction of travel.

    Parameters
    ----------
    edge
        Piece of street; -1 for the straight way between a place and its street.
    start, end
        Fractions of the piece; `start` is above `end` where it is taken against its direction.
    impedance
        In the graph's unit.
    line
        EPSG:32647, in the direction of travel.
    """

    edge: int
    start: float
    end: float
    impedance: float
    line: LineString


@dataclass(frozen=True)
class Route:
    """A way in the direction of travel, both walks between place and street included."""

    steps: tuple[Step, ...]

    @property
    def impedance(self) -> float:
        """Impedance of the whole, in the graph's unit."""
        return sum(step.impedance for step in self.steps)

    @property
    def length_m(self) -> float:
        """Metres of the whole."""
        return float(sum(step.line.length for step in self.steps))

    @property
    def line(self) -> LineString:
        """The whole as one line, EPSG:32647."""
        parts = [shapely.get_coordinates(step.line) for step in self.steps]
        return LineString(np.concatenate(parts))

    def find_spent(self, budget: float) -> tuple[float, float] | None:
        """Return where a budget is spent, EPSG:32647 metres; None if it suffices."""
        left = budget
        for step in self.steps:
            if step.impedance > left:
                place = step.line.interpolate(left / step.impedance, normalized=True)
                return place.x, place.y
            left -= step.impedance
        return None


def find_route(
    graph: Graph,
    place: Snapped,
    place_xy: FloatArray,
    facility: Snapped,
    facility_xy: FloatArray,
    *,
    direction: Direction,
) -> Route | None:
    """Return the best way between a place and a facility.

    Parameters
    ----------
    graph
        Streets, mode and unit.
    place, facility
        One point each, on streets.
    place_xy, facility_xy
        (2,) EPSG:32647 metres: where they really are.
    direction
        `to`: from the place to the facility; `from`: from the facility to the place.

    Returns
    -------
    Route or None
        None if there is no way.
    """
    ways = [
        _find_way(graph, start, place_xy, end, facility_xy, direction)
        for start, end in product(place.places, facility.places)
        if start.is_known[0] and end.is_known[0]
    ]
    return min((way for way in ways if way), key=lambda way: way.impedance, default=None)


def _find_way(
    graph: Graph,
    place: Snapped,
    place_xy: FloatArray,
    facility: Snapped,
    facility_xy: FloatArray,
    direction: Direction,
) -> Route | None:
    is_leaving = direction == "to"
    at_node, previous, _ = search(graph, facility, direction=direction)
    ends = find_ends(graph, place, is_leaving=is_leaving)
    both = at_node[ends.node[0]] + ends.cost[0]
    end = int(np.argmin(both))
    _, _, straight = same_piece(graph, place, facility, direction)
    direct = float(straight.min(initial=inf))
    if min(direct, both[end]) == inf:
        return None
    near, far = float(place.fraction[0]), float(facility.fraction[0])
    if direct <= both[end]:
        parts = [(int(place.edge[0]), near, far)]
    else:
        node = int(ends.node[0, end])
        arcs, last = _follow(graph, previous, node, direction)
        middle = [(arc // 2, arc % 2, 1 - arc % 2) for arc in arcs]
        if direction == "from":
            middle = [(edge, stop, start) for edge, start, stop in middle]
        last_end = _choose_end(graph, facility, last, is_leaving=not is_leaving)
        parts = [
            (int(place.edge[0]), near, end),
            *middle,
            (int(facility.edge[0]), last_end, far),
        ]
    # As seen from the place; a service that comes to it travels the other way.
    walks = _walk(graph, place_xy, place), _walk(graph, facility_xy, facility, is_back=True)
    if direction == "from":
        parts = [(edge, stop, start) for edge, start, stop in reversed(parts)]
        walks = _walk(graph, facility_xy, facility), _walk(graph, place_xy, place, is_back=True)
    steps = [*walks[0], *_make_steps(graph, parts), *walks[1]]
    return Route(tuple(steps) or (Step(-1, 0.0, 1.0, 0.0, LineString([place_xy, facility_xy])),))


def _follow(
    graph: Graph,
    previous: IntArray,
    node: int,
    direction: Direction,
) -> tuple[list[int], int]:
    """Return the arcs from a node back to where the search began, and the last node."""
    matrix, arc = graph.search_matrix(direction), graph.search_arc(direction)
    arcs = []
    while (before := int(previous[node])) < graph.network.node_count:
        row = slice(matrix.indptr[before], matrix.indptr[before + 1])
        at = int(np.flatnonzero(matrix.indices[row] == node)[0])
        arcs.append(int(arc[row.start + at]))
        node = before
    return arcs, node


def _choose_end(graph: Graph, point: Snapped, node: int, *, is_leaving: bool) -> int:
    """Return which end of its piece a way through a node uses; a loop has both at one node."""
    ends = find_ends(graph, point, is_leaving=is_leaving)
    return int(np.argmin(np.where(ends.node[0] == node, ends.cost[0], inf)))


def _make_steps(graph: Graph, parts: list[tuple[int, float, float]]) -> list[Step]:
    """Return parts of pieces with their lines and impedance; those of no length are left out."""
    kept = [part for part in parts if part[1] != part[2]]
    edge = np.array([part[0] for part in kept], dtype=np.int32)
    start, stop = np.array([part[1:] for part in kept], dtype=np.float64).reshape(-1, 2).T
    lines = cut_lines(graph.network, edge, np.minimum(start, stop), np.maximum(start, stop))
    is_back = start > stop
    lines[is_back] = shapely.reverse(lines[is_back])
    cost = np.abs(stop - start) * graph.cost[edge, is_back.astype(int)]
    rows = zip(edge.tolist(), start.tolist(), stop.tolist(), cost.tolist(), lines, strict=True)
    return [Step(*row) for row in rows]


def _walk(graph: Graph, xy: FloatArray, at: Snapped, *, is_back: bool = False) -> list[Step]:
    """Return the straight way from a place to its street, or back from there."""
    offset = float(at.offset_m[0])
    if offset == 0:
        return []
    ends = [at.xy[0], xy] if is_back else [xy, at.xy[0]]
    return [Step(-1, 0.0, 1.0, offset * graph.access_per_m, LineString(ends))]
