"""PNG images from arrays, as small as their content allows without much work."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.ma import MaskedArray
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rio_tiler.models import ImageData

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Shown = NDArray[np.bool_]

#: Effort of compression: a third of the time of the usual 6, for a tenth more bytes.
_LEVEL: Final = 4


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
    height, width = steps.shape
    with MemoryFile() as file:
        with file.open("PNG", width, height, 1, dtype="uint8", zlevel=_LEVEL) as image:
            image.write(steps.astype(np.uint8), 1)
            image.write_colormap(1, colors)
        return bytes(file.getbuffer())


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
    image = ImageData(MaskedArray(bands))
    data: Any = image.render(add_mask=False, img_format="PNG", zlevel=_LEVEL)
    return bytes(data)
