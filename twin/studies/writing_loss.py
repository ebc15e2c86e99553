"""From what service hangs on to what a study answers."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, MultiLineString

from twin.analysis.coverage import ServiceCoverage
from twin.analysis.criticality import FacilityLoss, RoadLoss
from twin.analysis.missing_links import Link
from twin.analysis.missing_links import MissingLinks as Found
from twin.analysis.snap import edge_lines
from twin.studies.inputs import Criticality, MissingLinks, RoadCriticality
from twin.studies.lonlat import feature, feature_collection, to_lon_lat
from twin.studies.outputs import (
    Choice,
    CriticalityAnswer,
    Loss,
    MissingLinksAnswer,
    RoadCriticalityAnswer,
)
from twin.studies.streets import has_main_roads_only
from twin.studies.study import Study
from twin.studies.writing import (
    DECIMALS,
    join_texts,
    tell_limits,
    tell_threshold,
    words,
    write_assumptions,
)
from twin.types import Json, Text

#: People with so many facilities in reach, or more, are told together.
_MOST_CHOICE: Final = 4


def write_criticality(
    study: Study, now: ServiceCoverage, found: FacilityLoss, asked: Criticality
) -> CriticalityAnswer:
    """Return the facilities, the worst to lose first; of equal ones in the supply's order."""
    supply, places = study.supply, to_lon_lat(study.supply.xy)
    order = np.argsort(-found.lost, kind="stable").tolist()
    known = study.placed.demand.is_known
    many = np.minimum(found.choice[known], _MOST_CHOICE)
    people = np.bincount(many, now.weight[known], minlength=_MOST_CHOICE + 1)
    return CriticalityAnswer(
        summary=words(
            join_texts(_summarise(study, found, order, float(people[1])), tell_limits(study, now))
        ),
        facilities=tuple(
            Loss(
                id=supply.ids[row],
                name=words(supply.names[row]),
                lon_lat=places[row],
                lost=round(float(found.lost[row]), DECIMALS),
            )
            for row in order
        ),
        choice=tuple(
            Choice(facilities=count, people=round(number, DECIMALS))
            for count, number in enumerate(people.tolist())
        ),
        unknown=round(now.totals[-1].unknown, DECIMALS),
        assumptions=write_assumptions(study, now),
        digest=study.sign(asked),
    )


def write_road_criticality(
    study: Study,
    now: ServiceCoverage,
    found: RoadLoss,
    names: Mapping[int, str],
    asked: RoadCriticality,
) -> RoadCriticalityAnswer:
    """Return the roads as lines, the worst first."""
    network = study.graph.network
    pieces = np.flatnonzero(np.isin(network.road, found.road))
    lines, of = edge_lines(network)[pieces], network.road[pieces]
    standing = _standing(study, found.road)
    columns = (found.road, found.lost, found.living, found.users, standing)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return RoadCriticalityAnswer(
        summary=words(
            join_texts(
                _summarise_roads(study, found, names),
                *map(_tell_standing, standing[:1].tolist()),
                _tell_rest(found),
                tell_limits(study, now),
            )
        ),
        roads=feature_collection(
            [
                feature(
                    MultiLineString(lines[of == road].tolist()),
                    id=road,
                    name=names.get(road),
                    lost=round(lost, DECIMALS),
                    living=round(living, DECIMALS),
                    users=round(users, DECIMALS),
                    facilities=count,
                )
                for road, lost, living, users, count in rows
            ]
        ),
        rest_at_most=round(found.rest_at_most, DECIMALS),
        assumptions=write_assumptions(study, now),
        digest=study.sign(asked),
    )


def write_missing_links(
    study: Study, now: ServiceCoverage, found: Found, asked: MissingLinks
) -> MissingLinksAnswer:
    """Return the connections as lines, the best first."""
    return MissingLinksAnswer(
        summary=words(join_texts(_summarise_links(study, found, asked), tell_limits(study, now))),
        links=feature_collection([_draw(study, link) for link in found.links]),
        looked_at=found.looked_at,
        notes=tuple(words(note) for note in found.notes),
        assumptions=write_assumptions(study, now),
        digest=study.sign(asked),
    )


def _draw(study: Study, link: Link) -> Json:
    ends = [(end.x_m, end.y_m) for end in (link.near, link.far)]
    return feature(
        LineString(ends),
        people=round(link.people, DECIMALS),
        people_per_m=round(link.people_per_m, DECIMALS),
        length_m=round(link.length_m, 1),
        impedance=link.impedance / study.scale,
        present=link.present / study.scale if isfinite(link.present) else None,
    )


