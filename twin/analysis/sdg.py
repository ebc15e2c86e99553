"""Two indicators of the Sustainable Development Goals that are measured along streets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from twin.analysis.checks import check_demand, check_supply
from twin.analysis.graph import Graph
from twin.analysis.model import Basis, Demand, FloatArray, Supply
from twin.analysis.reach import nearest
from twin.analysis.snap import MAX_SNAP_M, snap
from twin.analysis.tally import AreaTotals, Totals, add_up, add_up_areas, find_band, make_exact
from twin.errors import InvalidInputError
from twin.types import Text

#: Walking distance to a stop of buses and the like, metres along streets (11.2.1).
LOW_CAPACITY_M: Final = 500.0

#: Walking distance to a stop of rail, metro or ferry, metres along streets (11.2.1).
HIGH_CAPACITY_M: Final = 1_000.0

#: Walking distance to an open public space, metres along streets (11.7.1).
OPEN_SPACE_M: Final = 400.0

Indicator = Literal["11.2.1", "11.7.1"]

SOURCES: Final[Mapping[Indicator, Text]] = {
    "11.2.1": Text(
        "UN-Habitat คำอธิบายตัวชี้วัด SDG 11.2.1 (ก.ย. 2021): ในระยะ 500 ม. จากป้ายขนส่งความจุต่ำ "
        "หรือ 1 กม. จากสถานีขนส่งความจุสูง รวมท่าเรือ วัดตามแนวถนน",
        "UN-Habitat, SDG indicator metadata 11.2.1 (September 2021): within 500 m of a stop of a "
        "low-capacity system or 1 km of a high-capacity one, ferries included, along streets.",
    ),
    "11.7.1": Text(
        "UN-Habitat คำอธิบายตัวชี้วัด SDG 11.7.1: เข้าถึงพื้นที่สาธารณะเปิดโล่งได้ในระยะเดิน 400 ม. ตามแนวถนน",
        "UN-Habitat, SDG indicator metadata 11.7.1: an open public space within 400 m on foot "
        "along streets.",
    ),
}

LACKING: Final[Mapping[Indicator, tuple[Text, ...]]] = {
    "11.2.1": (
        Text(
            "คำอธิบายตัวชี้วัดให้แยกตามเพศ อายุ และความพิการด้วย แต่ข้อมูลประชากรที่ใช้ไม่ได้แยกไว้",
            "The metadata also asks for the share by sex, age and disability; the population used "
            "here is not told apart by these.",
        ),
        Text(
            "คำอธิบายตัวชี้วัดให้พิจารณาด้วยว่าป้ายและทางเดินใช้ได้สำหรับคนพิการ ปลอดภัย และมีรถประจำ ซึ่งไม่ได้วัดในที่นี้",
            "The metadata also asks whether stops and ways to them suit people with disabilities, "
            "are safe, and see regular service; this is not measured here.",
        ),
    ),
    "11.7.1": (
        Text(
            "คำอธิบายตัวชี้วัดให้แยกตามเพศ อายุ และความพิการด้วย แต่ข้อมูลประชากรที่ใช้ไม่ได้แยกไว้",
            "The metadata also asks for the share by sex, age and disability; the population used "
            "here is not told apart by these.",
        ),
        Text(
            "ส่วนแรกของตัวชี้วัด คือสัดส่วนพื้นที่เมืองที่เป็นพื้นที่สาธารณะเปิดโล่ง ไม่ได้วัดในที่นี้",
            "The indicator's first part, the share of the built-up area that is open public space, "
            "is not measured here.",
        ),
        Text(
            "วัดถึงจุดของพื้นที่ที่ให้มา ควรเป็นทางเข้า ไม่ใช่จุดกึ่งกลาง",
            "Measured to the points given for each space: these should be its entrances, not its "
            "middle.",
        ),
    ),
}


@dataclass(frozen=True, eq=False)
class SdgAccess:
    """People with access as an indicator's metadata define it.

    Parameters
    ----------
    indicator
        Number of the indicator.
    share
        People with access of all people, 0 to 1; None where there are none. People too far from any
        street are counted as without access.
    total, served, unserved, unknown
        People; `unknown` are too far from any street.
    areas
        The same by area, for each layer of areas that the demand knows; in `totals` of each a
        single entry.
    by_class
        People within the distance of each class of supply, whatever the others do.
    distances_m
        Distance of each class.
    has_access
        (p,) by demand point.
    source, lacking
        Where the distances come from, and what the metadata ask that is not measured.
    demand, supply
        Where they come from, the supply by class.
    """

    indicator: Indicator
    share: float | None
    total: float
    served: float
    unserved: float
    unknown: float
    areas: Mapping[str, tuple[AreaTotals, ...]] = field(repr=False)
    by_class: Mapping[str, float]
    distances_m: Mapping[str, float]
    has_access: NDArray[np.bool_] = field(repr=False)
    source: Text
    lacking: tuple[Text, ...]
    demand: Basis
    supply: Mapping[str, Basis]


def public_transport_access(
    graph: Graph,
    demand: Demand,
    low_capacity: Supply,
    high_capacity: Supply,
    *,
    max_snap_m: float = MAX_SNAP_M,
) -> SdgAccess:
    """Return the people with convenient access to public transport, SDG indicator 11.2.1.

    Parameters
    ----------
    graph
        Streets on foot, in metres.
    demand
        People.
    low_capacity
        Stops of buses and the like; may be empty.
    high_capacity
        Stops of rail, metro and ferries; may be empty.
    max_snap_m
        Farther from any street: unknown.

    Raises
    ------
    InvalidInputError
        If the graph is not on foot and in metres, or demand or supply do not fit.
    """
    classes = [
        ("low-capacity", low_capacity, LOW_CAPACITY_M),
        ("high-capacity", high_capacity, HIGH_CAPACITY_M),
    ]
    return _measure("11.2.1", graph, demand, classes, max_snap_m)


def open_space_access(
    graph: Graph, demand: Demand, open_space: Supply, *, max_snap_m: float = MAX_SNAP_M
) -> SdgAccess:
    """Return the people with access to an open public space, as SDG indicator 11.7.1 counts them.

    Parameters
    ----------
    graph
        Streets on foot, in metres.
    demand
        People.
    open_space
        Entrances of open public spaces; may be empty.
    max_snap_m
        Farther from any street: unknown.

    Raises
    ------
    InvalidInputError
        If the graph is not on foot and in metres, or demand or supply do not fit.
    """
    return _measure(
        "11.7.1", graph, demand, [("open public space", open_space, OPEN_SPACE_M)], max_snap_m
    )


def _measure(
    indicator: Indicator,
    graph: Graph,
    demand: Demand,
    classes: Sequence[tuple[str, Supply, float]],
    max_snap_m: float,
) -> SdgAccess:
    if graph.mode != "walk" or graph.unit != "m":
        raise InvalidInputError(
            f"Indicator {indicator} is measured on foot in metres along streets, not for "
            f"'{graph.mode}' in '{graph.unit}'.",
            f"ตัวชี้วัด {indicator} วัดด้วยการเดินเป็นเมตรตามแนวถนน ไม่ใช่ '{graph.mode}' เป็น '{graph.unit}'",
            parameter="mode" if graph.mode != "walk" else "unit",
        )
    check_demand(demand)
    people, homes = make_exact(demand.weight), snap(graph, demand.xy, max_snap_m=max_snap_m)
    # One threshold, 1: how much of the distance of its class each nearest stop is away.
    part = np.where(homes.is_known, np.inf, np.nan)
    by_class: dict[str, float] = {}
    for name, supply, distance_m in classes:
        check_supply(supply)
        stops = snap(graph, supply.xy, max_snap_m=max_snap_m)
        away = nearest(graph, homes, stops, direction="to").impedance / distance_m
        by_class[name] = _within(people, away).served
        part = np.minimum(part, away)
    totals, band = _within(people, part), find_band(part, (1.0,))
    return SdgAccess(
        indicator=indicator,
        share=totals.ratio,
        total=totals.total,
        served=totals.served,
        unserved=totals.unserved,
        unknown=totals.unknown,
        areas={
            layer: add_up_areas(people, band, (1.0,), areas)
            for layer, areas in demand.areas.items()
        },
        by_class=by_class,
        distances_m={name: distance_m for name, _, distance_m in classes},
        has_access=band == 0,
        source=SOURCES[indicator],
        lacking=LACKING[indicator],
        demand=demand.basis,
        supply={name: supply.basis for name, supply, _ in classes},
    )


def _within(people: FloatArray, part: FloatArray) -> Totals:
    return add_up(people, find_band(part, (1.0,)), (1.0,))[0]
