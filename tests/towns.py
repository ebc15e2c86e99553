"""Small towns drawn at random, with people and facilities on their streets."""

from dataclasses import replace

import numpy as np

from twin.analysis.graph import make_graph
from twin.analysis.model import Network
from twin.analysis.reach import nearest
from twin.analysis.situation import Situation
from twin.analysis.snap import snap


def make_network(node_xy, edges, *, against=None, along=None, road=None, walk_mps=1.0):
    """Return straight streets between nodes; seconds on foot are metres unless told otherwise."""
    node_xy, edges = np.array(node_xy, float), np.array(edges, np.int32)
    length = np.hypot(*(node_xy[edges[:, 0]] - node_xy[edges[:, 1]]).T)
    walk = np.stack([length, length], axis=1) / walk_mps
    car = walk / 5
    for column, closed in ((0, along), (1, against)):
        if closed is not None:
            car[closed, column] = np.inf
    return Network(
        node_xy=node_xy,
        edge_nodes=edges,
        length_m=length,
        cost_s={"walk": walk, "motorcycle": car, "car": car},
        path_xy=node_xy[edges].reshape(-1, 2),
        path_start=np.arange(len(edges) + 1, dtype=np.int64) * 2,
        road=np.arange(len(edges), dtype=np.int64) if road is None else np.array(road, np.int64),
        component=np.zeros(len(node_xy), np.int32),
        revision="town",
    )


def make_town(
    seed,
    *,
    side=5,
    homes=30,
    facilities=3,
    mode="walk",
    unit="s",
    threshold=250.0,
    direction="to",
    opened=0.0,
):
    """Return a situation on a grid with gaps, one-way and parallel streets, and a far island.

    `opened` is the share of roads that a scenario opened.
    """
    draw = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    xy = np.stack([x.ravel(), y.ravel()], axis=1) * 100.0 + draw.normal(0, 15, (side * side, 2))
    number = np.arange(side * side).reshape(side, side)
    edges = np.concatenate(
        [
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1),
            np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1),
        ]
    )
    edges = edges[draw.random(len(edges)) < 0.75]
    edges = np.concatenate([edges, edges[:2], [[side * side, side * side + 1]]])
    xy = np.concatenate([xy, [[2000, 2000], [2080, 2000]]])
    against = draw.random(len(edges)) < 0.25
    network = make_network(xy, edges, against=against, road=np.arange(len(edges)) // 2)
    is_new = np.random.default_rng(seed).random(len(edges)) < opened
    network = replace(network, opened=tuple(network.road[is_new].tolist()))
    graph = make_graph(network, mode, unit=unit)
    low, high = xy[:-2].min(axis=0) - 20, xy[:-2].max(axis=0) + 20
    people = np.concatenate([draw.uniform(low, high, (homes, 2)), [[2040, 2010], [9000, 9000]]])
    sites = draw.uniform(low, high, (facilities, 2))
    weight = draw.integers(0, 9, homes + 2) / 4
    return Situation(graph, snap(graph, people), snap(graph, sites), weight, direction, threshold)


def served(now, supply=None, graph=None):
    """Return people served, reckoned anew, with another supply or other streets."""
    supply = now.supply if supply is None else supply
    graph = now.graph if graph is None else graph
    found = nearest(graph, now.demand, supply, direction=now.direction)
    return now.people[found.impedance <= now.limit].sum()


def close(graph, edges):
    """Return the graph with some pieces of street closed; where points are stays as it is."""
    network = graph.network
    cost = {mode: seconds.copy() for mode, seconds in network.cost_s.items()}
    for seconds in cost.values():
        seconds[edges] = np.inf
    return make_graph(replace(network, cost_s=cost), graph.mode, unit=graph.unit)
