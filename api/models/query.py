"""Spatial questions and their answers, and search."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.models.common import Answer, Bilingual, Box, Position
from api.models.geojson import AnyGeometry


class UnitModel(Answer):
    """A sub-district or district."""

    code: str = Field(examples=["830202"])
    names: Bilingual


class IdentifiedFeature(Answer):
    """An item near the point; geometry generalised to about 5 m."""

    collection: str = Field(examples=["road"])
    id: int
    distance_m: float = Field(description="Geodesic metres; 0 inside an area")
    geometry: AnyGeometry
    properties: dict[str, Any]


class RasterValue(Answer):
    """What a raster says at the point; a null value is no data."""

    layer: str = Field(examples=["elevation"])
    titles: Bilingual
    value: float | None
    unit: str | None = Field(examples=["m"])
    titles_value: Bilingual | None = Field(description="Title of the class, for land cover")


class Identified(Answer):
    """Everything at a point."""

    point: Position
    tambon: UnitModel | None
    amphoe: UnitModel | None
    features: list[IdentifiedFeature]
    rasters: list[RasterValue]


class SearchResult(Answer):
    """One thing found by name."""

    kind: Literal["project", "tambon", "amphoe", "place", "facility", "road"]
    id: str = Field(examples=["830202"])
    collection: str | None = Field(description="Null for projects", examples=["tambon"])
    names: Bilingual
    details: Bilingual
    point: Position | None
    bbox: Box | None


class SearchResults(Answer):
    """What was found, the best first."""

    results: list[SearchResult]


class Reason(Answer):
    """Why the service is not ready."""

    code: Annotated[str, Field(examples=["no-layers"])]
    names: Bilingual


class Health(Answer):
    """Whether the service works."""

    status: Literal["ok", "unavailable"]
    reasons: list[Reason] = Field(default=[])