def _summarise(study: Study, found: FacilityLoss, order: list[int], one: float) -> Text:
    within, worst = tell_threshold(study), order[0]
    name, lost = study.supply.names[worst], float(found.lost[worst])
    if lost == 0:
        return Text(
            f"ปิดแห่งใดแห่งหนึ่งแล้วไม่มีใครขาดบริการภายใน {within.th}",
            f"Nobody loses service within {within.en} if any one facility closes.",
        )
    return Text(
        f"{one:,.0f} คนมีสถานบริการภายใน {within.th} เพียงแห่งเดียว"
        f" หากปิด {name.th} {lost:,.0f} คนจะขาดบริการ",
        f"{one:,.0f} people have a single facility within {within.en}; if {name.en} closes,"
        f" {lost:,.0f} lose service.",
    )


def _summarise_roads(study: Study, found: RoadLoss, names: Mapping[int, str]) -> Text:
    within = tell_threshold(study)
    if not len(found.road):
        return Text(
            f"ปิดถนนสายใดสายหนึ่งแล้วไม่มีใครขาดบริการภายใน {within.th}",
            f"Nobody loses service within {within.en} if any one road closes.",
        )
    road, lost, living = int(found.road[0]), float(found.lost[0]), float(found.living[0])
    name = names.get(road, f"id {road}")
    return Text(
        f"หากปิดถนน {name} {lost:,.0f} คนจะขาดบริการภายใน {within.th}"
        f" ในจำนวนนี้ {living:,.0f} คนอยู่ริมถนนสายนั้น",
        f"If road {name} closes, {lost:,.0f} people lose service within {within.en};"
        f" {living:,.0f} of them live on it.",
    )


def _standing(study: Study, roads: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Return how many facilities stand on each of some roads, with no other street to use."""
    supply = study.placed.supply
    if supply.former is not None:
        supply = supply.take(~supply.former.is_known)
    on = study.graph.network.road[supply.edge[supply.is_known]]
    return np.asarray((on[None, :] == roads[:, None]).sum(axis=1), dtype=np.intp)


def _tell_standing(count: int) -> Text:
    if not count:
        return Text("", "")
    one = count == 1
    return Text(
        f"สถานบริการ {count} แห่งอยู่ริมถนนสายนั้นและปิดไปด้วย"
        " (ในสถานการณ์จำลองที่ปิดถนน จะใช้ถนนที่ใกล้รองลงมาแทน)",
        f"{count} {'facility stands' if one else 'facilities stand'} on it and"
        f" {'closes' if one else 'close'} with it; in a scenario that closes it, they would use the"
        " next nearest street.",
    )


def _tell_rest(found: RoadLoss) -> Text:
    """Return how bad a road can be that is not named, whether it was tried or not."""
    if not len(found.road):
        return Text("", "")
    most = ceil(found.rest_at_most)
    return Text(
        f"ถนนสายอื่นที่ไม่อยู่ในรายการทำให้ขาดบริการไม่เกินสายละ {most:,} คน",
        f"No road that is not listed costs more than {most:,} people.",
    )


def _tell_main_roads(study: Study) -> Text:
    if not has_main_roads_only(study.report):
        return Text("", "")
    return Text(
        "นำเข้าเฉพาะถนนสายหลักซึ่งอยู่ห่างกัน ให้นำเข้าถนนทั้งหมดด้วย `twin layers load road --file`"
        " หรือเพิ่ม `max_length_m`",
        "Only main roads are loaded, which are far apart: load all streets with"
        " `twin layers load road --file`, or raise `max_length_m`.",
    )


def _summarise_links(study: Study, found: Found, asked: MissingLinks) -> Text:
    within = tell_threshold(study)
    if not found.looked_at:
        return join_texts(
            Text(
                f"ไม่มีเส้นเชื่อมที่ควรลองภายใน {within.th}:"
                f" ไม่มีถนนสองแห่งใดห่างกันบนบกไม่เกิน {asked.max_length_m:g} ม."
                " ที่ข้างหนึ่งถึงสถานบริการทัน และอีกข้างหนึ่งมีคนที่ยังไม่ได้รับบริการ",
                f"No connection was worth looking at within {within.en}: no two places on streets,"
                f" {asked.max_length_m:g} m apart over land at most, have a facility in time on one"
                " side and people without service on the other.",
            ),
            _tell_main_roads(study),
        )
    if not found.links:
        return Text(
            f"ไม่มีเส้นเชื่อมสั้น ๆ ใดเพิ่มผู้ได้รับบริการภายใน {within.th} (ลองแล้ว {found.looked_at:,} เส้น)",
            f"No short connection would add anybody within {within.en}"
            f" ({found.looked_at:,} looked at).",
        )
    best = found.links[0]
    return Text(
        f"เส้นเชื่อมยาว {best.length_m:,.0f} ม. เพิ่มผู้ได้รับบริการภายใน {within.th} {best.people:,.0f} คน"
        f" ต้องตรวจสอบในสนาม (ลองแล้ว {found.looked_at:,} เส้น)",
        f"A connection of {best.length_m:,.0f} m would newly serve {best.people:,.0f} people within"
        f" {within.en}; check it on the spot ({found.looked_at:,} looked at).",
    )
