"""Questions about many points in one call, and their answers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.models.common import Answer
from twin.queries.batch import MAX_BATCH_COUNT

#: Metres; farther than anything on the island is from anything else.
MAX_DISTANCE_M = 200_000

Name = Annotated[str, Field(max_length=100)]
PointId = int | Name


class BatchPoint(BaseModel):
    """A point, and how the caller calls it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False, description="Degrees")
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees")
    id: PointId | None = Field(None, description="Comes back with the answer; default: its number")


class _Batch(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    points: list[BatchPoint] = Field(
        min_length=1,
        description="At most 10,000, within the size limit of a request",
        examples=[[{"id": "home", "lon": 98.39, "lat": 7.885}, {"lon": 98.3, "lat": 7.9}]],
    )


class NearestBatch(_Batch):
    """What is nearest to each of many points."""

    layer: Name = Field(description="A vector layer", examples=["facility"])
    k: int = Field(1, ge=1, le=MAX_BATCH_COUNT, description="Most items of one point")
    max_distance_m: float | None = Field(None, ge=0, le=MAX_DISTANCE_M, allow_inf_nan=False)
    columns: list[Name] | None = Field(
        None, max_length=100, description="Properties to tell; default: key and names"
    )


class IdentifyBatch(_Batch):
    """Which areas hold each of many points."""

    layers: list[Name] = Field(
        default=["tambon", "amphoe"], min_length=1, max_length=10, description="Layers of areas"
    )


class NearItem(Answer):
    """An item near a point."""

    id: int
    distance_m: float = Field(description="Geodesic metres; 0 inside an area")
    properties: dict[str, Any]


class NearestAnswer(Answer):
    """The items nearest to one point, nearest first."""

    id: PointId
    nearest: list[NearItem]


class NearestAnswers(Answer):
    """Answers in the order of the points."""

    results: list[NearestAnswer]


class Area(Answer):
    """An area that holds a point."""

    id: int
    properties: dict[str, Any]


class IdentifyAnswer(Answer):
    """The areas that hold one point, by layer; null where none does."""

    id: PointId
    areas: dict[str, Area | None]


class IdentifyAnswers(Answer):
    """Answers in the order of the points."""

    results: list[IdentifyAnswer]
