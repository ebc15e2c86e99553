"""Who is served within which time or distance, counted at demand points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf, isnan
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.analysis.assumptions import SPEED_RANGES, Assumptions, Pace, SpeedRange
from twin.analysis.checks import check_demand, check_supply, check_thresholds
from twin.analysis.digest import digest_question
from twin.analysis.graph import Graph, scale_speed
from twin.analysis.model import Demand, Direction, FloatArray, Supply
from twin.analysis.reach import Ends, Reach, find_ends, nearest
from twin.analysis.snap import MAX_SNAP_M, Snapped, snap
from twin.analysis.tally import (
    AreaTotals,
    Totals,
    add_up,
    add_up_areas,
    find_band,
    make_exact,
    weighted_quantile,
)
from twin.errors import NotFoundError
from twin.types import Text


@dataclass(frozen=True)
class FacilityLoad:
    """The catchment of one facility: demand that it is the nearest to.

    Parameters
    ----------
    id, name, capacity
        As in the supply; capacity None where unknown.
    served, points
        Demand within the largest threshold, in its unit and in points.
    nearest, nearest_points
        All demand, however far; None in a what-if that searched only so far.
    """

    id: str
    name: Text
    capacity: float | None
    served: float
    points: int
    nearest: float | None
    nearest_points: int | None


@dataclass(frozen=True)
class OffNetwork:
    """A facility that is on no street, and how far the nearest one is, metres."""

    id: str
    name: Text
    offset_m: float


@dataclass(frozen=True)
class PaceTotals:
    """Who is served when all travel is slower or faster."""

    pace: Pace
    factor: float
    totals: tuple[Totals, ...]


@dataclass(frozen=True, eq=False)
class Run:
    """One search: streets at some speed, ends of the demand, and what it found."""

    graph: Graph
    ends: Ends
    reach: Reach


class Placed(NamedTuple):
    """Where demand and supply are on the streets."""

    demand: Snapped
    supply: Snapped


@dataclass(frozen=True, eq=False)
class ServiceCoverage:
    """Who is served by what; tables are made when first looked at.

    Parameters
    ----------
    demand, supply, direction, thresholds, max_snap_m, speed_range
        As asked.
    weight
        (p,) demand as it is added up, see `make_exact`.
    demand_at, supply_at
        Where they are on the streets.
    usual
        Search at the usual speed.
    paced
        Searches at other speeds; empty where their answer follows from the usual one.
    limit
        Beyond it, impedance may be too high: infinite, except in a what-if.
    """

    demand: Demand
    supply: Supply
    direction: Direction
    thresholds: tuple[float, ...]
    max_snap_m: float
    speed_range: SpeedRange | None
    weight: FloatArray
    demand_at: Snapped
    supply_at: Snapped
    usual: Run
    paced: Mapping[Pace, Run] = field(default_factory=dict)
    limit: float = inf

    @property
    def reach(self) -> Reach:
        """Impedance and nearest facility of every demand point, at the usual speed."""
        return self.usual.reach

    @cached_property
    def band(self) -> NDArray[np.intp]:
        """(p,) first threshold that each demand point is within, see `find_band`."""
        return find_band(self.reach.impedance, self.thresholds)

    @cached_property
    def totals(self) -> tuple[Totals, ...]:
        """Who is served, by threshold."""
        return add_up(self.weight, self.band, self.thresholds)

    @cached_property
    def areas(self) -> Mapping[str, tuple[AreaTotals, ...]]:
        """Who is served by area, for each layer of areas that the demand knows."""
        return {
            layer: add_up_areas(self.weight, self.band, self.thresholds, areas)
            for layer, areas in self.demand.areas.items()
        }

    @cached_property
    def loads(self) -> tuple[FacilityLoad, ...]:
        """Catchment of each facility, in the order of the supply."""
        facility, count = self.reach.facility, len(self.supply.ids)
        tables = []
        for chosen in (self.band < len(self.thresholds), facility >= 0):
            whose = facility[chosen]
            tables.append(np.bincount(whose, weights=self.weight[chosen], minlength=count).tolist())
            tables.append(np.bincount(whose, minlength=count).tolist())
        if self.limit < inf:
            tables[2:] = [[None] * count, [None] * count]
        room = [None if isnan(value) else value for value in self.supply.capacity.tolist()]
        told = zip(self.supply.ids, self.supply.names, room, *tables, strict=True)
        return tuple(FacilityLoad(*row) for row in told)

    @cached_property
    def off_network(self) -> tuple[OffNetwork, ...]:
        """Facilities that serve nobody because no street is near enough, e.g. in the sea."""
        rows = np.flatnonzero(~self.supply_at.is_known).tolist()
        return tuple(
            OffNetwork(
                self.supply.ids[row], self.supply.names[row], float(self.supply_at.offset_m[row])
            )
            for row in rows
        )

    @cached_property
    def paces(self) -> tuple[PaceTotals, ...]:
        """Who is served at slow, usual and fast speed; empty where no range was asked for."""
        if self.speed_range is None:
            return ()
        return (
            self._at_pace("slow", self.speed_range.slow),
            PaceTotals("usual", 1.0, self.totals),
            self._at_pace("fast", self.speed_range.fast),
        )

    @cached_property
    def assumptions(self) -> Assumptions:
        """Everything that the answer rests on."""
        graph = self.usual.graph
        return Assumptions(
            mode=graph.mode,
            direction=self.direction,
            unit=graph.unit,
            thresholds=self.thresholds,
            max_snap_m=self.max_snap_m,
            walking_kmh=graph.walking_kmh,
            speed_factor=graph.speed_factor,
            speed_range=self.speed_range,
            network_revision=graph.network.revision,
            demand=self.demand.basis,
            supply=self.supply.basis,
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all inputs, hexadecimal: the same question, the same answer."""
        return digest_question(self.assumptions, self.demand, self.supply)

    def worst_off(
        self, layer: str, *, threshold: float | None = None, count: int = 5
    ) -> tuple[AreaTotals, ...]:
        """Return the areas with the lowest ratio, those with demand only.

        Parameters
        ----------
        layer
            Of areas.
        threshold
            One of those asked; None: the largest.
        count
            At most so many.

        Returns
        -------
        tuple of AreaTotals
            Lowest ratio first, equal ones by code.

        Raises
        ------
        NotFoundError
            If totals were not asked by this layer or for this threshold.
        """
        rows, at = self._find_areas(layer), self._find_threshold(threshold)
        ranked = sorted(
            (row.totals[at].ratio, row.code, number)
            for number, row in enumerate(rows)
            if row.code and row.totals[at].ratio is not None
        )
        return tuple(rows[number] for _, _, number in ranked[:count])

    def impedance_quantile(self, share: float) -> float | None:
        """Return the impedance within which a share (0 to 1) of the known demand is.

        None where that share has no way to a facility, nobody is known, or a what-if did not
        search so far. 0.5 is the weighted median.
        """
        is_known = self.demand_at.is_known
        found = weighted_quantile(self.reach.impedance[is_known], self.weight[is_known], share)
        return found if found is not None and found < inf and found <= self.limit else None

    def _at_pace(self, pace: Pace, factor: float) -> PaceTotals:
        run = self.paced.get(pace)
        # On foot everything takes longer by the same factor, so the usual search knows.
        impedance = self.reach.impedance / factor if run is None else run.reach.impedance
        band = find_band(impedance, self.thresholds)
        return PaceTotals(pace, factor, add_up(self.weight, band, self.thresholds))

    def _find_areas(self, layer: str) -> tuple[AreaTotals, ...]:
        if layer not in self.areas:
            raise NotFoundError(
                f"Totals were not asked by '{layer}': name it among the areas.",
                f"ไม่ได้ขอผลรวมตาม '{layer}' โปรดระบุไว้ในรายการพื้นที่",
                parameter="areas",
            )
        return self.areas[layer]

    def _find_threshold(self, threshold: float | None) -> int:
        if threshold is None:
            return len(self.thresholds) - 1
        if threshold not in self.thresholds:
            raise NotFoundError(
                f"Threshold {threshold:g} was not asked: name it among the thresholds.",
                f"ไม่ได้ขอเกณฑ์ {threshold:g} โปรดระบุไว้ในรายการเกณฑ์",
                parameter="thresholds",
            )
        return self.thresholds.index(threshold)


