"""Impedance between points on streets, exact at both ends.

Facilities become nodes of their own, joined to both ends of their piece of street by what the way
to each end costs; demand is read as the lesser of the ways over both ends of its piece, or the way
along it where a facility lies on the same piece. One-way streets hold at both ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.analysis.graph import Graph
from twin.analysis.model import Direction, FloatArray, IntArray
from twin.analysis.snap import Snapped


@dataclass(frozen=True, eq=False)
class Reach:
    """How far each demand point is from its nearest facility.

    Parameters
    ----------
    impedance
        (p,) in the graph's unit, both walks between place and street included; infinite where
        there is no way (within the limit), NaN where the point is on no street.
    facility
        (p,) int32: row of the supply, -1 where there is none.
    """

    impedance: FloatArray
    facility: IntArray


@dataclass(frozen=True, eq=False)
class Ends:
    """Points on streets as the nodes of their pieces and what each way costs.

    Parameters
    ----------
    node
        (p, 2) int32, or (p, 4) where some points have a former place too, whose nodes come last and
        are the first two where there is none; 0 where the point is on no street.
    cost
        As many: impedance between the place and each node, the walk to the street included;
        infinite where that way may not be taken or the point is on no street.
    """

    node: IntArray
    cost: FloatArray

    @property
    def ways(self) -> Iterator[tuple[IntArray, FloatArray]]:
        """One way of all points after the other: (p,) its nodes and what it costs."""
        return zip(self.node.T, self.cost.T, strict=True)


def find_ends(graph: Graph, points: Snapped, *, is_leaving: bool) -> Ends:
    """Return what it costs to leave points for the nodes of their pieces, or to come from there."""
    ends = _ends_of(graph, points, is_leaving=is_leaving)
    if points.former is None:
        return ends
    former = _ends_of(graph, points.former, is_leaving=is_leaving)
    node = np.where(points.former.is_known[:, None], former.node, ends.node)
    return Ends(np.hstack([ends.node, node]), np.hstack([ends.cost, former.cost]))


def _ends_of(graph: Graph, points: Snapped, *, is_leaving: bool) -> Ends:
    along, against = graph.cost[points.edge].T
    first, second = (against, along) if is_leaving else (along, against)
    access = points.offset_m * graph.access_per_m
    cost = np.stack(
        [_part(points.fraction, first) + access, _part(1 - points.fraction, second) + access],
        axis=1,
    )
    cost[~points.is_known] = inf
    node = np.where(points.is_known[:, None], graph.network.edge_nodes[points.edge], 0)
    return Ends(node.astype(np.int32), cost)


def nearest(
    graph: Graph,
    demand: Snapped,
    supply: Snapped,
    *,
    direction: Direction,
    limit: float = inf,
    demand_ends: Ends | None = None,
) -> Reach:
    """Return the nearest facility of every demand point and the impedance between them.

    Parameters
    ----------
    graph
        Streets, mode and unit.
    demand, supply
        Points on its streets; facilities on none are left out.
    direction
        `to`: people travel to the facility; `from`: the facility comes to them.
    limit
        In the graph's unit; what is farther has infinite impedance and no facility.
    demand_ends
        `find_ends(graph, demand, is_leaving=direction == "to")`, if at hand.

    Notes
    -----
    One multi-source Dijkstra [1]_, O((m + n) log n), on a copy of the matrix with the facilities
    added, then O(p) array work. Facilities equally far: the one first by street and place on it
    is taken, in whatever order they come; at the very same place, the first row.

    References
    ----------
    .. [1] Dijkstra, E. W. (1959). A note on two problems in connexion with graphs.
       doi:10.1007/BF01386390
    """
    kept = np.flatnonzero(supply.is_known)
    kept = kept[np.lexsort((supply.offset_m[kept], supply.fraction[kept], supply.edge[kept]))]
    sources = supply.take(kept)
    ends = demand_ends or find_ends(graph, demand, is_leaving=direction == "to")
    if len(kept) == 0:
        nobody = np.full(len(demand), -1, dtype=np.int32)
        return Reach(np.where(demand.is_known, inf, np.nan), nobody)
    at_node, _, source = search(graph, sources, direction=direction, limit=limit)
    ways = [(at_node[node] + cost, source[node]) for node, cost in ends.ways]
    impedance = reduce(np.minimum, (way for way, _ in ways))
    ranks = (np.where(way == impedance, rank, len(kept)) for way, rank in ways)
    rank = reduce(np.minimum, ranks)
    points, near, cost = same_piece(graph, demand, sources, direction)
    _lower(impedance, rank, points, near, cost)
    is_out = ~(impedance <= limit) | np.isinf(impedance)
    impedance[is_out] = inf
    impedance[~demand.is_known] = np.nan
    facility = np.where(is_out, -1, kept[np.where(is_out, 0, rank)])
    return Reach(impedance, facility.astype(np.int32))


def search(
    graph: Graph, sources: Snapped, *, direction: Direction, limit: float = inf
) -> tuple[FloatArray, IntArray, IntArray]:
    """Search from all sources at once.

    Parameters
    ----------
    graph
        Streets, mode and unit.
    sources
        At least one point, all of them on streets.
    direction
        `from`: impedance from the sources to each node; `to`: from each node to the sources.
    limit
        In the graph's unit.

    Returns
    -------
    impedance : (n,) from the nearest source, infinite where there is none
    previous : (n,) node before it on the way from there, n + source at the first, negative if none
    source : (n,) row of the nearest source, negative if none
    """
    nodes = graph.network.node_count
    ends = find_ends(graph, sources, is_leaving=direction == "from")
    matrix = _with_sources(graph.search_matrix(direction), ends)
    places = np.arange(nodes, nodes + len(sources))
    impedance, previous, source = dijkstra(
        matrix, indices=places, min_only=True, return_predecessors=True, limit=limit
    )
    return impedance[:nodes], previous[:nodes], source[:nodes] - nodes


def reach_one(
    graph: Graph, demand: Snapped, place: Snapped, *, direction: Direction, limit: float, ends: Ends
) -> FloatArray:
    """Return the impedance between every demand point and one place.

    Parameters
    ----------
    graph
        Streets, mode and unit.
    demand
        (p,) points on its streets.
    place
        One point on its streets.
    direction, limit
        As in `nearest`.
    ends
        Ends of the demand, as in `nearest`.

    Returns
    -------
    FloatArray
        (p,) infinite beyond the limit or where there is no way, NaN where demand is on no street.
    """
    row: FloatArray = _read_rows(graph, demand, place, ends, direction, limit)[0]
    return row


def impedance_matrix(
    graph: Graph,
    demand: Snapped,
    supply: Snapped,
    *,
    direction: Direction,
    limit: float = inf,
    chunk: int = 32,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield impedance between every facility and every demand point, some facilities at a time.

    Parameters
    ----------
    graph, demand, supply, direction, limit
        As in `nearest`.
    chunk
        Facilities at a time; each needs 8 bytes a node and 12 bytes a demand point.
    progress
        Called with facilities done and facilities in all.

    Yields
    ------
    rows : slice of the supply
    impedance : (rows, p) float32; infinite where there is no way within the limit or the facility
        is on no street, NaN where the demand point is on no street
    """
    ends = find_ends(graph, demand, is_leaving=direction == "to")
    for start in range(0, len(supply), chunk):
        rows = slice(start, min(start + chunk, len(supply)))
        part = supply.take(np.arange(rows.start, rows.stop))
        yield rows, _read_rows(graph, demand, part, ends, direction, limit).astype(np.float32)
        if progress is not None:
            progress(rows.stop, len(supply))


