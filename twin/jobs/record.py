"""A job as its readers see it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from twin.db.models import Job
from twin.errors import TwinError
from twin.types import Json, Text

Status = Literal["accepted", "running", "successful", "failed", "dismissed"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)

#: What results are sent as: the output itself, outputs by name, or nothing.
Response = Literal["raw", "document", "none"]


@dataclass(frozen=True)
class Asked:
    """What somebody wants to be run.

    Parameters
    ----------
    inputs
        As JSON, found right by the process's model.
    """

    process: str
    inputs: Json
    response: Response


@dataclass(frozen=True)
class Failure:
    """Why a job failed, as its readers are told.

    Parameters
    ----------
    code
        Of a `TwinError`, or `internal`.
    """

    code: str
    text: Text
    parameter: str | None = None

    @classmethod
    def of(cls, error: TwinError) -> Failure:
        """Return the failure that a fault of ours is."""
        return cls(error.code, Text(error.th, error.en), error.parameter)


INTERNAL: Final = Failure(
    "internal",
    Text(
        "งานล้มเหลวเพราะข้อผิดพลาดของระบบ ได้บันทึกไว้แล้ว โปรดแจ้งผู้ดูแลระบบ",
        "The job failed by a fault of ours. It has been logged; please tell the operator.",
    ),
)


@dataclass(frozen=True)
class Record:
    """A job without its result.

    Parameters
    ----------
    progress
        Per cent.
    """

    id: UUID
    process: str
    inputs: Json
    response: Response
    status: Status
    progress: int
    message_th: str
    message_en: str
    error_code: str | None
    error_parameter: str | None
    queue_id: int | None
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime


#: The columns of a `Record`.
COLUMNS: Final = tuple(getattr(Job, name) for name in Record.__dataclass_fields__)


def as_json(result: object) -> str:
    """Return a result as JSON text.

    Raises
    ------
    ValueError
        It holds a number that JSON cannot say.
    """
    return json.dumps(result, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
