"""Raster tiles of the toy island, decoded pixel by pixel; values at points."""

import math

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.io import MemoryFile

from twin.db.engine import make_engine
from twin.errors import NotFoundError
from twin.queries.catalogue import get_layer
from twin.testing import centre
from twin.tiles.address import Address
from twin.tiles.raster import raster_file, read_raster_tile, sample
from twin.tiles.tilejson import raster_tilejson

#: A tile knows where it is by its address alone.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset has no geotransform")

TO_TILES = Transformer.from_crs(4326, 3857, always_xy=True)
HALF = 20_037_508.342789244


@pytest.fixture
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def read(island, toy):
    def pixels(layer_id, place, zoom=14):
        """Colour of the pixel at a place, red green blue alpha, and its whole tile."""
        x, y = TO_TILES.transform(place.x, place.y)
        column, row = ((x + HALF) / 2 / HALF * 2**zoom, (HALF - y) / 2 / HALF * 2**zoom)
        layer = get_layer(island, layer_id)
        address = Address(zoom, int(column), int(row))
        png = read_raster_tile(layer, raster_file(layer, toy.raster_dir), address)
        with MemoryFile(png) as file, file.open() as image:
            tile = image.read()
        return tile[:, int(row % 1 * 256), int(column % 1 * 256)].tolist(), tile

    return pixels


@pytest.mark.parametrize(
    ("column", "color"),
    [
        (0, [255, 0, 0, 255]),
        (1, [0, 255, 0, 255]),
        (2, [0, 0, 255, 255]),
        (3, [255, 255, 0, 255]),
        (4, [0, 0, 0, 0]),
        (5, [0, 0, 0, 0]),
    ],
)
def test_classes_have_their_colours_and_no_data_is_transparent(read, column, color):
    pixel, tile = read("land_cover", centre(column, 2))
    assert pixel == color
    assert {tuple(each) for each in tile.reshape(4, -1).T} <= {
        (255, 0, 0, 255),
        (0, 255, 0, 255),
        (0, 0, 255, 255),
        (255, 255, 0, 255),
        (0, 0, 0, 0),
    }


def test_elevation_is_transparent_at_sea_and_outside(read):
    assert read("elevation", centre(2, 0))[0][3] == 0
    assert read("elevation", centre(2, 5))[0][3] == 0
    assert read("elevation", centre(2, 3))[0][3] == 255


def test_elevation_slope_toward_the_sun_is_brighter(island, toy, tmp_path):
    # The island rises northwards, away from the sun in the north-west: a hill of the same
    # heights that faces it must be brighter.
    layer = get_layer(island, "elevation")
    path = raster_file(layer, toy.raster_dir)
    turned = tmp_path / "turned.tif"
    with rasterio.open(path) as source, rasterio.open(turned, "w", **source.profile) as target:
        target.write(source.read()[:, ::-1])
    tiles = []
    x, y = TO_TILES.transform(centre(2, 2).x, centre(2, 2).y)
    size = 2 * HALF / 2**14
    address = Address(14, math.floor((x + HALF) / size), math.floor((HALF - y) / size))
    for file in (path, turned):
        with MemoryFile(read_raster_tile(layer, file, address)) as memory, memory.open() as image:
            tiles.append(image.read())
    lit = [tile[:3][:, tile[3] > 0].mean() for tile in tiles]
    assert lit[1] > lit[0] + 5


def test_tile_out_of_reach_is_none(island, toy):
    layer = get_layer(island, "land_cover")
    path = raster_file(layer, toy.raster_dir)
    assert read_raster_tile(layer, path, Address(10, 0, 0)) is None
    with pytest.raises(NotFoundError):
        read_raster_tile(layer, path, Address(17, 0, 0))


@pytest.mark.parametrize(
    ("layer_id", "column", "row", "expected"),
    [
        ("elevation", 0, 0, 0),
        ("elevation", 4, 4, 40),
        ("land_cover", 0, 0, 1),
        ("land_cover", 4, 0, None),
        ("land_cover", 50, 0, None),
    ],
)
def test_sample_is_the_value_of_the_cell(island, toy, layer_id, column, row, expected):
    layer = get_layer(island, layer_id)
    place = centre(column, row)
    found = sample(layer, raster_file(layer, toy.raster_dir), place.x, place.y)
    assert found.value == expected


@pytest.mark.parametrize(("lon", "lat"), [(0, 0), (-81, -7.9), (180, 90), (99, 0)])
def test_sample_beyond_the_projection_is_none(island, toy, lon, lat):
    layer = get_layer(island, "elevation")
    assert sample(layer, raster_file(layer, toy.raster_dir), lon, lat).value is None


def test_sample_in_the_corner_that_the_turned_raster_leaves_empty_is_none(island, toy):
    layer = get_layer(island, "elevation")
    west, south, east, north = layer.bbox
    path = raster_file(layer, toy.raster_dir)
    corners = [(west, south), (west, north), (east, south), (east, north)]
    assert None in [sample(layer, path, *corner).value for corner in corners]


def test_raster_whose_file_is_gone_is_not_found(island, tmp_path):
    for layer_id in ("elevation", "grid"):
        with pytest.raises(NotFoundError):
            raster_file(get_layer(island, layer_id), tmp_path)


def test_tilejson_of_a_raster(island):
    told = raster_tilejson(get_layer(island, "elevation"), "http://example.org/{z}/{x}/{y}.png")
    assert (told["minzoom"], told["maxzoom"]) == (6, 16)
    assert np.allclose(told["bounds"], get_layer(island, "elevation").bbox)
