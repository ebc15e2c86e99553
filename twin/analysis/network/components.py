"""Connected parts of a graph, whatever the direction."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.analysis.model import FloatArray, IntArray
from twin.analysis.network.streets import Ints


def components(
    nodes: int, edge_nodes: IntArray | Ints, length_m: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Return the connected part of each node, and the length of each part, longest first.

    Parameters
    ----------
    nodes
        Number of nodes.
    edge_nodes, length_m
        (m, 2) the nodes of each edge, and its metres.
    """
    graph = coo_array((np.ones(len(edge_nodes), bool), edge_nodes.T), shape=(nodes, nodes))
    count, label = connected_components(graph, directed=False)
    total = np.bincount(label[edge_nodes[:, 0]], length_m, minlength=count).astype(np.float64)
    order = np.argsort(-total, kind="stable")
    rank = np.empty(count, dtype=np.int32)
    rank[order] = np.arange(count)
    return rank[label], total[order]
