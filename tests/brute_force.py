"""Exact answers by networkx, on streets divided at every point; shares no code with ours."""

from itertools import pairwise

import networkx as nx
import numpy as np


def split_at_points(graph, *sets):
    """Return networkx' own graph with every piece divided at every point, and the points' names.

    An independent way to exact answers: nothing here is shared with the code under test.
    """
    network = graph.network
    divided = nx.MultiDiGraph()
    for name, points in enumerate(sets):
        for row, offset in enumerate(points.offset_m):
            walk = offset * graph.access_per_m
            divided.add_edge((name, row), ("on", name, row), cost=walk)
            divided.add_edge(("on", name, row), (name, row), cost=walk)
    for edge, (first, second) in enumerate(network.edge_nodes.tolist()):
        # First node, points by place, second node, also where points lie on a node.
        stops = [(0.0, 0, ("node", first)), (1.0, 2, ("node", second))]
        for name, points in enumerate(sets):
            rows = np.flatnonzero(points.edge == edge).tolist()
            stops += [(float(points.fraction[row]), 1, ("on", name, row)) for row in rows]
        stops.sort()
        along, against = graph.cost[edge]
        for (low, _, tail), (high, _, head) in pairwise(stops):
            for a, b, cost in ((tail, head, along), (head, tail, against)):
                # A way of no length may be taken even where the street may not.
                if np.isfinite(cost) or high == low:
                    divided.add_edge(a, b, cost=(high - low) * cost if high > low else 0.0)
    return divided


def brute_force(graph, demand, supply, direction):
    """Return impedance (q, p) by networkx on the divided graph."""
    divided = split_at_points(graph, demand, supply)
    if direction == "to":
        divided = divided.reverse()
    answer = np.full((len(supply), len(demand)), np.inf)
    for row in range(len(supply)):
        found = nx.single_source_dijkstra_path_length(divided, (1, row), weight="cost")
        for point in range(len(demand)):
            answer[row, point] = found.get((0, point), np.inf)
    return answer
