"""A surface of measures in a few colours, each for a band of values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from rio_tiler.errors import TileOutsideBounds

from twin.rasters.files import FILES
from twin.rasters.png import indexed_png
from twin.rasters.render import RENDERING
from twin.rasters.styles import ramp_colors, rgb
from twin.rasters.tile_source import read_tile
from twin.tiles.address import Address, check_address

MIN_ZOOM: Final = 6
MAX_ZOOM: Final = 18

#: Even to the eye and safe for the colour-blind; from its bright end, near, to its dark end, far.
_RAMP: Final = "viridis"


class Band(NamedTuple):
    """Values above one number and up to another; None: no bound on that side."""

    above: float | None
    up_to: float | None
    color: str


def make_bands(steps: Sequence[float]) -> list[Band]:
    """Return the bands between numbers, one more than there are numbers.

    Parameters
    ----------
    steps
        Growing.

    Examples
    --------
    >>> make_bands([5, 10])
    [Band(above=None, up_to=5, color='#fde725'), Band(above=5, up_to=10, color='#21918c'),\
 Band(above=10, up_to=None, color='#440154')]
    >>> make_bands([])
    [Band(above=None, up_to=None, color='#fde725')]
    """
    ramp = ramp_colors(_RAMP)[::-1]
    places = np.rint(np.linspace(0, len(ramp) - 1, len(steps) + 1)).astype(int)
    colors = [f"#{bytes(ramp[place]).hex()}" for place in places]
    return [
        Band(above, up_to, color)
        for above, up_to, color in zip([None, *steps], [*steps, None], colors, strict=True)
    ]


def render_bands(path: Path, steps: Sequence[float], address: Address) -> bytes | None:
    """Return a PNG tile of 256 pixels, each in the colour of its cell's band.

    Parameters
    ----------
    path
        GeoTIFF; transparent where it has no value.
    steps
        Growing, between the bands.

    Returns
    -------
    None where the raster does not reach into the tile, or has nothing to show there.

    Raises
    ------
    NotFoundError
        The tile is outside the zoom range or the matrix.
    SetupError
        The file cannot be read.

    Notes
    -----
    Cells are shown as they are, not smoothed: what a pixel shows is what the cell's centre is told.
    """
    check_address(address, MIN_ZOOM, MAX_ZOOM)
    with RENDERING, FILES.lend(path) as dataset:
        try:
            values = read_tile(dataset, address, "nearest")
        except TileOutsideBounds:
            return None
        palette = np.array([rgb(band.color) for band in make_bands(steps)], dtype=np.uint8)
        band = 1 + np.searchsorted(np.asarray(steps, dtype=float), values.filled(0), side="left")
        return indexed_png(np.where(np.ma.getmaskarray(values), 0, band), palette)
