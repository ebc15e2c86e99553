"""Access with capacity: floating catchments, with every number explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from twin.analysis.checks import check_positive
from twin.analysis.model import FloatArray, Supply
from twin.analysis.tally import TOLERANCE
from twin.errors import InvalidInputError

#: Facilities named in a message.
_NAMED = 5


@dataclass(frozen=True)
class Zone:
    """Travel up to an impedance, and how much it counts, 0 to 1, beside travel at no distance."""

    up_to: float
    weight: float


@dataclass(frozen=True, eq=False)
class FloatingCatchment:
    """Capacity per person, facility by facility and place by place.

    Parameters
    ----------
    method
        Name in the literature.
    zones
        As asked, nearest first.
    capacity
        (q,) of each facility.
    load
        (q,) people in each facility's catchment, farther ones counted less by their zone; one
        person is in the catchment of every facility within reach.
    ratio
        (q,) capacity per person of that load; NaN where nobody is in the catchment.
    access
        (p,) capacity per person that each demand point finds: the sum of the ratios of the
        facilities within reach, farther ones counted less; 0 where there is none, NaN on no street.
    unused
        Capacity of the facilities that nobody reaches.
    """

    method: Literal["2SFCA", "E2SFCA"]
    zones: tuple[Zone, ...]
    capacity: FloatArray = field(repr=False)
    load: FloatArray = field(repr=False)
    ratio: FloatArray = field(repr=False)
    access: FloatArray = field(repr=False)
    unused: float

    def mean(self, weight: FloatArray) -> float | None:
        """Return capacity per person over everyone on a street; None if there is nobody."""
        known = np.isfinite(self.access)
        people = float(weight[known].sum())
        return float((self.access[known] * weight[known]).sum()) / people if people else None


def two_step(
    impedance: NDArray[np.floating[Any]], weight: FloatArray, supply: Supply, threshold: float
) -> FloatingCatchment:
    """Return access by the two-step floating catchment area method (2SFCA).

    Parameters
    ----------
    impedance
        (q, p) between facility and demand point, in the direction that people or the service
        travel; infinite: no way, NaN: the point is on no street.
    weight
        (p,) people.
    supply
        (q,) facilities with capacity.
    threshold
        Above 0: whoever is within it counts fully, others not at all.

    Raises
    ------
    InvalidInputError
        If a facility has no capacity (they are named), shapes differ, or the threshold is not
        above 0.

    Notes
    -----
    Rⱼ = Sⱼ / Σᵢ Pᵢ over the people within the threshold of facility j; Aᵢ = Σⱼ Rⱼ over the
    facilities within the threshold of point i. Σᵢ Pᵢ Aᵢ is the capacity of all that anyone reaches.

    References
    ----------
    Luo, W. & Wang, F. (2003). Measures of spatial accessibility to health care in a GIS
    environment. Environment and Planning B 30, 865-884.
    """
    return _float("2SFCA", impedance, weight, supply, (Zone(threshold, 1.0),))


def enhanced_two_step(
    impedance: NDArray[np.floating[Any]],
    weight: FloatArray,
    supply: Supply,
    zones: Sequence[Zone],
) -> FloatingCatchment:
    """Return access by the enhanced two-step floating catchment area method (E2SFCA).

    Parameters
    ----------
    impedance, weight, supply
        As in `two_step`.
    zones
        Growing, with weights that do not grow, e.g. 600 s: 1, 1200 s: 0.68, 1800 s: 0.22 as Luo and
        Qi have it for 10, 20 and 30 minutes.

    Raises
    ------
    InvalidInputError
        As in `two_step`, or if zones do not grow, or their weights grow or are not in 0 to 1.

    Notes
    -----
    As `two_step`, with each person and each ratio multiplied by the weight of the zone that the
    impedance lies in, in both steps.

    References
    ----------
    Luo, W. & Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method for
    measuring spatial accessibility to primary care physicians. Health & Place 15, 1100-1107.

    Examples
    --------
    >>> from twin.analysis.model import Basis
    >>> from twin.types import Text
    >>> none = Text("", "")
    >>> clinic = Supply(np.zeros((1, 2)), ("a",), (none,), np.array([6.0]), (None,),
    ...                 Basis(none, none, ""))
    >>> zones = [Zone(600, 1), Zone(1200, 0.5)]
    >>> found = enhanced_two_step(np.array([[60.0, 900]]), np.array([2.0, 2]), clinic, zones)
    >>> found.load.tolist(), found.ratio.tolist(), found.access.tolist()
    ([3.0], [2.0], [2.0, 1.0])
    """
    return _float("E2SFCA", impedance, weight, supply, tuple(zones))


def _float(
    method: Literal["2SFCA", "E2SFCA"],
    impedance: NDArray[np.floating[Any]],
    weight: FloatArray,
    supply: Supply,
    zones: tuple[Zone, ...],
) -> FloatingCatchment:
    _check_zones(zones)
    _check_capacity(supply)
    if impedance.shape != (len(supply.ids), len(weight)):
        raise InvalidInputError(
            f"Impedances are {impedance.shape}, but there are {len(supply.ids)} facilities and "
            f"{len(weight)} demand points.",
            f"ตารางระยะมีขนาด {impedance.shape} แต่มีสถานบริการ {len(supply.ids)} แห่ง และจุด "
            f"ความต้องการ {len(weight)} จุด",
            parameter="impedance",
        )
    counted = _decay(impedance, zones)
    load = counted @ weight
    ratio = np.divide(supply.capacity, load, out=np.full(len(load), np.nan), where=load > 0)
    access = np.nan_to_num(ratio) @ counted
    if len(impedance):
        access[np.isnan(impedance).all(axis=0)] = np.nan
    return FloatingCatchment(
        method=method,
        zones=zones,
        capacity=supply.capacity,
        load=load,
        ratio=ratio,
        access=access,
        unused=float(supply.capacity[load <= 0].sum()),
    )


def _decay(impedance: NDArray[np.floating[Any]], zones: tuple[Zone, ...]) -> FloatArray:
    """Return (q, p) how much each pair counts; 0 beyond all zones, without a way, on no street."""
    limits = np.array([zone.up_to for zone in zones]) * (1 + TOLERANCE)
    weights = np.array([*(zone.weight for zone in zones), 0.0])
    counted: FloatArray = weights[np.searchsorted(limits, impedance, side="left")]
    return counted


def _check_zones(zones: tuple[Zone, ...]) -> None:
    limits = [check_positive(zone.up_to, "zones") for zone in zones]
    weights = [zone.weight for zone in zones]
    grows = all(low < high for low, high in pairwise(limits))
    fades = all(near >= far for near, far in pairwise([1.0, *weights, 0.0]))
    if not (zones and grows and fades):
        raise InvalidInputError(
            "Zones must grow and their weights must fall, within 1 to 0; give at least one.",
            "เขตต้องกว้างขึ้นตามลำดับและน้ำหนักต้องไม่เพิ่ม อยู่ระหว่าง 1 ถึง 0 โปรดให้อย่างน้อยหนึ่งเขต",
            parameter="zones",
        )


def _check_capacity(supply: Supply) -> None:
    usable = np.isfinite(supply.capacity) & (supply.capacity >= 0)
    lacking = [supply.ids[row] for row in np.flatnonzero(~usable)]
    if lacking:
        named = ", ".join(lacking[:_NAMED])
        more = len(lacking) - _NAMED
        raise InvalidInputError(
            f"{len(lacking)} of {len(supply.ids)} facilities have no capacity of 0 or more: {named}"
            f"{f' and {more} more' if more > 0 else ''}. Give it, or leave them out of the supply.",
            f"สถานบริการ {len(lacking)} จาก {len(supply.ids)} แห่งไม่มีค่าความจุตั้งแต่ 0 ขึ้นไป: {named}"
            f"{f' และอีก {more} แห่ง' if more > 0 else ''} โปรดระบุความจุหรือตัดออกจากรายการ",
            parameter="capacity",
        )
