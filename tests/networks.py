"""Street networks for tests and measurements: by hand, at random, and as large as Phuket's."""

from __future__ import annotations

import hashlib

import networkx as nx
import numpy as np
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from twin.analysis.model import Areas, Basis, Demand, Network, Supply
from twin.analysis.snap import Snapped
from twin.types import Text

#: m/s on a street of every class; round, so that answers can be checked in the head.
SPEED_M_S = {"walk": 1.0, "motorcycle": 8.0, "car": 10.0}

BASIS = Basis(Text("ทดสอบ", "Test"), Text("ไม่มี", "None"), "0" * 64)


def make_network(node_xy, edge_nodes, *, paths=None, along=None, against=None, speed=SPEED_M_S):
    """Return a network of straight pieces, or of the lines given for some of them.

    `along` and `against` say for each piece whether cars and motorcycles may go that way; everyone
    may walk both ways.
    """
    node_xy = np.asarray(node_xy, dtype=np.float64).reshape(-1, 2)
    edge_nodes = np.asarray(edge_nodes, dtype=np.int32).reshape(-1, 2)
    count = len(edge_nodes)
    lines = [node_xy[pair] for pair in edge_nodes]
    for edge, line in (paths or {}).items():
        lines[edge] = np.asarray(line, dtype=np.float64)
    length = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])
    way = np.stack([np.ones(count) if way is None else np.asarray(way) for way in (along, against)])
    cost_s = {}
    for mode, m_s in speed.items():
        seconds = np.repeat(length[:, None] / m_s, 2, axis=1)
        cost_s[mode] = seconds if mode == "walk" else np.where(way.T > 0, seconds, np.inf)
    start = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    path_xy = np.concatenate([*lines, np.empty((0, 2))])
    revision = hashlib.sha256(
        b"".join(part.tobytes() for part in (path_xy, edge_nodes, way, *cost_s.values()))
    ).hexdigest()
    component = _components(edge_nodes, length, len(node_xy))
    road = np.arange(count, dtype=np.int64)
    return Network(node_xy, edge_nodes, length, cost_s, path_xy, start, road, component, revision)


def make_grid(rows, columns, *, block_m=100.0, jitter_m=0.0, kept=1.0, one_way=0.0, seed=1):
    """Return a grid of streets: a spanning tree and a share of the others, some of them one-way.

    With 200 rows, 250 columns, blocks of 95 m, `kept=0.36` and `one_way=0.088`: 50,000 nodes,
    some 68,000 pieces and 130,000 directed ones for cars.
    """
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:rows, :columns].reshape(2, -1) * block_m
    xy = np.stack([x, y], axis=1) + random.normal(0, jitter_m, (rows * columns, 2))
    number = np.arange(rows * columns).reshape(rows, columns)
    east = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    north = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    pairs = np.concatenate([east, north])
    chance = random.uniform(1, 2, len(pairs))
    tree = minimum_spanning_tree(coo_array((chance, pairs.T), shape=2 * (rows * columns,)).tocsr())
    is_tree = np.isin(chance, tree.data)
    pairs = pairs[is_tree | (random.uniform(size=len(pairs)) < kept)]
    draw = random.uniform(size=len(pairs))
    ways = {"along": draw > one_way / 2, "against": draw < 1 - one_way / 2}
    return make_network(
        xy + np.array([430_000, 873_000]),
        pairs,
        speed={"walk": 4.8 / 3.6, "motorcycle": 30 / 3.6, "car": 30 / 3.6},
        **ways,
    )


def make_demand(xy, weight, **members):
    areas = {
        layer: Areas(
            layer,
            tuple(f"{code:02}" for code in range(max(member) + 1)),
            tuple(Text(f"เขต {code}", f"Area {code}") for code in range(max(member) + 1)),
            np.array(member, dtype=np.int32),
        )
        for layer, member in members.items()
    }
    xy = np.array(xy, dtype=np.float64).reshape(-1, 2)
    return Demand(xy, np.array(weight, dtype=np.float64), BASIS, areas)


def make_supply(xy, ids=None):
    xy = np.array(xy, dtype=np.float64).reshape(-1, 2)
    ids = ids or tuple(f"facility/{row}" for row in range(len(xy)))
    names = tuple(Text(f"แห่งที่ {row}", f"Place {row}") for row in ids)
    return Supply(xy, ids, names, np.full(len(xy), np.nan), (None,) * len(xy), BASIS)


@st.composite
def random_networks(draw):
    """Return a random network: one-way, parallel and closed pieces, loops and parts apart."""
    nodes = draw(st.integers(2, 9))
    pairs = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1))
    edges = draw(st.lists(pairs, min_size=1, max_size=18))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    xy = random.uniform(0, 500, (nodes, 2))
    middle = random.uniform(0, 500, (len(edges), 2))
    paths = {edge: [xy[a], middle[edge], xy[b]] for edge, (a, b) in enumerate(edges)}
    along = random.uniform(size=len(edges)) < 0.8
    against = (random.uniform(size=len(edges)) < 0.7) | ~along
    return make_network(xy, edges, paths=paths, along=along, against=against)


def put(network, random, count):
    """Return points at random on pieces of street, some at their ends, some a walk away."""
    fraction = random.choice([0.0, 1.0, 0.5, *random.uniform(size=5)], count)
    edge = random.integers(0, network.edge_count, count).astype(np.int32)
    offset = random.choice([0.0, 12.0], count)
    return Snapped(edge, fraction, offset, np.zeros((count, 2)))


def to_networkx(network, mode, unit="s"):
    """Return a network as networkx has it, parallel pieces and all."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.node_count))
    for edge, (first, second) in enumerate(network.edge_nodes.tolist()):
        costs = network.cost_s[mode][edge]
        for tail, head, cost in ((first, second, costs[0]), (second, first, costs[1])):
            if np.isfinite(cost):
                graph.add_edge(tail, head, cost=cost if unit == "s" else network.length_m[edge])
    return graph


def _components(edge_nodes, length, count):
    pairs = coo_array((np.ones(len(edge_nodes)), edge_nodes.T), shape=(count, count))
    _, label = connected_components(pairs.tocsr(), directed=False)
    metres = np.bincount(
        label[edge_nodes[:, 0]], weights=length, minlength=label.max(initial=-1) + 1
    )
    rank = np.empty(len(metres), dtype=np.int32)
    rank[np.argsort(-metres, kind="stable")] = np.arange(len(metres))
    return rank[label]
