"""Access with capacity, and indicators of the Sustainable Development Goals."""

from __future__ import annotations

from typing import Final

import numpy as np

from twin.analysis.catchment import Zone, enhanced_two_step, two_step
from twin.analysis.model import Basis, Supply
from twin.analysis.reach import impedance_array
from twin.analysis.sdg import open_space_access, public_transport_access
from twin.errors import InvalidInputError, within
from twin.jobs.process import Context, Progress
from twin.studies.inputs import Access, Sdg
from twin.studies.question import Question, SupplyChoice
from twin.studies.run import COUNTING, READING
from twin.studies.study import Studies, studies_of
from twin.studies.writing_access import write_access, write_sdg
from twin.types import Json, Text

_SHARING: Final = Text("แบ่งความจุให้ผู้อยู่ในระยะ", "Sharing capacity among those in reach")

_NOWHERE: Final = Supply(
    np.empty((0, 2)), (), (), np.empty(0), (), Basis(Text("ไม่มี", "None"), Text("–", "–"), "")
)


def access(context: Context, asked: Access, progress: Progress) -> Json:
    """Return how much capacity each person finds."""
    _require_capacity(asked)
    progress(0.0, READING)
    study, now = studies_of(context).coverage(asked.question)
    progress(0.4, _SHARING)
    zones = [Zone(zone.up_to * study.scale, zone.weight) for zone in asked.zones]
    farthest = zones[-1].up_to if zones else study.thresholds[-1]
    impedance = impedance_array(
        study.graph,
        study.placed.demand,
        study.placed.supply,
        direction=asked.question.direction,
        limit=farthest * (1 + 1e-6),
    )
    with within(capacity="question.supply.capacity"):
        if zones:
            found = enhanced_two_step(impedance, now.weight, study.supply, zones)
        else:
            found = two_step(impedance, now.weight, study.supply, farthest)
    return write_access(study, now, found, asked).model_dump(mode="json")


def sdg(context: Context, asked: Sdg, progress: Progress) -> Json:
    """Return the people with access as an indicator's metadata define it."""
    _require_meant(asked)
    progress(0.0, READING)
    studies = studies_of(context)
    on_foot = Question(mode="walk", unit="metres")
    graph, demand = studies.graph(on_foot), studies.demand(asked.demand, asked.areas)
    if asked.indicator == "11.2.1":
        low, high = (_supply(studies, asked, name) for name in ("low_capacity", "high_capacity"))
        progress(0.6, COUNTING)
        found = public_transport_access(graph, demand, low, high, max_snap_m=asked.max_snap_m)
    else:
        spaces = _supply(studies, asked, "open_space")
        progress(0.6, COUNTING)
        found = open_space_access(graph, demand, spaces, max_snap_m=asked.max_snap_m)
    _, report = studies.network()
    warning = studies.tell_main_roads(asked.demand)
    return write_sdg(found, studies.streets(), report, warning, asked).model_dump(mode="json")


def _supply(studies: Studies, asked: Sdg, name: str) -> Supply:
    choice: SupplyChoice | None = getattr(asked, name)
    if choice is None:
        return _NOWHERE
    with within(name):
        return studies.supply(choice)


def _require_capacity(asked: Access) -> None:
    if asked.question.supply.capacity is None:
        raise InvalidInputError(
            "Access needs capacities: name the layer's column of them in `supply.capacity`.",
            "ต้องมีความจุ โปรดระบุคอลัมน์ความจุของชั้นข้อมูลใน `supply.capacity`",
            parameter="question.supply.capacity",
        )


def _require_meant(asked: Sdg) -> None:
    """Refuse an indicator without what it measures to, or with what it has no use for."""
    transport = asked.low_capacity or asked.high_capacity
    if asked.indicator == "11.2.1" and asked.open_space:
        raise _idle("open_space", asked.indicator)
    if asked.indicator == "11.7.1" and transport:
        raise _idle("low_capacity" if asked.low_capacity else "high_capacity", asked.indicator)
    if asked.indicator == "11.2.1" and not transport:
        raise InvalidInputError(
            "11.2.1 needs stops: name a layer in `low_capacity` (buses, 500 m) or `high_capacity`"
            " (rail, ferry, 1 km), e.g. layer `stop` with a filter by `route`.",
            "11.2.1 ต้องมีป้ายหรือสถานี โปรดระบุชั้นข้อมูลใน `low_capacity` (รถโดยสาร 500 ม.) หรือ"
            " `high_capacity` (ราง เรือ 1 กม.) เช่น ชั้นข้อมูล `stop` กรองตาม `route`",
            parameter="low_capacity",
        )
    if asked.indicator == "11.7.1" and not asked.open_space:
        raise InvalidInputError(
            "11.7.1 needs a layer of open public spaces, best of their entrances, which no edition"
            " brings: load one and name it in `open_space`, or draw points.",
            "11.7.1 ต้องมีชั้นข้อมูลพื้นที่สาธารณะเปิดโล่ง (ควรเป็นทางเข้า) ซึ่งไม่มีในชุดข้อมูลใด"
            " โปรดนำเข้าแล้วระบุใน `open_space` หรือวาดจุด",
            parameter="open_space",
        )


def _idle(name: str, indicator: str) -> InvalidInputError:
    return InvalidInputError(
        f"Indicator {indicator} has no use for `{name}`; leave it out.",
        f"ตัวชี้วัด {indicator} ไม่ใช้ `{name}` โปรดตัดออก",
        parameter=name,
    )
