"""Legends of rasters, and what is measured on them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.models.common import Answer, Bilingual, Position
from api.models.geojson import LineString, MultiPolygon, Polygon

_ALONG: Any = [[98.28, 7.9], [98.31, 7.92], [98.36, 7.95]]
_AROUND: Any = [[[98.3, 7.9], [98.33, 7.9], [98.33, 7.93], [98.3, 7.93], [98.3, 7.9]]]

Color = Annotated[str, Field(examples=["#7fb069"])]


class LegendClass(Answer):
    """A class of a raster: its code, colour and title."""

    value: int
    color: Color
    titles: Bilingual


class LegendStop(Answer):
    """A value of a ramp and its colour; between two stops, colours are between theirs."""

    value: float
    color: Color


class LegendModel(Answer):
    """The key to a raster's colours: classes or stops, whichever its style has."""

    layer: str = Field(examples=["elevation"])
    style: str = Field(examples=["relief"])
    styles: list[str] = Field(description="Styles the layer has, its default first")
    titles: Bilingual = Field(description="What is shown")
    unit: str | None = Field(examples=["m"], description="Unit of the stops")
    classes: list[LegendClass]
    stops: list[LegendStop]
    notes: Bilingual | None = Field(description="What neither classes nor stops can say")


class RasterSource(Answer):
    """Which raster an answer comes from, and how far it can be trusted."""

    layer: str = Field(examples=["elevation"])
    titles: Bilingual
    descriptions: Bilingual
    unit: str | None = Field(examples=["m"])
    attribution: str
    validDate: date
    revision: int


class Elevation(Answer):
    """The value of a measure raster at a point: that of the cell which holds it."""

    point: Position
    value: float | None = Field(description="Null where the raster has no data")
    source: RasterSource


class ProfileRequest(BaseModel):
    """The line to follow."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"geometry": {"type": "LineString", "coordinates": _ALONG}}]
        },
    )

    geometry: LineString = Field(description="GeoJSON, lon/lat degrees, at most 500 km long")
    layer: str = Field("elevation", description="A raster of measures")
    samples: int = Field(200, ge=2, le=1000, description="Values along the line, ends included")


class ProfileSample(Answer):
    """One value along the line."""

    distance_m: float = Field(description="Geodesic metres from the start")
    point: Position
    value: float | None = Field(description="Null where the raster has no data")


class ProfileAnswer(Answer):
    """Values along a line; the summary leaves out samples without a value."""

    length_m: float = Field(description="Geodesic metres")
    step_m: float = Field(description="Distance between samples")
    cell_m: float = Field(description="Size of the raster's cells: smaller things cannot show")
    min: float | None
    max: float | None
    mean: float | None
    ascent: float | None = Field(description="Sum of the rises, in the unit of the raster")
    descent: float | None = Field(description="Sum of the falls, positive")
    mean_slope_percent: float | None = Field(description="Mean steepness; null unless heights")
    samples: list[ProfileSample]
    source: RasterSource


class ZonalRequest(BaseModel):
    """The area to measure."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "geometry": {"type": "Polygon", "coordinates": _AROUND},
                    "layers": ["elevation"],
                }
            ]
        },
    )

    geometry: Annotated[Polygon | MultiPolygon, Field(discriminator="type")] = Field(
        description="GeoJSON, lon/lat degrees, valid, at most 10,000 km²"
    )
    layers: list[str] = Field([], max_length=20, description="Raster layers; none named: all")


class StatisticsModel(Answer):
    """Of the values in the area, each weighted by the share of its cell in the area."""

    min: float
    max: float
    mean: float
    sum: float
    stdev: float
    median: float


class ClassAreaModel(Answer):
    """How much of the area is of one class."""

    value: int
    titles: Bilingual | None
    area_m2: float
    share: float = Field(description="Of what has any class, 0…1")


class ZoneModel(Answer):
    """What one raster says of the area."""

    source: RasterSource
    count: float = Field(description="Cells with a value, counted by their share in the area")
    area_m2: float = Field(description="What they cover, EPSG:32647")
    coverage: float = Field(description="Share of the area where the raster has values, 0…1")
    statistics: StatisticsModel | None = Field(description="Of measures; null without a value")
    classes: list[ClassAreaModel] | None = Field(description="Of class rasters, greatest first")


class Zones(Answer):
    """What the rasters say of the area, in the order they were named."""

    zones: list[ZoneModel]


class CoverYear(Answer):
    """The land cover of one year."""

    year: int = Field(examples=[2018])
    source: RasterSource


class CoverClass(Answer):
    """A class of land cover."""

    value: int
    titles: Bilingual
    color: Color


class CoverUnit(Answer):
    """Land cover of one unit; areas in m², EPSG:32647, in the order of `classes`."""

    code: str = Field(examples=["830101"])
    names: Bilingual
    areas_m2: list[list[float]] = Field(description="By year, then by class")
    change_m2: list[list[float]] = Field(
        description="By class in the first year, then by class in the last, where both have data"
    )
    difference_m2: list[float] = Field(
        description="By class, last year less first, where both have data"
    )


class LandCoverAnswer(Answer):
    """Land cover by administrative unit and year, and what became what."""

    by: Literal["tambon", "amphoe", "province"]
    caveats: Bilingual = Field(description="How far the figures can be trusted")
    years: list[CoverYear]
    classes: list[CoverClass]
    units: list[CoverUnit]
