"""Which streets those served travel on, and who loses service when some of these close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.analysis.forest import Forest, end_edges, end_shares, grow
from twin.analysis.model import FloatArray, IntArray
from twin.analysis.situation import Situation
from twin.analysis.snap import Snapped

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Straight:
    """Ways along one's own street, without any corner.

    Parameters
    ----------
    edge
        (p, w) the streets of each demand point: one, or two where some have a former place.
    open
        (p, w) impedance of the nearest facility on the same street, infinite where there is none.
    closed
        (p, w) the same when the street is closed: finite only where the facility is at that place.
    """

    edge: IntArray
    open: FloatArray
    closed: FloatArray


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways of those served to their facilities, by road.

    Parameters
    ----------
    now, forest, straight
        What they are read from.
    road, users
        Ids of the roads that somebody uses, and how many people do.
    edges
        Pieces of street of each of these roads.
    stretches
        (s, 2) from and to where in `forest.order` corners lie behind a road, road by road.
    first_stretch
        (r + 1,) where the stretches of each road begin.
    place, traveller
        Served demand by the place in `forest.order` of the corner that its way leads over.
    resident
        Served demand whose way begins on each road.
    """

    now: Situation
    forest: Forest
    straight: Straight
    road: NDArray[np.int64]
    users: FloatArray
    edges: list[Rows]
    stretches: NDArray[np.int64]
    first_stretch: Rows
    place: NDArray[np.int64]
    traveller: Rows
    resident: list[Rows]

    def lost_without(self, row: int) -> tuple[float, float]:
        """Return the people whom a road's closing leaves unserved, and those of them on it."""
        now, forest = self.now, self.forest
        is_closed = np.zeros(now.graph.network.edge_count, bool)
        is_closed[self.edges[row]] = True
        affected, nodes = [self.resident[row]], [np.zeros(0, np.int32)]
        for begin, end in self.stretches[self.first_stretch[row] : self.first_stretch[row + 1]]:
            low, high = np.searchsorted(self.place, [begin, end])
            affected.append(self.traveller[low:high])
            nodes.append(forest.order[begin:end])
        rows, behind = np.unique(np.concatenate(affected)), np.concatenate(nodes)
        at_node = forest.impedance.copy()
        at_node[behind] = forest.closed(behind, is_closed)
        demand = now.demand.take(rows)
        is_cut = is_closed[end_edges(demand)] & (end_shares(demand) > 0)
        cost = np.where(is_cut, np.inf, now.ends.cost[rows])
        straight, on_it = self.straight, is_closed[self.straight.edge[rows]]
        along = np.where(on_it, straight.closed[rows], straight.open[rows]).min(axis=1)
        best = np.minimum((at_node[now.ends.node[rows]] + cost).min(axis=1), along)
        lives_on_it = is_closed[demand.edge]
        is_lost = ~(best <= now.limit)
        people = now.people[rows]
        return float(people[is_lost].sum()), float(people[is_lost & lives_on_it].sum())


