"""Corners where there are none: places in the middle of streets, made nodes of the network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import STRtree

from twin.analysis.graph import Graph, make_graph
from twin.analysis.model import FloatArray, IntArray
from twin.analysis.situation import Situation
from twin.analysis.snap import Snapped, edge_lines

#: Nearer than this to an end of the street, in metres, the end itself serves.
_END_M = 1.0


@dataclass(frozen=True, eq=False)
class Foot:
    """Nearest places on streets to some nodes, inside the streets.

    Parameters
    ----------
    node
        (k,) whose nearest place it is.
    edge, fraction
        (k,) the street, and where on it.
    xy
        (k, 2) EPSG:32647 metres.
    """

    node: IntArray
    edge: IntArray
    fraction: FloatArray
    xy: FloatArray


def find_near(
    graph: Graph, nodes: IntArray, streets: IntArray, length_m: float
) -> tuple[IntArray, IntArray]:
    """Return pairs of a node and a street within a distance that do not meet already.

    Parameters
    ----------
    graph
        Streets.
    nodes, streets
        Those to look at.
    length_m
        Greatest straight distance, metres.
    """
    tree = STRtree(edge_lines(graph.network)[streets])
    points = shapely.points(graph.network.node_xy[nodes])
    found, line = tree.query(points, predicate="dwithin", distance=length_m)
    node, street = nodes[found], streets[line]
    apart = (graph.network.edge_nodes[street] != node[:, None]).all(axis=1)
    return node[apart], street[apart]


def drop_feet(graph: Graph, node: IntArray, street: IntArray) -> Foot:
    """Return the nearest place on each street to each node, where that is inside the street."""
    lines = edge_lines(graph.network)[street]
    points = shapely.points(graph.network.node_xy[node])
    along = shapely.line_locate_point(lines, points)
    length = shapely.length(lines)
    inside = np.flatnonzero((along > _END_M) & (along < length - _END_M))
    places = shapely.line_interpolate_point(lines[inside], along[inside])
    return Foot(
        node[inside],
        street[inside],
        along[inside] / length[inside],
        shapely.get_coordinates(places),
    )


def add_corners(now: Situation, feet: Foot) -> tuple[Situation, IntArray]:
    """Return the same situation with streets cut at some places, and the node of each place.

    Nobody's way changes: a cut street costs in parts what it costs as a whole. The nodes there are
    keep their numbers. Lines of streets are straight afterwards, which no search looks at.
    """
    network = now.graph.network
    cuts, first, which = np.unique(
        np.stack([feet.edge, feet.fraction], axis=1), axis=0, return_index=True, return_inverse=True
    )
    edge, at, number = cuts[:, 0].astype(np.int32), cuts[:, 1], np.arange(len(cuts))
    parent = np.repeat(
        np.arange(network.edge_count), 1 + np.bincount(edge, minlength=network.edge_count)
    )
    low, high = np.zeros(len(parent)), np.ones(len(parent))
    ends = network.edge_nodes[parent].copy()
    before, behind = edge + number, edge + number + 1
    high[before], low[behind] = at, at
    ends[before, 1] = ends[behind, 0] = network.node_count + number
    share = high - low
    node_xy = np.concatenate([network.node_xy, feet.xy[first]])
    finer = replace(
        network,
        node_xy=node_xy,
        edge_nodes=ends,
        length_m=network.length_m[parent] * share,
        cost_s={mode: cost[parent] * share[:, None] for mode, cost in network.cost_s.items()},
        path_xy=node_xy[ends].reshape(-1, 2),
        path_start=np.arange(len(ends) + 1, dtype=np.int64) * 2,
        road=network.road[parent],
        component=np.append(network.component, network.component[network.edge_nodes[edge, 0]]),
    )
    graph = make_graph(
        finer, now.graph.mode, unit=now.graph.unit, speed_factor=now.graph.speed_factor
    )
    moved = [_move(points, edge + at, low, high) for points in (now.demand, now.supply)]
    nodes = (network.node_count + which.reshape(-1)).astype(np.int32)
    return replace(now, graph=graph, demand=moved[0], supply=moved[1]), nodes


def _move(points: Snapped, cuts: FloatArray, low: FloatArray, high: FloatArray) -> Snapped:
    """Return points on the parts of the streets that they were on."""
    piece = points.edge + np.searchsorted(cuts, points.edge + points.fraction)
    piece = np.where(points.is_known, piece, -1).astype(np.int32)
    fraction = (points.fraction - low[piece]) / (high[piece] - low[piece])
    fraction = np.where(points.is_known, np.clip(fraction, 0, 1), points.fraction)
    former = None if points.former is None else _move(points.former, cuts, low, high)
    return replace(points, edge=piece, fraction=fraction, former=former)
