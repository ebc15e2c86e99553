"""Comparing scenarios as a process of OGC API Processes."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from twin.jobs.process import Output, Process, later
from twin.studies.question import Asked
from twin.types import Text

SideId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", examples=["base"])]


class CompareInputs(Asked):
    """Which two to compare."""

    a: SideId = Field("base", description="Id of a scenario, or `base` for what is there.")
    b: SideId = Field(description="Id of a scenario, or `base`.", examples=["clinic-in-rawai"])


COMPARE: Final = Process(
    id="compare",
    version="1.0.0",
    title=Text("เทียบสถานการณ์จำลอง", "Compare scenarios"),
    description=Text(
        "ตารางเดียวสำหรับสองสถานการณ์จำลองใดก็ได้ หรือเทียบกับสภาพปัจจุบัน: ผู้ได้รับบริการ ช่องว่าง ผู้ที่ไม่ทราบ"
        " ตำบลที่ด้อยที่สุด ผู้ได้และผู้เสียรายพื้นที่ ภาระของแต่ละแห่ง และค่าใช้จ่ายต่อผู้ได้รับบริการเพิ่ม",
        "One fixed table of any two scenarios, or of one beside what is there: served, gap, unknown"
        " and worst-off area, who gains and who loses by area, the load of each facility, the cost"
        " of each newly served person.",
    ),
    inputs=CompareInputs,
    output=Output(
        title=Text("ตารางเทียบ", "The table"),
        description=Text("จาก `a` ไป `b`", "From `a` to `b`."),
        schema={
            "type": "object",
            "required": ["a", "b", "unit", "thresholds", "areas", "facilities"],
            "properties": {
                "a": {"type": "object"},
                "b": {"type": "object"},
                "unit": {"type": "string", "enum": ["minutes", "metres"]},
                "thresholds": {"type": "array", "items": {"type": "object"}},
                "areas": {"type": "object"},
                "facilities": {"type": "array", "items": {"type": "object"}},
            },
        },
    ),
    is_long=False,
    run=later("twin.studies.scenarios.process_run", "run"),
)
