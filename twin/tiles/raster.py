"""Raster tiles and values at a point, from the Cloud-Optimised GeoTIFFs of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rio_tiler.errors import PointOutsideBounds, TileOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.models import ImageData

from twin.errors import NotFoundError
from twin.queries.catalogue import PublishedLayer
from twin.tiles.address import Address, check_address

TILE_PIXELS: Final = 256

#: Pixels read around a tile, so that slopes are right at its edge.
_MARGIN_PIXELS: Final = 2

#: Share of the range → red, green, blue: lowland green over ochre and brown to pale rock.
_TERRAIN: Final = (
    (0.0, (168, 198, 143)),
    (0.1, (205, 214, 158)),
    (0.25, (228, 214, 163)),
    (0.5, (200, 169, 122)),
    (0.75, (160, 128, 101)),
    (1.0, (236, 231, 225)),
)

#: The sun of cartographers: north-west, half-way up.
_SUN_AZIMUTH: Final = np.radians(315.0)
_SUN_ALTITUDE: Final = np.radians(45.0)
_EXAGGERATION: Final = 2.0

_HALF_WORLD_M: Final = 20_037_508.342789244


@dataclass(frozen=True)
class Sample:
    """The value of a raster at a point; None where it has none."""

    layer: PublishedLayer
    value: float | None


def raster_file(layer: PublishedLayer, folder: Path) -> Path:
    """Return the layer's GeoTIFF.

    Parameters
    ----------
    folder
        Where loaded rasters are kept.

    Raises
    ------
    NotFoundError
        The layer is no raster, or its file is gone.
    """
    path = folder / layer.file if layer.file else None
    if path is None or not path.is_file():
        raise NotFoundError(
            f"Layer `{layer.id}` has no image; where it should, load the layers again.",
            f"ชั้นข้อมูล `{layer.id}` ไม่มีข้อมูลภาพ หากควรมี โปรดนำเข้าชั้นข้อมูลใหม่",
            parameter="layer",
        )
    return path


def read_raster_tile(layer: PublishedLayer, path: Path, address: Address) -> bytes | None:
    """Return a PNG tile of 256 pixels, transparent where there is no value.

    Returns
    -------
    None where the raster does not reach into the tile.

    Raises
    ------
    NotFoundError
        The tile is outside the zoom range or the matrix.
    """
    check_address(address, layer.spec.min_zoom, layer.spec.max_zoom)
    colors = layer.spec.style.get("colors")
    with Reader(str(path)) as reader:
        try:
            if colors:
                return _class_tile(reader, address, colors)
            return _terrain_tile(reader, address, layer.spec.style.get("range", (0, 1000)))
        except TileOutsideBounds:
            return None


def sample(layer: PublishedLayer, path: Path, lon: float, lat: float) -> Sample:
    """Return the raster's value at a point, degrees."""
    # Far away, PROJ cannot even tell where the point would be in the raster's projection.
    if layer.bbox is None or not layer.bbox.holds(lon, lat):
        return Sample(layer, None)
    with Reader(str(path)) as reader:
        try:
            values = reader.point(lon, lat).array
        except PointOutsideBounds:
            return Sample(layer, None)
    value = values[0]
    return Sample(layer, None if np.ma.is_masked(value) else float(value))


def _class_tile(reader: Reader, address: Address, colors: Mapping[str, str]) -> bytes:
    image = _read(reader, address, "nearest")
    colormap = {int(value): (*_rgb(color), 255) for value, color in colors.items()}
    values = image.array[0]
    rgba = np.zeros((4, *values.shape), dtype=np.uint8)
    for value, color in colormap.items():
        rgba[:, (values == value).filled(False)] = np.array(color, dtype=np.uint8)[:, None]
    return _png(rgba)


def _terrain_tile(reader: Reader, address: Address, limits: Sequence[float]) -> bytes:
    image = _read(reader, address, "bilinear", buffer=_MARGIN_PIXELS)
    inner = slice(_MARGIN_PIXELS, -_MARGIN_PIXELS)
    heights = image.array[0].astype(np.float64).filled(0.0)
    pixel_m = 2 * _HALF_WORLD_M / TILE_PIXELS / 2**address.z
    light = _hillshade(heights, pixel_m)[inner, inner]
    shown = heights[inner, inner]
    share = (shown - limits[0]) / (limits[1] - limits[0])
    stops = [stop for stop, _ in _TERRAIN]
    rgba = np.zeros((4, *shown.shape), dtype=np.uint8)
    for band in range(3):
        ramp = np.interp(share, stops, [color[band] for _, color in _TERRAIN])
        rgba[band] = np.clip(ramp * light, 0, 255)
    # The sea is 0 in elevation models of islands, not empty.
    rgba[3] = np.where(shown > 0, 255, 0)
    return _png(rgba)


def _hillshade(heights_m: NDArray[np.float64], pixel_m: float) -> NDArray[np.float64]:
    south, east = np.gradient(heights_m * _EXAGGERATION, pixel_m)
    toward_sun = south * np.cos(_SUN_AZIMUTH) - east * np.sin(_SUN_AZIMUTH)
    upward = np.sin(_SUN_ALTITUDE)
    shade = (toward_sun * np.cos(_SUN_ALTITUDE) + upward) / np.sqrt(1 + east**2 + south**2)
    result: NDArray[np.float64] = np.clip(1 + 0.6 * (shade - upward), 0.5, 1.2)
    return result


def _read(reader: Reader, address: Address, resampling: str, buffer: int = 0) -> ImageData:
    return reader.tile(
        address.x,
        address.y,
        address.z,
        tilesize=TILE_PIXELS,
        indexes=1,
        buffer=buffer or None,
        resampling_method=resampling,
        reproject_method=resampling,
    )


def _rgb(color: str) -> tuple[int, int, int]:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise ValueError(f"not a colour: {color}")
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _png(rgba: NDArray[np.uint8]) -> bytes:
    data: Any = ImageData(np.ma.MaskedArray(rgba)).render(add_mask=False, img_format="PNG")
    return bytes(data)
