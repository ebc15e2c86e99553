"""Pairs of places between which a connection could serve somebody anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree
from shapely import MultiPolygon, Polygon

from twin.analysis.gain import People, make_people
from twin.analysis.halfway import add_corners, drop_feet, find_near
from twin.analysis.model import FloatArray, IntArray
from twin.analysis.reach import Ends, search
from twin.analysis.situation import Situation


@dataclass(frozen=True, eq=False)
class Pairs:
    """Possible connections.

    Parameters
    ----------
    near, far
        Nodes: from `near` people would travel over the connection to `far`, or the service to them.
    length_m
        Straight metres.
    left
        What is left of the threshold at `near`.
    """

    near: IntArray
    far: IntArray
    length_m: FloatArray
    left: FloatArray

    def take(self, rows: NDArray[Any]) -> Pairs:
        """Return some of them, by number or by mask."""
        return Pairs(self.near[rows], self.far[rows], self.length_m[rows], self.left[rows])


def find_pairs(
    now: Situation, max_length_m: float, per_metre: float
) -> tuple[Situation, NDArray[np.int32], Pairs]:
    """Return the pairs of corners, and of a corner and a street, that could serve somebody.

    Parameters
    ----------
    now
        Streets, people, existing facilities, direction and threshold.
    max_length_m
        Straight metres at most.
    per_metre
        Impedance of a metre of connection.

    Returns
    -------
    situation : the same with streets cut where connections could end
    street : (n,) for each of its nodes the street of `now` that it is in the middle of, -1 at
        corners
    pairs : of its nodes, by `near`, then `far`
    """
    corners = _corner_pairs(now, max_length_m)
    node, street = _street_pairs(now, max_length_m)
    feet = drop_feet(now.graph, node, street)
    finer, foot = add_corners(now, feet)
    middle = np.full(finer.graph.network.node_count, -1, np.int32)
    middle[foot] = feet.edge
    either = np.concatenate([corners, np.stack([feet.node, foot], axis=1)])
    near, far = np.concatenate([either, either[:, ::-1]]).T
    xy = finer.graph.network.node_xy
    length = np.hypot(*(xy[near] - xy[far]).T)
    left = finer.limit - length * per_metre - to_facility(finer)[far]
    kept = (length > 0) & (left >= 0) & (to_waiting(finer)[near] <= left)
    kept = np.flatnonzero(kept)
    kept = kept[np.lexsort((far[kept], near[kept]))]
    return finer, middle, Pairs(near[kept], far[kept], length[kept], left[kept])


def keep_on_land(pairs: Pairs, xy: FloatArray, land: Polygon | MultiPolygon) -> Pairs:
    """Return the pairs whose straight line does not leave the land."""
    shapely.prepare(land)
    lines: NDArray[Any] = np.asarray(
        shapely.linestrings(np.stack([xy[pairs.near], xy[pairs.far]], axis=1))
    )
    return pairs.take(np.asarray(shapely.covers(land, lines)))


def to_facility(now: Situation) -> FloatArray:
    """Return the impedance between each node and the nearest facility, as far as the limit."""
    sources = now.supply.take(now.supply.is_known)
    if not len(sources):
        return np.full(now.graph.network.node_count, np.inf)
    return search(now.graph, sources, direction=now.direction, limit=now.limit)[0]


def to_waiting(now: Situation) -> FloatArray:
    """Return the impedance between each node and the nearest unserved demand point."""
    people = waiting_people(now)
    nodes = len(people.node_xy)
    finite = np.isfinite(people.ends.cost)
    least = np.full(nodes, np.inf)
    np.minimum.at(least, people.ends.node[finite], people.ends.cost[finite])
    begin = np.flatnonzero(np.isfinite(least)).astype(np.int32)
    matrix = people.inward
    entries = (
        np.concatenate([matrix.data, least[begin]]),
        np.concatenate([matrix.indices, begin]),
        np.append(matrix.indptr, matrix.indptr[-1] + len(begin)).astype(np.int32),
    )
    more = csr_array(entries, shape=(nodes + 1, nodes + 1))
    found: FloatArray = dijkstra(more, indices=[nodes], limit=now.limit)[0, :nodes]
    return found


def waiting_people(now: Situation) -> People:
    """Return the streets and those on them who are not served."""
    rows = now.is_waiting
    ends = Ends(now.ends.node[rows], now.ends.cost[rows])
    return make_people(now.graph, ends, now.people[rows], now.direction)


def _corner_pairs(now: Situation, max_length_m: float) -> IntArray:
    xy = now.graph.network.node_xy
    used = np.unique(now.graph.network.edge_nodes[now.graph.is_open]).astype(np.int32)
    found = KDTree(xy[used]).query_pairs(max_length_m, output_type="ndarray")
    return used[found]


def _street_pairs(now: Situation, max_length_m: float) -> tuple[IntArray, IntArray]:
    """Return nodes and streets that may serve somebody; bounds leave out most that cannot."""
    facility, waiting = to_facility(now), to_waiting(now)
    along, against = now.graph.cost.T
    if now.direction == "from":
        along, against = against, along
    at_facility = _least_inside(now, facility, along, against)
    at_waiting = _least_inside(now, waiting, against, along)
    nodes = np.flatnonzero(np.minimum(facility, waiting) <= now.limit).astype(np.int32)
    near_enough = np.minimum(at_facility, at_waiting) <= now.limit
    streets = np.flatnonzero(now.graph.is_open & near_enough).astype(np.int32)
    node, street = find_near(now.graph, nodes, streets, max_length_m)
    least = np.minimum(waiting[node] + at_facility[street], facility[node] + at_waiting[street])
    kept = least <= now.limit
    return node[kept], street[kept]


def _least_inside(
    now: Situation, at_node: FloatArray, first: FloatArray, second: FloatArray
) -> FloatArray:
    """Return what impedance inside each street is at least, given that at the nodes.

    `first` and `second` are what the whole street costs between a place in it and either node.
    """
    known = np.minimum(at_node, now.limit)[now.graph.network.edge_nodes]
    return np.maximum(np.maximum(known[:, 0] - first, known[:, 1] - second), 0.0)
