"""Nodes, ways and relations with their coordinates, whatever file they came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.types import BBox

Kind = Literal["node", "way", "relation"]
Tags = dict[str, str]
Floats = NDArray[np.float64]

#: Called with what is being read (`nodes`, `ways`, …) and how many were looked at so far.
Progress = Callable[[str, int], None]

#: Coordinates of a node that is not in the file.
UNKNOWN: Final = (np.nan, np.nan)

EARTH: Final = shapely.box(-180, -90, 180, 90)
NOWHERE: Final[Floats] = np.empty((0, 2))


class HasTags(Protocol):
    """Tags by key, as a dictionary or as pyosmium holds them."""

    def get(self, key: str, /) -> str | None:
        """Return the value of a key; None where there is no such tag."""


@dataclass(frozen=True)
class Member:
    """A way of a relation: its role there, and its nodes' coordinates as in `Element`."""

    role: str
    lon_lat: Floats


@dataclass(frozen=True, eq=False)
class Element:
    """One object of OpenStreetMap.

    Parameters
    ----------
    lon_lat
        (n, 2) degrees, EPSG:4326: of a node itself, or of a way's nodes in order; NaN for nodes
        that are not in the file. Empty for relations.
    members
        The ways of a relation; one that is not in the file has no coordinates.
    """

    kind: Kind
    id: int
    tags: Tags
    lon_lat: Floats = field(default_factory=lambda: NOWHERE)
    members: tuple[Member, ...] = ()

    @property
    def ref(self) -> str:
        """Its name among all objects, e.g. `way/123`."""
        return f"{self.kind}/{self.id}"

    @property
    def coordinates(self) -> Floats:
        """All known coordinates, members' included."""
        found = np.vstack([self.lon_lat, *(member.lon_lat for member in self.members)])
        return found[~np.isnan(found[:, 0])]

    @property
    def missing(self) -> int:
        """How many nodes, and ways of a relation, are not in the file."""
        lines = [self.lon_lat, *(member.lon_lat for member in self.members)]
        lost_ways = sum(not len(member.lon_lat) for member in self.members)
        return lost_ways + sum(int(np.isnan(line[:, 0]).sum()) for line in lines)


@dataclass(frozen=True)
class Wanted:
    """Which objects of a file are asked for.

    Parameters
    ----------
    keys
        An object without any of these keys is not looked at.
    kinds
        Other kinds are not looked at.
    accepts
        Tells by an object's tags.
    """

    keys: tuple[str, ...]
    kinds: frozenset[Kind]
    accepts: Callable[[HasTags], bool]


class Window:
    """A box that elements are wanted from, and the count of those that were not in it.

    Parameters
    ----------
    area
        EPSG:4326; None: everything is in it.
    """

    #: Degrees around the box: a way whose ends and middle are all beyond does not reach it.
    MARGIN_DEG = 0.5

    def __init__(self, area: shapely.Polygon | shapely.MultiPolygon | None) -> None:
        self.west, self.south, self.east, self.north = BBox(*(area or EARTH).bounds)
        self.outside = 0

    def holds(self, coordinates: Floats) -> bool:
        """Tell whether the box of known coordinates meets the window; without any it may."""
        if not len(coordinates):
            return True
        (west, south), (east, north) = coordinates.min(axis=0), coordinates.max(axis=0)
        is_in = (
            west <= self.east and east >= self.west and south <= self.north and north >= self.south
        )
        self.outside += not is_in
        return bool(is_in)

    def is_far(self, points: list[tuple[float, float]]) -> bool:
        """Tell, and count, a way by a few of its points; a quick answer before all are read."""
        margin = self.MARGIN_DEG
        far = bool(points) and all(
            not (self.west - margin <= lon <= self.east + margin)
            or not (self.south - margin <= lat <= self.north + margin)
            for lon, lat in points
        )
        self.outside += far
        return far
