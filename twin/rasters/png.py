"""PNG images from arrays, as small as their content allows without much work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.io import MemoryFile

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Shown = NDArray[np.bool_]

_OPTIONS: Final = {
    "dtype": "uint8",
    # A third of the time of the usual 6, for a tenth more bytes.
    "zlevel": 4,
    # A picture lies nowhere, and PNG does not say; but rasterio warns unless it is told some place.
    "transform": Affine.scale(2),
}


def indexed_png(steps: NDArray[Any], palette: Bytes) -> bytes | None:
    """Return a PNG of at most 255 colours, None where all of it would be transparent.

    Parameters
    ----------
    steps
        0 for transparent, n for the n-th colour.
    palette
        Colours, n × 3.
    """
    if not steps.any():
        return None
    colors = {0: (0, 0, 0, 0)}
    colors |= {step: (*color, 255) for step, color in enumerate(palette.tolist(), start=1)}
    return _write(steps[None].astype(np.uint8), colors)


def masked_png(colors: Floats, shown: Shown) -> bytes | None:
    """Return a PNG with alpha, None where all of it would be transparent.

    Parameters
    ----------
    colors
        Grey, or red, green and blue, 0…255: bands × rows × columns.
    """
    if not shown.any():
        return None
    # What is hidden has no colour either, and so takes no room.
    visible = np.where(shown, colors.clip(0, 255), 0)
    return opaque_png(np.concatenate([visible, shown[None] * 255]).astype(np.uint8))


def opaque_png(bands: Bytes) -> bytes:
    """Return a PNG of these bands as they are."""
    return _write(bands)


def _write(bands: Bytes, colors: Mapping[int, tuple[int, ...]] | None = None) -> bytes:
    count, height, width = bands.shape
    with MemoryFile() as file:
        with file.open("PNG", width, height, count, **_OPTIONS) as image:
            image.write(bands)
            if colors:
                image.write_colormap(1, colors)
        return bytes(file.getbuffer())
