"""Why a place is served, or is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from twin.analysis.checks import check_xy
from twin.analysis.coverage import ServiceCoverage
from twin.analysis.graph import Graph
from twin.analysis.model import FloatArray, IntArray, Network, Unit
from twin.analysis.reach import nearest
from twin.analysis.route import Route, find_route
from twin.analysis.snap import Snapped, snap
from twin.analysis.tally import TOLERANCE
from twin.types import Text

#: served; too_far: beyond the largest threshold; off_street: no street near; no_facility: none on
#: any street; other_part: no facility in this part of the network; no_way: one-way or closed.
Verdict = Literal["served", "too_far", "off_street", "no_facility", "other_part", "no_way"]

_S_PER_MINUTE: Final = 60


@dataclass(frozen=True, eq=False)
class Spent:
    """Where a threshold is spent on the way, EPSG:32647; `xy` is None if it suffices."""

    threshold: float
    xy: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a place is served, or is not.

    Parameters
    ----------
    verdict
        Measured by the largest threshold.
    reason
        The same in words.
    xy
        The place, EPSG:32647 metres.
    offset_m
        Straight metres to the nearest street that the mode may use.
    street_xy
        The nearest place on it.
    facility
        Row of the supply, -1 if none can be reached.
    impedance
        Between the place and the facility, in the graph's unit; None where there is no way.
    route
        The way, in the direction of travel; None where there is none.
    spent
        Where each threshold is spent on it; empty where there is no way.
    """

    verdict: Verdict
    reason: Text
    xy: tuple[float, float]
    offset_m: float
    street_xy: tuple[float, float]
    facility: int = -1
    impedance: float | None = None
    route: Route | None = None
    spent: tuple[Spent, ...] = ()


def explain(coverage: ServiceCoverage, xy: tuple[float, float]) -> Explanation:
    """Return why a place is served by the facilities of a coverage, or is not.

    Parameters
    ----------
    coverage
        The question: streets, facilities, direction and thresholds.
    xy
        Any place, EPSG:32647 metres; it need not be a demand point.

    Raises
    ------
    InvalidInputError
        If a coordinate is not a finite number.
    """
    graph = coverage.usual.graph
    point = check_xy([xy])
    at = snap(graph, point, max_snap_m=coverage.max_snap_m)
    place = (float(point[0, 0]), float(point[0, 1]))
    street = (float(at.xy[0, 0]), float(at.xy[0, 1]))
    offset = float(at.offset_m[0])
    reach = nearest(graph, at, coverage.supply_at, direction=coverage.direction)
    row = int(reach.facility[0])
    route = None if row < 0 else _find_route(coverage, point, at, row)
    if route is None:
        verdict, reason = _tell_why_not(coverage, at)
        return Explanation(verdict, reason, place, offset, street)
    impedance = float(reach.impedance[0])
    is_served = impedance <= coverage.thresholds[-1] * (1 + TOLERANCE)
    spent = tuple(
        Spent(limit, None if impedance <= limit * (1 + TOLERANCE) else route.find_spent(limit))
        for limit in coverage.thresholds
    )
    return Explanation(
        "served" if is_served else "too_far",
        _tell_distance(coverage, row, impedance, is_served=is_served),
        place,
        offset,
        street,
        row,
        impedance,
        route,
        spent,
    )


def _find_route(
    coverage: ServiceCoverage,
    point: FloatArray,
    at: Snapped,
    row: int,
) -> Route | None:
    return find_route(
        coverage.usual.graph,
        at,
        point[0],
        coverage.supply_at.take([row]),
        coverage.supply.xy[row],
        direction=coverage.direction,
    )


def _tell_distance(
    coverage: ServiceCoverage, row: int, impedance: float, *, is_served: bool
) -> Text:
    unit, name = coverage.usual.graph.unit, coverage.supply.names[row]
    far, limit = _write(impedance, unit), _write(coverage.thresholds[-1], unit)
    if is_served:
        return Text(
            f"ได้รับบริการ: {name.th} ใกล้ที่สุด {far.th} อยู่ในเกณฑ์ {limit.th}",
            f"Served: {name.en} is nearest, {far.en}, within {limit.en}.",
        )
    return Text(
        f"ไม่ได้รับบริการ: {name.th} ใกล้ที่สุด แต่ใช้ {far.th} เกินเกณฑ์ {limit.th}",
        f"Not served: {name.en} is nearest, but {far.en} away, more than {limit.en}.",
    )


def _tell_why_not(coverage: ServiceCoverage, at: Snapped) -> tuple[Verdict, Text]:
    graph, stations = coverage.usual.graph, coverage.supply_at
    if not at.is_known[0]:
        offset, limit = float(at.offset_m[0]), coverage.max_snap_m
        return "off_street", Text(
            f"ไม่ทราบ: ถนนที่ใกล้ที่สุดอยู่ห่าง {offset:,.0f} ม. เกิน {limit:,g} ม.",
            f"Unknown: the nearest street is {offset:,.0f} m away, more than {limit:,g} m.",
        )
    if not stations.is_known.any():
        return "no_facility", Text(
            "ไม่ได้รับบริการ: ไม่มีสถานบริการบนถนนใดเลย",
            "Not served: there is no facility on any street.",
        )
    parts = _parts(graph, at)
    if not np.isin(parts, _parts(graph, stations)).any():
        part = parts[0]
        length_km = _length_km(graph.network, part)
        return "other_part", Text(
            f"ไม่ได้รับบริการ: ถนนนี้อยู่ในโครงข่ายส่วนที่แยกออกมา ยาว {length_km:.1f} กม. ซึ่งไม่มีสถานบริการ",
            f"Not served: this street is in a part of the network of its own, {length_km:.1f} km "
            "long, without a facility.",
        )
    return "no_way", Text(
        "ไม่ได้รับบริการ: ถนนต่อถึงกัน แต่เดินรถทางเดียวหรือปิดสำหรับวิธีเดินทางนี้",
        "Not served: the streets are joined, but one-way or closed to this way of travelling.",
    )


def _parts(graph: Graph, at: Snapped) -> IntArray:
    """Return the connected parts that the places of points are in."""
    places = at.take(at.is_known).apart()
    parts: IntArray = graph.network.component[graph.network.edge_nodes[places.edge, 0]]
    return parts


def _length_km(network: Network, part: int) -> float:
    is_in = network.component[network.edge_nodes[:, 0]] == part
    return float(network.length_m[is_in].sum()) / 1000


def _write(impedance: float, unit: Unit) -> Text:
    if unit == "m":
        return Text(f"{impedance:,.0f} ม.", f"{impedance:,.0f} m")
    minutes = f"{impedance / _S_PER_MINUTE:.1f}"
    return Text(f"{minutes} นาที", f"{minutes} min")
