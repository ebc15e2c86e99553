"""Changes of streets that are there: closing them, and how fast one travels on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.analysis.model import IntArray, Mode, Network
from twin.analysis.overlay.changes import ChangeSpeed, CloseStreet, Point
from twin.errors import NotFoundError

#: A street is closed by a point on it or at most this far off, metres.
CLOSE_WITHIN_M: Final = 50.0

Mask = NDArray[np.bool_]


def close_street(network: Network, change: CloseStreet) -> Network:
    """Return the network with a street that nobody gets through.

    Raises
    ------
    NotFoundError
        The network has no such road, or no street near the point.
    """
    if change.at is None:
        closed = _of_roads(network, [] if change.road is None else [change.road])
    else:
        closed = np.zeros(network.edge_count, bool)
        closed[_nearest(network, change.at)] = True
    cost = dict(network.cost_s)
    for mode in change.modes:
        cost[mode] = np.where(closed[:, None], np.inf, cost[mode])
    return with_components(replace(network, cost_s=cost))


def change_speed(network: Network, change: ChangeSpeed) -> Network:
    """Return the network with another speed for one mode.

    Raises
    ------
    NotFoundError
        The network has not all of the roads.
    """
    cost = network.cost_s[change.mode] / change.factor
    if change.roads:
        chosen = _of_roads(network, change.roads)
        cost = np.where(chosen[:, None], cost, network.cost_s[change.mode])
    return replace(network, cost_s={**network.cost_s, change.mode: cost})


def edges_near(network: Network, xy: Point, within_m: float, usable: Mask) -> IntArray:
    """Return the edges within a distance of a point, the nearest first.

    Parameters
    ----------
    xy
        EPSG:32647 metres.
    usable
        (m,) edges to look among.
    """
    if not network.edge_count:
        return np.empty(0, np.int32)
    starts = network.path_start[:-1]
    low = np.minimum.reduceat(network.path_xy, starts)
    high = np.maximum.reduceat(network.path_xy, starts)
    place = np.asarray(xy, float)
    close = ((low - within_m <= place) & (place <= high + within_m)).all(axis=1)
    candidates = np.flatnonzero(close & usable)
    lines = [edge_line(network, edge) for edge in candidates.tolist()]
    distance = np.asarray(shapely.distance(lines, shapely.Point(place)), float)
    order = np.argsort(distance, kind="stable")
    return candidates[order[distance[order] <= within_m]].astype(np.int32)


def edge_line(network: Network, edge: int) -> shapely.LineString:
    """Return the line of one edge, EPSG:32647."""
    start, end = network.path_start[edge : edge + 2]
    return shapely.LineString(network.path_xy[start:end])


def passable(network: Network, modes: Collection[Mode]) -> Mask:
    """Return which edges at least one of the modes may take, one way or the other; (m,)."""
    ways = np.zeros(network.edge_count, bool)
    for mode in modes:
        ways |= np.isfinite(network.cost_s[mode]).any(axis=1)
    return ways


def with_components(network: Network) -> Network:
    """Return the network with its parts told anew; a street closed to all does not connect."""
    count = network.node_count
    used = passable(network, network.cost_s)
    begin, end = network.edge_nodes[used].T
    links = coo_array((np.ones(len(begin)), (begin, end)), shape=(count, count))
    parts, label = connected_components(links, directed=False)
    metres = np.bincount(label[begin], weights=network.length_m[used], minlength=parts)
    rank = np.empty(parts, np.int32)
    rank[np.argsort(-metres, kind="stable")] = np.arange(parts, dtype=np.int32)
    return replace(network, component=rank[label])


def _of_roads(network: Network, roads: Collection[int]) -> Mask:
    missing = sorted(set(roads) - set(network.road.tolist()))
    if missing or not roads:
        told = ", ".join(map(str, missing))
        raise NotFoundError(
            f"The street network has no road {told}; take the id from the layer of roads.",
            f"โครงข่ายไม่มีถนน {told} โปรดใช้รหัสจากชั้นข้อมูลถนน",
            parameter="road",
        )
    return np.isin(network.road, list(roads))


def _nearest(network: Network, at: Point) -> int:
    # Closed streets too: closing one twice must not close its neighbour.
    found = edges_near(network, at, CLOSE_WITHIN_M, np.ones(network.edge_count, bool))
    if not len(found):
        raise NotFoundError(
            f"There is no street within {CLOSE_WITHIN_M:.0f} m of the point; point at the"
            " street to close.",
            f"ไม่มีถนนในระยะ {CLOSE_WITHIN_M:.0f} เมตรจากจุดนี้ โปรดชี้ที่ถนนที่จะปิด",
            parameter="point",
        )
    return int(found[0])
