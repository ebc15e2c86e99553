"""The changes that a scenario is made of, ready to be applied: EPSG:32647 metres, resolved ids."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Final

from twin.analysis.model import MODES, Mode
from twin.types import Text

Point = tuple[float, float]


@dataclass(frozen=True)
class Facility:
    """Somewhere that offers the service.

    Parameters
    ----------
    xy
        EPSG:32647 metres.
    capacity
        In the unit of the supply; None where unknown.
    opened
        Day it opens; None: open already.
    """

    id: str
    name: Text
    xy: Point
    capacity: float | None = None
    opened: date | None = None


@dataclass(frozen=True)
class AddFacilities:
    """Offer the service at new places: one that was drawn, or the sites of a project."""

    facilities: tuple[Facility, ...]


@dataclass(frozen=True)
class MoveFacility:
    """Offer the service somewhere else, EPSG:32647 metres."""

    id: str
    xy: Point


@dataclass(frozen=True)
class RemoveFacility:
    """No longer offer the service there."""

    id: str


@dataclass(frozen=True)
class OpenStreet:
    """Build a street along a drawn line.

    Parameters
    ----------
    road
        Id of the new street, not one of the network's.
    line
        Two or more points, EPSG:32647 metres.
    speed_kmh
        By mode, along the line and against it; 0 where that way may not be taken. A mode that is
        not named may not use the street.
    """

    road: int
    line: tuple[Point, ...]
    speed_kmh: Mapping[Mode, tuple[float, float]]


@dataclass(frozen=True)
class CloseStreet:
    """Let nobody through, either way: on a whole road, or on the piece nearest to a point."""

    road: int | None = None
    at: Point | None = None
    modes: tuple[Mode, ...] = MODES


@dataclass(frozen=True)
class ChangeSpeed:
    """Travel faster or slower, on the listed roads or, where none is listed, on all."""

    mode: Mode
    factor: float
    roads: tuple[int, ...] = ()


@dataclass(frozen=True)
class ScalePeople:
    """Multiply the people of areas."""

    layer: str
    codes: tuple[str, ...]
    factor: float


@dataclass(frozen=True)
class AddPeople:
    """Share people out over areas, in proportion to who lives there."""

    layer: str
    codes: tuple[str, ...]
    people: float


@dataclass(frozen=True)
class AddPeopleAt:
    """Let people live at a point.

    Parameters
    ----------
    xy
        EPSG:32647 metres.
    areas
        Code of the area that the point lies in, by layer; a layer is left out where it is none.
    """

    xy: Point
    people: float
    areas: Mapping[str, str] = field(default_factory=dict)


SupplyChange = AddFacilities | MoveFacility | RemoveFacility
NetworkChange = OpenStreet | CloseStreet | ChangeSpeed
DemandChange = ScalePeople | AddPeople | AddPeopleAt
Change = SupplyChange | NetworkChange | DemandChange

#: What each change is called in messages.
TITLES: Final[Mapping[type, Text]] = {
    AddFacilities: Text("เพิ่มสถานบริการ", "add a facility"),
    MoveFacility: Text("ย้ายสถานบริการ", "move a facility"),
    RemoveFacility: Text("ยกเลิกสถานบริการ", "remove a facility"),
    OpenStreet: Text("เปิดถนน", "open a street"),
    CloseStreet: Text("ปิดถนน", "close a street"),
    ChangeSpeed: Text("เปลี่ยนความเร็ว", "change speed"),
    ScalePeople: Text("เปลี่ยนประชากร", "change population"),
    AddPeople: Text("เพิ่มประชากร", "add population"),
    AddPeopleAt: Text("เพิ่มประชากรที่จุด", "add population at a point"),
}


def revised(revision: str, changes: Sequence[Change]) -> str:
    """Return the revision of something after changes: equal for equal base and equal changes.

    Examples
    --------
    >>> revised("base", [])
    'base'
    >>> revised("base", [RemoveFacility("a")]) == revised("base", [RemoveFacility("b")])
    False
    """
    if not changes:
        return revision
    told = [{"kind": type(change).__name__, **asdict(change)} for change in changes]
    text = json.dumps([revision, told], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
