"""GeoJSON (RFC 7946): geometries as accepted and returned, features, collections."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from api.models.common import Answer, Link

Coordinates = Annotated[list[FiniteFloat], Field(min_length=2, max_length=3)]
Line = Annotated[list[Coordinates], Field(min_length=2)]
Ring = Annotated[list[Coordinates], Field(min_length=4)]
Rings = Annotated[list[Ring], Field(min_length=1)]


class _Geometry(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Point(_Geometry):
    """A position."""

    type: Literal["Point"]
    coordinates: Coordinates = Field(examples=[[98.39, 7.885]])


class MultiPoint(_Geometry):
    """Several positions."""

    type: Literal["MultiPoint"]
    coordinates: Annotated[list[Coordinates], Field(min_length=1)]


class LineString(_Geometry):
    """A line."""

    type: Literal["LineString"]
    coordinates: Line


class MultiLineString(_Geometry):
    """Several lines."""

    type: Literal["MultiLineString"]
    coordinates: Annotated[list[Line], Field(min_length=1)]


class Polygon(_Geometry):
    """An area: its outer ring, then its holes."""

    type: Literal["Polygon"]
    coordinates: Rings = Field(
        examples=[[[[98.3, 7.8], [98.4, 7.8], [98.4, 7.9], [98.3, 7.9], [98.3, 7.8]]]]
    )


class MultiPolygon(_Geometry):
    """Several areas."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Rings], Field(min_length=1)]


SimpleGeometry = Point | MultiPoint | LineString | MultiLineString | Polygon | MultiPolygon
DrawnGeometry = Annotated[SimpleGeometry, Field(discriminator="type")]


class GeometryCollection(_Geometry):
    """Geometries of several kinds."""

    type: Literal["GeometryCollection"]
    geometries: list[DrawnGeometry]


AnyGeometry = Annotated[SimpleGeometry | GeometryCollection, Field(discriminator="type")]


class Feature(Answer):
    """One item of a collection."""

    type: Literal["Feature"]
    id: int = Field(examples=[830101])
    geometry: AnyGeometry | None
    properties: dict[str, Any] = Field(
        examples=[{"code": "830101", "name_th": "ตลาดใหญ่", "name_en": "Talat Yai"}]
    )


class ItemFeature(Feature):
    """One item on its own, with links."""

    links: list[Link]


class ItemCollection(Answer):
    """A page of items."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    links: list[Link]
    timeStamp: str = Field(examples=["2026-11-22T21:00:00Z"])
    numberMatched: int = Field(
        description="Counted up to 10,000; beyond, the estimate of the database's planner",
        examples=[17],
    )
    numberMatchedIsEstimated: bool = Field(examples=[False])
    numberReturned: int = Field(examples=[17])


class NearFeature(Feature):
    """An item near a place; `distance_m` (geodesic metres) is among the properties."""

    collection: str = Field(examples=["facility"])


class NearCollection(Answer):
    """Items by distance."""

    type: Literal["FeatureCollection"]
    features: list[NearFeature]
    numberReturned: int = Field(examples=[5])
