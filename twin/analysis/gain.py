"""How many people are within an impedance of each of many places: exact, in small pieces of map.

A search from a place sees only what is near it. So places are taken in compact blocks, and each
block is searched on the part of the network that can be reached at all: the time of a whole island
is spent on short searches, not on emptying long arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.analysis.graph import Graph
from twin.analysis.model import Direction, FloatArray, IntArray
from twin.analysis.reach import Ends

#: Places searched at a time.
BLOCK: Final = 48

#: Straight-line reach is taken this much longer, so that rounding leaves nobody out.
_MARGIN: Final = 1.000001


@dataclass(frozen=True, eq=False)
class People:
    """Streets and the people on them, as searches need them; plain arrays that travel well.

    Parameters
    ----------
    outward
        (n, n) impedance of a step away from a facility, as `Graph.search_matrix`.
    inward
        Its transpose: a step towards the facility.
    node_xy
        (n, 2) EPSG:32647 metres; best column by column.
    ends
        Nodes of each demand point's streets and what it costs between point and node.
    weight
        (p,) people.
    fastest
        Metres in a straight line that a unit of impedance leads away at most.
    """

    outward: csr_array[Any]
    inward: csr_array[Any]
    node_xy: FloatArray
    ends: Ends
    weight: FloatArray
    fastest: float


def make_people(graph: Graph, ends: Ends, weight: FloatArray, direction: Direction) -> People:
    """Return streets and people for searches.

    Parameters
    ----------
    graph
        Streets, mode and unit.
    ends
        `find_ends(graph, demand, is_leaving=direction == "to")`.
    weight
        (p,) people at each.
    direction
        `to`: people travel to the facility; `from`: the facility comes to them.
    """
    opposite: Direction = "from" if direction == "to" else "to"
    return People(
        graph.search_matrix(direction),
        graph.search_matrix(opposite),
        np.asfortranarray(graph.network.node_xy),
        ends,
        weight,
        _fastest(graph),
    )


def people_near(people: People, nodes: IntArray, limit: FloatArray) -> FloatArray:
    """Return the people within an impedance of each of some places that lie close together.

    Parameters
    ----------
    people
        Streets and people.
    nodes
        (b,) places; one may come more than once, with different limits.
    limit
        (b,) greatest impedance, 0 or more.

    Returns
    -------
    FloatArray
        (b,) people.
    """
    most = float(limit.max())
    local, near = _cut(people, nodes, most)
    searched, row = np.unique(nodes, return_inverse=True)
    found = _search(people.outward, local, searched, most)
    at_node = np.hstack([found, np.full((len(found), 1), np.inf)])[row]
    within = np.zeros((len(nodes), len(near.node)), bool)
    for node, cost in zip(near.node.T, near.cost.T, strict=True):
        within |= at_node[:, node] + cost <= limit[:, None]
    total: FloatArray = np.einsum("ij,j->i", within, near.weight)
    return total


def add_places_near(people: People, rows: IntArray, limit: float, total: FloatArray) -> None:
    """Add to each node of the network the people, of some close together, who are within reach.

    Parameters
    ----------
    people
        Streets and people.
    rows
        Of the people.
    limit
        Greatest impedance.
    total
        (n,) people by node, added to.
    """
    ends = Ends(people.ends.node[rows], people.ends.cost[rows])
    nodes, place = np.unique(ends.node[np.isfinite(ends.cost)], return_inverse=True)
    if not len(nodes):
        return
    local = near_nodes(people, nodes, limit)
    at_node = _search(people.inward, local, nodes, limit)
    column = np.zeros(ends.node.shape, np.intp)
    column[np.isfinite(ends.cost)] = place
    within = np.zeros((len(rows), len(local)), bool)
    for row, cost in zip(column.T, ends.cost.T, strict=True):
        within |= at_node[row] + cost[:, None] <= limit
    total[local] += np.einsum("i,ij->j", people.weight[rows], within)


def blocks(xy: FloatArray, size: int = BLOCK) -> Iterator[IntArray]:
    """Yield rows of points in compact groups of at most `size`, by halving the longer side."""
    waiting = [np.arange(len(xy), dtype=np.int32)] if len(xy) else []
    while waiting:
        rows = waiting.pop()
        if len(rows) <= size:
            yield rows
            continue
        axis = int(np.ptp(xy[rows], axis=0).argmax())
        order = rows[np.argsort(xy[rows, axis], kind="stable")]
        waiting += [order[len(order) // 2 :], order[: len(order) // 2]]


@dataclass(frozen=True, eq=False)
class _Near:
    """People who may be in reach: columns of the local search, costs, numbers."""

    node: NDArray[np.intp]
    cost: FloatArray
    weight: FloatArray


def _cut(people: People, nodes: IntArray, limit: float) -> tuple[IntArray, _Near]:
    """Return the nodes and the people that may be within reach."""
    local = near_nodes(people, nodes, limit)
    column = np.full(len(people.node_xy), len(local), np.intp)
    column[local] = np.arange(len(local))
    at = column[people.ends.node]
    rows = np.flatnonzero((at < len(local)).any(axis=1))
    # A node that is out of reach is the column behind the last.
    return local, _Near(at[rows], people.ends.cost[rows], people.weight[rows])


def near_nodes(people: People, nodes: NDArray[Any], limit: float) -> IntArray:
    """Return all nodes in the box around some that straight lines of the limit stay in."""
    away = limit * people.fastest * _MARGIN if np.isfinite(people.fastest) else np.inf
    inside = np.ones(len(people.node_xy), bool)
    for place in people.node_xy.T:
        inside &= (place >= place[nodes].min() - away) & (place <= place[nodes].max() + away)
    return np.flatnonzero(inside).astype(np.int32)


def _search(
    matrix: csr_array[Any], local: IntArray, nodes: NDArray[Any], limit: float
) -> FloatArray:
    """Return (b, k) impedance from some nodes to the local ones."""
    places = np.searchsorted(local, nodes)
    found: FloatArray = dijkstra(_submatrix(matrix, local), indices=places, limit=limit)
    return found


def _submatrix(matrix: csr_array[Any], local: IntArray) -> csr_array[Any]:
    """Return the rows and columns of some nodes; entries of 0 are kept."""
    start, count = matrix.indptr[local], np.diff(matrix.indptr)[local]
    entry = np.repeat(start - np.cumsum(count) + count, count) + np.arange(count.sum())
    column = np.full(matrix.shape[0], -1, np.int32)
    column[local] = np.arange(len(local), dtype=np.int32)
    target = column[matrix.indices[entry]]
    kept = target >= 0
    row = np.repeat(np.arange(len(local)), count)[kept]
    indptr = np.zeros(len(local) + 1, np.int32)
    np.cumsum(np.bincount(row, minlength=len(local)), out=indptr[1:])
    return csr_array(
        (matrix.data[entry[kept]], target[kept], indptr), shape=(len(local), len(local))
    )


def _fastest(graph: Graph) -> float:
    """Return the greatest straight distance that a unit of impedance leads away, infinite if 0."""
    xy = graph.network.node_xy[graph.network.edge_nodes]
    straight = np.hypot(*(xy[:, 0] - xy[:, 1]).T)
    least = graph.cost.min(axis=1)
    if ((least == 0) & (straight > 0)).any():
        return float("inf")
    used = np.isfinite(least) & (least > 0)
    return float((straight[used] / least[used]).max(initial=0.0))
