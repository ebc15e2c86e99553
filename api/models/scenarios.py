"""Scenarios: what is kept, whether it is still current, what it came to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from api.models.common import Answer, Bilingual
from twin.studies.question import Question
from twin.studies.scenarios.changes import ScenarioChange


class ScenarioSummaryModel(Answer):
    """One scenario of the list."""

    id: str = Field(examples=["clinic-in-rawai"])
    names: Bilingual
    note: str | None
    changes: int = Field(description="How many")
    created_at: datetime
    updated_at: datetime


class ScenarioList(Answer):
    """All scenarios, those changed last first."""

    scenarios: list[ScenarioSummaryModel]
    limit: int = Field(description="Most scenarios that are kept", examples=[500])


class MovedModel(Answer):
    """Part of the base that is not as it was."""

    id: str = Field(description="Layer, or `project/CODE`", examples=["road"])
    title: Bilingual
    was: dict[str, Any] | None = Field(description="Revision and content; null: not there")
    now: dict[str, Any] | None


class StandingModel(Answer):
    """Whether something rests on what stands now."""

    is_stale: bool = Field(description="The base has moved on")
    moved: list[MovedModel]


class ChangeModel(Answer):
    """One change, as it was sent."""

    position: int
    title: Bilingual = Field(description="What to call it")
    change: ScenarioChange


class ScenarioModel(StandingModel):
    """One scenario with its changes, in the order in which they are applied."""

    id: str
    names: Bilingual
    note: str | None
    question: Question
    created_at: datetime
    updated_at: datetime
    max_changes: int = Field(description="Most changes that it may have", examples=[200])
    changes: list[ChangeModel]


class ResultModel(StandingModel):
    """What a scenario came to beside the base, on the revisions it was computed on."""

    digest: str = Field(description="SHA-256 of all inputs")
    computed_at: datetime
    is_edited: bool = Field(description="The question or the changes are others now")
    revisions: dict[str, Any] = Field(description="By layer, when it was computed")
    comparison: dict[str, Any] = Field(description="The fixed table, from the base to the scenario")


class ResultList(Answer):
    """Results, the newest first."""

    results: list[ResultModel]
    limit: int = Field(description="Most results of a scenario that are kept", examples=[50])


class NullGeometryFeature(Answer):
    """A change as a feature; its geometry is null where it acts everywhere."""

    type: str = Field(examples=["Feature"])
    id: int
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class ChangeCollection(Answer):
    """Changes as GeoJSON, to draw them."""

    type: str = Field(examples=["FeatureCollection"])
    features: list[NullGeometryFeature]
