"""A process that answers what it was told: for trying a client, and whether jobs are run."""

from __future__ import annotations

import math
import time
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator

from twin.jobs.process import Context, Output, Process, Progress
from twin.jobs.record import as_json
from twin.types import Json, Text
from twin.validation import refused

#: Seconds between two reports.
_STEP_S: Final = 0.1


class EchoInputs(BaseModel):
    """What to answer, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: str = Field(max_length=1000, description="What the answer repeats.", examples=["สวัสดี"])
    numbers: tuple[FiniteFloat, ...] = Field(
        (), max_length=100, description="What the answer adds up."
    )
    details: dict[str, Any] | None = Field(None, description="Any object, repeated as it is.")
    pause_s: float = Field(0, ge=0, le=3600, description="Seconds before the answer.")

    @field_validator("numbers")
    @classmethod
    def _check_sum(cls, numbers: tuple[float, ...]) -> tuple[float, ...]:
        if not math.isfinite(sum(numbers)):
            raise refused(
                "add up to more than a number can be; give smaller ones",
                "รวมกันแล้วเกินขนาดของตัวเลข โปรดลดลง",
            )
        return numbers

    @field_validator("details")
    @classmethod
    def _check_numbers(cls, details: dict[str, Any] | None) -> dict[str, Any] | None:
        try:
            as_json(details)
        except ValueError as error:
            raise refused(
                "holds a number that JSON cannot say, such as 1e999; give a smaller one",
                "มีตัวเลขที่ JSON แสดงไม่ได้ เช่น 1e999 โปรดลดลง",
            ) from error
        return details


def echo(_context: Context, inputs: EchoInputs, progress: Progress) -> Json:
    """Return what was sent, after the pause that was asked for."""
    ends = time.monotonic() + inputs.pause_s
    while (left_s := ends - time.monotonic()) > 0:
        share = 1 - left_s / inputs.pause_s
        progress(share, Text(f"รออีก {left_s:.0f} วินาที", f"{left_s:.0f} seconds to wait"))
        time.sleep(min(left_s, _STEP_S))
    return {
        "message": inputs.message,
        "sum": sum(inputs.numbers),
        "details": inputs.details,
    }


ECHO: Final = Process(
    id="echo",
    version="1.0.0",
    title=Text("ทวนคำ", "Echo"),
    description=Text(
        "ตอบสิ่งที่ส่งมา หลังหยุดรอตามที่ขอ ใช้ทดลองโปรแกรมและตรวจว่างานเบื้องหลังทำงานอยู่",
        "Answers what it was told, after the pause that was asked for: to try a client, and to see"
        " that jobs are run.",
    ),
    inputs=EchoInputs,
    output=Output(
        title=Text("คำตอบ", "The answer"),
        description=Text("ข้อความ ผลรวม และรายละเอียดที่ส่งมา", "The message, the sum, the details."),
        schema={
            "type": "object",
            "required": ["message", "sum", "details"],
            "properties": {
                "message": {"type": "string"},
                "sum": {"type": "number"},
                "details": {"type": ["object", "null"]},
            },
        },
    ),
    is_long=False,
    run=echo,
)
