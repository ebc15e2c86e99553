"""The processes of coverage: what each does with what it was asked."""

from __future__ import annotations

from twin.analysis.coverage import ServiceCoverage
from twin.analysis.what_if import with_added, without
from twin.jobs.process import Context, Progress
from twin.studies.question import Question, WhatIf
from twin.studies.study import studies_of, to_metres
from twin.studies.writing import ADDED, write_coverage, write_what_if
from twin.types import Json, Text

_READING = Text("อ่านถนน ประชากร และสถานบริการ", "Reading streets, people and facilities")
_COUNTING = Text("นับผู้ได้รับบริการ", "Counting who is served")


def coverage(context: Context, question: Question, progress: Progress) -> Json:
    """Return who is served, who is not, and by what."""
    progress(0.0, _READING)
    studies = studies_of(context)
    studies.study(question)
    progress(0.6, _COUNTING)
    study, found = studies.coverage(question)
    return write_coverage(study, found).model_dump(mode="json")


def what_if(context: Context, asked: WhatIf, progress: Progress) -> Json:
    """Return the totals with facilities added or taken away."""
    progress(0.0, _COUNTING)
    study, before = studies_of(context).coverage(asked.question)
    after: ServiceCoverage = before
    for facility in asked.remove:
        after = without(after, facility)
    for number, place in enumerate(asked.add, start=1):
        spot = to_metres(place, "add").tolist()
        after = with_added(after, spot, facility=f"{ADDED}{number}")
    return write_what_if(study, before, after).model_dump(mode="json")
