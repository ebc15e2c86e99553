"""The town of the engine rows: a perturbed grid, a spanning tree and more streets, some one-way."""

from dataclasses import dataclass

import numpy as np
from networks import make_grid
from numpy.typing import NDArray

from twin.analysis.graph import Graph, make_graph
from twin.analysis.model import FloatArray
from twin.analysis.snap import Snapped, snap

SEED = 83
#: Rows, columns, facilities: 50,000 corners and 130,000 directed streets of 95 m; and quick.
FULL = (200, 250, 100)
QUICK = (40, 50, 20)


@dataclass(frozen=True, eq=False)
class Town:
    """Streets by car, facilities at corners; people travel to them.

    Parameters
    ----------
    at
        (q,) node of each facility.
    """

    graph: Graph
    at: NDArray[np.intp]
    facilities: Snapped

    @property
    def node_xy(self) -> FloatArray:
        """(n, 2) metres."""
        return self.graph.network.node_xy

    def told(self) -> str:
        """Return how large it is."""
        one_way = int((np.isfinite(self.graph.cost).sum(axis=1) == 1).sum())
        return (
            f"{len(self.node_xy):,} nodes, {self.graph.forward.nnz:,} directed edges,"
            f" {one_way:,} streets one-way, {len(self.at)} facilities"
        )


def make_town(*, quick: bool, mode: str = "car") -> Town:
    """Make the town; the same for every run."""
    rows, columns, count = QUICK if quick else FULL
    network = make_grid(rows, columns, block_m=95, jitter_m=15, kept=0.36, one_way=0.088, seed=SEED)
    graph = make_graph(network, mode)
    at = np.random.default_rng(SEED).choice(network.node_count, count, replace=False)
    return Town(graph, at, snap(graph, network.node_xy[at]))


def make_people(town: Town, count: int) -> tuple[Snapped, FloatArray]:
    """Return homes beside streets, 25 m off (standard deviation), and the people of each."""
    draw = np.random.default_rng(SEED + 1)
    network = town.graph.network
    ends = network.node_xy[network.edge_nodes[draw.integers(0, network.edge_count, count)]]
    share = draw.random((count, 1))
    xy = ends[:, 0] * (1 - share) + ends[:, 1] * share + draw.normal(0, 25, (count, 2))
    return snap(town.graph, xy), draw.integers(1, 7, count).astype(np.float64)
