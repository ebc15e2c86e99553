"""What to select by, and what was selected."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.models.batch import Name
from api.models.common import Answer
from api.models.geojson import (
    AnyGeometry,
    Feature,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)

MAX_BUFFER_M = 50_000

_EXAMPLE: dict[str, Any] = {
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[98.38, 7.87], [98.4, 7.87], [98.4, 7.89], [98.38, 7.89], [98.38, 7.87]]],
    },
    "layers": ["facility", "stop"],
    "limit": 100,
}


class ItemShape(BaseModel):
    """The shape of an item of a collection, instead of a drawn one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["Item"]
    collection: Name = Field(examples=["tambon"])
    id: int = Field(examples=[830202])


Shape = Annotated[
    Point | MultiPoint | LineString | MultiLineString | Polygon | MultiPolygon | ItemShape,
    Field(discriminator="type", description="GeoJSON, lon/lat degrees, valid; or an item"),
]


class Selection(BaseModel):
    """What to select by: a drawn geometry, or that of an item."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [_EXAMPLE]}
    )

    geometry: Shape
    layers: list[str] = Field([], max_length=50, description="Collections; none named: all")
    limit: int = Field(100, ge=1, le=1000, description="Most items of one collection")


class Around(Selection):
    """What to select around: a geometry, and how far from it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_EXAMPLE | {"distance_m": 500}]},
    )

    # A millimetre still makes an area that GeoJSON can write.
    distance_m: float = Field(ge=0.001, le=MAX_BUFFER_M, allow_inf_nan=False)


class SelectedCollection(Answer):
    """The items of one collection that were selected."""

    collection: str = Field(examples=["facility"])
    numberMatched: int
    features: list[Feature]


class Selected(Answer):
    """The items that were selected, by collection; geometry generalised to about 5 m."""

    collections: list[SelectedCollection]


class Buffered(Selected):
    """The items within the distance (geodesic), and the area to draw for it."""

    geometry: AnyGeometry = Field(description="Right to 0.1 % of the distance")
