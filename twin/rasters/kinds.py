"""What rasters there are and what their values mean: all that can be told without opening one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from twin.queries.catalogue import PublishedLayer
from twin.spec import Column, LayerSpec

_LAND_COVER: Final = re.compile(r"land_cover_(\d{4})")


@dataclass(frozen=True)
class Year:
    """The land cover of one year."""

    year: int
    layer: PublishedLayer


def is_classes(spec: LayerSpec) -> bool:
    """Tell whether the values are codes of classes, not measures."""
    return bool(spec.style.get("colors") or (spec.columns and spec.columns[0].values))


def is_height(spec: LayerSpec) -> bool:
    """Tell whether the values are heights in metres, of which the sea has 0 and less."""
    return not is_classes(spec) and spec.style.get("colormap") == "terrain"


def value_column(spec: LayerSpec) -> Column | None:
    """Return what the manifest says of the raster's values."""
    return spec.columns[0] if spec.columns else None


def find_years(published: Iterable[PublishedLayer]) -> list[Year]:
    """Return the land cover there is, `land_cover_YYYY`, by year."""
    found = [
        Year(int(named[1]), layer)
        for layer in published
        if (named := _LAND_COVER.fullmatch(layer.id)) and is_classes(layer.spec) and layer.file
    ]
    return sorted(found, key=lambda one: one.year)
