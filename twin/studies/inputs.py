"""What else planners ask of a question of coverage: where next, what hangs on what, how much."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from twin.studies.question import (
    Asked,
    DemandChoice,
    LayerId,
    LonLat,
    Question,
    SupplyChoice,
    Words,
)
from twin.validation import refused

_QUESTION: Final = "Who is served by what, within which time or distance."


class ServiceArea(Asked):
    """Where the facilities of a question reach, to draw on a map."""

    question: Question = Field(Question(), description=_QUESTION)
    by_facility: bool = Field(False, description="An area for each facility, not one for all.")
    rings: bool = Field(False, description="Each area without that of the threshold before.")


class TravelTime(Asked):
    """How far every place on land is from the nearest facility, as a picture in bands."""

    question: Question = Field(Question(), description=_QUESTION)
    cell_m: float = Field(100, ge=25, le=1_000, description="Width and height of a cell, metres.")
    steps: tuple[Annotated[float, Field(gt=0, le=100_000)], ...] = Field(
        (),
        max_length=12,
        description="Where one colour ends and the next begins, in the unit of the question,"
        " growing. None: the thresholds of the question.",
    )

    @model_validator(mode="after")
    def _grow(self) -> Self:
        if list(self.steps) != sorted(set(self.steps)):
            raise refused(
                "steps must grow, each once, e.g. 5, 10, 15",
                "ขั้นสีต้องเรียงจากน้อยไปมากและไม่ซ้ำกัน เช่น 5, 10, 15",
            )
        return self


class CandidateChoice(Asked):
    """Where a new facility could stand."""

    source: Literal["corners", "layer", "points"] = Field(
        "corners", description="Unless told, `layer` or `points` where that is given."
    )
    layer: LayerId | None = Field(None, description="Layer of points or areas.")
    filter: Words | None = Field(None, description="CQL2 text, of the layer.")
    points: tuple[LonLat, ...] = Field((), max_length=500, description="Drawn points, lon/lat.")
    most: int = Field(
        200, ge=1, le=500, description="Corners are thinned evenly over the map to so many."
    )

    @model_validator(mode="before")
    @classmethod
    def _tells_source(cls, choice: object) -> object:
        if not isinstance(choice, dict) or "source" in choice:
            return choice
        given = [name for name in ("layer", "points") if choice.get(name)]
        return {**choice, "source": given[0]} if len(given) == 1 else choice

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        needed = {"layer": self.layer, "points": self.points}
        given = [name for name, value in needed.items() if value and name != self.source]
        if self.filter and self.source != "layer":
            given.append("filter")
        if given:
            told = ", ".join(f"`{name}`" for name in given)
            raise refused(
                f"candidates of source `{self.source}` have no use for {told}; leave it out",
                f"ตัวเลือกแบบ `{self.source}` ไม่ใช้ {told} โปรดตัดออก",
            )
        if self.source in needed and not needed[self.source]:
            raise refused(
                f"candidates of source `{self.source}` need `{self.source}`",
                f"ตัวเลือกแบบ `{self.source}` ต้องระบุ `{self.source}`",
            )
        return self


class SitingProblem(Asked):
    """Which places to choose for new facilities."""

    question: Question = Field(Question(), description=f"{_QUESTION} The largest threshold counts.")
    problem: Literal["mclp", "lscp", "p-median"] = Field(
        "mclp",
        description="mclp: serve the most people with `count` sites; lscp: serve everyone with the"
        " fewest; p-median: the shortest ways on average with `count` sites.",
    )
    count: int = Field(1, ge=1, le=50, description="New sites at most; lscp finds out how many.")
    candidates: CandidateChoice = Field(
        CandidateChoice(), description="Where a new facility could stand."
    )
    existing: bool = Field(
        True, description="Facilities of the question stay, and whom they serve counts first."
    )
    prove: bool = Field(False, description="Search for a proof that nothing is better.")
    time_limit_s: float = Field(10, gt=0, le=600, description="For the proof, seconds.")


class Opportunity(Asked):
    """Where one facility more would newly serve most people."""

    question: Question = Field(Question(), description=f"{_QUESTION} The largest threshold counts.")
    count: int = Field(10, ge=1, le=100, description="Best places to name.")
    spacing_m: float = Field(500, ge=0, le=50_000, description="Between any two of them, metres.")


class Criticality(Asked):
    """Who loses service if a facility closes."""

    question: Question = Field(Question(), description=f"{_QUESTION} The largest threshold counts.")


class RoadCriticality(Asked):
    """Who loses service if a road closes."""

    question: Question = Field(Question(), description=f"{_QUESTION} The largest threshold counts.")
    count: int = Field(20, ge=1, le=200, description="Roads to name, the worst first.")
    budget: int | None = Field(None, ge=1, description="Roads tried at most; none: all it takes.")


class MissingLinks(Asked):
    """Which short connection between streets would serve most people for its length."""

    question: Question = Field(Question(), description=f"{_QUESTION} The largest threshold counts.")
    max_length_m: float = Field(200, gt=0, le=2_000, description="Straight metres at most.")
    min_detour: float = Field(
        3, gt=0, le=1_000, description="The way now takes so many times what it would, at least."
    )
    spacing_m: float = Field(200, gt=0, le=50_000, description="Between any two, metres.")
    count: int = Field(10, ge=1, le=100, description="Connections to name.")


class ZoneChoice(Asked):
    """Travel up to an impedance, and how much it counts."""

    up_to: Annotated[float, Field(gt=0, le=100_000, description="Minutes or metres.")]
    weight: Annotated[float, Field(ge=0, le=1, description="1: as at no distance; 0: not.")]


class Access(Asked):
    """How much capacity each person finds, by floating catchments."""

    question: Question = Field(
        Question(), description=f"{_QUESTION} Its supply needs `capacity`, a column of the layer."
    )
    zones: tuple[ZoneChoice, ...] = Field(
        (),
        max_length=10,
        description="E2SFCA: growing, with falling weights. None: 2SFCA, all within the largest"
        " threshold alike.",
    )


class Sdg(Asked):
    """An indicator of the Sustainable Development Goals that is measured along streets."""

    indicator: Literal["11.2.1", "11.7.1"] = Field(
        "11.2.1", description="11.2.1: public transport; 11.7.1: open public space."
    )
    low_capacity: SupplyChoice | None = Field(
        None, description="Stops of buses and the like, within 500 m (11.2.1)."
    )
    high_capacity: SupplyChoice | None = Field(
        None, description="Stations of rail, metro and ferry, within 1 km (11.2.1)."
    )
    open_space: SupplyChoice | None = Field(
        None, description="Entrances of open public spaces, within 400 m (11.7.1)."
    )
    demand: DemandChoice = Field(DemandChoice(), description="Who needs the service.")
    areas: tuple[LayerId, ...] = Field(("amphoe", "tambon"), max_length=5)
    max_snap_m: float = Field(
        250.0, gt=0, le=5_000, description="Farther from any street: unknown, not unserved."
    )


class NetworkChoice(Asked):
    """Which street network to tell about."""

    layer: LayerId = Field("road", description="Any layer of lines.", examples=["road"])
    ferries: bool = Field(False, description="With ferry lines.")
