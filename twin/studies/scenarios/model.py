"""What a scenario is: as people send it, and as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from twin.spec import Title
from twin.studies.question import Asked, Question
from twin.studies.scenarios.base import Revisions
from twin.studies.scenarios.changes import ScenarioChange
from twin.types import Json, Text
from twin.validation import refused

#: Stands for what is there, without any change, where two are compared.
BASE_ID: Final = "base"

#: Limits, told where they are reached.
MAX_SCENARIOS: Final = 500
MAX_CHANGES: Final = 200

#: Results of a scenario that are kept, the newest.
MAX_RESULTS: Final = 50

ScenarioId = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", examples=["clinic-in-rawai"])
]
Note = Annotated[str, Field(max_length=4000)]


def _check_question(question: Question | None) -> None:
    if question is not None and question.scenario is not None:
        raise refused(
            "the question of a scenario names no scenario: leave `scenario` out",
            "คำถามของสถานการณ์จำลองต้องไม่อ้างถึงสถานการณ์จำลองอื่น ให้เว้น `scenario` ไว้",
        )


class NewScenario(Asked):
    """A scenario to be kept; changes are added one by one."""

    id: ScenarioId
    names: Title
    note: Note | None = None
    question: Question = Question()

    @model_validator(mode="after")
    def _usable(self) -> Self:
        _check_question(self.question)
        if self.id == BASE_ID:
            raise refused(
                "`base` stands for what is there; choose another id",
                "`base` หมายถึงสภาพปัจจุบัน โปรดใช้รหัสอื่น",
            )
        return self


class ScenarioEdit(Asked):
    """What is to be otherwise; what is left out stays."""

    names: Title | None = None
    note: Note | None = Field(None, description="An empty text removes it.")
    question: Question | None = None

    @model_validator(mode="after")
    def _usable(self) -> Self:
        _check_question(self.question)
        return self


@dataclass(frozen=True)
class Scenario:
    """A scenario as it is kept.

    Parameters
    ----------
    base
        Revisions that it was accepted on.
    changes
        By position, in their order.
    """

    id: str
    names: Text
    note: str | None
    question: Question
    base: Revisions
    created_at: datetime
    updated_at: datetime
    changes: Mapping[int, ScenarioChange] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Another text after each change: what an `ETag` holds."""
        return f"{self.updated_at.timestamp():.6f}"


@dataclass(frozen=True)
class ScenarioSummary:
    """One row of the list of scenarios."""

    id: str
    names: Text
    note: str | None
    changes: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Result:
    """What a scenario came to, and on what."""

    digest: str
    revisions: Revisions
    table: Json
    computed_at: datetime
