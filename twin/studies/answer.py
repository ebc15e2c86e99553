"""What a study answers, as JSON and JSON Schema say it; nothing here needs the engine."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from twin.analysis.model import Direction, Mode
from twin.studies.question import LonLat, Question


class Told(BaseModel):
    """A model of an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


def _geojson(kind: str, *members: str) -> WithJsonSchema:
    properties: dict[str, Any] = {"type": {"type": "string", "enum": [kind]}}
    return WithJsonSchema(
        {"type": "object", "required": ["type", *members], "properties": properties}
    )


#: GeoJSON (RFC 7946), lon/lat degrees; written as it is.
Feature = Annotated[dict[str, Any], _geojson("Feature", "geometry", "properties")]
FeatureCollection = Annotated[dict[str, Any], _geojson("FeatureCollection", "features")]


class Words(Told):
    """One text in both languages."""

    th: str
    en: str


class People(Told):
    """Who is served; the three parts make the total."""

    total: float = Field(description="Demand in all, people unless the demand says otherwise.")
    served: float
    unserved: float = Field(description="The gap: on a street, and too far from any facility.")
    unknown: float = Field(description="Too far from any street to say.")
    ratio: float | None = Field(description="Served of total, 0 to 1; null where nobody is.")


class Totals(People):
    """Who is served within one threshold."""

    threshold: float = Field(description="In the unit of the question: minutes or metres.")


class Area(Told):
    """Totals of one area; code and names are empty for what lies outside all areas."""

    code: str
    name: Words
    totals: tuple[Totals, ...]


class Pace(Told):
    """Totals if all travel were slower or faster."""

    pace: Literal["slow", "usual", "fast"]
    factor: float = Field(description="On the usual speed.")
    totals: tuple[Totals, ...]


class Facility(Told):
    """One facility with its catchment: the demand that it is nearest to."""

    id: str
    name: Words
    capacity: float | None
    served: float = Field(description="Demand of its catchment within the largest threshold.")
    points: int = Field(description="Demand points of those.")
    nearest: float | None = Field(description="All demand that it is nearest to, however far.")
    lon_lat: LonLat


class OffNetwork(Told):
    """A facility too far from any street to serve anybody."""

    id: str
    name: Words
    offset_m: float = Field(description="Metres to the nearest street.")


class Source(Told):
    """Where something comes from."""

    text: Words
    source: Words
    revision: str = Field(description="Digest of its inputs and method.")


class Assumed(Told):
    """Everything that the answer rests on."""

    mode: Mode
    direction: Direction
    max_snap_m: float
    walking_kmh: float = Field(description="Between a place and the street.")
    speed_factor: float
    range_source: Words | None = Field(description="What slow and fast mean, and who says so.")
    network: Source
    demand: Source
    supply: Source
    method: str


class Named(Told):
    """A facility."""

    id: str
    name: Words
    lon_lat: LonLat


class Spent(Told):
    """Where a threshold is used up; null: it is enough."""

    threshold: float
    lon_lat: LonLat | None


class CoverageAnswer(Told):
    """Who is served, who is not, and by what."""

    summary: Words
    question: Question
    totals: tuple[Totals, ...]
    paces: tuple[Pace, ...] = Field(description="Slow, usual and fast; empty for metres.")
    median: float | None = Field(
        description="Half of the demand on streets is within this, in the unit of the question;"
        " null where half of it has no way to a facility."
    )
    areas: dict[str, tuple[Area, ...]] = Field(
        description="By layer. Each is rounded to 0.001, and they add up to `totals` to that."
    )
    worst_off: dict[str, tuple[Area, ...]] = Field(
        description="Lowest ratio at the largest threshold first, at most five areas a layer."
    )
    facilities: tuple[Facility, ...]
    off_network: tuple[OffNetwork, ...]
    assumptions: Assumed
    digest: str = Field(description="SHA-256 of all inputs: the same question, the same answer.")


class WhatIfAnswer(Told):
    """The same question with facilities more or less."""

    summary: Words
    totals: tuple[Totals, ...]
    gained: tuple[float, ...] = Field(
        description="Newly served demand by threshold; below zero where service is lost."
    )
    areas: dict[str, tuple[Area, ...]]
    worst_off: dict[str, tuple[Area, ...]]
    off_network: tuple[OffNetwork, ...]
    digest: str


class Explanation(Told):
    """Why a place is served or not, with the way to its nearest facility."""

    summary: Words
    verdict: Literal["served", "too_far", "off_street", "no_facility", "other_part", "no_way"] = (
        Field(
            description="By the largest threshold. too_far: beyond it; off_street: too far from any"
            " street to say; no_facility: none is on a street; other_part: none in this part of the"
            " network; no_way: one-way, or closed."
        )
    )
    impedance: float | None = Field(
        description="To the nearest facility, or from it, in the unit of the question."
    )
    facility: Named | None
    offset_m: float = Field(description="Metres from the place to the nearest street.")
    street: LonLat = Field(description="The nearest place on a street.")
    length_m: float | None = Field(description="Of the way, metres.")
    spent: tuple[Spent, ...] = Field(description="Where each threshold is used up on the way.")
    route: Feature | None = Field(description="The way as a line, in the direction of travel.")
    digest: str
