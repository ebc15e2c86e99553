"""Planar graphs of points in plain numpy: Gabriel edges, spanning forests, chains."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Shapes = NDArray[np.object_]


def points(xy: Floats) -> Shapes:
    """Return a Point for each row of (n, 2)."""
    return np.asarray(shapely.points(xy))


def lines(xy: Floats) -> Shapes:
    """Return a LineString for each item of (n, k, 2)."""
    return np.asarray(shapely.linestrings(xy))


def on_grid(xy: Floats) -> Floats:
    """Round to 1 cm and drop repeated points, in order of their coordinates."""
    return np.unique(np.round(xy, 2), axis=0)


def gabriel_edges(xy: Floats) -> Ints:
    """Return the pairs of points whose diameter circle holds no other point.

    Parameters
    ----------
    xy
        (n, 2) metres, at least three different points on a 1 cm grid, in projected coordinates
        below 10,000 km.

    Returns
    -------
    (m, 2) indices, lower first, sorted; planar, and connected over all points.

    References
    ----------
    Gabriel, K. R. and Sokal, R. R. (1969), doi:10.2307/2412323.
    """
    triangles = _triangles(xy)
    n = len(xy)
    keys, barred = [], []
    for k in range(3):
        a, b, c = (triangles[:, (k + step) % 3] for step in range(3))
        key = np.minimum(a, b) * n + np.maximum(a, b)
        keys.append(key)
        barred.append(key[((xy[a] - xy[c]) * (xy[b] - xy[c])).sum(axis=1) < 0])
    kept = np.setdiff1d(np.concatenate(keys), np.concatenate(barred))
    return np.column_stack([kept // n, kept % n])


def _triangles(xy: Floats) -> Ints:
    """Return the Delaunay triangles as (t, 3) indices into `xy`."""
    cells = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(xy)))
    corners = shapely.get_coordinates(cells).reshape(-1, 4, 2)[:, :3]
    keys = _key(xy)
    order = np.argsort(keys)
    found: Ints = order[np.searchsorted(keys[order], _key(corners.reshape(-1, 2)))]
    return found.reshape(-1, 3)


def _key(xy: Floats) -> Ints:
    centimetres = np.round(xy * 100).astype(np.int64)
    key: Ints = centimetres[:, 0] * 1_000_000_000 + centimetres[:, 1]
    return key


def spanning_forest(n: int, edges: Ints, weight: Floats) -> tuple[Mask, Ints]:
    """Choose the lightest edges that connect whatever the graph connects.

    Parameters
    ----------
    n
        Number of nodes.
    edges, weight
        (m, 2) node indices and their (m,) weights; equal weights rank by position.

    Returns
    -------
    Which edges are in the minimum spanning forest, and the component label of each node.

    Notes
    -----
    Borůvka's algorithm, at most log2(n) rounds of whole-array steps.
    """
    component = np.arange(n)
    chosen = np.zeros(len(edges), dtype=bool)
    alive = np.argsort(weight, kind="stable")
    while True:
        ends = component[edges[alive]]
        between = ends[:, 0] != ends[:, 1]
        alive, ends = alive[between], ends[between]
        if len(alive) == 0:
            return chosen, component
        best = np.full(n, len(alive))
        position = np.arange(len(alive))
        np.minimum.at(best, ends[:, 0], position)
        np.minimum.at(best, ends[:, 1], position)
        roots = np.flatnonzero(best < len(alive))
        chosen[alive[best[roots]]] = True
        parent = np.arange(n)
        parent[roots] = ends[best[roots]].sum(axis=1) - roots
        parent[(parent[parent] == np.arange(n)) & (np.arange(n) < parent)] = -1
        parent = np.where(parent < 0, np.arange(n), parent)
        component = _roots(parent)[component]


def _roots(parent: Ints) -> Ints:
    while True:
        above = parent[parent]
        if np.array_equal(above, parent):
            return parent
        parent = above


def largest(labels: Ints) -> Mask:
    """Return which nodes are in the component with most nodes."""
    values, counts = np.unique(labels, return_counts=True)
    mask: Mask = labels == values[np.argmax(counts)]
    return mask


class Router:
    """Shortest paths on a small graph whose edge costs may change between queries."""

    def __init__(self, n: int, edges: Ints, cost: Floats) -> None:
        self.cost = cost.tolist()
        self.around: list[list[tuple[int, int]]] = [[] for _ in range(n)]
        for edge, (a, b) in enumerate(edges.tolist()):
            self.around[a].append((b, edge))
            self.around[b].append((a, edge))

    def tree(self, start: int, end: int | None = None) -> tuple[list[int], list[int]]:
        """Return, for each node, the edge and the node before it on its way from `start`.

        With `end`, only the way to that node is sure to be the shortest one.
        """
        n = len(self.around)
        best, edge_in, before = [float("inf")] * n, [-1] * n, [-1] * n
        best[start] = 0.0
        heap = [(0.0, start)]
        while heap:
            here, node = heappop(heap)
            if node == end:
                break
            if here > best[node]:
                continue
            for other, edge in self.around[node]:
                there = here + self.cost[edge]
                if there < best[other]:
                    best[other], edge_in[other], before[other] = there, edge, node
                    heappush(heap, (there, other))
        return edge_in, before

    @staticmethod
    def walk(edge_in: list[int], before: list[int], end: int) -> list[int]:
        """Return the edges from `end` back to the start of the tree."""
        edges = []
        while edge_in[end] >= 0:
            edges.append(edge_in[end])
            end = before[end]
        return edges