def service_coverage(
    graph: Graph,
    demand: Demand,
    supply: Supply,
    *,
    direction: Direction,
    thresholds: Sequence[float],
    max_snap_m: float = MAX_SNAP_M,
    speed_range: SpeedRange | Literal["default"] | None = "default",
    at: Placed | None = None,
) -> ServiceCoverage:
    """Return who is served within which impedance.

    Parameters
    ----------
    graph
        Streets as the mode sees them, in seconds or metres.
    demand, supply
        Who needs and who offers; either may be empty. Nobody is served by an empty supply, and
        the ratio of no demand is None.
    direction
        `to`: people travel to the facility; `from`: the facility comes to them.
    thresholds
        Above 0, growing, in the graph's unit.
    max_snap_m
        Farther from any street: demand is unknown, a facility serves nobody.
    speed_range
        Factors for slow and fast travel; `default`: those of the mode in `SPEED_RANGES`. No
        meaning in metres.
    at
        Where demand and supply are on the streets, if known from before.

    Raises
    ------
    InvalidInputError
        If arrays do not fit each other, coordinates or weights are not numbers, weights are
        negative, ids repeat, or thresholds are not positive and growing.

    Notes
    -----
    Impedance is exact along the streets at both ends and includes the walk between the place and
    the street; no polygon is involved. One search of all facilities at once for each speed (on
    foot one in all): some 7 ms for 100 facilities, 50,000 nodes and 20,000 demand points.
    """
    limits = check_thresholds(thresholds)
    check_demand(demand)
    check_supply(supply)
    placed = at or place(graph, demand, supply, max_snap_m=max_snap_m)
    speeds = _choose_range(graph, speed_range)
    usual = _run(graph, placed, supply, direction)
    paced: dict[Pace, Run] = {}
    if speeds is not None and graph.mode != "walk":
        paced["slow"] = _run(scale_speed(graph, speeds.slow), placed, supply, direction)
        paced["fast"] = _run(scale_speed(graph, speeds.fast), placed, supply, direction)
    return ServiceCoverage(
        demand,
        supply,
        direction,
        limits,
        max_snap_m,
        speeds,
        make_exact(demand.weight),
        placed.demand,
        placed.supply,
        usual,
        paced,
    )


