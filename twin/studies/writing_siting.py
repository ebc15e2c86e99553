"""From chosen sites and opportunities to what a study answers."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Final

import numpy as np
from shapely import Point

from twin.analysis.coverage import ServiceCoverage
from twin.analysis.opportunity import Opportunity as Found
from twin.analysis.siting.problem import Siting
from twin.studies.candidates import Places
from twin.studies.inputs import Opportunity, SitingProblem
from twin.studies.lonlat import feature, feature_collection, to_lon_lat
from twin.studies.outputs import Corner, Corners, OpportunityAnswer, Site, SitingAnswer
from twin.studies.study import Study
from twin.studies.writing import (
    DECIMALS,
    join_texts,
    tell_limits,
    tell_threshold,
    words,
    write_areas,
    write_assumptions,
    write_totals,
)
from twin.types import Text

#: Corners that are also drawn as GeoJSON; more would be many megabytes.
MOST_DRAWN: Final = 5_000


def write_siting(
    study: Study,
    coverages: tuple[ServiceCoverage, ServiceCoverage],
    places: Places,
    found: Siting,
    asked: SitingProblem,
    *,
    off_network: int,
) -> SitingAnswer:
    """Return which places to choose.

    Parameters
    ----------
    coverages
        Before and after.
    off_network
        Candidates on no street.
    """
    before, after = coverages
    scale = study.scale if found.method == "p-median" else 1.0
    return SitingAnswer(
        summary=words(_summarise(study, coverages, places, found)),
        method=found.method,
        sites=_sites(places, found, scale),
        candidates=len(places.supply.ids) - off_network,
        off_network=off_network,
        objective=round(found.objective / scale, DECIMALS),
        best_bound=round(found.best_bound / scale, DECIMALS),
        gap=found.gap if isfinite(found.gap) else None,
        is_proven=found.proven,
        is_out_of_time=found.out_of_time and not found.proven,
        before=write_totals(study, before.totals),
        after=write_totals(study, after.totals),
        areas=write_areas(study, after),
        mean=_mean(found, after, study.scale),
        out_of_reach=round(found.tally.out_of_reach, DECIMALS),
        assumptions=write_assumptions(study, before),
        digest=study.sign(asked),
    )


def write_opportunity(
    study: Study, now: ServiceCoverage, found: Found, asked: Opportunity
) -> OpportunityAnswer:
    """Return the best places, and all corners where somebody would be newly served."""
    best = found.best(asked.count, spacing_m=asked.spacing_m)
    useful = np.flatnonzero(found.people > 0)
    people = np.round(found.people[useful], DECIMALS).tolist()
    lon_lat = to_lon_lat(found.xy[useful])
    lons, lats = zip(*lon_lat, strict=True) if lon_lat else ((), ())
    corners = zip(found.xy[useful], people, strict=True)
    surface = None
    if len(useful) <= MOST_DRAWN:
        surface = feature_collection([feature(Point(xy), people=count) for xy, count in corners])
    spots = to_lon_lat([(place.x_m, place.y_m) for place in best])
    return OpportunityAnswer(
        summary=words(
            join_texts(
                _summarise_best(study, found, [place.people for place in best]),
                tell_limits(study, now),
            )
        ),
        best=tuple(
            Corner(lon_lat=spot, people=round(place.people, DECIMALS))
            for spot, place in zip(spots, best, strict=True)
        ),
        unserved=round(found.unserved, DECIMALS),
        looked_at=len(found.node),
        corners=Corners(lon=lons, lat=lats, people=tuple(people)),
        surface=surface,
        assumptions=write_assumptions(study, now),
        digest=study.sign(asked),
    )


def _mean(found: Siting, after: ServiceCoverage, scale: float) -> float | None:
    """Return the mean impedance of those who have a way, in the unit of the question."""
    has_way = np.isfinite(found.impedance) & (after.weight > 0)
    if not has_way.any():
        return None
    return float(np.average(found.impedance[has_way], weights=after.weight[has_way])) / scale


def _sites(places: Places, found: Siting, scale: float) -> tuple[Site, ...]:
    supply, rows = places.supply, found.chosen.tolist()
    return tuple(
        Site(
            id=supply.ids[row],
            name=words(supply.names[row]),
            lon_lat=spot,
            gain=round(gain / scale, DECIMALS),
        )
        for row, spot, gain in zip(
            rows, to_lon_lat(supply.xy[rows]), found.gain.tolist(), strict=True
        )
    )


def _summarise(
    study: Study, coverages: tuple[ServiceCoverage, ServiceCoverage], places: Places, found: Siting
) -> Text:
    before, after = (one.totals[-1] for one in coverages)
    count, within, sure = len(found.chosen), tell_threshold(study), _tell_proof(found)
    told = [
        Text(
            f"เลือก {count} แห่งจาก{places.text.th}: ผู้ได้รับบริการภายใน {within.th}"
            f" จาก {before.served:,.0f} เป็น {after.served:,.0f} จากทั้งหมด {after.total:,.0f} คน"
            f" ({sure.th})",
            f"{count} {'site' if count == 1 else 'sites'} among {places.text.en}:"
            f" {after.served:,.0f} of {after.total:,.0f} people are within {within.en}"
            f" instead of {before.served:,.0f} ({sure.en}).",
        )
    ]
    if (left := found.tally.out_of_reach) > 0:
        told.append(
            Text(
                f"{left:,.0f} คนไม่มีตัวเลือกใดไปถึง",
                f"{left:,.0f} are out of every candidate's reach.",
            )
        )
    return join_texts(*told, tell_limits(study, coverages[0]))


def _tell_proof(found: Siting) -> Text:
    if found.proven:
        return Text("พิสูจน์แล้วว่าไม่มีทางเลือกที่ดีกว่า", "proven: no choice is better")
    gap = _tell_gap(found)
    if not found.out_of_time:
        return gap
    return Text(f"หมดเวลาก่อนพิสูจน์เสร็จ: {gap.th}", f"the proof ran out of time: {gap.en}")


def _tell_gap(found: Siting) -> Text:
    if not isfinite(found.gap):
        return Text("ยังไม่ได้พิสูจน์", "not proven")
    if found.method == "p-median":
        return Text(
            f"ทางเลือกอื่นลดผลรวมของการเดินทางได้ไม่เกิน {found.gap:.1%}",
            f"another shortens all ways together by {found.gap:.1%} at most",
        )
    return Text(
        f"ทางเลือกอื่นดีกว่าได้ไม่เกิน {found.gap:.1%}", f"another is better by {found.gap:.1%} at most"
    )


def _summarise_best(study: Study, found: Found, people: Sequence[float]) -> Text:
    within = tell_threshold(study)
    if not people:
        return Text(
            f"ไม่มีมุมถนนใดที่สถานบริการใหม่จะเพิ่มผู้ได้รับบริการภายใน {within.th}",
            f"No street corner would add anybody within {within.en}.",
        )
    return Text(
        f"มุมถนนที่ดีที่สุดเพิ่มผู้ได้รับบริการภายใน {within.th} ได้ {people[0]:,.0f} คน จากที่ยังไม่ได้รับ"
        f" {found.unserved:,.0f} คน (ลองแล้ว {len(found.node):,} มุม)",
        f"A facility at the best corner would newly serve {people[0]:,.0f} of {found.unserved:,.0f}"
        f" people not within {within.en} now ({len(found.node):,} corners tried).",
    )
