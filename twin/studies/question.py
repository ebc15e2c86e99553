"""What a planner asks of coverage; the same form over HTTP, on the command line and in a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from twin.analysis.model import Direction, Mode
from twin.validation import refused

LonLat = tuple[
    Annotated[float, Field(ge=-180, le=180)],
    Annotated[float, Field(ge=-90, le=90)],
]
Variant = Literal["registered", "with_visitors", "aged_60"]
#: A text that can be kept: one with limits is checked to be Unicode, without halves of pairs.
Words = Annotated[str, Field(max_length=10_000)]
LayerId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

_BUDDHIST_OFFSET: Final = 543
_BUDDHIST_YEARS: Final = frozenset(str(ce + _BUDDHIST_OFFSET) for ce in range(1900, 2201))


class Asked(BaseModel):
    """A frozen model that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DemandChoice(Asked):
    """Who needs the service."""

    source: Literal["population", "layer", "raster"] = "population"
    layer: LayerId | None = Field(
        None, description="Point layer with a weight column, or a raster of people a cell."
    )
    weight: Words | None = Field(None, description="Column of the layer that holds the quantity.")
    year: int | None = Field(None, ge=1900, le=2200, description="CE; none: the newest there is.")
    variant: Variant = "registered"
    spread: Literal["auto", "land_cover", "streets"] = Field(
        "auto", description="Over built-up cells of 100 m, or along streets where there is no map."
    )
    unregistered_share: float = Field(
        0.0, ge=0, le=5, description="Residents not registered, for each registered one."
    )
    visitors: float = Field(
        0.0, ge=0, le=100_000_000, description="Visitors on a usual day, people."
    )

    @field_validator("year", mode="before")
    @classmethod
    def _is_christian_era(cls, year: object) -> object:
        if isinstance(year, int | str) and str(year) in _BUDDHIST_YEARS:
            ce = int(year) - _BUDDHIST_OFFSET
            raise refused(
                f"years are CE: {year} BE is {ce}", f"ปีต้องเป็น ค.ศ.: พ.ศ. {year} คือ ค.ศ. {ce}"
            )
        return year


class SupplyChoice(Asked):
    """Who offers it: features of layers, project sites, drawn points; together one supply."""

    layer: LayerId | None = "facility"
    filter: Words | None = Field(None, description="CQL2 text, e.g. `amenity = 'hospital'`.")
    capacity: Words | None = Field(None, description="Column of the layer that holds the capacity.")
    projects: tuple[Words, ...] = Field(
        (), max_length=1000, description="Codes of projects whose sites count too."
    )
    points: tuple[LonLat, ...] = Field((), max_length=1000, description="Drawn points, lon/lat.")
    opened_by: date | None = Field(None, description="Leave out what opens later.")


class Question(Asked):
    """Who is served by what, within which time or distance."""

    supply: SupplyChoice = SupplyChoice()
    demand: DemandChoice = DemandChoice()
    mode: Mode = "walk"
    direction: Direction = "to"
    unit: Literal["minutes", "metres"] = "minutes"
    thresholds: tuple[Annotated[float, Field(gt=0, le=100_000)], ...] = Field(
        (15.0,), min_length=1, max_length=10
    )
    areas: tuple[LayerId, ...] = Field(("amphoe", "tambon"), max_length=5)
    max_snap_m: float = Field(
        250.0, gt=0, le=5_000, description="Farther from any street: unknown, not unserved."
    )
    speed_factor: float = Field(1.0, ge=0.2, le=3, description="1: the usual speeds.")
    speed_range: bool = Field(True, description="Also answer for slow and fast travel.")
    ferries: bool = False
    scenario: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")

    @property
    def graph_unit(self) -> Literal["s", "m"]:
        """What impedance is searched in: seconds for minutes, metres for metres."""
        return "s" if self.unit == "minutes" else "m"

    @property
    def scale(self) -> float:
        """What a unit of the question is in the graph's unit: 60 s a minute, 1 m a metre."""
        return 60.0 if self.unit == "minutes" else 1.0

    @property
    def limits(self) -> tuple[float, ...]:
        """Thresholds in the graph's unit."""
        return tuple(threshold * self.scale for threshold in self.thresholds)

    @model_validator(mode="after")
    def _sorted(self) -> Self:
        if list(self.thresholds) != sorted(set(self.thresholds)):
            raise refused(
                "thresholds must grow, each once, e.g. 5, 10, 15",
                "เกณฑ์ต้องเรียงจากน้อยไปมากและไม่ซ้ำกัน เช่น 5, 10, 15",
            )
        return self


class WhatIf(Asked):
    """A question with facilities added or taken away."""

    question: Question = Question()
    add: tuple[LonLat, ...] = Field((), max_length=20, description="New facilities, lon/lat.")
    remove: tuple[Words, ...] = Field((), max_length=100, description="Ids of facilities to close.")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.add or self.remove):
            raise refused(
                "name at least one place to `add` or facility to `remove`",
                "ระบุตำแหน่งที่จะเพิ่มใน `add` หรือสถานบริการที่จะปิดใน `remove` อย่างน้อยหนึ่งแห่ง",
            )
        return self


class Place(Asked):
    """A question, and a place to explain it at."""

    question: Question = Question()
    place: LonLat = Field(description="Where, lon/lat.")
