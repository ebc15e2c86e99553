"""The key to a raster's colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.rasters.kinds import value_column
from twin.rasters.styles import (
    CLASSES,
    HYPSOMETRIC,
    Stop,
    class_colors,
    ramp_colors,
    range_of,
    require_style,
)
from twin.spec import LayerSpec
from twin.types import Text

#: Stops told of a ramp of 256 colours; between them the colours are near enough to a straight line.
_RAMP_STOPS: Final = 9

_NOTES: Final = {
    "hillshade": Text(
        "แสงเงาของภูมิประเทศ แสงส่องจากทิศตะวันตกเฉียงเหนือ ไม่มีค่าตัวเลข",
        "Light and shade of the terrain, lit from the north-west; it tells no values.",
    ),
    "terrain-rgb": Text(
        "ความสูง (เมตร) = -10000 + (R × 65536 + G × 256 + B) × 0.1 ทะเลและที่ไม่มีข้อมูลมีค่า 0",
        "Height (m) = -10000 + (R × 65536 + G × 256 + B) × 0.1; sea and missing values are 0.",
    ),
}


@dataclass(frozen=True)
class ClassEntry:
    """A class: its code, its colour and, where the manifest has one, its title."""

    value: int
    color: str
    titles: Text


@dataclass(frozen=True)
class Legend:
    """The key to the colours of one style; classes or stops, whichever the style has.

    `unit` is that of the stops; `note` says what cannot be said by either.
    """

    style: str
    titles: Text
    unit: str | None
    classes: list[ClassEntry]
    stops: list[Stop]
    note: Text | None


def make_legend(spec: LayerSpec, style: str | None = None) -> Legend:
    """Return the legend of a style; of the layer's default for None.

    Raises
    ------
    InvalidInputError
        The layer has no such style.
    """
    chosen = require_style(spec, style)
    column = value_column(spec)
    title = column.title if column else spec.title
    return Legend(
        style=chosen,
        titles=Text(title.th, title.en),
        unit=column.unit if column else None,
        classes=_classes(spec) if chosen == CLASSES else [],
        stops=_stops(spec, chosen),
        note=_NOTES.get(chosen),
    )


def _classes(spec: LayerSpec) -> list[ClassEntry]:
    column = value_column(spec)
    titles = (column and column.values) or {}
    return [
        ClassEntry(code, color, Text(title.th, title.en) if title else Text(str(code), str(code)))
        for code, color in class_colors(spec).items()
        for title in [titles.get(str(code))]
    ]


def _stops(spec: LayerSpec, style: str) -> list[Stop]:
    least, most = range_of(spec)

    def value_at(share: float) -> float:
        # 51.3, where the sum is 51.300000000000004.
        return round(least + share * (most - least), 9)

    if style in ("relief", "hypsometric"):
        return [Stop(value_at(share), color) for share, color in HYPSOMETRIC]
    if style == CLASSES or style in _NOTES:
        return []
    ends = np.linspace(0, 1, _RAMP_STOPS)
    colors = ramp_colors(style)[np.rint(ends * 255).astype(int)]
    return [
        Stop(value_at(share), f"#{bytes(color).hex()}")
        for share, color in zip(ends.tolist(), colors, strict=True)
    ]