def find_ways(now: Situation, labels: NDArray[np.int64]) -> Ways:
    """Return the ways of those served, by the road that each piece of street is of.

    Parameters
    ----------
    now
        Streets, people, facilities, direction and threshold.
    labels
        (m,) road of each piece.
    """
    forest, straight = grow(now), along_street(now)
    served = np.flatnonzero(now.is_served & (now.people > 0))
    over = forest.impedance[now.ends.node[served]] + now.ends.cost[served]
    end, own = over.argmin(axis=1), straight.open[served].argmin(axis=1)
    corner = now.ends.node[served, end]
    goes_straight = straight.open[served, own] < over.min(axis=1)
    begin = straight.edge[served, np.where(goes_straight, own, end // 2)]
    place = np.where(goes_straight, -1, forest.place[corner]).astype(np.int64)
    order = np.argsort(place, kind="stable")
    served, place = served[order], place[order]
    home = labels[begin[order]]
    last = labels[forest.edge[forest.order]]
    road, rank = np.unique(np.concatenate([home, last]), return_inverse=True)
    stretches, owner = _stretches(forest, rank[len(home) :])
    running = np.concatenate([[0.0], np.cumsum(now.people[served])])
    low, high = np.searchsorted(place, stretches.T)
    behind = np.bincount(owner, running[high] - running[low], len(road))
    residents = rank[: len(home)]
    only_home = ~_lies_in(stretches, owner, residents, place)
    at_home = np.bincount(residents[only_home], now.people[served][only_home], len(road))
    return Ways(
        now=now,
        forest=forest,
        straight=straight,
        road=road,
        users=(behind + at_home).astype(np.float64),
        edges=_pieces(road, labels),
        stretches=stretches,
        first_stretch=np.searchsorted(owner, np.arange(len(road) + 1)),
        place=place,
        traveller=served,
        resident=[served[rows] for rows in _group(residents, len(road))],
    )


def along_street(now: Situation) -> Straight:
    """Return the impedance of the nearest facility on each demand point's own streets."""
    supply = now.supply.apart()
    found = [_along(now, place, supply) for place in now.demand.places]
    edge, is_open, closed = (np.stack(parts, axis=1) for parts in zip(*found, strict=True))
    return Straight(edge, is_open, closed)


def _along(
    now: Situation, demand: Snapped, supply: Snapped
) -> tuple[IntArray, FloatArray, FloatArray]:
    graph = now.graph
    known = np.flatnonzero(supply.is_known)
    known = known[np.argsort(supply.edge[known], kind="stable")]
    edge = supply.edge[known]
    begin = np.searchsorted(edge, demand.edge, side="left")
    count = np.where(demand.is_known, np.searchsorted(edge, demand.edge, side="right") - begin, 0)
    point = np.repeat(np.arange(len(demand)), count)
    step = np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count)
    site = known[np.repeat(begin, count) + step]
    ahead = supply.fraction[site] - demand.fraction[point]
    ahead = ahead if now.direction == "to" else -ahead
    along, against = graph.cost[demand.edge[point]].T
    access = (demand.offset_m[point] + supply.offset_m[site]) * graph.access_per_m
    with np.errstate(invalid="ignore"):
        way = np.where(ahead > 0, ahead * along, np.where(ahead < 0, -ahead * against, 0.0))
    is_open, closed = np.full(len(demand), np.inf), np.full(len(demand), np.inf)
    np.minimum.at(is_open, point, way + access)
    np.minimum.at(closed, point, np.where(ahead == 0, access, np.inf))
    return demand.edge, is_open, closed


def _stretches(forest: Forest, rank: Rows) -> tuple[NDArray[np.int64], Rows]:
    """Return where corners lie behind each road, stretches within others left out; and the road."""
    place = np.arange(len(forest.order), dtype=np.int64)
    order = np.argsort(rank, kind="stable")
    begin, owner = place[order], rank[order]
    end = begin + forest.size[forest.order][order]
    apart = owner.astype(np.int64) * (len(place) + 1)
    furthest = np.maximum.accumulate(apart + end) if len(place) else end
    is_outer = np.ones(len(place), bool)
    is_outer[1:] = (apart + begin)[1:] >= furthest[:-1]
    return np.stack([begin, end], axis=1)[is_outer], owner[is_outer]


def _lies_in(
    stretches: NDArray[np.int64], owner: Rows, rank: Rows, place: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return whether places lie in a stretch of a road."""
    if not len(stretches):
        return np.zeros(len(rank), bool)
    apart = int(stretches.max()) + 2
    begin = owner * apart + stretches[:, 0]
    key = rank * apart + place
    last = np.searchsorted(begin, key, side="right") - 1
    end = owner[last] * apart + stretches[last, 1]
    lies_in: NDArray[np.bool_] = (last >= 0) & (place >= 0) & (key < end) & (owner[last] == rank)
    return lies_in


def _pieces(road: NDArray[np.int64], labels: NDArray[np.int64]) -> list[Rows]:
    """Return the pieces of each road."""
    rows = np.flatnonzero(np.isin(labels, road))
    return [rows[part] for part in _group(np.searchsorted(road, labels[rows]), len(road))]


def _group(rank: Rows, count: int) -> list[Rows]:
    """Return the rows of each rank."""
    rows = np.argsort(rank, kind="stable")
    return np.split(rows, np.searchsorted(rank[rows], np.arange(1, count))) if count else []
