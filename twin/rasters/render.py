"""Raster tiles: PNG of 256 pixels in the style asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

import numpy as np
from rio_tiler.errors import TileOutsideBounds

from twin.queries.catalogue import PublishedLayer
from twin.rasters.files import FILES
from twin.rasters.png import Floats, indexed_png, masked_png, opaque_png
from twin.rasters.styles import HYPSOMETRIC, class_colors, ramp_colors, require_style, rgb
from twin.rasters.tile_source import BRIGHTEST, DARKEST, TileSource
from twin.tiles.address import Address, check_address

#: Tiles drawn at once. More than there are processors take longer each, and memory for all.
RENDERING: Final = BoundedSemaphore(min(os.cpu_count() or 2, 4))

#: Last of the steps that the hypsometric ramp is worked out for: finer than 8 bits of colour.
_RAMP_END: Final = 2047

#: 255 of a ramp's 256 colours: one place of the palette is for what is transparent.
_OF_RAMP: Final = np.rint(np.linspace(0, 255, 255)).astype(int)

#: The code of height 0 in Mapbox' encoding, its steps a metre, and its last code.
_ENCODED_ZERO: Final = 100_000
_ENCODED_STEPS: Final = 10
_ENCODED_END: Final = 0xFFFFFF


def render_tile(
    layer: PublishedLayer, path: Path, style: str | None, address: Address
) -> bytes | None:
    """Return a PNG tile of 256 pixels.

    Parameters
    ----------
    path
        The layer's GeoTIFF, `raster_file`.
    style
        One of `styles_of`; None: the first.

    Returns
    -------
    None where the raster does not reach into the tile, or has nothing to show there.

    Raises
    ------
    InvalidInputError
        The layer has no such style.
    NotFoundError
        The tile is outside the zoom range or the matrix.
    SetupError
        The file cannot be read.

    Notes
    -----
    Classes are read by the nearest pixel, so that none is made up; overviews hold the commonest.
    Measures are read bilinearly, as fractions even where whole numbers are stored: heights rounded
    to metres would show as terraces. Shades are of a surface smoothed by a cubic spline where a
    tile's pixels are finer than the raster's; a bilinear one has an edge along every cell.
    """
    check_address(address, layer.spec.min_zoom, layer.spec.max_zoom)
    chosen = require_style(layer.spec, style)
    paint = _PAINTERS.get(chosen) or _ramp(chosen)
    with RENDERING, FILES.lend(path) as dataset:
        try:
            return paint(TileSource(layer.spec, dataset, address))
        except TileOutsideBounds:
            return None


Painter = Callable[[TileSource], bytes | None]


def _classes(source: TileSource) -> bytes | None:
    values = source.nearest()
    colors = class_colors(source.spec)
    codes = np.array(sorted(colors))
    steps = np.searchsorted(codes, values.data).clip(max=len(codes) - 1)
    known = source.shown(values) & (codes[steps] == values.data)
    palette = np.array([rgb(colors[code]) for code in codes.tolist()], dtype=np.uint8)
    return indexed_png(np.where(known, steps + 1, 0), palette)


def _ramp(name: str) -> Painter:
    def paint(source: TileSource) -> bytes | None:
        values = source.smooth()
        steps = 1 + np.rint(source.shares(values) * (len(_OF_RAMP) - 1))
        return indexed_png(np.where(source.shown(values), steps, 0), ramp_colors(name)[_OF_RAMP])

    return paint


def _relief(source: TileSource) -> bytes | None:
    heights, light = source.lit()
    return masked_png(_tints(source.shares(heights)) * light, source.shown(heights))


def _hypsometric(source: TileSource) -> bytes | None:
    heights = source.smooth()
    return masked_png(_tints(source.shares(heights)), source.shown(heights))


def _hillshade(source: TileSource) -> bytes | None:
    heights, light = source.lit()
    grey = (light - DARKEST) / (BRIGHTEST - DARKEST) * 255
    return masked_png(grey[None], source.shown(heights))


def _terrain_rgb(source: TileSource) -> bytes | None:
    heights = source.smooth().filled(0)
    code = _ENCODED_ZERO + np.rint(heights.astype(np.float64) * _ENCODED_STEPS).astype(np.int64)
    code = code.clip(0, _ENCODED_END)
    # No alpha: browsers multiply colours by it, which would change the heights.
    return opaque_png(np.stack([code >> 16, code >> 8 & 0xFF, code & 0xFF]).astype(np.uint8))


_PAINTERS: Final[dict[str, Painter]] = {
    "classes": _classes,
    "relief": _relief,
    "hillshade": _hillshade,
    "hypsometric": _hypsometric,
    "terrain-rgb": _terrain_rgb,
}


def _tints(shares: Floats) -> Floats:
    return _hypsometric_ramp()[:, np.rint(shares * _RAMP_END).astype(np.intp)]


@cache
def _hypsometric_ramp() -> Floats:
    stops = [stop for stop, _ in HYPSOMETRIC]
    colors = np.array([rgb(color) for _, color in HYPSOMETRIC])
    steps = np.linspace(0, 1, _RAMP_END + 1)
    return np.stack([np.interp(steps, stops, band) for band in colors.T]).astype(np.float32)
