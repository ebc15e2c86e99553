"""Where a new facility would serve most: people newly served from every street corner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from twin.analysis.gain import (
    BLOCK,
    People,
    add_places_near,
    blocks,
    make_people,
    near_nodes,
    people_near,
)
from twin.analysis.graph import Graph
from twin.analysis.model import FloatArray, IntArray
from twin.analysis.pool import Progress, count_workers, work
from twin.analysis.reach import Ends, reach_one
from twin.analysis.situation import Situation
from twin.analysis.snap import snap

#: Up to so many corners looked at, by all searches together, are left to this process: some five
#: seconds, about as long as it takes to start others and to share the work.
SMALL: Final = 200_000_000

#: Blocks that the size of the work is guessed from.
_SAMPLE: Final = 16

#: Blocks of one task, so that what is sent between processes does not weigh.
BLOCKS_A_TASK: Final = 8

#: The greatest impedance, and rows of people or nodes block by block.
Task = tuple[float, list[IntArray]]


class Place(NamedTuple):
    """A street corner and the people whom a facility there would newly serve."""

    node: int
    x_m: float
    y_m: float
    people: float


@dataclass(frozen=True, eq=False)
class Opportunity:
    """People newly served by one facility more, for every place where it could stand.

    Parameters
    ----------
    node
        (c,) rows of the network's nodes.
    xy
        (c, 2) EPSG:32647 metres.
    people
        (c,) who are not served now and would be, were there a facility at this corner alone; the
        numbers of two corners must not be added.
    unserved
        Everyone who is not served now and is on a street.
    """

    node: IntArray
    xy: FloatArray = field(repr=False)
    people: FloatArray = field(repr=False)
    unserved: float

    def best(self, count: int = 10, *, spacing_m: float = 500.0) -> tuple[Place, ...]:
        """Return the best corners that are apart from each other, the best first.

        Parameters
        ----------
        count
            At most so many.
        spacing_m
            0 or more: straight metres between any two, so that one junction is not named often.

        Returns
        -------
        tuple of Place
            Only corners where somebody would be newly served; of equal ones the first node.
        """
        left = self.people.copy()
        places: list[Place] = []
        while len(places) < count and left.max(initial=0.0) > 0:
            row = int(left.argmax())
            x_m, y_m = self.xy[row].tolist()
            places.append(Place(int(self.node[row]), x_m, y_m, float(self.people[row])))
            left[np.hypot(*(self.xy - self.xy[row]).T) < spacing_m] = 0
            left[row] = 0
        return tuple(places)


def find_opportunity(
    now: Situation,
    *,
    corners: IntArray | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Opportunity:
    """Return how many people a facility at each street corner would newly serve.

    Parameters
    ----------
    now
        Streets, people, existing facilities, direction and threshold.
    corners
        Nodes to look at, answered in ascending order; None: all that the mode can use.
    workers
        Processes; None: one for each core, at most four. Small questions use none.
    progress
        Called with parts of the work done and parts in all. What it raises ends the work.

    Notes
    -----
    The same counting as `service_coverage`: exact along the demand point's street, the walk to the
    street included; whoever is too far from any street is not counted. Searched from the corners or
    from the ends of the streets where people are unserved, whichever are fewer, with the threshold
    as limit and only on the part of the network that can be reached. A facility at a corner of new
    streets alone may be reached on the street next to it too, as in coverage: see `snap`.
    """
    waiting = now.is_waiting
    ends = Ends(now.ends.node[waiting], now.ends.cost[waiting])
    people = make_people(now.graph, ends, now.people[waiting], now.direction)
    nodes = _usable(now.graph) if corners is None else np.unique(corners).astype(np.int32)
    total = _add_up(people, nodes, now.limit, count_workers(workers), progress)
    _count_beside(now, nodes, total)
    return Opportunity(nodes, now.graph.network.node_xy[nodes], total, now.unserved)


def _add_up(
    people: People, nodes: IntArray, limit: float, workers: int, progress: Progress | None
) -> FloatArray:
    sources = np.unique(people.ends.node[np.isfinite(people.ends.cost)])
    from_people = len(sources) < len(nodes)
    xy = people.node_xy[people.ends.node[:, 0]] if from_people else people.node_xy[nodes]
    parts = [rows if from_people else nodes[rows] for rows in blocks(xy, BLOCK)]
    starts = range(0, len(parts), BLOCKS_A_TASK)
    tasks = [(limit, parts[start : start + BLOCKS_A_TASK]) for start in starts]
    ends = [people.ends.node[part] if from_people else part for part in _sample(parts)]
    near = [len(near_nodes(people, each.ravel(), limit)) for each in ends]
    if sum(near) * min(len(sources), len(nodes)) <= SMALL * len(near):
        workers = 1
    function: Callable[[People, Task], tuple[IntArray, FloatArray]]
    function = _from_people if from_people else _from_corners
    total = np.zeros(len(people.node_xy))
    for done, (_, (rows, more)) in enumerate(work(function, people, tasks, workers=workers), 1):
        total[rows] += more
        if progress is not None:
            progress(done, len(tasks))
    return total[nodes]


def _count_beside(now: Situation, nodes: IntArray, total: FloatArray) -> None:
    """Put in the people for corners that only streets of `network.opened` lead to."""
    network = now.graph.network
    is_old = now.graph.is_open & ~np.isin(network.road, network.opened)
    rows = np.flatnonzero(~np.isin(nodes, network.edge_nodes[is_old]))
    if not network.opened or not len(rows):
        return
    places = snap(now.graph, network.node_xy[nodes[rows]], max_snap_m=now.max_snap_m)
    waiting = now.is_waiting
    demand, ends = now.demand.take(waiting), Ends(now.ends.node[waiting], now.ends.cost[waiting])
    for number, row in enumerate(rows.tolist()):
        found = reach_one(
            now.graph,
            demand,
            places.take([number]),
            direction=now.direction,
            limit=now.limit,
            ends=ends,
        )
        total[row] = now.people[waiting][found <= now.limit].sum()


def _sample(parts: list[IntArray]) -> list[IntArray]:
    return parts[:: max(1, len(parts) // _SAMPLE)]


def _from_corners(people: People, task: Task) -> tuple[IntArray, FloatArray]:
    limit, parts = task
    found = [people_near(people, part, np.full(len(part), limit)) for part in parts]
    return np.concatenate(parts), np.concatenate(found)


def _from_people(people: People, task: Task) -> tuple[IntArray, FloatArray]:
    limit, parts = task
    total = np.zeros(len(people.node_xy))
    for part in parts:
        add_places_near(people, part, limit, total)
    rows = np.flatnonzero(total).astype(np.int32)
    return rows, total[rows]


def _usable(graph: Graph) -> IntArray:
    """Return the nodes that the mode can come to or leave."""
    used = np.unique(graph.network.edge_nodes[graph.is_open])
    return used.astype(np.int32)