def place(
    graph: Graph, demand: Demand, supply: Supply, *, max_snap_m: float = MAX_SNAP_M
) -> Placed:
    """Return where demand and supply are on the streets; the slow part, worth keeping."""
    return Placed(
        snap(graph, demand.xy, max_snap_m=max_snap_m), snap(graph, supply.xy, max_snap_m=max_snap_m)
    )


def _choose_range(
    graph: Graph, speed_range: SpeedRange | Literal["default"] | None
) -> SpeedRange | None:
    if graph.unit == "m" or speed_range is None:
        return None
    return SPEED_RANGES[graph.mode] if speed_range == "default" else speed_range


def _run(graph: Graph, placed: Placed, supply: Supply, direction: Direction) -> Run:
    ends = find_ends(graph, placed.demand, is_leaving=direction == "to")
    # By id, so that of facilities at the very same place the order of rows does not choose.
    order = np.array(sorted(range(len(supply.ids)), key=supply.ids.__getitem__), dtype=np.intp)
    found = nearest(
        graph, placed.demand, placed.supply.take(order), direction=direction, demand_ends=ends
    )
    has_any = found.facility >= 0
    facility = np.full(len(has_any), -1, dtype=np.int32)
    facility[has_any] = order[found.facility[has_any]]
    return Run(graph, ends, Reach(found.impedance, facility))
