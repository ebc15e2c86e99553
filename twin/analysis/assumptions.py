"""What an answer rests on, told beside it; and how it moves with the speed of travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from twin.analysis.model import Basis, Direction, Mode, Unit
from twin.types import Text
from twin.words import MODE_WORDS

Pace = Literal["slow", "usual", "fast"]


@dataclass(frozen=True)
class SpeedRange:
    """Factors on the usual speeds for slow and fast travel, and where they come from."""

    slow: float
    fast: float
    source: Text


_WALKING: Final = SpeedRange(
    slow=3.6 / 4.8,
    fast=5.5 / 4.8,
    source=Text(
        "เดินช้า (ผู้สูงอายุ) 3.6 ปกติ 4.8 เร็ว 5.5 กม./ชม.",
        "Walking: slow (older people) 3.6, usual 4.8, fast 5.5 km/h.",
    ),
)
_DRIVING: Final = SpeedRange(
    slow=0.7,
    fast=1.2,
    source=Text(
        "ข้อสมมติ: ชั่วโมงเร่งด่วน 0.7 เท่า ถนนโล่ง 1.2 เท่าของความเร็วปกติ ยังไม่ได้วัดจริง",
        "Assumed: 0.7 of the usual speed at peak hours, 1.2 on empty streets; not measured.",
    ),
)

#: Unless told otherwise.
SPEED_RANGES: Final[Mapping[Mode, SpeedRange]] = {
    "walk": _WALKING,
    "motorcycle": _DRIVING,
    "car": _DRIVING,
}

#: Changes when the way of counting does, so that old answers are not taken for new ones.
METHOD: Final = "service-coverage/1"


@dataclass(frozen=True)
class Assumptions:
    """Everything that an answer rests on.

    Parameters
    ----------
    mode, direction, unit, thresholds
        As asked.
    max_snap_m
        Demand and facilities farther from any street are on none, metres.
    walking_kmh
        Speed between a place and the street.
    speed_factor
        On the network's usual speeds.
    speed_range
        Of slow and fast travel; None where it was not asked for or distance is measured.
    network_revision
        Digest of the streets.
    demand, supply
        Where they come from.
    method
        Name and number of the way of counting.
    """

    mode: Mode
    direction: Direction
    unit: Unit
    thresholds: tuple[float, ...]
    max_snap_m: float
    walking_kmh: float
    speed_factor: float
    speed_range: SpeedRange | None
    network_revision: str
    demand: Basis
    supply: Basis
    method: str = METHOD

    @property
    def sentences(self) -> tuple[Text, ...]:
        """The same in words, for people."""
        mode = MODE_WORDS[self.mode]
        spoken = [
            Text(mode.th, f"{mode.en.capitalize()}."),
            _DIRECTIONS[self.direction],
            Text(
                f"นับที่จุดความต้องการตามแนวถนนจริงทั้งสองปลาย ไม่ได้นับด้วยพื้นที่ที่วาด "
                f"ระยะระหว่างสถานที่กับถนนรวมอยู่ด้วย{self._walk().th}",
                f"Counted at demand points along streets, exactly at both ends, not by a drawn "
                f"area; the way between a place and the street is included{self._walk().en}.",
            ),
            Text(
                f"ผู้ที่อยู่ห่างถนนเกิน {self.max_snap_m:g} ม. นับเป็น “ไม่ทราบ” ไม่ใช่ “ไม่ได้รับบริการ”",
                f"More than {self.max_snap_m:g} m from any street is unknown, not unserved.",
            ),
        ]
        if self.speed_factor != 1:
            factor = f"{self.speed_factor:g}"
            spoken.append(Text(f"ความเร็ว {factor} เท่าของปกติ", f"Speeds are {factor} of the usual."))
        if self.speed_range is not None:
            spoken.append(self.speed_range.source)
        return (*spoken, self.demand.text, self.supply.text)

    def _walk(self) -> Text:
        if self.unit == "m":
            return Text("", "")
        speed = f"{self.walking_kmh:.1f}"
        return Text(f" โดยเดิน {speed} กม./ชม.", f", on foot at {speed} km/h")


_DIRECTIONS: Final[Mapping[Direction, Text]] = {
    "to": Text("ผู้คนเดินทางไปยังสถานบริการ", "People travel to the facility."),
    "from": Text("บริการเดินทางไปหาผู้คน", "The service travels to the people."),
}
