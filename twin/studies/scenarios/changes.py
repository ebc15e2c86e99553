"""The changes of a scenario as people write them: over HTTP, in files, in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, TypeAdapter, model_validator
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from twin.analysis.model import MODES, Mode
from twin.spec import Title
from twin.studies.question import Asked, LonLat
from twin.types import Json, Text
from twin.validation import refused

FacilityId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]{1,80}$", examples=["facility/12"])]
Modes = Annotated[tuple[Mode, ...], Field(min_length=1, max_length=3)]
#: What the database can hold; those that a change opened are below 0.
RoadId = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Roads = Annotated[tuple[RoadId, ...], Field(max_length=1000)]
Codes = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,20}$")], ...],
    Field(max_length=100, description="Codes of sub-districts"),
]

#: Classes that a street can be built as; what one travels on them is in the table of speeds.
StreetClass = Literal[
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "service",
    "living_street",
    "pedestrian",
    "footway",
    "path",
    "steps",
]


class ChangeBase(Asked):
    """What every change may say."""

    names: Title | None = Field(None, description="What to call it, in both languages.")
    cost_thb: int | None = Field(None, ge=0, le=10**13, description="Thai baht; none: not known.")


class AddFacility(ChangeBase):
    """Offer the service at a drawn point."""

    kind: Literal["add_facility"] = "add_facility"
    point: LonLat
    id: FacilityId | None = Field(None, description="None: `added/` and the change's position.")
    capacity: float | None = Field(None, ge=0, le=1_000_000_000)
    opened: date | None = Field(None, description="Day it opens; none: open already.")


class MoveFacility(ChangeBase):
    """Offer the service somewhere else."""

    kind: Literal["move_facility"] = "move_facility"
    id: FacilityId
    point: LonLat


class RemoveFacility(ChangeBase):
    """No longer offer the service there."""

    kind: Literal["remove_facility"] = "remove_facility"
    id: FacilityId


class OpenStreet(ChangeBase):
    """Build a street along a drawn line; it joins streets where its vertices touch them."""

    kind: Literal["open_street"] = "open_street"
    line: tuple[LonLat, ...] = Field(min_length=2, max_length=500)
    highway: StreetClass = Field("residential", description="Gives its speeds.")
    modes: Modes | None = Field(None, description="None: all that the class is open to.")
    oneway: bool = Field(False, description="Along the line only, except on foot.")


class CloseStreet(ChangeBase):
    """Let nobody through: on a whole road, or on the piece nearest to a point."""

    kind: Literal["close_street"] = "close_street"
    road: RoadId | None = Field(None, description="Id in the layer of roads.")
    point: LonLat | None = None
    modes: Modes = MODES

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.road is None) == (self.point is None):
            raise refused("give either `road` or `point`", "ระบุ `road` หรือ `point` อย่างใดอย่างหนึ่ง")
        return self


class Project(ChangeBase):
    """Switch a project on: its sites offer the service from its date on."""

    kind: Literal["project"] = "project"
    code: str = Field(pattern=r"^[A-Z]{3}-[0-9]{2}$", examples=["ENV-02"])
    on: date | None = Field(None, description="None: the end date of the register, if it has one.")


class Speed(ChangeBase):
    """Travel faster or slower."""

    kind: Literal["speed"] = "speed"
    mode: Mode
    factor: float = Field(ge=0.1, le=5)
    roads: Roads = Field((), description="Ids in the layer of roads; none: all.")


class Population(ChangeBase):
    """More or fewer people: a factor or people for sub-districts, or people at a point."""

    kind: Literal["population"] = "population"
    codes: Codes = ()
    factor: float | None = Field(None, ge=0, le=10)
    people: float | None = Field(None, gt=0, le=10_000_000, description="In all, not each.")
    point: LonLat | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.factor is None) == (self.people is None):
            raise refused(
                "give either `factor` or `people`", "ระบุ `factor` หรือ `people` อย่างใดอย่างหนึ่ง"
            )
        if bool(self.codes) == (self.point is not None):
            raise refused("give either `codes` or `point`", "ระบุ `codes` หรือ `point` อย่างใดอย่างหนึ่ง")
        if self.point is not None and self.people is None:
            raise refused("a point needs `people`", "จุดต้องระบุจำนวนคนใน `people`")
        return self


ScenarioChange = Annotated[
    AddFacility
    | MoveFacility
    | RemoveFacility
    | OpenStreet
    | CloseStreet
    | Project
    | Speed
    | Population,
    Field(discriminator="kind"),
]

CHANGE: Final[TypeAdapter[ScenarioChange]] = TypeAdapter(ScenarioChange)

#: The layer whose codes changes of population name.
TAMBON: Final = "tambon"

#: What each kind of change is called.
KINDS: Final[Mapping[str, Text]] = {
    "add_facility": Text("เพิ่มสถานบริการ", "add a facility"),
    "move_facility": Text("ย้ายสถานบริการ", "move a facility"),
    "remove_facility": Text("ยกเลิกสถานบริการ", "remove a facility"),
    "open_street": Text("เปิดถนน", "open a street"),
    "close_street": Text("ปิดถนน", "close a street"),
    "project": Text("เปิดโครงการ", "switch a project on"),
    "speed": Text("เปลี่ยนความเร็ว", "change speed"),
    "population": Text("เปลี่ยนประชากร", "change population"),
}

#: What has a column of its own in the table of changes.
_APART: Final = ("kind", "names", "cost_thb", "point", "line")


def arguments(change: ScenarioChange) -> Json:
    """Return what the table of changes keeps in `args`."""
    args: Json = change.model_dump(mode="json", exclude=set(_APART), exclude_none=True)
    return args


def geometry(change: ScenarioChange) -> BaseGeometry | None:
    """Return where a change is drawn, lon/lat degrees; None where it is not."""
    if isinstance(change, OpenStreet):
        return LineString(change.line)
    point = getattr(change, "point", None)
    return None if point is None else Point(point)


def read_change(kind: str, args: Json, geom: BaseGeometry | None, **apart: Any) -> ScenarioChange:  # noqa: ANN401
    """Return the change that a row of the table holds.

    Parameters
    ----------
    apart
        `names` and `cost_thb`.
    """
    drawn: Json = {}
    if isinstance(geom, LineString):
        drawn = {"line": list(geom.coords)}
    elif isinstance(geom, Point):
        drawn = {"point": (geom.x, geom.y)}
    return CHANGE.validate_python({"kind": kind, **args, **drawn, **apart})


def name_of(position: int, change: ScenarioChange) -> Text:
    """Return what to call a change: as it was named, or its kind and position."""
    if change.names is not None:
        return Text(change.names.th, change.names.en)
    kind = KINDS[change.kind]
    return Text(f"{kind.th} ({position})", f"{kind.en} ({position})")
