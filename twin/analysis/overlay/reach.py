"""Nearest facilities after changes, so that a new street never makes anybody worse off."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np

from twin.analysis.graph import Graph, make_graph
from twin.analysis.model import Direction, FloatArray, Network
from twin.analysis.overlay.apply import Inputs
from twin.analysis.reach import Reach, nearest
from twin.analysis.snap import MAX_SNAP_M, Snapped, snap


def nearest_after(
    inputs: Inputs,
    graph: Graph,
    *,
    direction: Direction,
    max_snap_m: float = MAX_SNAP_M,
    limit: float = inf,
) -> Reach:
    """Return the nearest facility of every demand point, as `twin.analysis.reach.nearest` does.

    Where a change opened a street, whoever lives or works beside it may still start from the street
    that they started from before: the lesser impedance counts. Snapping to the nearest street
    alone would make a new one-way street take service away.

    Parameters
    ----------
    inputs
        As `apply_changes` returned them.
    graph
        Of `inputs.network`.
    direction, max_snap_m, limit
        As in `nearest` and `snap`.
    """
    demand, supply = inputs.demand.xy, inputs.supply.xy
    if not inputs.opened:
        ends = [snap(graph, xy, max_snap_m=max_snap_m) for xy in (demand, supply)]
        return nearest(graph, *ends, direction=direction, limit=limit)
    before = _unopened(inputs, graph)
    both = [_both_ways(before, graph, xy, max_snap_m) for xy in (demand, supply)]
    found = nearest(graph, *both, direction=direction, limit=limit)
    return _best(found, len(demand), len(supply))


def without_roads(network: Network, roads: tuple[int, ...]) -> Network:
    """Return the network with some roads closed, its edges in the same rows."""
    closed = np.isin(network.road, roads)[:, None]
    cost = {mode: np.where(closed, inf, seconds) for mode, seconds in network.cost_s.items()}
    return replace(network, cost_s=cost)


def _unopened(inputs: Inputs, graph: Graph) -> Graph:
    network = without_roads(inputs.network, inputs.opened)
    return make_graph(network, graph.mode, unit=graph.unit, speed_factor=graph.speed_factor)


def _both_ways(before: Graph, after: Graph, xy: FloatArray, max_snap_m: float) -> Snapped:
    """Return points on the streets that were there, then the same points on all streets."""
    old, new = (snap(graph, xy, max_snap_m=max_snap_m) for graph in (before, after))
    return Snapped(
        np.concatenate([old.edge, new.edge]),
        np.concatenate([old.fraction, new.fraction]),
        np.concatenate([old.offset_m, new.offset_m]),
        np.concatenate([old.xy, new.xy]),
    )


def _best(found: Reach, points: int, facilities: int) -> Reach:
    old, new = found.impedance[:points], found.impedance[points:]
    is_new = (new < old) | np.isnan(old)  # a new street may be the only one near enough
    facility = np.where(is_new, found.facility[points:], found.facility[:points])
    known = facility >= 0
    facility[known] %= facilities
    return Reach(np.where(is_new, new, old), facility)
