"""Places on the globe, in Python and in SQL, and boxes that surely hold a circle around them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)

from twin.crs import STORAGE_SRID
from twin.errors import InvalidInputError
from twin.types import BBox

#: Distances reach farther than any pair of points on the globe is apart.
ANY_DISTANCE_M: Final = 20_100_000.0

_METRES_A_DEGREE: Final = 110_500.0  # of latitude, at its shortest

#: Added to a radius before it is turned into degrees: edges of items are drawn straight in degrees
#: and measured as geodesics, which bow.
_SLACK: Final = 1.001
_SLACK_M: Final = 1.0

#: As far from the equator as a box is reckoned with that does not span every longitude.
_NEARLY_POLE: Final = 89.999999

_SRID: Final[ColumnElement[int]] = literal_column(str(STORAGE_SRID))


@dataclass(frozen=True)
class Point:
    """A place on the globe, degrees, WGS 84."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        for name, value, limit in (("lon", self.lon, 180), ("lat", self.lat, 90)):
            if not abs(value) <= limit:
                raise InvalidInputError(
                    f"`{name}` must lie between -{limit} and {limit} degrees.",
                    f"`{name}` ต้องอยู่ระหว่าง -{limit} ถึง {limit} องศา",
                    parameter=name,
                )

    def around(self, radius_m: float) -> BBox:
        """Return a box in degrees that holds everything within `radius_m` metres.

        Where the circle reaches a pole or the antimeridian, the box spans every longitude.
        """
        dlat = (radius_m * _SLACK + _SLACK_M) / _METRES_A_DEGREE
        south, north = max(self.lat - dlat, -90.0), min(self.lat + dlat, 90.0)
        widest = abs(self.lat) + dlat
        if widest < 90:  # noqa: PLR2004 (a pole)
            dlon = dlat / math.cos(math.radians(widest))
            if abs(self.lon) + dlon <= 180:  # noqa: PLR2004 (the antimeridian)
                return BBox(self.lon - dlon, south, self.lon + dlon, north)
        return BBox(-180, south, 180, north)


@dataclass(frozen=True)
class Place:
    """A place in a statement: parameters, or columns of a row.

    Parameters
    ----------
    lon, lat
        Degrees, double precision.
    """

    lon: ColumnElement[float]
    lat: ColumnElement[float]

    @property
    def geometry(self) -> ColumnElement[Any]:
        """The point, EPSG:4326."""
        return func.ST_SetSRID(func.ST_MakePoint(self.lon, self.lat), _SRID)

    def distance_m(self, geometry: ColumnElement[Any]) -> ColumnElement[float]:
        """Return the geodesic distance to a geometry, metres."""
        return func.ST_Distance(func.geography(geometry), func.geography(self.geometry))

    def around(self, reach: FromClause) -> Select[Any]:
        """Return a statement for the box that `Point.around` returns: one row, `box`.

        Parameters
        ----------
        reach
            One row with the radius, metres, as `reach`.
        """
        slack = reach.c.reach * _real(_SLACK) + _real(_SLACK_M)
        dlat = slack * _real(1 / _METRES_A_DEGREE)
        step = select(dlat.label("dlat")).subquery("step")
        widest = func.abs(self.lat) + step.c.dlat
        narrowest = func.cos(func.radians(func.least(widest, _real(_NEARLY_POLE))))
        spread = select(
            step.c.dlat, step.c.dlat.op("/", return_type=Double())(narrowest).label("dlon")
        )
        half = spread.subquery("half")
        is_whole = or_(
            half.c.dlat + func.abs(self.lat) >= _POLE, func.abs(self.lon) + half.c.dlon > _TURN
        )
        box = func.ST_MakeEnvelope(
            case((is_whole, -_TURN), else_=self.lon - half.c.dlon),
            func.greatest(self.lat - half.c.dlat, -_POLE),
            case((is_whole, _TURN), else_=self.lon + half.c.dlon),
            func.least(self.lat + half.c.dlat, _POLE),
            _SRID,
        )
        return select(box.label("box"))


#: The place of a statement that asks about one, given as `lon` and `lat`.
ASKED: Final = Place(bindparam("lon", type_=Double), bindparam("lat", type_=Double))


def _real(value: float) -> ColumnElement[float]:
    return literal_column(f"{value!r}::float8", Double)


_POLE: Final = _real(90.0)
_TURN: Final = _real(180.0)
