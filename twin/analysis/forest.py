"""Shortest ways from facilities to all corners, and what they become when streets close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import depth_first_order, dijkstra

from twin.analysis.graph import Graph
from twin.analysis.model import Direction, FloatArray, IntArray
from twin.analysis.reach import find_ends, search
from twin.analysis.situation import Situation
from twin.analysis.snap import Snapped


@dataclass(frozen=True, eq=False)
class Arcs:
    """Steps into nodes, away from facilities, those into one node together.

    Parameters
    ----------
    start
        (n + 1,) where the steps into each node begin.
    tail, cost, edge
        Where a step comes from (-1: a facility), what it costs, and the street it is on.
    """

    start: IntArray
    tail: IntArray
    cost: FloatArray
    edge: IntArray

    def into(self, nodes: IntArray) -> tuple[IntArray, NDArray[np.intp]]:
        """Return the steps into some nodes, and which of these nodes each goes to."""
        count = np.diff(self.start)[nodes]
        which = np.repeat(np.arange(len(nodes)), count)
        first = self.start[nodes] - np.cumsum(count) + count
        return (np.repeat(first, count) + np.arange(count.sum())).astype(np.int32), which


@dataclass(frozen=True, eq=False)
class Forest:
    """The shortest way from the nearest facility to each corner within the limit.

    Parameters
    ----------
    impedance
        (n,) infinite beyond the limit.
    edge
        (n,) last street of the way to each node, that of the facility where it comes straight from
        there; -1 where there is no way.
    order
        Nodes reached, such that whoever's way leads over a node comes right behind it.
    place, size
        (n,) where a node is in `order`, and how many nodes from there on have a way over it, itself
        included.
    arcs
        All steps there are, those straight from facilities included.
    limit
        Nothing farther is looked at.
    """

    impedance: FloatArray
    edge: IntArray
    order: IntArray
    place: IntArray
    size: IntArray
    arcs: Arcs
    limit: float

    def closed(self, nodes: IntArray, is_closed: NDArray[np.bool_]) -> FloatArray:
        """Return impedance of some nodes when streets close.

        Parameters
        ----------
        nodes
            All nodes whose way leads over one of the streets; the others' ways stay as they are.
        is_closed
            (m,) by street.

        Notes
        -----
        A search among these nodes alone, begun by what they have from all others.
        """
        count = len(nodes)
        local = np.full(len(self.impedance) + 1, -1, np.int32)
        local[nodes] = np.arange(count, dtype=np.int32)
        step, head = self.arcs.into(nodes)
        tail = self.arcs.tail[step]
        usable = ~is_closed[self.arcs.edge[step]] | (self.arcs.edge[step] < 0)
        inside = local[tail] >= 0
        known = np.where(tail < 0, 0.0, self.impedance[tail]) + self.arcs.cost[step]
        begin = np.full(count, np.inf)
        taken = usable & ~inside
        np.minimum.at(begin, head[taken], known[taken])
        within = usable & inside
        reached = np.flatnonzero(begin <= self.limit)
        row = np.concatenate([local[tail[within]], np.full(len(reached), count)])
        column = np.concatenate([head[within], reached])
        cost = np.concatenate([self.arcs.cost[step[within]], begin[reached]])
        matrix = _least(row, column, cost, count + 1)
        found: FloatArray = dijkstra(matrix, indices=[count], limit=self.limit)[0, :count]
        return found


def grow(now: Situation) -> Forest:
    """Return the shortest ways from the facilities to all corners within the threshold."""
    graph, nodes = now.graph, now.graph.network.node_count
    sources = now.supply.take(now.supply.is_known)
    arcs = _make_arcs(now)
    if not len(sources):
        nowhere = np.full(nodes, -1, np.int32)
        none = np.zeros(0, np.int32)
        return Forest(np.full(nodes, np.inf), nowhere, none, nowhere, nowhere * 0, arcs, now.limit)
    impedance, previous, source = search(graph, sources, direction=now.direction, limit=now.limit)
    ends = find_ends(graph, sources, is_leaving=now.direction == "from")
    # The street of the end that each node is; of two, the one that costs less.
    row = np.maximum(source, 0)
    is_there = ends.node[row] == np.arange(nodes)[:, None]
    end = np.where(is_there, ends.cost[row], np.inf).argmin(axis=1)
    edge = _last_edges(graph, now.direction, previous, end_edges(sources)[row, end])
    order, place, size = _line_up(previous, nodes)
    return Forest(impedance, edge, order, place, size, arcs, now.limit)


def _last_edges(
    graph: Graph, direction: Direction, previous: IntArray, first: IntArray
) -> IntArray:
    matrix, arc = graph.search_matrix(direction), graph.search_arc(direction)
    nodes = graph.network.node_count
    row = np.repeat(np.arange(nodes, dtype=np.int64), np.diff(matrix.indptr))
    key = row * nodes + matrix.indices
    edge = np.where(previous >= nodes, first, -1).astype(np.int32)
    later = np.flatnonzero((previous >= 0) & (previous < nodes))
    entry = np.searchsorted(key, previous[later].astype(np.int64) * nodes + later)
    edge[later] = arc[entry] // 2
    return edge


def _line_up(previous: IntArray, nodes: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return nodes reached, followed by those behind them; their places; how many are behind."""
    reached = np.flatnonzero(previous >= 0)
    before = np.minimum(previous[reached], nodes)
    tree = csr_array((np.ones(len(reached)), (before, reached)), shape=(nodes + 1, nodes + 1))
    order, parent = depth_first_order(tree, nodes, directed=True, return_predecessors=True)
    place = np.full(nodes, -1, np.int32)
    order = order[1:].astype(np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    size = [1] * (nodes + 1)
    for node, above in zip(order[::-1].tolist(), parent[order[::-1]].tolist(), strict=True):
        size[above] += size[node]
    return order, place, np.array(size[:nodes], np.int32)


def _make_arcs(now: Situation) -> Arcs:
    graph = now.graph
    first, second = graph.network.edge_nodes.T
    if now.direction == "to":
        first, second = second, first
    known = np.flatnonzero(now.supply.is_known)
    ends = find_ends(graph, now.supply.take(known), is_leaving=now.direction == "from")
    street = np.arange(graph.network.edge_count, dtype=np.int32)
    # Who stands at the very end of a street does not need it.
    sites = now.supply.take(known)
    site = np.where(end_shares(sites) == 0, -1, end_edges(sites))
    tail = np.concatenate([first, second, np.full(ends.node.size, -1)])
    head = np.concatenate([second, first, ends.node.ravel()])
    cost = np.concatenate([graph.cost[:, 0], graph.cost[:, 1], ends.cost.ravel()])
    edge = np.concatenate([street, street, site.ravel()])
    finite = np.flatnonzero(np.isfinite(cost))
    order = finite[np.argsort(head[finite], kind="stable")]
    start = np.zeros(graph.network.node_count + 1, np.int32)
    np.cumsum(np.bincount(head[order], minlength=len(start) - 1), out=start[1:])
    return Arcs(start, tail[order].astype(np.int32), cost[order], edge[order].astype(np.int32))


def end_edges(points: Snapped) -> IntArray:
    """Return the street of each of the ends of points."""
    return np.stack([place.edge for place in points.places for _ in range(2)], axis=1)


def end_shares(points: Snapped) -> FloatArray:
    """Return how much of its street the way to each of the ends of points takes."""
    parts = [part for place in points.places for part in (place.fraction, 1 - place.fraction)]
    return np.stack(parts, axis=1)


def _least(row: NDArray[Any], column: NDArray[Any], cost: FloatArray, count: int) -> csr_array[Any]:
    """Return steps as a matrix, the least of each pair of ends; those of 0 are kept."""
    key = row.astype(np.int64) * count + column
    order = np.lexsort((cost, key))
    kept = order[np.concatenate([[True], np.diff(key[order]) > 0])] if len(order) else order
    start = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(row[kept], minlength=count), out=start[1:])
    return csr_array((cost[kept], column[kept].astype(np.int32), start), shape=(count, count))
