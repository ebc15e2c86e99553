"""Reading the parameters that OGC API defines as text: bounding boxes, CRS addresses, instants."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Final

from twin.crs import CRS84, OFFERED_CRS, Crs
from twin.errors import InvalidInputError
from twin.queries.filters import Interval, Window
from twin.types import BBox

#: Other spellings of the addresses of reference systems.
_HTTPS: Final = "https://www.opengis.net/"
_URN: Final = re.compile(r"urn:ogc:def:crs:(OGC|EPSG):([0-9.]*):([0-9A-Z]+)")

_FLAT, _WITH_HEIGHTS = 4, 6


def parse_crs(text: str | None, parameter: str) -> Crs:
    """Return a reference system by its address, `http(s)` or URN; CRS84 where none is given.

    Raises
    ------
    InvalidInputError
        It is not offered.
    """
    if text is None:
        return CRS84
    uri = _URN.sub(_from_urn, text.replace(_HTTPS, "http://www.opengis.net/", 1))
    if uri not in OFFERED_CRS:
        offered = ", ".join(OFFERED_CRS)
        raise InvalidInputError(
            f"`{parameter}` must be one of {offered}.",
            f"`{parameter}` ต้องเป็นค่าใดค่าหนึ่งใน {offered}",
            parameter=parameter,
        )
    return OFFERED_CRS[uri]


def parse_window(bbox: str | None, crs: Crs) -> Window | None:
    """Return the bounding box of a request; heights are read and left aside.

    Raises
    ------
    InvalidInputError
        It is not four or six finite numbers in the right order.
    """
    if bbox is None:
        return None
    numbers = _numbers(bbox)
    if len(numbers) == _WITH_HEIGHTS:
        del numbers[5], numbers[2]
    if len(numbers) != _FLAT:
        raise InvalidInputError(
            "`bbox` must be four numbers (or six with heights) divided by commas.",
            "`bbox` ต้องเป็นตัวเลขสี่ตัว (หรือหกตัวเมื่อมีความสูง) คั่นด้วยจุลภาค",
            parameter="bbox",
        )
    if crs.is_lat_first:
        numbers = [numbers[1], numbers[0], numbers[3], numbers[2]]
    return Window(BBox(*numbers), crs.srid)


def parse_interval(text: str | None) -> Interval | None:
    """Return the dates of an instant or an interval (`a/b`, `../b`, `a/..`) of RFC 3339.

    Raises
    ------
    InvalidInputError
        It is neither, or ends before it begins.
    """
    if text is None:
        return None
    ends = text.split("/")
    try:
        dates = [None if end in ("", "..") else _date(end) for end in ends]
    except ValueError as error:
        raise _bad_datetime() from error
    if len(dates) == 1 and dates[0]:
        return Interval(dates[0], dates[0])
    if len(dates) != 2 or dates == [None, None]:  # noqa: PLR2004 (an interval has two ends)
        raise _bad_datetime()
    first, last = dates
    if first and last and first > last:
        raise _bad_datetime()
    return Interval(first, last)


def split_names(values: Iterable[str]) -> list[str]:
    """Return the names in a repeated parameter, each of which may hold several, with commas."""
    return [name for value in values for part in value.split(",") if (name := part.strip())]


def _from_urn(found: re.Match[str]) -> str:
    authority, version, code = found.groups()
    if authority == "OGC":
        return f"http://www.opengis.net/def/crs/OGC/{version or '1.3'}/{code}"
    return f"http://www.opengis.net/def/crs/EPSG/{version or '0'}/{code}"


def no_names() -> list[str]:
    """Return an empty list.

    As a default of a parameter it is much quicker than `list`, whose signature, a text, is parsed
    for every request.
    """
    return []


def _numbers(text: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return []
    return numbers if all(math.isfinite(number) for number in numbers) else []


def _date(text: str) -> date:
    if "T" not in text.upper():
        return date.fromisoformat(text)
    instant = datetime.fromisoformat(text.upper())
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant.astimezone(UTC).date()


def parse_moments(text: str | None) -> tuple[datetime | None, datetime | None]:
    """Return the first and last moment of an instant or an interval, a day from end to end.

    Raises
    ------
    InvalidInputError
        It is neither, or ends before it begins.
    """
    interval = parse_interval(text)
    if text is None or interval is None:
        return None, None
    ends = text.split("/")
    moments = [_moment(ends[0], time.min), _moment(ends[-1], time.max)]
    first, last = moments
    if first and last and first > last:
        raise _bad_datetime()
    return first, last


def _moment(text: str, of_day: time) -> datetime | None:
    if text in ("", ".."):
        return None
    if "T" in text.upper():
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    return datetime.combine(date.fromisoformat(text), of_day, UTC)


def _bad_datetime() -> InvalidInputError:
    return InvalidInputError(
        "`datetime` must be a date or time such as 2021-12-31 or 2021-12-31T00:00:00Z,"
        " or an interval such as 2018-01-01/2021-12-31 or ../2021-12-31 that ends after it begins.",
        "`datetime` ต้องเป็นวันเวลา ค.ศ. เช่น 2021-12-31 หรือ 2021-12-31T00:00:00Z"
        " หรือช่วงเวลา เช่น 2018-01-01/2021-12-31 หรือ ../2021-12-31 โดยเริ่มก่อนสิ้นสุด",
        parameter="datetime",
    )
