"""Synthetic main roads: routes between the centres, ranked by the traffic they would carry."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.synthetic.graph import (
    Floats,
    Ints,
    Router,
    gabriel_edges,
    largest,
    lines,
    on_grid,
    points,
    spanning_forest,
)
from twin.errors import InvalidInputError

#: Shares of the main roads' length, from the busiest down.
CLASSES = (("primary", 0.28), ("secondary", 0.38), ("tertiary", 0.34))
GRID_M = 330.0
#: Centres nearer to each other than this share one stop of the main roads.
CENTRE_GAP_M = 1300.0
#: Cost of a piece that another route uses already.
USED_AGAIN = 0.4
JOINS_TWO = 2
FEWEST = 3


class MainRoads(NamedTuple):
    """Pieces of main road: node positions (m), node pairs, and the class index of each piece."""

    xy: Floats
    edges: Ints
    rank: Ints


def main_roads(
    ground: BaseGeometry, centres: Floats, people: Floats, rng: np.random.Generator
) -> MainRoads:
    """Join the centres by roads that stay on the ground.

    Parameters
    ----------
    ground
        One polygon that roads must not leave, metres.
    centres, people
        (c, 2) positions in metres, and the (c,) people each attracts, both > 0 in sum.
    rng
        Source of the hills that roads wind around.

    Returns
    -------
    The roads as one connected graph, pieces of about 330 m.

    Raises
    ------
    InvalidInputError
        Fewer than three centres are left when those within 1.3 km of a bigger one are merged.
    """
    stops, people = _thin(centres, people)
    if len(stops) < FEWEST:
        raise InvalidInputError(
            f"the land has room for {len(stops)} settlements; {FEWEST} or more are needed",
            f"พื้นที่รองรับชุมชนได้ {len(stops)} แห่ง ต้องมีอย่างน้อย {FEWEST} แห่ง",
            parameter="land",
        )
    xy, edges = _ground_graph(ground, stops, rng)
    at = shapely.STRtree(points(xy)).nearest(points(stops))
    used = _routes(xy, edges, at, stops, rng)
    edges = edges[used]
    load = _traffic(xy, edges, at, people)
    nodes, edges = np.unique(edges, return_inverse=True)
    return MainRoads(xy[nodes], edges.reshape(-1, 2), _ranks(xy[nodes], edges.reshape(-1, 2), load))


def refine(roads: MainRoads, spacing_m: float, ground: BaseGeometry) -> MainRoads:
    """Cut the pieces to at most `spacing_m` and round their corners where the ground allows."""
    start, end = roads.xy[roads.edges[:, 0]], roads.xy[roads.edges[:, 1]]
    count = np.maximum(np.ceil(np.hypot(*(end - start).T) / spacing_m).astype(int), 1)
    xy, rank = [*roads.xy], list[int]()
    edges = list[tuple[int, int]]()
    for (a, b), k, cls in zip(roads.edges.tolist(), count.tolist(), roads.rank, strict=True):
        steps = np.linspace(0, 1, k + 1)[1:-1, None]
        inner = range(len(xy), len(xy) + k - 1)
        xy.extend(roads.xy[a] * (1 - steps) + roads.xy[b] * steps)
        edges.extend(pairwise([a, *inner, b]))
        rank.extend([cls] * k)
    angular, pairs = np.array(xy), np.array(edges)
    rounded = _smooth(angular, pairs, rounds=max(3, int(6 * (GRID_M / spacing_m) ** 2)))
    leaves = ~shapely.covers(ground, lines(rounded[pairs]))
    while leaves.any():
        rounded[pairs[leaves]] = angular[pairs[leaves]]
        leaves = ~shapely.covers(ground, lines(rounded[pairs])) & (
            rounded[pairs] != angular[pairs]
        ).any(axis=(1, 2))
    return MainRoads(np.round(rounded, 2), pairs, np.array(rank))


def _thin(centres: Floats, people: Floats) -> tuple[Floats, Floats]:
    """Merge centres too near to a bigger one into it."""
    order = np.argsort(-people, kind="stable")
    kept: list[int] = []
    load = people.astype(float)
    for i in order.tolist():
        gap = np.hypot(*(centres[kept] - centres[i]).T)
        if kept and gap.min() < CENTRE_GAP_M:
            load[kept[int(gap.argmin())]] += load[i]
        else:
            kept.append(i)
    return centres[kept], load[kept]


def _ground_graph(
    ground: BaseGeometry, stops: Floats, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """Return the largest connected web of possible road pieces on the ground."""
    west, south, east, north = ground.bounds
    x, y = np.meshgrid(np.arange(west, east, GRID_M), np.arange(south, north, GRID_M * 0.87))
    x[1::2] += GRID_M / 2
    grid = np.column_stack([x.ravel(), y.ravel()])
    grid = grid + rng.uniform(-0.3, 0.3, grid.shape) * GRID_M
    near = shapely.STRtree(points(stops)).query(
        points(grid), predicate="dwithin", distance=GRID_M / 2
    )[0]
    xy = on_grid(np.vstack([np.delete(grid, near, axis=0), stops]))
    xy = xy[shapely.contains_xy(ground, xy)]
    edges = gabriel_edges(xy)
    edges = edges[shapely.covers(ground, lines(xy[edges]))]
    _, labels = spanning_forest(len(xy), edges, np.zeros(len(edges)))
    keep = largest(labels)
    number = np.cumsum(keep) - 1
    return xy[keep], number[edges[keep[edges].all(axis=1)]]


def _routes(xy: Floats, edges: Ints, at: Ints, stops: Floats, rng: np.random.Generator) -> Ints:
    """Return the edges used when each centre is joined to its neighbours, nearest first."""
    length = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    router = Router(len(xy), edges, length * (1 + 2.0 * _hills(xy, rng)[edges].mean(axis=1)))
    pairs = gabriel_edges(on_grid(stops))
    tree = shapely.STRtree(points(stops))
    sites = at[tree.nearest(points(on_grid(stops)))]
    gap = np.hypot(*(xy[sites[pairs[:, 0]]] - xy[sites[pairs[:, 1]]]).T)
    used: set[int] = set()
    for a, b in sites[pairs[np.argsort(gap, kind="stable")]].tolist():
        way = set(router.walk(*router.tree(a, b), b))
        for edge in way - used:
            router.cost[edge] *= USED_AGAIN
        used |= way
    return np.array(sorted(used), dtype=np.int64)


def _hills(xy: Floats, rng: np.random.Generator) -> Floats:
    """Return a smooth value in 0…1 for each point: the effort of building there."""
    angle, phase = rng.uniform(0, 2 * np.pi, (2, 8))
    wave = 2 * np.pi / rng.uniform(2500, 8000, 8)
    along = xy[:, :1] * np.cos(angle) + xy[:, 1:] * np.sin(angle)
    height: Floats = np.sin(along * wave + phase).mean(axis=1)
    effort: Floats = (height - height.min()) / max(float(np.ptp(height)), 1e-9)
    return effort


def _traffic(xy: Floats, edges: Ints, at: Ints, people: Floats) -> Floats:
    """Return the trips over each edge when every centre sends people to every other one."""
    length = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    router = Router(len(xy), edges, length)
    load = np.zeros(len(edges))
    for i, start in enumerate(at.tolist()):
        edge_in, before = router.tree(start)
        for j, end in enumerate(at.tolist()):
            way = router.walk(edge_in, before, end)
            load[way] += people[i] * people[j] / max(length[way].sum(), 1000.0)
    return load


def _ranks(xy: Floats, edges: Ints, load: Floats) -> Ints:
    """Return the class of each edge: the busiest edges first, by shares of the length."""
    length = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    order = np.argsort(-load, kind="stable")
    share = np.cumsum(length[order]) / length.sum()
    rank = np.empty(len(edges), dtype=np.int64)
    rank[order] = np.searchsorted(np.cumsum([share for _, share in CLASSES])[:-1], share)
    return rank


def _smooth(xy: Floats, edges: Ints, rounds: int) -> Floats:
    """Move each node that joins two pieces towards the middle of its neighbours."""
    degree = np.bincount(edges.ravel(), minlength=len(xy))
    movable = degree == JOINS_TWO
    out = xy.copy()
    for _ in range(rounds):
        total = np.zeros_like(out)
        np.add.at(total, edges[:, 0], out[edges[:, 1]])
        np.add.at(total, edges[:, 1], out[edges[:, 0]])
        out[movable] = out[movable] / 2 + total[movable] / 4
    return out
