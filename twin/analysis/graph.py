"""A network as one mode sees it in one unit: sparse matrices ready for shortest paths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from twin.analysis.checks import check_network, check_positive
from twin.analysis.model import KMH_PER_M_S, Direction, FloatArray, IntArray, Mode, Network, Unit
from twin.errors import InvalidInputError

#: Speed between a place and the street, km/h, whoever travels on it: the usual pedestrian.
WALKING_KMH: Final = 4.8


@dataclass(frozen=True, eq=False)
class Graph:
    """A network seen by one mode in one unit.

    Parameters
    ----------
    network
        What it is made of.
    mode, unit
        Who travels, and whether impedance is in seconds or metres.
    cost
        (m, 2) impedance along a piece (column 0) and against it (column 1); infinite where closed.
    forward, backward
        (n, n) sparse: least impedance from row to column, and from column to row. Parallel pieces
        are reduced to the least, never summed.
    forward_arc, backward_arc
        Which arc each entry of `forward.data` and `backward.data` is: twice the piece, and one
        more where it is taken against its direction.
    speed_factor
        What the network's usual speeds were multiplied by.
    """

    network: Network
    mode: Mode
    unit: Unit
    cost: FloatArray
    forward: csr_array[Any]
    backward: csr_array[Any]
    forward_arc: IntArray
    backward_arc: IntArray
    speed_factor: float = 1.0

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """(m,) whether a piece may be used at all, in either direction."""
        is_open: NDArray[np.bool_] = np.asarray(np.isfinite(self.cost).any(axis=1))
        return is_open

    @property
    def walking_kmh(self) -> float:
        """Speed between a place and the street; who walks slowly on the street does so here too."""
        return WALKING_KMH * (self.speed_factor if self.mode == "walk" else 1.0)

    @property
    def access_per_m(self) -> float:
        """Impedance of a metre between a place and the street."""
        return 1.0 if self.unit == "m" else KMH_PER_M_S / self.walking_kmh

    def search_matrix(self, direction: Direction) -> csr_array[Any]:
        """Return the matrix on which a search that starts at the facilities gives impedance."""
        return self.forward if direction == "from" else self.backward

    def search_arc(self, direction: Direction) -> IntArray:
        """Return which arc each entry of `search_matrix` is."""
        return self.forward_arc if direction == "from" else self.backward_arc


def make_graph(
    network: Network, mode: Mode, *, unit: Unit = "s", speed_factor: float = 1.0
) -> Graph:
    """Return a network as one mode sees it.

    Parameters
    ----------
    network
        Streets.
    mode
        Who travels.
    unit
        `s`: seconds at the network's speeds; `m`: metres, on streets open to the mode.
    speed_factor
        Above 0; 1 is the usual speeds, 0.5 half of them. Metres do not change.

    Raises
    ------
    InvalidInputError
        If the network has no street open to the mode, a cost is negative or not a number, or the
        factor is not above 0.

    Notes
    -----
    Arcs are sorted by ends and impedance and the first of each pair of ends is kept: scipy's own
    conversion would sum parallel streets. O(m log m), some 30 ms for 130,000 arcs.
    """
    check_network(network, mode)
    check_positive(speed_factor, "speed_factor")
    cost = _make_cost(network, mode, unit, speed_factor)
    first, second = network.edge_nodes.T
    tail, head = np.concatenate([first, second]), np.concatenate([second, first])
    flat = cost.T.ravel()
    pieces = np.arange(network.edge_count, dtype=np.int32)
    arc = np.concatenate([2 * pieces, 2 * pieces + 1])
    kept = np.isfinite(flat)
    tail, head, flat, arc = tail[kept], head[kept], flat[kept], arc[kept]
    forward, forward_arc = _compress(tail, head, flat, arc, network.node_count)
    backward, backward_arc = _compress(head, tail, flat, arc, network.node_count)
    return Graph(
        network, mode, unit, cost, forward, backward, forward_arc, backward_arc, speed_factor
    )


def scale_speed(graph: Graph, factor: float) -> Graph:
    """Return a graph with all speeds multiplied; a graph in metres stays as it is."""
    check_positive(factor, "speed_factor")
    if graph.unit == "m" or factor == 1:
        return graph
    return replace(
        graph,
        cost=graph.cost / factor,
        forward=_with_data(graph.forward, graph.forward.data / factor),
        backward=_with_data(graph.backward, graph.backward.data / factor),
        speed_factor=graph.speed_factor * factor,
    )


def _make_cost(network: Network, mode: Mode, unit: Unit, speed_factor: float) -> FloatArray:
    seconds = np.asarray(network.cost_s[mode], dtype=np.float64)
    if seconds.shape != (network.edge_count, 2) or not (seconds >= 0).all():
        raise InvalidInputError(
            "Travel times of a network must be (m, 2) numbers of 0 or more: build it again.",
            "เวลาเดินทางของโครงข่ายต้องเป็นตัวเลข (m, 2) ตั้งแต่ 0 ขึ้นไป โปรดสร้างโครงข่ายใหม่",
            parameter="network",
        )
    if unit == "s":
        return seconds / speed_factor
    metres: FloatArray = np.where(np.isfinite(seconds), network.length_m[:, None], np.inf)
    return metres


def _compress(
    tail: IntArray, head: IntArray, cost: FloatArray, arc: IntArray, nodes: int
) -> tuple[csr_array[Any], IntArray]:
    """Return arcs as a sparse matrix, the least of each pair of ends, and which those are."""
    key = tail.astype(np.int64) * nodes + head
    order = np.lexsort((cost, key))
    key = key[order]
    least = order[np.concatenate([[True], key[1:] != key[:-1]])]
    start = np.zeros(nodes + 1, dtype=np.int32)
    np.cumsum(np.bincount(tail[least], minlength=nodes), out=start[1:])
    entries = (cost[least], head[least].astype(np.int32), start)
    return csr_array(entries, shape=(nodes, nodes)), arc[least].astype(np.int32)


def _with_data(matrix: csr_array[Any], data: FloatArray) -> csr_array[Any]:
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
