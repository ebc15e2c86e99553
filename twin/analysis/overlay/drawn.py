"""Building a street along a drawn line: joined to the network where its vertices touch it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from twin.analysis.model import KMH_PER_M_S, FloatArray, IntArray, Network
from twin.analysis.overlay.changes import OpenStreet
from twin.analysis.overlay.streets import edge_line, edges_near, passable, with_components
from twin.errors import ConflictError, InvalidInputError

#: A vertex of the drawn line joins a street at most this far off, metres.
JOIN_WITHIN_M: Final = 15.0

#: Joins this near to a node, or to each other, are the same node, metres.
SAME_NODE_M: Final = 0.5

#: A shorter piece of street is none, metres.
SHORTEST_M: Final = 0.01


def open_street(network: Network, street: OpenStreet) -> Network:
    """Return the network with a new street.

    Each vertex of the line that lies within `JOIN_WITHIN_M` of a street that one of its modes may
    use is moved onto that street and becomes a junction; segments that merely cross a street pass
    over or under it.

    Raises
    ------
    InvalidInputError
        The line touches no street, or is only a point.
    ConflictError
        The id of the new street is that of another.
    """
    if (network.road == street.road).any():
        raise ConflictError(
            f"There is a road {street.road} already.",
            f"มีถนนรหัส {street.road} อยู่แล้ว",
            parameter="road",
        )
    line = np.array(street.line, float)
    vertices, edges, fractions = _touching(network, line, street)
    if not len(vertices):
        raise InvalidInputError(
            f"No vertex of the line lies within {JOIN_WITHIN_M:.0f} m of a street that its users"
            " may take; draw at least one end onto a street.",
            f"ไม่มีจุดใดของเส้นอยู่ในระยะ {JOIN_WITHIN_M:.0f} เมตรจากถนนที่ผู้ใช้ผ่านได้"
            " โปรดวาดปลายอย่างน้อยด้านหนึ่งให้แตะถนน",
            parameter="line",
        )
    split, joined = split_edges(network, edges, fractions)
    node_of = dict(zip(vertices, joined.tolist(), strict=True))
    for end in sorted({0, len(line) - 1} - set(node_of)):
        node_of[end] = split.node_count
        split = replace(split, node_xy=np.concatenate([split.node_xy, line[end : end + 1]]))
    for vertex, node in node_of.items():
        line[vertex] = split.node_xy[node]
    built = _with_pieces(split, line, node_of, street)
    return with_components(replace(built, opened=(*network.opened, street.road)))


def split_edges(
    network: Network, edges: Sequence[int], fractions: Sequence[float]
) -> tuple[Network, IntArray]:
    """Cut edges in pieces by new nodes; no path becomes longer or shorter by it.

    Pieces come in the place of what they are pieces of, so that of streets equally near the same
    one comes first as before.

    Parameters
    ----------
    edges, fractions
        (s,) which edge each cut is on, and where: 0 at its first node, 1 at its second.

    Returns
    -------
    The network, and (s,) the node at each cut; it is that at the end of the edge, or of another
    cut, where that is nearer than `SAME_NODE_M`.
    """
    nodes = np.empty(len(edges), np.int32)
    cut = network
    for edge in sorted(set(edges), reverse=True):  # the last first: earlier ones keep their rows
        places = [number for number, other in enumerate(edges) if other == edge]
        cut, nodes[places] = _split(cut, edge, np.array(fractions, float)[places])
    return cut, nodes


def _touching(
    network: Network, line: FloatArray, street: OpenStreet
) -> tuple[list[int], list[int], list[float]]:
    modes = [mode for mode, speeds in street.speed_kmh.items() if max(speeds) > 0]
    usable = passable(network, modes)
    vertices, edges, fractions = [], [], []
    for vertex, (x, y) in enumerate(line.tolist()):
        near = edges_near(network, (x, y), JOIN_WITHIN_M, usable)
        if len(near):
            path = edge_line(network, near[0])
            vertices.append(vertex)
            edges.append(int(near[0]))
            fractions.append(float(path.project(shapely.Point(x, y), normalized=True)))
    return vertices, edges, fractions


def _split(network: Network, edge: int, fractions: FloatArray) -> tuple[Network, IntArray]:
    """Cut one edge."""
    length = network.length_m[edge]
    first, last = network.edge_nodes[edge].tolist()
    nodes = np.empty(len(fractions), np.int32)
    cuts: list[float] = [0.0]
    at = [first]
    for place in np.argsort(fractions, kind="stable"):
        fraction = float(fractions[place])
        if (1 - fraction) * length < SAME_NODE_M and fraction >= 0.5:  # noqa: PLR2004 (the middle)
            nodes[place] = last
            continue
        if (fraction - cuts[-1]) * length >= SAME_NODE_M:
            cuts.append(fraction)
            at.append(network.node_count + len(cuts) - 2)
        nodes[place] = at[-1]
    if len(cuts) == 1:
        return network, nodes
    return _with_cuts(network, edge, [*cuts, 1.0], [*at, last]), nodes


def _with_cuts(network: Network, edge: int, cuts: list[float], at: list[int]) -> Network:
    path = edge_line(network, edge)
    paths = [
        np.asarray(substring(path, start, end, normalized=True).coords, float)
        for start, end in pairwise(cuts)
    ]
    share = np.diff(cuts)
    ends = np.array([at[:-1], at[1:]], np.int32).T
    cost = {
        mode: _put(rows, edge, share[:, None] * rows[edge]) for mode, rows in network.cost_s.items()
    }
    start, end = network.path_start[edge : edge + 2]
    points = _put(np.diff(network.path_start), edge, np.array([*map(len, paths)]))
    return replace(
        network,
        node_xy=np.concatenate([network.node_xy, [piece[-1] for piece in paths[:-1]]]),
        edge_nodes=_put(network.edge_nodes, edge, ends),
        length_m=_put(network.length_m, edge, share * network.length_m[edge]),
        cost_s=cost,
        path_xy=np.concatenate([network.path_xy[:start], *paths, network.path_xy[end:]]),
        path_start=_starts(points),
        road=_put(network.road, edge, np.full(len(paths), network.road[edge])),
    )


def _put(rows: NDArray[Any], row: int, new: NDArray[Any]) -> NDArray[Any]:
    """Return an array with new rows in the place of one."""
    return np.concatenate([rows[:row], new, rows[row + 1 :]])


def _with_pieces(
    network: Network, line: FloatArray, node_of: dict[int, int], street: OpenStreet
) -> Network:
    """Return the network with the line as edges from each of its nodes to the next."""
    stops = sorted(node_of)
    paths, ends = [], []
    for start, end in pairwise(stops):
        path = line[start : end + 1]
        if _length(path) >= SHORTEST_M:
            paths.append(path)
            ends.append((node_of[start], node_of[end]))
    if not paths:
        raise InvalidInputError(
            "The line is too short to be a street once its ends are moved onto streets.",
            "เส้นสั้นเกินไปเมื่อเลื่อนปลายไปแตะถนนแล้ว",
            parameter="line",
        )
    lengths = np.array([_length(path) for path in paths])
    cost = {}
    for mode in network.cost_s:
        speeds = np.array(street.speed_kmh.get(mode, (0.0, 0.0)), float) / KMH_PER_M_S
        taken = lengths[:, None] / np.where(speeds > 0, speeds, 1.0)
        cost[mode] = np.where(speeds > 0, taken, np.inf)
    points = np.concatenate([np.diff(network.path_start), [*map(len, paths)]])
    return replace(
        network,
        edge_nodes=np.concatenate([network.edge_nodes, np.array(ends, np.int32)]),
        length_m=np.concatenate([network.length_m, lengths]),
        cost_s={mode: np.concatenate([rows, cost[mode]]) for mode, rows in network.cost_s.items()},
        path_xy=np.concatenate([network.path_xy, *paths]),
        path_start=_starts(points),
        road=np.append(network.road, np.full(len(paths), street.road, np.int64)),
    )


def _starts(points: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(points)]).astype(np.int64)


def _length(path: FloatArray) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())
