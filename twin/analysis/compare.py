"""Two answers to the same question side by side: who gains and who loses, never only the mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.analysis.comparison import (
    AreaChange,
    AreaRow,
    Comparison,
    Cost,
    FacilityRow,
    Label,
    Measure,
    Presence,
    Side,
    ThresholdRow,
    WorstOff,
)
from twin.analysis.coverage import FacilityLoad, ServiceCoverage
from twin.analysis.model import FloatArray, IntArray
from twin.analysis.tally import OUTSIDE, AreaTotals, Totals
from twin.errors import InvalidInputError
from twin.types import Text

#: The layer of areas by which one looks for who is worst off; where it was not asked, the first.
WORST_LAYER: Final = "tambon"

#: What two answers must have been asked alike.
_ASKED: Final = ("mode", "direction", "unit", "thresholds", "max_snap_m", "speed_factor")

_NO_GAIN: Final = Text("ไม่มีผู้ได้รับบริการเพิ่ม", "Nobody more is served.")
_CHEAPER: Final = Text("ถูกกว่าและบริการคนได้มากกว่า", "It costs less and serves more.")
_OTHER_PEOPLE: Final = Text(
    "ประชากรของสองฝั่งต่างกัน จำนวนที่เพิ่มจึงไม่ได้มาจากสิ่งที่จ่ายไปเท่านั้น",
    "The two sides differ in population, so the gain is not of what is paid for alone.",
)


def compare(a: Side, b: Side) -> Comparison:
    """Return the table of two answers.

    Raises
    ------
    InvalidInputError
        They answer different questions; the message names what differs.
    """
    one, other = a.coverage, b.coverage
    _check_same_question(one, other)
    points = _match(one, other)
    changes = [_change(one, other, points, row) for row in range(len(one.thresholds))]
    return Comparison(
        Label(a.id, a.name),
        Label(b.id, b.name),
        one.usual.graph.unit,
        tuple(_threshold_row(a, b, row, change) for row, change in enumerate(changes)),
        {
            layer: _area_rows(layer, one, other, points, changes)
            for layer in one.areas
            if layer in other.areas
        },
        _facility_rows(one, other),
    )


@dataclass(frozen=True, eq=False)
class _Points:
    """Rows of the demand that both sides have, and that one has alone."""

    both: IntArray
    only_a: IntArray
    only_b: IntArray


def _match(a: ServiceCoverage, b: ServiceCoverage) -> _Points:
    """Return which demand points are the same: at the same place in the same row."""
    count = min(len(a.demand.xy), len(b.demand.xy))
    is_same = (a.demand.xy[:count] == b.demand.xy[:count]).all(axis=1)
    rows = np.arange(max(len(a.demand.xy), len(b.demand.xy)), dtype=np.int32)
    alone = np.concatenate([rows[:count][~is_same], rows[count:]])
    return _Points(
        rows[:count][is_same], alone[alone < len(a.demand.xy)], alone[alone < len(b.demand.xy)]
    )


def _change(a: ServiceCoverage, b: ServiceCoverage, points: _Points, row: int) -> FloatArray:
    """Return people served more at each point within a threshold: those of both, of a, of b."""
    served_a, served_b = (np.where(one.band <= row, one.weight, 0.0) for one in (a, b))
    return np.concatenate(
        [
            served_b[points.both] - served_a[points.both],
            -served_a[points.only_a],
            served_b[points.only_b],
        ]
    )


def _threshold_row(a: Side, b: Side, row: int, change: FloatArray) -> ThresholdRow:
    one, other = a.coverage.totals[row], b.coverage.totals[row]
    return ThresholdRow(
        threshold=one.threshold,
        a=one,
        b=other,
        ratio_a=one.ratio,
        ratio_b=other.ratio,
        gained=float(change[change > 0].sum()),
        lost=float(np.abs(change[change < 0]).sum()),  # 0 before -0
        worst_a=_worst(a.coverage, row),
        worst_b=_worst(b.coverage, row),
        cost=_cost(a.measures, b.measures, other.served - one.served),
    )


def _worst(coverage: ServiceCoverage, row: int) -> WorstOff | None:
    layer = WORST_LAYER if WORST_LAYER in coverage.areas else next(iter(coverage.areas), None)
    if layer is None:
        return None
    for area in coverage.worst_off(layer, threshold=coverage.thresholds[row], count=1):
        ratio = area.totals[row].ratio
        if ratio is not None:
            return WorstOff(area.code, area.name, ratio)
    return None


def _area_rows(
    layer: str,
    a: ServiceCoverage,
    b: ServiceCoverage,
    points: _Points,
    changes: Sequence[FloatArray],
) -> tuple[AreaRow, ...]:
    known = a.demand.areas[layer]
    member_a, member_b = known.member, b.demand.areas[layer].member
    member = np.concatenate(
        [member_a[points.both], member_a[points.only_a], member_b[points.only_b]]
    )
    flows = [_by_area(change, member, len(known.codes)) for change in changes]
    ones, others = ({area.code: area for area in side.areas[layer]} for side in (a, b))
    named = zip((*known.codes, ""), (*known.names, OUTSIDE), strict=True)
    return tuple(
        AreaRow(
            code,
            name,
            tuple(
                _area_change(ones.get(code), others.get(code), row, threshold, flow[number])
                for row, (threshold, flow) in enumerate(zip(a.thresholds, flows, strict=True))
            ),
        )
        for number, (code, name) in enumerate(named)
        if code in ones or code in others
    )


def _by_area(change: FloatArray, member: IntArray, count: int) -> list[tuple[float, float]]:
    """Return people gained and lost in each area, and last outside all."""
    place = np.where(member < 0, count, member)
    gained, lost = (
        np.bincount(place, weights=np.maximum(people, 0.0), minlength=count + 1).tolist()
        for people in (change, -change)
    )
    return list(zip(gained, lost, strict=True))


def _area_change(
    a: AreaTotals | None,
    b: AreaTotals | None,
    row: int,
    threshold: float,
    flow: tuple[float, float],
) -> AreaChange:
    nobody = Totals(threshold, 0.0, 0.0, 0.0, 0.0)
    one, other = (side.totals[row] if side else nobody for side in (a, b))
    return AreaChange(
        threshold=threshold,
        served_a=one.served,
        served_b=other.served,
        total_a=one.total,
        total_b=other.total,
        ratio_a=one.ratio,
        ratio_b=other.ratio,
        gained=flow[0],
        lost=flow[1],
    )


def _facility_rows(a: ServiceCoverage, b: ServiceCoverage) -> tuple[FacilityRow, ...]:
    ones, others = ({load.id: load for load in side.loads} for side in (a, b))
    at_a, at_b = (
        dict(zip(side.supply.ids, side.supply.xy.tolist(), strict=True)) for side in (a, b)
    )
    rows = []
    for id_ in dict.fromkeys([*ones, *others]):
        one, other = ones.get(id_), others.get(id_)
        load = other or ones[id_]
        is_moved = one is not None and other is not None and at_a[id_] != at_b[id_]
        rows.append(
            FacilityRow(
                id_,
                load.name,
                _presence(one, other, is_moved),
                load.capacity,
                _served(one),
                _served(other),
            )
        )
    return tuple(rows)


def _presence(one: FacilityLoad | None, other: FacilityLoad | None, is_moved: bool) -> Presence:
    if one is None:
        return "added"
    if other is None:
        return "removed"
    return "moved" if is_moved else "both"


def _served(load: FacilityLoad | None) -> float | None:
    return None if load is None else load.served


def _cost(a: Sequence[Measure], b: Sequence[Measure], served_more: float) -> Cost:
    """Return what `b` costs more; what both do cancels out."""
    less, more = _without(a, b), _without(b, a)
    paid = [measure for measure in (*less, *more) if not measure.is_assumption]
    if unknown := [measure.name for measure in paid if measure.cost_thb is None]:
        th, en = ", ".join(name.th for name in unknown), ", ".join(name.en for name in unknown)
        return Cost(
            None, None, Text(f"ไม่ทราบค่าใช้จ่ายของ: {th}", f"Nobody has said what these cost: {en}.")
        )
    thb = sum(one.cost_thb or 0 for one in more) - sum(one.cost_thb or 0 for one in less)
    if len(paid) < len(less) + len(more):
        return Cost(thb, None, _OTHER_PEOPLE)
    if served_more <= 0:
        return Cost(thb, None, _NO_GAIN)
    if thb < 0:
        return Cost(thb, None, _CHEAPER)
    return Cost(thb, thb / served_more, None)


def _without(measures: Sequence[Measure], others: Sequence[Measure]) -> list[Measure]:
    """Return measures less those that the others have as well, as often as they have them."""
    left = Counter(other.key for other in others)
    kept = []
    for measure in measures:
        if left[measure.key]:
            left[measure.key] -= 1
        else:
            kept.append(measure)
    return kept


def _check_same_question(a: ServiceCoverage, b: ServiceCoverage) -> None:
    differing = [
        name for name in _ASKED if getattr(a.assumptions, name) != getattr(b.assumptions, name)
    ]
    if differing:
        told = ", ".join(differing)
        raise InvalidInputError(
            f"These answer different questions: {told} differ. Ask both the same way.",
            f"คำตอบทั้งสองมาจากคำถามคนละแบบ ต่างกันที่ {told} โปรดถามให้เหมือนกัน",
            parameter=differing[0],
        )
