"""Running the comparison of scenarios; apart, since it imports all that analysis needs."""

from __future__ import annotations

from typing import Final

from twin.jobs.process import Context, Progress
from twin.studies.scenarios.answers import compare_sides
from twin.studies.scenarios.process import CompareInputs
from twin.types import Json, Text

_WORKING: Final = Text("กำลังคำนวณทั้งสองฝั่ง", "Answering both sides")


def run(context: Context, inputs: CompareInputs, progress: Progress) -> Json:
    """Return the table of two sides."""
    progress(0.0, _WORKING)
    return compare_sides(context, inputs.a, inputs.b).to_json()
