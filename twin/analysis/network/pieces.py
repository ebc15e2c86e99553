"""Streets cut into pieces between the places where ways part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.analysis.model import FloatArray, IntArray
from twin.analysis.network.junctions import SNAP_M, Contacts
from twin.analysis.network.streets import Ints, Mask
from twin.analysis.network.vertices import Vertices, places

#: A piece from a node back to itself that is no longer than this is what joining ends left over.
LEFT_OVER_M: Final = 2 * SNAP_M


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of street between nodes, and what became too short to keep.

    Parameters
    ----------
    node_xy
        (n, 2) metres.
    nodes
        (m, 2) node where a piece begins and ends.
    length_m
        (m,) along the street as it was drawn: joining ends does not lengthen it.
    street
        (m,) row of the street.
    path_xy, path_start
        As in `twin.analysis.model.Network`.
    left_over_m
        Length of each piece that was dropped.
    """

    node_xy: FloatArray
    nodes: IntArray
    length_m: FloatArray
    street: Ints
    path_xy: FloatArray
    path_start: Ints
    left_over_m: FloatArray


def cut(vertices: Vertices, contacts: Contacts) -> Pieces:
    """Cut streets wherever ways part: at common vertices, at contacts, and at their ends.

    A vertex that two streets pass on the same way, as where one was drawn twice, is no such place.
    """
    vertices, united = _with_contacts(vertices, contacts)
    group = _united(vertices.place, united)
    is_node = _parts_ways(vertices, group)
    stops = np.flatnonzero(is_node)
    same = vertices.part[stops[1:]] == vertices.part[stops[:-1]]
    first, last = stops[:-1][same], stops[1:][same]
    travelled = np.cumsum(vertices.length_m)
    length_m = travelled[last] - travelled[first]
    nodes = np.column_stack([group[first], group[last]])
    short = (nodes[:, 0] == nodes[:, 1]) & (length_m <= LEFT_OVER_M)
    first, last, nodes = first[~short], last[~short], nodes[~short]
    used, nodes = np.unique(nodes, return_inverse=True)
    nodes = nodes.reshape(-1, 2).astype(np.int32)
    node_xy = _positions(vertices, group)[used]
    path_xy, path_start = _paths(vertices, first, last)
    path_xy[path_start[:-1]] = node_xy[nodes[:, 0]]
    path_xy[path_start[1:] - 1] = node_xy[nodes[:, 1]]
    return Pieces(
        node_xy,
        nodes,
        length_m[~short],
        vertices.street[first],
        path_xy,
        path_start,
        length_m[short],
    )


def _with_contacts(vertices: Vertices, contacts: Contacts) -> tuple[Vertices, Ints]:
    """Return the vertices with one more at each contact, and the pairs of places to unite."""
    spot = contacts.segment.T.ravel()
    fraction = contacts.fraction.T.ravel()
    place = vertices.place[spot + (fraction == 1)]
    inside = (fraction > 0) & (fraction < 1)
    xy = np.vstack([contacts.xy(vertices, 0), contacts.xy(vertices, 1)])
    after_all = int(vertices.place.max(initial=-1)) + 1
    place[inside] = after_all + places(xy[inside])
    united = place.reshape(2, -1).T
    position = np.concatenate([np.arange(len(vertices.xy), dtype=float), (spot + fraction)[inside]])
    order = np.argsort(position, kind="stable")
    merged = Vertices(
        np.vstack([vertices.xy, xy[inside]])[order],
        np.concatenate([vertices.part, vertices.part[spot[inside]]])[order],
        np.concatenate([vertices.street, vertices.street[spot[inside]]])[order],
        np.concatenate([vertices.place, place[inside]])[order],
    )
    fresh = np.r_[
        True, (merged.part[1:] != merged.part[:-1]) | (merged.place[1:] != merged.place[:-1])
    ][: len(merged.xy)]
    return (
        Vertices(merged.xy[fresh], merged.part[fresh], merged.street[fresh], merged.place[fresh]),
        united,
    )


def _united(place: Ints, pairs: Ints) -> Ints:
    """Return for each vertex the least place of those that its own is united with."""
    count = int(place.max(initial=-1)) + 1
    if not len(pairs):
        return place
    graph = coo_array((np.ones(len(pairs), bool), pairs.T), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    least = np.full(count, count)
    np.minimum.at(least, label, np.arange(count))
    united: Ints = least[label][place]
    return united


def _parts_ways(vertices: Vertices, group: Ints) -> Mask:
    """Tell at which vertices there are other than two ways on, streets end, or places are united.

    Straight ways between the same places are one way; between united places they need not be.
    """
    segments, place = vertices.segments, vertices.place
    ways = np.column_stack([place[segments], place[segments + 1]])
    ways = np.unique(np.vstack([ways, ways[:, ::-1]]), axis=0)
    is_node = np.bincount(ways[:, 0], minlength=int(place.max(initial=-1)) + 1) != 2  # noqa: PLR2004 (on and back)
    is_node[place[vertices.is_end]] = True
    is_node[place[group != place]] = True
    is_node[group[group != place]] = True
    parts: Mask = is_node[place]
    return parts


def _positions(vertices: Vertices, group: Ints) -> FloatArray:
    """Return where each group is: at the vertex of its least place."""
    xy = np.zeros((int(group.max(initial=-1)) + 1, 2))
    is_least = vertices.place == group
    xy[group[is_least]] = vertices.xy[is_least]
    return xy


def _paths(vertices: Vertices, first: Ints, last: Ints) -> tuple[FloatArray, Ints]:
    count = last - first + 1
    start = np.concatenate([[0], np.cumsum(count)])
    index = np.arange(start[-1]) - np.repeat(start[:-1], count) + np.repeat(first, count)
    return vertices.xy[index], start
