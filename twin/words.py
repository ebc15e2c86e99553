"""Words that are said in many places: how one travels, and what thresholds are told in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from twin.types import Text

MODE_WORDS: Final[Mapping[str, Text]] = {
    "walk": Text("การเดินเท้า", "on foot"),
    "motorcycle": Text("รถจักรยานยนต์", "by motorcycle"),
    "car": Text("รถยนต์", "by car"),
}
UNIT_WORDS: Final[Mapping[str, Text]] = {
    "minutes": Text("นาที", "minutes"),
    "metres": Text("เมตร", "metres"),
}
