"""The processes of coverage as they are offered: titles, inputs, outputs; nothing heavy here."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from twin.jobs.process import Output, Process, later
from twin.studies.answer import CoverageAnswer, WhatIfAnswer
from twin.studies.question import Question, WhatIf
from twin.types import Text


def _output(model: type[BaseModel], title: Text, description: Text) -> Output:
    return Output(title, description, model.model_json_schema(mode="serialization"))


COVERAGE: Final = Process(
    id="coverage",
    version="1.0.0",
    title=Text("ความครอบคลุมของบริการ", "Service coverage"),
    description=Text(
        "ใครได้รับบริการและใครไม่ได้รับ ภายในเวลาหรือระยะทางตามถนน แยกตามพื้นที่และสถานบริการ",
        "Who is served and who is not within a time or a distance along streets, by area and by"
        " facility.",
    ),
    inputs=Question,
    output=_output(
        CoverageAnswer,
        Text("ผลความครอบคลุม", "The coverage"),
        Text("ยอดรวม รายพื้นที่ รายสถานบริการ และข้อสมมติ", "Totals, areas, facilities, assumptions."),
    ),
    is_long=False,
    run=later("twin.studies.run", "coverage"),
)

WHAT_IF: Final = Process(
    id="what-if",
    version="1.0.0",
    title=Text("ถ้าย้าย เพิ่ม หรือปิดสถานบริการ", "What if"),
    description=Text(
        "ผลของการเพิ่มหรือปิดสถานบริการ เร็วพอที่จะลากจุดบนแผนที่",
        "What adding or closing facilities changes; quick enough to drag a point on the map.",
    ),
    inputs=WhatIf,
    output=_output(
        WhatIfAnswer,
        Text("ผลที่เปลี่ยนไป", "What changes"),
        Text("ยอดรวมใหม่ และจำนวนที่เพิ่มขึ้นหรือลดลง", "The new totals, and who is gained or lost."),
    ),
    is_long=False,
    run=later("twin.studies.run", "what_if"),
)

OFFERED: Final = (COVERAGE, WHAT_IF)
