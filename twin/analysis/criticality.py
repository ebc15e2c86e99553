"""What service hangs on: people losing it when a facility or a road closes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.analysis.model import FloatArray, IntArray
from twin.analysis.pool import Progress
from twin.analysis.reach import reach_one
from twin.analysis.situation import Situation
from twin.analysis.ways import find_ways


@dataclass(frozen=True, eq=False)
class FacilityLoss:
    """What each facility's closing would cost.

    Parameters
    ----------
    lost
        (q,) people who would have no facility within the threshold any more, in the order of the
        supply; 0 for a facility on no street.
    choice
        (p,) number of facilities within the threshold of each demand point.
    """

    lost: FloatArray
    choice: IntArray = field(repr=False)


@dataclass(frozen=True, eq=False)
class RoadLoss:
    """What roads' closing would cost, the worst first; of equal ones the lowest id.

    Parameters
    ----------
    road
        Ids of the roads.
    lost
        People who would have no facility within the threshold any more.
    living
        Those of them who live on the road itself: closed, it takes nobody anywhere.
    users
        People whose way to their nearest facility leads over it now.
    rest_at_most
        No road that is not named costs more people than this.
    """

    road: NDArray[np.int64]
    lost: FloatArray
    living: FloatArray
    users: FloatArray
    rest_at_most: float


def facility_loss(now: Situation, *, progress: Progress | None = None) -> FacilityLoss:
    """Return the people losing service when each facility closes, the others staying.

    Parameters
    ----------
    now
        Streets, people, facilities, direction and threshold.
    progress
        Called with facilities done and facilities in all. What it raises ends the work.

    Notes
    -----
    Exact: whoever has a single facility within the threshold loses service with it. One search for
    each facility, limited to the threshold.
    """
    count = len(now.supply)
    choice = np.zeros(len(now.demand), np.int32)
    owner = np.full(len(now.demand), -1, np.int32)
    for row in range(count):
        if now.supply.is_known[row]:
            within = _reached_by(now, row) <= now.limit
            choice[within] += 1
            owner[within] = row
        if progress is not None:
            progress(row + 1, count)
    alone = choice == 1
    lost = np.bincount(owner[alone], now.people[alone], minlength=count)
    return FacilityLoss(lost.astype(np.float64), choice)


def road_loss(
    now: Situation,
    *,
    top: int | None = 20,
    roads: NDArray[np.int64] | None = None,
    budget: int | None = None,
    progress: Progress | None = None,
) -> RoadLoss:
    """Return the people losing service when each road closes, the others staying open.

    Parameters
    ----------
    now
        Streets, people, facilities, direction and threshold.
    top
        The worst so many roads; None: all that take service from anyone.
    roads
        (m,) id of the road that each piece of street is of; None: `network.road`. Pieces of one id
        close together; `np.arange(m)` closes piece by piece.
    budget
        Roads tried at most; None: as many as it takes.
    progress
        Called with roads tried and roads that there may be to try. What it raises ends the work.

    Notes
    -----
    Exact. Points stay where they are: whoever lives on a closed road, or a facility on it, has no
    way along it. Only those whose way leads over the road can lose service; they bound the loss.
    Roads are tried from the highest bound down and left when no bound is above what is found; for
    each, ways are searched anew for the corners behind it only.
    """
    ways = find_ways(now, now.graph.network.road if roads is None else roads)
    ranked = np.lexsort((ways.road, -ways.users))
    ranked = ranked[ways.users[ranked] > 0]
    losses = np.zeros((len(ranked), 2))
    rest = 0.0
    for tried, row in enumerate(ranked.tolist()):
        rest = float(ways.users[row])
        if tried == budget or _is_enough(losses[:tried, 0], rest, top):
            break
        losses[tried] = ways.lost_without(row)
        rest = 0.0
        if progress is not None:
            progress(tried + 1, len(ranked))
    order = np.lexsort((ways.road[ranked], -losses[:, 0]))
    order = order[losses[order, 0] > 0]
    kept, left = order[:top], order[len(order[:top]) :]
    rest = max(rest, losses[left, 0].max(initial=0.0))
    chosen = ranked[kept]
    return RoadLoss(ways.road[chosen], losses[kept, 0], losses[kept, 1], ways.users[chosen], rest)


def _is_enough(lost: FloatArray, bound: float, top: int | None) -> bool:
    """Tell whether no road with this bound can be among the worst; equal ones may be."""
    if top is None or len(lost) < top:
        return False
    return top == 0 or bool(np.partition(lost, len(lost) - top)[len(lost) - top] > bound)


def _reached_by(now: Situation, row: int) -> FloatArray:
    return reach_one(
        now.graph,
        now.demand,
        now.supply.take([row]),
        direction=now.direction,
        limit=now.limit,
        ends=now.ends,
    )
