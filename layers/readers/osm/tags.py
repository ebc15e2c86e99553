"""What tags say, as values of columns: speeds, lanes, directions, names.

References
----------
OpenStreetMap wiki, pages Key:maxspeed, Key:lanes, Key:oneway, Key:layer, Key:access, Names.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from layers.readers.osm.elements import HasTags
from twin.types import Text

_KMH: Final = {None: 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_SPEED: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_FASTEST_KMH: Final = 200.0
_LIST: Final = re.compile(r"[;,|]")
_WORDS: Final = frozenset({"walk", "none", "signals", "variable", "implicit", "national"})
_MOST_LANES: Final = 20
_DEEPEST: Final = 10
_THAI: Final = re.compile(r"[\u0e00-\u0e7f]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_NO: Final = (None, "", "no", "0", "false")
_DIRECTIONS: Final = {
    "yes": "yes",
    "true": "yes",
    "1": "yes",
    "no": "no",
    "false": "no",
    "0": "no",
    "-1": "-1",
    "reverse": "-1",
    "reversible": "reversible",
    "alternating": "alternating",
}
_CIRCLES: Final = ("roundabout", "circular")

#: What is noted of a value, by the name of the note.
NOTES: Final = {
    "unit": Text("แปลงหน่วยเป็นกม./ชม.", "converted to km/h"),
    "word": Text(
        "เป็นคำหรือรหัสเขต ไม่ใช่ตัวเลข จึงเว้นว่าง", "a word or the code of a zone, no number; left empty"
    ),
    "list": Text("มีหลายค่า จึงเว้นว่าง", "several values; left empty"),
    "strange": Text("อ่านความหมายไม่ได้ จึงเว้นว่าง", "cannot be understood; left empty"),
    "implied": Text(
        "ไม่ได้ระบุ แต่วงเวียนและทางพิเศษเดินรถทางเดียวโดยความหมาย",
        "not tagged; roundabouts and motorways are one-way by their meaning",
    ),
}


class Told(NamedTuple):
    """The value of a column, and the name of the note that it needs."""

    value: Any
    note: str | None = None


def speed_kmh(text: str | None) -> Told:
    """Return a speed limit in km/h; None where it is not one number.

    Examples
    --------
    >>> speed_kmh("80"), speed_kmh("TH:urban"), speed_kmh(None)
    (Told(value=80.0, note=None), Told(value=None, note='word'), Told(value=None, note=None))
    """
    if text is None:
        return Told(None)
    plain = text.strip().lower()
    if match := _SPEED.fullmatch(plain):
        speed = float(match[1]) * _KMH[match[2]]
        if 0 < speed <= _FASTEST_KMH:
            return Told(round(speed, 1), "unit" if _KMH[match[2]] != 1 else None)
        return Told(None, "strange")
    if _LIST.search(plain):
        return Told(None, "list")
    return Told(None, "word" if ":" in plain or plain in _WORDS else "strange")


def lanes(text: str | None) -> Told:
    """Return the number of lanes, both directions together, 1 to 20."""
    return _whole(text, 1, _MOST_LANES)


def level(text: str | None) -> Told:
    """Return the level that a way lies on, -10 to 10; 0 is the ground."""
    return _whole(text, -_DEEPEST, _DEEPEST)


def direction(tags: HasTags) -> Told:
    """Return `yes` (as drawn), `-1` (against), `no`, `reversible`, `alternating`; None: untold."""
    text = tags.get("oneway")
    if text is None:
        is_implied = tags.get("junction") in _CIRCLES or tags.get("highway") == "motorway"
        return Told("yes", "implied") if is_implied else Told(None)
    found = _DIRECTIONS.get(text.strip().lower())
    return Told(found, None if found else "strange")


def is_there(text: str | None) -> bool:
    """Tell whether a tag such as `bridge` says that there is one; `viaduct` says so too.

    Examples
    --------
    >>> is_there("viaduct"), is_there("no"), is_there(None)
    (True, False, False)
    """
    return (text.strip().lower() if text else text) not in _NO


def permission(tags: HasTags, *keys: str) -> str | None:
    """Return what the first of these keys that is there says, e.g. `no`, `private`."""
    found = next((value for key in keys if (value := tags.get(key))), None)
    return found.strip().lower() if found else None


def name_th(tags: HasTags) -> str | None:
    """Return the Thai name: `name:th`, else the name where it is written in Thai."""
    name = tags.get("name")
    return tags.get("name:th") or (name if name and _THAI.search(name) else None)


def name_en(tags: HasTags) -> str | None:
    """Return the English name: `name:en`, else the international or a name in Latin letters."""
    name = tags.get("name")
    is_latin = name is not None and _LATIN.search(name) and not _THAI.search(name)
    return tags.get("name:en") or tags.get("int_name") or (name if is_latin else None)


def _whole(text: str | None, least: int, most: int) -> Told:
    if text is None:
        return Told(None)
    plain = text.strip()
    if _LIST.search(plain):
        return Told(None, "list")
    match = re.fullmatch(r"([+-]?\d{1,3})(\.0+)?", plain)
    if match is None or not least <= int(match[1]) <= most:
        return Told(None, "strange")
    return Told(int(match[1]))
