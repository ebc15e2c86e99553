"""From what analysis found to what a study answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from twin.analysis import tally
from twin.analysis.coverage import ServiceCoverage
from twin.analysis.model import Basis
from twin.analysis.network.report import NetworkReport
from twin.analysis.sdg import SdgAccess
from twin.studies.answer import (
    Area,
    Assumed,
    CoverageAnswer,
    Facility,
    OffNetwork,
    Pace,
    People,
    Source,
    Totals,
    WhatIfAnswer,
    Words,
)
from twin.studies.lonlat import to_lon_lat
from twin.studies.streets import has_main_roads_only
from twin.studies.study import Study
from twin.types import Text
from twin.words import MODE_WORDS, UNIT_WORDS

#: Areas named as worst off, of each layer.
WORST: Final = 5

#: Ids of facilities that a what-if adds begin so.
ADDED: Final = "what-if/"

#: Decimals of people: weights are shares of people, nobody needs more of them.
DECIMALS: Final = 3


def write_coverage(study: Study, found: ServiceCoverage) -> CoverageAnswer:
    """Return the answer of a coverage study."""
    median = found.impedance_quantile(0.5)
    return CoverageAnswer(
        summary=words(summarise(study, found)),
        question=study.question,
        totals=write_totals(study, found.totals),
        paces=tuple(
            Pace(pace=one.pace, factor=one.factor, totals=write_totals(study, one.totals))
            for one in found.paces
        ),
        median=None if median is None else median / study.scale,
        areas=write_areas(study, found),
        worst_off=write_worst_off(study, found),
        facilities=write_facilities(found),
        off_network=write_off_network(found),
        assumptions=write_assumptions(study, found),
        digest=found.digest,
    )


def write_what_if(study: Study, before: ServiceCoverage, after: ServiceCoverage) -> WhatIfAnswer:
    """Return what changes between two coverages of one study."""
    gained = tuple(
        round(new.served - old.served, DECIMALS)
        for old, new in zip(before.totals, after.totals, strict=True)
    )
    return WhatIfAnswer(
        summary=words(_summarise_gain(study, after, gained)),
        totals=write_totals(study, after.totals),
        gained=gained,
        areas=write_areas(study, after),
        worst_off=write_worst_off(study, after),
        off_network=write_off_network(after),
        digest=after.digest,
    )


def words(text: Text) -> Words:
    """Return the model of a text."""
    return Words(th=text.th, en=text.en)


def write_totals(study: Study, totals: Iterable[tally.Totals]) -> tuple[Totals, ...]:
    """Return totals in the unit of the question."""
    return tuple(
        Totals(threshold=threshold, **write_people(one).model_dump())
        for threshold, one in zip(study.question.thresholds, totals, strict=True)
    )


def write_people(one: tally.Totals | SdgAccess) -> People:
    """Return who is served; the parts make the total in the digits that are shown, too."""
    total, served, unknown = (
        round(value, DECIMALS) for value in (one.total, one.served, one.unknown)
    )
    unserved = max(0.0, round(total - served - unknown, DECIMALS))  # 0 before -0
    return People(
        total=total,
        served=round(total - unserved - unknown, DECIMALS),
        unserved=unserved,
        unknown=unknown,
        ratio=one.served / one.total if one.total > 0 else None,
    )


def write_areas(study: Study, found: ServiceCoverage) -> dict[str, tuple[Area, ...]]:
    """Return totals by area, for each layer asked for."""
    return {layer: _write_rows(study, rows) for layer, rows in found.areas.items()}


def write_worst_off(study: Study, found: ServiceCoverage) -> dict[str, tuple[Area, ...]]:
    """Return the areas with the lowest ratio, for each layer asked for."""
    return {layer: _write_rows(study, found.worst_off(layer, count=WORST)) for layer in found.areas}


def write_facilities(found: ServiceCoverage) -> tuple[Facility, ...]:
    """Return the facilities with their catchments."""
    places = to_lon_lat(found.supply.xy)
    return tuple(
        Facility(
            id=one.id,
            name=words(one.name),
            capacity=one.capacity,
            served=one.served,
            points=one.points,
            nearest=one.nearest,
            lon_lat=place,
        )
        for one, place in zip(found.loads, places, strict=True)
    )


def write_off_network(found: ServiceCoverage) -> tuple[OffNetwork, ...]:
    """Return the facilities that serve nobody because no street is near."""
    return tuple(
        OffNetwork(id=one.id, name=words(one.name), offset_m=one.offset_m)
        for one in found.off_network
    )


def write_basis(basis: Basis) -> Source:
    """Return where something comes from."""
    return Source(text=words(basis.text), source=words(basis.source), revision=basis.revision)


def write_assumptions(study: Study, found: ServiceCoverage) -> Assumed:
    """Return everything that an answer rests on."""
    told = found.assumptions
    return Assumed(
        mode=told.mode,
        direction=told.direction,
        max_snap_m=told.max_snap_m,
        walking_kmh=told.walking_kmh,
        speed_factor=told.speed_factor,
        range_source=words(told.speed_range.source) if told.speed_range else None,
        network=write_basis(study.streets),
        demand=write_basis(told.demand),
        supply=write_basis(told.supply),
        method=told.method,
    )


def tell_threshold(study: Study, impedance: float | None = None) -> Text:
    """Return an impedance with its unit and how one travels; None: the largest threshold."""
    number = (study.thresholds[-1] if impedance is None else impedance) / study.scale
    unit, mode = UNIT_WORDS[study.question.unit], MODE_WORDS[study.question.mode]
    return Text(
        f"{number:,g} {unit.th}โดย{mode.th}",
        f"{number:,g} {unit.en.removesuffix('s') if number == 1 else unit.en} {mode.en}",
    )


def summarise(study: Study, found: ServiceCoverage) -> Text:
    """Return the answer in a sentence, and one for each thing that limits it."""
    last, within = found.totals[-1], tell_threshold(study)
    if last.ratio is None:
        return Text("ไม่มีผู้ต้องการบริการในพื้นที่ที่ถาม", "There is no demand where it was asked.")
    count = len(found.supply.ids)
    of = f"one of {count:,} facilities" if count > 1 else "the only facility"
    of_th = f"สถานบริการแห่งใดแห่งหนึ่งใน {count:,} แห่ง" if count > 1 else "สถานบริการแห่งเดียวที่มี"
    told = Text(
        f"{last.served:,.0f} จาก {last.total:,.0f} คน ({last.ratio:.1%}) ถึง{of_th}"
        f"ภายใน {within.th} ไม่ถึง {last.unserved:,.0f} คน",
        f"{last.served:,.0f} of {last.total:,.0f} people ({last.ratio:.1%}) are within {within.en}"
        f" of {of}; {last.unserved:,.0f} are not.",
    )
    return join_texts(told, tell_limits(study, found))


def tell_limits(study: Study, found: ServiceCoverage) -> Text:
    """Return what nobody knows, why, and what to do; empty where all is known."""
    told, limit = [*study.notes], study.question.max_snap_m
    last = found.totals[-1]
    if last.unknown > 0:
        told.append(tell_unknown(last, limit, study.report))
    if off := len(found.off_network):
        are = "1 facility is" if off == 1 else f"{off:,} facilities are"
        serve = "serves" if off == 1 else "serve"
        told.append(
            Text(
                f"สถานบริการ {off:,} แห่งอยู่ห่างถนนเกิน {limit:,.0f} ม. จึงไม่ได้บริการใคร",
                f"{are} more than {limit:,.0f} m from any street and {serve} nobody.",
            )
        )
    return join_texts(*told)


def tell_unknown(people: tally.Totals | SdgAccess, limit_m: float, report: NetworkReport) -> Text:
    """Return how many are too far from any street to say, why, and what to do."""
    share = people.unknown / people.total
    if has_main_roads_only(report):
        why = Text(
            "เพราะนำเข้าเฉพาะถนนสายหลัก ให้นำเข้าถนนทั้งหมดด้วย `twin layers load road --file` หรือเพิ่ม"
            " `max_snap_m`",
            "since only main roads are loaded. Load all streets with"
            " `twin layers load road --file`, or raise `max_snap_m`.",
        )
    else:
        why = Text(
            "ให้ตรวจข้อมูลถนนบริเวณนั้น หรือเพิ่ม `max_snap_m`",
            "or none is loaded. Check the roads there, or raise `max_snap_m`.",
        )
    return Text(
        f"ไม่ทราบ {people.unknown:,.0f} คน ({share:.1%}) ซึ่งไม่มีถนนในระยะ {limit_m:,.0f} ม. {why.th}",
        f"{people.unknown:,.0f} ({share:.1%}) are unknown, with no street within {limit_m:,.0f} m,"
        f" {why.en}",
    )


def join_texts(*texts: Text) -> Text:
    """Return texts one after the other; empty ones are left out."""
    return Text(
        "; ".join(text.th for text in texts if text.th),
        " ".join(text.en for text in texts if text.en),
    )


def _summarise_gain(study: Study, after: ServiceCoverage, gained: Sequence[float]) -> Text:
    told = summarise(study, after)
    if lost := [one for one in after.off_network if one.id.startswith(ADDED)]:
        far, limit = lost[0].offset_m, study.question.max_snap_m
        return Text(
            f"จุดที่เพิ่มอยู่ห่างถนนที่ใกล้ที่สุด {far:,.0f} ม. เกิน {limit:,.0f} ม. จึงไม่ได้บริการใคร: {told.th}",
            f"A place added is {far:,.0f} m from the nearest street, more than {limit:,.0f} m, and"
            f" serves nobody: {told.en}",
        )
    change = tell_change(study, gained)
    return Text(f"{change.th}: {told.th}", f"{change.en}: {told.en}")


def tell_change(study: Study, gained: Sequence[float]) -> Text:
    """Return how many more or fewer are served; within each threshold where there are several."""
    if len(gained) == 1:
        (one,) = gained
        rise = Text("เพิ่มขึ้น", "more are served") if one >= 0 else Text("ลดลง", "fewer are served")
        return Text(f"{rise.th} {abs(one):,.0f} คน", f"{abs(one):,.0f} {rise.en}")
    unit = UNIT_WORDS[study.question.unit]
    each = ", ".join(f"{one:+,.0f}" for one in gained)
    within = ", ".join(f"{one:,g}" for one in study.question.thresholds)
    return Text(
        f"ผู้ได้รับบริการเปลี่ยนไป {each} คน ภายใน {within} {unit.th} ตามลำดับ",
        f"The number served changes by {each} within {within} {unit.en}",
    )


def _write_rows(study: Study, rows: Iterable[tally.AreaTotals]) -> tuple[Area, ...]:
    return tuple(
        Area(code=row.code, name=words(row.name), totals=write_totals(study, row.totals))
        for row in rows
    )
