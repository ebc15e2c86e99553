"""Who is where on the streets and served by whom now: what questions about changes start from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from twin.analysis.checks import check_positive
from twin.analysis.graph import Graph
from twin.analysis.model import Direction, FloatArray
from twin.analysis.reach import Ends, Reach, find_ends, nearest
from twin.analysis.snap import MAX_SNAP_M, Snapped
from twin.analysis.tally import TOLERANCE, make_exact
from twin.errors import InvalidInputError


@dataclass(frozen=True, eq=False)
class Situation:
    """Demand and supply on the streets, and how service is counted.

    Parameters
    ----------
    graph
        Streets, mode and unit.
    demand, supply
        (p,) and (q,) points on its streets.
    weight
        (p,) people, finite, 0 or more.
    direction
        `to`: people travel to the facility; `from`: the facility comes to them.
    threshold
        Above 0, in the graph's unit.
    max_snap_m
        Farther from any street, a new facility serves nobody.

    Raises
    ------
    InvalidInputError
        If the threshold is not above 0, or weights do not fit the demand or are no quantities.
    """

    graph: Graph
    demand: Snapped
    supply: Snapped
    weight: FloatArray
    direction: Direction
    threshold: float
    max_snap_m: float = MAX_SNAP_M

    def __post_init__(self) -> None:
        check_positive(self.threshold, "threshold")
        fits = self.weight.shape == (len(self.demand),)
        if not fits or not (np.isfinite(self.weight) & (self.weight >= 0)).all():
            raise InvalidInputError(
                f"Give one weight of 0 or more for each of {len(self.demand)} demand points.",
                f"โปรดให้น้ำหนักตั้งแต่ 0 ขึ้นไปหนึ่งค่าต่อจุดความต้องการแต่ละจุดจากทั้งหมด {len(self.demand)} จุด",
                parameter="weight",
            )

    @property
    def limit(self) -> float:
        """The threshold with the allowance for rounding that coverage makes."""
        return self.threshold * (1 + TOLERANCE)

    @cached_property
    def people(self) -> FloatArray:
        """(p,) weights that add up to the same in any order, see `make_exact`."""
        return make_exact(self.weight)

    @cached_property
    def ends(self) -> Ends:
        """Nodes of each demand point's streets and the way between point and node."""
        return find_ends(self.graph, self.demand, is_leaving=self.direction == "to")

    @cached_property
    def reach(self) -> Reach:
        """Impedance and nearest facility of each demand point."""
        return nearest(
            self.graph,
            self.demand,
            self.supply,
            direction=self.direction,
            demand_ends=self.ends,
        )

    @cached_property
    def is_served(self) -> NDArray[np.bool_]:
        """(p,) whether a facility is within the threshold."""
        is_served: NDArray[np.bool_] = self.reach.impedance <= self.limit
        return is_served

    @cached_property
    def is_waiting(self) -> NDArray[np.bool_]:
        """(p,) whether there are people on a street who are not served."""
        is_waiting: NDArray[np.bool_] = self.demand.is_known & ~self.is_served & (self.weight > 0)
        return is_waiting

    @property
    def served(self) -> float:
        """People within the threshold."""
        return float(self.people[self.is_served].sum())

    @property
    def unserved(self) -> float:
        """People on a street who are not within the threshold."""
        return float(self.people[self.is_waiting].sum())
