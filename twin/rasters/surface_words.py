"""What a travel-time surface and its bands are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from twin.rasters.bands import Band
from twin.types import Text
from twin.words import MODE_WORDS, UNIT_WORDS

_DIRECTIONS: Final[Mapping[str, Text]] = {
    "to": Text("ไปยังสถานบริการที่ใกล้ที่สุด", "to the nearest facility"),
    "from": Text("จากสถานบริการที่ใกล้ที่สุด", "from the nearest facility"),
}


def tell_surface(mode: str, direction: str) -> Text:
    """Return the title of a surface.

    Examples
    --------
    >>> tell_surface("car", "to").en
    'Travel by car to the nearest facility'
    """
    by, way = MODE_WORDS[mode], _DIRECTIONS[direction]
    return Text(f"การเดินทางโดย{by.th} {way.th}", f"Travel {by.en} {way.en}")


def tell_band(band: Band, unit: str) -> Text:
    """Return the title of a band.

    Parameters
    ----------
    unit
        `minutes` or `metres`.

    Examples
    --------
    >>> tell_band(Band(None, 5, ""), "minutes").en, tell_band(Band(5, 10, ""), "minutes").en
    ('up to 5 minutes', '5–10 minutes')
    >>> tell_band(Band(10, None, ""), "metres").en
    'more than 10 metres'
    """
    th, en = UNIT_WORDS[unit]
    if band.above is None:
        return Text(f"ไม่เกิน {band.up_to:g} {th}", f"up to {band.up_to:g} {en}")
    if band.up_to is None:
        return Text(f"เกิน {band.above:g} {th}", f"more than {band.above:g} {en}")
    steps = f"{band.above:g}–{band.up_to:g}"
    return Text(f"{steps} {th}", f"{steps} {en}")


def tell_missing() -> Text:
    """Return what is said where a surface has no value."""
    return Text(
        "ไม่มีค่า: อยู่ในทะเลหรือนอกพื้นที่ ไม่มีถนนใกล้ หรือไม่มีเส้นทางถึงสถานบริการ",
        "No value: at sea or outside, no street near, or no way to a facility",
    )
