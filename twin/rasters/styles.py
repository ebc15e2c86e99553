"""How a raster layer can be shown: the names of its styles, its colours, its range."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rio_tiler.colormap import cmap

from twin.errors import InvalidInputError
from twin.rasters.kinds import is_classes, is_height, value_column
from twin.spec import LayerSpec

#: Colour ramps by the names of matplotlib and rio-tiler: the first three are even to the eye and
#: safe for the colour-blind, the others are for heights, amounts and print.
RAMPS: Final = ("viridis", "cividis", "magma", "terrain", "ylorrd", "blues", "greys")

CLASSES: Final = "classes"

#: Styles that take the values for heights in metres; the first is how elevation is shown.
HEIGHT_STYLES: Final = ("relief", "hillshade", "hypsometric", "terrain-rgb")

#: The ramp of `relief` and `hypsometric`, share of the range → colour: lowland green over ochre
#: and brown to pale rock.
HYPSOMETRIC: Final = (
    (0.0, "#a8c68f"),
    (0.1, "#cdd69e"),
    (0.25, "#e4d6a3"),
    (0.5, "#c8a97a"),
    (0.75, "#a08065"),
    (1.0, "#ece7e1"),
)

#: For classes whose manifest gives no colour, in turn.
_SPARE_COLORS: Final = ("#88ccee", "#ddcc77", "#117733", "#cc6677", "#aa4499", "#44aa99")

_DEFAULT_RANGE: Final = (0.0, 1000.0)


class Stop(NamedTuple):
    """A value and its colour, `#rrggbb`."""

    value: float
    color: str


def styles_of(spec: LayerSpec) -> tuple[str, ...]:
    """Return the names of the layer's styles, its default first."""
    if is_classes(spec):
        return (CLASSES,)
    if is_height(spec):
        return (*HEIGHT_STYLES, *RAMPS)
    preferred = spec.style.get("colormap")
    return tuple(sorted(RAMPS, key=lambda name: name != preferred))


def require_style(spec: LayerSpec, style: str | None) -> str:
    """Return the style if the layer has it; its default for None.

    Raises
    ------
    InvalidInputError
        The layer has no such style; told which it has.
    """
    styles = styles_of(spec)
    if style is None:
        return styles[0]
    if style not in styles:
        told = ", ".join(styles)
        raise InvalidInputError(
            f"Layer `{spec.id}` has no such style. Styles: {told}.",
            f"ชั้นข้อมูล `{spec.id}` ไม่มีรูปแบบนี้ รูปแบบที่ใช้ได้: {told}",
            parameter="style",
        )
    return style


def range_of(spec: LayerSpec) -> tuple[float, float]:
    """Return the least and the greatest value that the ramps tell apart."""
    least, most = spec.style.get("range", _DEFAULT_RANGE)
    return float(least), float(most)


def class_colors(spec: LayerSpec) -> dict[int, str]:
    """Return the colour of every class, in the order of the manifest."""
    given: Mapping[str, str] = spec.style.get("colors") or {}
    column = value_column(spec)
    codes = dict.fromkeys([*((column and column.values) or {}), *given])
    return {
        int(code): given.get(code, _SPARE_COLORS[place % len(_SPARE_COLORS)])
        for place, code in enumerate(codes)
    }


@lru_cache(maxsize=16)
def ramp_colors(name: str) -> NDArray[np.uint8]:
    """Return the 256 colours of a ramp, 256 × 3."""
    table = cmap.get(name)
    colors = np.array([table[step][:3] for step in range(256)], dtype=np.uint8)
    colors.setflags(write=False)
    return colors


def rgb(color: str) -> tuple[int, int, int]:
    """Return red, green and blue of `#rrggbb`.

    Raises
    ------
    ValueError
        It is not written so.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise ValueError(f"not a colour: {color}")
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
