"""The processes of coverage: what each does with what it was asked."""

from __future__ import annotations

from collections.abc import Callable

from twin.analysis.explain import explain
from twin.analysis.service_area import service_areas
from twin.analysis.what_if import with_added, without
from twin.db.engine import connect
from twin.errors import within
from twin.jobs.process import Context, Progress
from twin.studies.areas import read_land
from twin.studies.drawn import drawn_xy
from twin.studies.inputs import ServiceArea
from twin.studies.question import Place, Question, WhatIf
from twin.studies.study import studies_of
from twin.studies.writing import ADDED, write_coverage, write_what_if
from twin.studies.writing_maps import write_explanation, write_service_areas
from twin.types import Json, Text

READING = Text("อ่านถนน ประชากร และสถานบริการ", "Reading streets, people and facilities")
COUNTING = Text("นับผู้ได้รับบริการ", "Counting who is served")
_DRAWING = Text("วาดพื้นที่บริการ", "Drawing service areas")


def coverage(context: Context, question: Question, progress: Progress) -> Json:
    """Return who is served, who is not, and by what."""
    progress(0.0, READING)
    studies = studies_of(context)
    studies.study(question)
    progress(0.6, COUNTING)
    return write_coverage(*studies.coverage(question)).model_dump(mode="json")


def what_if(context: Context, asked: WhatIf, progress: Progress) -> Json:
    """Return the totals with facilities added or taken away."""
    progress(0.0, COUNTING)
    spots = drawn_xy(asked.add, "add").tolist()
    study, before = studies_of(context).coverage(asked.question)
    after = before
    for facility in dict.fromkeys(asked.remove):
        with within(facility=f"remove.{asked.remove.index(facility)}"):
            after = without(after, facility)
    for number, spot in enumerate(spots, start=1):
        after = with_added(after, spot, facility=f"{ADDED}{number}", is_paced=False)
    return write_what_if(study, before, after).model_dump(mode="json")


def explain_place(context: Context, asked: Place, progress: Progress) -> Json:
    """Return why a place is served, or is not."""
    progress(0.0, READING)
    x, y = drawn_xy([asked.place], "place")[0].tolist()
    study, found = studies_of(context).coverage(asked.question)
    return write_explanation(study, explain(found, (x, y)), asked).model_dump(mode="json")


def service_area(context: Context, asked: ServiceArea, progress: Progress) -> Json:
    """Return where facilities reach, to draw on a map."""
    progress(0.0, READING)
    study, found = studies_of(context).coverage(asked.question)
    progress(0.3, _DRAWING)
    with connect(context.engine) as connection:
        land = read_land(connection)
    drawn = service_areas(
        study.graph,
        study.placed.supply,
        direction=asked.question.direction,
        thresholds=study.thresholds,
        land=land,
        is_by_facility=asked.by_facility,
        is_in_rings=asked.rings,
    )
    count = (len(study.supply.ids) if asked.by_facility else 1) * len(study.thresholds)
    told = steps(progress, _DRAWING, 0.3)
    areas = []
    for area in drawn:
        areas.append(area)
        told(len(areas), count)
    answer = write_service_areas(study, found, areas, asked, is_clipped=land is not None)
    return answer.model_dump(mode="json")


def steps(
    progress: Progress, text: Text, start: float = 0.0, end: float = 1.0
) -> Callable[[int, int], None]:
    """Return what tells parts done and parts in all as a share between two others."""

    def told(done: int, whole: int) -> None:
        progress(start + (end - start) * done / max(whole, 1), text)

    return told