def impedance_array(
    graph: Graph,
    demand: Snapped,
    supply: Snapped,
    *,
    direction: Direction,
    limit: float = inf,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """Return the whole of `impedance_matrix`: (q, p) float32, 4 bytes a pair."""
    whole = np.empty((len(supply), len(demand)), dtype=np.float32)
    found = impedance_matrix(
        graph, demand, supply, direction=direction, limit=limit, progress=progress
    )
    for rows, part in found:
        whole[rows] = part
    return whole


def _read_rows(
    graph: Graph,
    demand: Snapped,
    supply: Snapped,
    ends: Ends,
    direction: Direction,
    limit: float,
) -> FloatArray:
    """Return impedance (q, p) between some facilities and all demand."""
    rows = np.full((len(supply), len(demand)), inf)
    kept = np.flatnonzero(supply.is_known)
    sources = supply.take(kept)
    if len(kept):
        nodes = graph.network.node_count
        source_ends = find_ends(graph, sources, is_leaving=direction == "from")
        matrix = _with_sources(graph.search_matrix(direction), source_ends)
        places = np.arange(nodes, nodes + len(kept))
        at_node = dijkstra(matrix, indices=places, limit=limit)
        rows[kept] = reduce(np.minimum, (at_node[:, node] + cost for node, cost in ends.ways))
        points, near, cost = same_piece(graph, demand, sources, direction)
        np.minimum.at(rows, (kept[near], points), cost)
        rows[rows > limit] = inf
    rows[:, ~demand.is_known] = np.nan
    return rows


def _with_sources(matrix: csr_array[Any], ends: Ends) -> csr_array[Any]:
    """Return a matrix with a node more for each source, joined to the ends of its pieces."""
    nodes, sources = matrix.shape[0], len(ends.node)
    is_open = np.isfinite(ends.cost)
    more = matrix.indptr[-1] + np.cumsum(is_open.sum(axis=1))
    entries = (
        np.concatenate([matrix.data, ends.cost[is_open]]),
        np.concatenate([matrix.indices, ends.node[is_open]]),
        np.concatenate([matrix.indptr, more.astype(np.int32)]),
    )
    return csr_array(entries, shape=(nodes + sources, nodes + sources))


def same_piece(
    graph: Graph, demand: Snapped, sources: Snapped, direction: Direction
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """Return pairs on the same piece of street and the impedance straight along it.

    Returns
    -------
    points : (k,) rows of the demand
    near : (k,) rows of the sources
    cost : (k,)
    """
    found = [_pairs(graph, *places, direction) for places in product(demand.places, sources.places)]
    points, near, cost = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return points, near, cost


def _pairs(
    graph: Graph, demand: Snapped, sources: Snapped, direction: Direction
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    has_source = np.zeros(graph.network.edge_count, dtype=bool)
    has_source[sources.edge[sources.is_known]] = True
    hit = np.flatnonzero(has_source[demand.edge] & demand.is_known)
    order = np.argsort(sources.edge, kind="stable")
    begin = np.searchsorted(sources.edge[order], demand.edge[hit], side="left")
    end = np.searchsorted(sources.edge[order], demand.edge[hit], side="right")
    count = end - begin
    points = np.repeat(hit, count)
    step = np.arange(len(points)) - np.repeat(np.cumsum(count) - count, count)
    near = order[np.repeat(begin, count) + step]
    ahead = sources.fraction[near] - demand.fraction[points]
    if direction == "from":
        ahead = -ahead
    along, against = graph.cost[demand.edge[points]].T
    walk = (demand.offset_m[points] + sources.offset_m[near]) * graph.access_per_m
    cost = _part(np.maximum(ahead, 0), along) + _part(np.maximum(-ahead, 0), against) + walk
    return points, near, cost


def _lower(
    impedance: FloatArray,
    rank: NDArray[Any],
    points: NDArray[np.intp],
    near: NDArray[np.intp],
    cost: FloatArray,
) -> None:
    """Put the best pair of each point in place where it is better."""
    order = np.lexsort((near, cost, points))
    best = order[np.unique(points[order], return_index=True)[1]]
    point = points[best]
    is_better = (cost[best] < impedance[point]) | (
        (cost[best] == impedance[point]) & (near[best] < rank[point])
    )
    impedance[point[is_better]] = cost[best][is_better]
    rank[point[is_better]] = near[best][is_better]


def _part(share: FloatArray, cost: FloatArray) -> FloatArray:
    """Return a share of a cost, 0 for none of it even where it is infinite."""
    part: FloatArray = np.multiply(share, cost, out=np.zeros(len(share)), where=share > 0)
    return part
