"""Reading tiles as a browser does, whatever kind of PNG they are."""

import math
import warnings

import numpy as np
from pyproj import Transformer
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from twin.tiles.address import Address

TO_TILES = Transformer.from_crs(4326, 3857, always_xy=True)
HALF = 20_037_508.342789244


def pixels(png):
    """Red, green, blue, alpha of a PNG: 4 × rows × columns."""
    with warnings.catch_warnings():
        # A tile knows where it is by its address alone.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return _read(png)


def _read(png):
    with MemoryFile(png) as file, file.open() as image:
        bands = image.read()
        if image.count == 1:
            palette = np.array(list(image.colormap(1).values()), dtype=np.uint8)
            return np.moveaxis(palette[bands[0]], -1, 0)
    if len(bands) == 2:
        return np.stack([bands[0], bands[0], bands[0], bands[1]])
    if len(bands) == 3:
        return np.concatenate([bands, np.full_like(bands[:1], 255)])
    return bands


def place_in_tile(place, zoom):
    """Address of the tile that holds a place, and the pixel in it: row, column."""
    x, y = TO_TILES.transform(place.x, place.y)
    column, row = ((x + HALF) / 2 / HALF * 2**zoom, (HALF - y) / 2 / HALF * 2**zoom)
    address = Address(zoom, math.floor(column), math.floor(row))
    return address, (int(row % 1 * 256), int(column % 1 * 256))


def pixel_centre(address, row, column):
    """lon, lat of a pixel's centre."""
    size = 2 * HALF / 2**address.z
    x = -HALF + (address.x + (column + 0.5) / 256) * size
    y = HALF - (address.y + (row + 0.5) / 256) * size
    return TO_TILES.transform(x, y, direction="INVERSE")
