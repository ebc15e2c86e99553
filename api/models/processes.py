"""Processes, requests to run them, and jobs, as OGC API Processes 1.0 words them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.models.common import Answer, Bilingual, Link
from twin.jobs.record import Status
from twin.types import Json


def _is_none(value: object) -> bool:
    return value is None


class _Described(Answer):
    """A model with a member called `schema`, a name that pydantic keeps for itself."""

    model_config = ConfigDict(serialize_by_alias=True)

    schema_: Json = Field(serialization_alias="schema", description="Schema Object of OpenAPI 3.0")


class ProcessSummary(Answer):
    """A process in the list of them."""

    id: str = Field(examples=["echo"])
    version: str = Field(examples=["1.0.0"])
    title: str = Field(examples=["ทวนคำ | Echo"])
    titles: Bilingual
    description: str
    descriptions: Bilingual
    jobControlOptions: list[Literal["sync-execute", "async-execute", "dismiss"]]
    outputTransmission: list[Literal["value"]]
    links: list[Link]


class ProcessList(Answer):
    """All processes."""

    processes: list[ProcessSummary]
    links: list[Link]


class InputDescription(_Described):
    """One input of a process."""

    title: str
    description: str
    minOccurs: int = Field(description="0: may be left out")
    maxOccurs: int


class OutputDescription(_Described):
    """One output of a process."""

    title: str
    titles: Bilingual
    description: str
    descriptions: Bilingual


class ProcessDescription(ProcessSummary):
    """A process with its inputs and outputs."""

    inputs: dict[str, InputDescription]
    outputs: dict[str, OutputDescription]


class Media(BaseModel):
    """The form of an output."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mediaType: Literal["application/json"] = "application/json"


class OutputChoice(BaseModel):
    """How an output is wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Media = Media()
    transmissionMode: Literal["value"] = "value"


class Execute(BaseModel):
    """What to run a process with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: dict[str, Any] = Field(
        default={},
        description='Values by the names of the process\'s inputs; also as `{"value": …}`, or'
        ' `{"href": …}` to be fetched from a host that the operator allows',
        examples=[{"message": "สวัสดี"}],
    )
    outputs: dict[str, OutputChoice] | None = Field(
        None, description="Wanted outputs by name; none said: all; `{}`: none", examples=[None]
    )
    response: Literal["raw", "document"] = Field(
        "raw", description="`raw`: the output itself; `document`: outputs by name"
    )


class StatusInfo(Answer):
    """What is known of a job."""

    type: Literal["process"] = "process"
    processID: str = Field(examples=["echo"])
    jobID: str = Field(examples=["0b5cb4ba-9d52-4d4d-a5f8-1f4c9d3cf3b5"])
    status: Status
    progress: int = Field(ge=0, le=100, description="Per cent")
    message: str = Field(examples=["รอคิว | Waiting for its turn"])
    messages: Bilingual
    created: datetime
    started: datetime | None = Field(None, exclude_if=_is_none)
    finished: datetime | None = Field(None, exclude_if=_is_none)
    updated: datetime
    code: str | None = Field(None, description="Why it failed", exclude_if=_is_none)
    links: list[Link]


class JobList(Answer):
    """Jobs, the newest first."""

    jobs: list[StatusInfo]
    links: list[Link]
