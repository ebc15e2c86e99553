"""Service coverage after changes, so that a new street never makes anybody worse off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import Literal

import numpy as np

from twin.analysis.assumptions import SpeedRange
from twin.analysis.coverage import Placed, Run, ServiceCoverage, service_coverage
from twin.analysis.graph import Graph, make_graph
from twin.analysis.model import Direction, Network
from twin.analysis.overlay.apply import Inputs
from twin.analysis.overlay.streets import passable
from twin.analysis.reach import Reach, nearest
from twin.analysis.snap import MAX_SNAP_M, snap


def coverage_after(
    inputs: Inputs,
    graph: Graph,
    *,
    direction: Direction,
    thresholds: Sequence[float],
    max_snap_m: float = MAX_SNAP_M,
    speed_range: SpeedRange | Literal["default"] | None = "default",
    at: Placed | None = None,
) -> ServiceCoverage:
    """Return who is served after changes, as `service_coverage` does.

    Where a change opened a street, whoever lives or works beside it may still start from the street
    that they started from before: the lesser impedance counts. Snapping to the nearest street
    alone would let a new one-way street, or one that others may not use, take service away.

    Parameters
    ----------
    inputs
        As `apply_changes` returned them.
    graph
        Of `inputs.network`.
    direction, thresholds, max_snap_m, speed_range, at
        As in `service_coverage`.

    Raises
    ------
    InvalidInputError
        As `service_coverage` does.
    """
    answer = service_coverage(
        graph,
        inputs.demand,
        inputs.supply,
        direction=direction,
        thresholds=thresholds,
        max_snap_m=max_snap_m,
        speed_range=speed_range,
        at=at,
    )
    network = without_roads(inputs.network, inputs.opened)
    if not inputs.opened or not passable(network, [graph.mode]).any():
        return answer
    before = make_graph(network, graph.mode, unit=graph.unit, speed_factor=graph.speed_factor)
    # Points on the streets that were there, then the same points on all streets.
    demand = snap(before, inputs.demand.xy, max_snap_m=max_snap_m).joined(answer.demand_at)
    supply = snap(before, inputs.supply.xy, max_snap_m=max_snap_m).joined(answer.supply_at)

    def searched(run: Run) -> Run:
        found = nearest(run.graph, demand, supply, direction=direction)
        return replace(run, reach=_best(found, len(inputs.demand.xy), len(inputs.supply.ids)))

    paced = {pace: searched(run) for pace, run in answer.paced.items()}
    return replace(answer, usual=searched(answer.usual), paced=paced)


def without_roads(network: Network, roads: tuple[int, ...]) -> Network:
    """Return the network with some roads closed, its edges in the same rows."""
    closed = np.isin(network.road, roads)[:, None]
    cost = {mode: np.where(closed, inf, seconds) for mode, seconds in network.cost_s.items()}
    return replace(network, cost_s=cost)


def _best(found: Reach, points: int, facilities: int) -> Reach:
    old, new = found.impedance[:points], found.impedance[points:]
    is_new = (new < old) | np.isnan(old)  # a new street may be the only one near enough
    facility = np.where(is_new, found.facility[points:], found.facility[:points])
    known = facility >= 0
    facility[known] %= facilities
    return Reach(np.where(is_new, new, old), facility)
