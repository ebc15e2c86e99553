"""What to summarise, by what, and the summaries."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from api.models.batch import Name
from api.models.common import Answer, Bilingual
from api.models.selection import Shape


class LayerQuestion(BaseModel):
    """What to summarise of one layer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    collection: Name = Field(examples=["road"])
    where: dict[Name, str | int | float | bool] = Field(
        {}, max_length=20, description="Only items with exactly these values"
    )
    columns: list[Name] = Field([], max_length=20, description="Numeric columns to sum up")
    group_by: Name | None = Field(None, description="Tell items apart by this column")


class SummaryQuestion(BaseModel):
    """What to summarise, by the areas of a layer or in one shape."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "areas": "tambon",
                    "layers": [{"collection": "road", "group_by": "highway"}],
                }
            ]
        },
    )

    layers: list[LayerQuestion] = Field(min_length=1, max_length=5)
    areas: Name = Field("tambon", description="A layer of areas; not used with `geometry`")
    geometry: Shape | None = Field(None, description="Summarise inside this area instead")


class FiguresModel(Answer):
    """Figures of a numeric column; every item has the same weight."""

    count: int = Field(description="Items that have a value")
    sum: float | None
    mean: float | None
    min: float | None
    max: float | None


class SummaryModel(Answer):
    """How many items there are, and how much of them."""

    count: int = Field(description="Each item once: where the greatest part of it lies")
    touching: int = Field(description="Items of which any part lies here")
    length_m: float | None = Field(description="Of lines, cut at the border; geodesic metres")
    area_m2: float | None = Field(description="Of areas, cut at the border; on the ellipsoid")
    columns: dict[str, FiguresModel]


class GroupModel(SummaryModel):
    """The summary of the items with one value."""

    value: str | None
    names: Bilingual | None = Field(description="Title of the value, where it has one")


class GroupedModel(SummaryModel):
    """A summary, and those of its groups, by value."""

    groups: list[GroupModel]


class ZoneModel(GroupedModel):
    """The summary of one area; code and names are null where it was drawn."""

    id: int | None
    code: str | None
    names: Bilingual | None


class CollectionSummary(Answer):
    """The summaries of one collection."""

    collection: str
    areas: list[ZoneModel] = Field(description="In the order of their codes; none is left out")
    outside: GroupedModel | None = Field(description="In no area; null where one was drawn")
    total: GroupedModel


class Summaries(Answer):
    """Summaries by collection, in the order asked."""

    collections: list[CollectionSummary]
