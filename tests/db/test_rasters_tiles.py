"""Raster tiles of the toy island in every style, decoded pixel by pixel."""

from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from pictures import pixel_centre, pixels, place_in_tile
from rio_tiler.io import Reader

from twin.crs import METRIC_SRID
from twin.db.engine import make_engine
from twin.errors import InvalidInputError, NotFoundError, SetupError
from twin.projection import to_metric
from twin.queries.catalogue import get_layer
from twin.rasters.files import FILES, raster_file
from twin.rasters.render import render_tile
from twin.rasters.styles import styles_of
from twin.rasters.values import interpolate
from twin.testing import SIDE, centre, make_columns, make_raster_spec, publish_raster
from twin.tiles.address import Address
from twin.tiles.tilejson import raster_tilejson
from twin.types import BBox

RAMP_STYLES = ("viridis", "cividis", "magma", "terrain", "ylorrd", "blues", "greys")


@pytest.fixture
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def read(island, toy):
    def read(layer_id, place, style=None, zoom=14):
        """Colour of the pixel at a place, red green blue alpha, and its whole tile."""
        layer = get_layer(island, layer_id)
        address, (row, column) = place_in_tile(place, zoom)
        tile = pixels(render_tile(layer, raster_file(layer, toy.raster_dir), style, address))
        return tile[:, row, column].tolist(), tile

    return read


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


@pytest.mark.parametrize("zoom", [10, 12, 16])
def test_classes_are_never_mixed_at_any_zoom(read, zoom):
    _, tile = read("land_cover", centre(1, 2), zoom=zoom)
    assert len({tuple(each) for each in tile.reshape(4, -1).T}) <= 5


@pytest.mark.parametrize("style", ["relief", "hillshade", "hypsometric", "viridis"])
def test_elevation_is_transparent_at_sea_and_outside(read, style):
    assert read("elevation", centre(2, 0), style)[0][3] == 0
    assert read("elevation", centre(2, 5), style)[0][3] == 0
    assert read("elevation", centre(2, 3), style)[0][3] == 255


@pytest.mark.parametrize("style", ["relief", "hillshade"])
def test_elevation_slope_toward_the_sun_is_brighter(island, toy, tmp_path, style):
    # The island rises northwards, away from the sun in the north-west: a hill of the same
    # heights that faces it must be brighter.
    layer = get_layer(island, "elevation")
    path = raster_file(layer, toy.raster_dir)
    turned = tmp_path / "turned.tif"
    with rasterio.open(path) as source, rasterio.open(turned, "w", **source.profile) as target:
        target.write(source.read()[:, ::-1])
    address, _ = place_in_tile(centre(2, 2), 14)
    tiles = [pixels(render_tile(layer, file, style, address)) for file in (path, turned)]
    lit = [tile[:3][:, tile[3] > 0].mean() for tile in tiles]
    assert lit[1] > lit[0] + 5


def decoded(tile):
    red, green, blue = tile[:3].astype(np.int64)
    return -10_000 + (red * 65536 + green * 256 + blue) * 0.1


@pytest.mark.parametrize("zoom", [14, 16])
def test_terrain_rgb_decodes_to_the_height_within_a_decimetre(island, toy, zoom):
    layer = get_layer(island, "elevation")
    path = raster_file(layer, toy.raster_dir)
    address, _ = place_in_tile(centre(2, 2), zoom)
    heights = decoded(pixels(render_tile(layer, path, "terrain-rgb", address)))
    rows, columns = np.mgrid[4:252:8, 4:252:8].reshape(2, -1)
    with FILES.lend(path) as dataset:
        lons, lats = pixel_centre(address, rows, columns)
        expected = interpolate(dataset, *to_metric(np.stack([lons, lats], axis=1)).T)
    # At the coast of a raster that ends there, half a cell has fewer neighbours.
    inland = (expected > 5) & (expected < 35)
    assert inland.sum() > 20
    assert np.abs(heights[rows, columns] - expected)[inland].max() <= 0.1 + 1e-6


def test_terrain_rgb_has_zero_at_sea_and_where_nothing_is_known_and_is_opaque(read):
    for place in (centre(2, -0.3), centre(2, 9), centre(-3, 2)):
        pixel, tile = read("elevation", place, "terrain-rgb")
        assert pixel == [1, 134, 160, 255]
        assert (tile[3] == 255).all()


@pytest.mark.parametrize("style", RAMP_STYLES)
def test_ramp_goes_from_its_first_colour_to_its_last(read, style):
    low, _ = read("elevation", centre(2, 0.55), style, zoom=16)
    high, _ = read("elevation", centre(2, 4), style, zoom=16)
    assert low[3] == high[3] == 255
    assert np.abs(np.array(low[:3]) - np.array(high[:3])).sum() > 90


def test_ramp_of_negative_measures_shows_them_too(connection, tmp_path):
    column = make_columns(temperature="number")[0].model_copy(update={"unit": "degC"})
    spec = make_raster_spec("cold", column, {"colormap": "magma", "range": [-10, 10]})
    values = np.linspace(-10, 10, SIDE * SIDE, dtype="float32").reshape(SIDE, SIDE)
    values[0, 0] = np.nan
    publish_raster(connection, tmp_path, spec, values, None)
    layer = get_layer(connection, "cold")
    assert styles_of(spec)[0] == "magma"
    assert "hillshade" not in styles_of(spec)
    address, _ = place_in_tile(centre(2, 2), 16)
    tile = pixels(render_tile(layer, tmp_path / "cold.tif", None, address))
    _, (row, column) = place_in_tile(centre(2, 4), 16)
    assert tile[3, row, column] == 255
    _, (row, column) = place_in_tile(centre(0, 4), 16)
    assert tile[3, row, column] == 0


@pytest.mark.parametrize("layer_id", ["elevation", "land_cover"])
def test_style_that_the_layer_lacks_is_refused_with_those_it_has(island, toy, layer_id):
    layer = get_layer(island, layer_id)
    path = raster_file(layer, toy.raster_dir)
    with pytest.raises(InvalidInputError) as refusal:
        render_tile(layer, path, "sepia", Address(14, 0, 0))
    for style in styles_of(layer.spec):
        assert style in str(refusal.value)
        render_tile(layer, path, style, place_in_tile(centre(2, 2), 14)[0])


def test_tile_out_of_reach_is_none(island, toy):
    layer = get_layer(island, "land_cover")
    path = raster_file(layer, toy.raster_dir)
    assert render_tile(layer, path, None, Address(10, 0, 0)) is None
    with pytest.raises(NotFoundError):
        render_tile(layer, path, None, Address(17, 0, 0))


@pytest.mark.parametrize("style", ["relief", "hillshade", "hypsometric", "viridis"])
def test_tile_that_is_all_sea_is_none(island, toy, tmp_path, style):
    layer = get_layer(island, "elevation")
    path = raster_file(layer, toy.raster_dir)
    with (
        rasterio.open(path) as source,
        rasterio.open(tmp_path / "sea", "w", **source.profile) as to,
    ):
        to.write(np.zeros_like(source.read()))
    address, _ = place_in_tile(centre(2, 2), 14)
    assert render_tile(layer, tmp_path / "sea", style, address) is None


def test_file_that_is_no_raster_is_told_so(island, tmp_path):
    path = tmp_path / "broken.tif"
    path.write_bytes(b"II*\0 and then nothing")
    with pytest.raises(SetupError, match=r"broken\.tif cannot be read"):
        render_tile(get_layer(island, "elevation"), path, None, place_in_tile(centre(2, 2), 14)[0])


@pytest.fixture(scope="module")
def slope(tmp_path_factory):
    """A layer of one even slope, 130 m a cell, that covers many tiles."""
    path = tmp_path_factory.mktemp("slope") / "slope.tif"
    rows, columns = np.mgrid[:400, :400]
    profile = {"driver": "COG", "width": 400, "height": 400, "count": 1, "dtype": "int16"}
    profile |= {"crs": METRIC_SRID, "nodata": -32768, "blocksize": 128}
    transform = rasterio.Affine(130, 0, 405_000, 0, -130, 900_000)
    with rasterio.open(path, "w", **profile, transform=transform) as raster:
        raster.write((20 * columns + 30 * rows + 10).astype("int16"), 1)
    column = make_columns(elevation_m="integer")[0].model_copy(update={"unit": "m"})
    spec = make_raster_spec("slope", column, {"colormap": "terrain", "range": [0, 20_000]})
    return SimpleNamespace(spec=spec, id="slope", bbox=BBox(98, 7, 99, 9)), path


@pytest.mark.parametrize("style", ["relief", "hillshade", "hypsometric", "terrain-rgb", "greys"])
@pytest.mark.parametrize("zoom", range(9, 17))
def test_neighbouring_tiles_agree_at_their_seam(slope, style, zoom):
    layer, path = slope
    address, _ = place_in_tile(SimpleNamespace(x=98.35, y=7.92), zoom)
    east, south = Address(zoom, address.x + 1, address.y), Address(zoom, address.x, address.y + 1)
    here, right, below = (
        _values(render_tile(layer, path, style, one), style) for one in (address, east, south)
    )
    rows = columns = slice(64, 192) if zoom > 9 else slice(0, 256)
    over_east = np.concatenate([here[:, rows, -6:], right[:, rows, :6]], axis=2)
    over_south = np.concatenate([here[:, -6:, columns], below[:, :6, columns]], axis=1)
    # On an even slope every step is like the next, over the seam too.
    for across in (over_east, over_south.swapaxes(1, 2)):
        whole = across[:, (across[0] > 0).all(axis=1)]
        assert whole.shape[1] > 50
        steps = np.diff(whole, axis=2)
        typical = np.median(steps, axis=2, keepdims=True)
        # Encoded heights are rounded to 0.1 m, colours to whole numbers; GDAL places pixels
        # within an eighth of their size.
        rounding = 0.08 * np.abs(typical).max() + 0.2 if style == "terrain-rgb" else 2
        assert np.abs(steps - typical)[:, :, 5].max() <= rounding


@pytest.mark.parametrize(("zoom", "resampling"), [(10, "bilinear"), (13, "cubic_spline")])
def test_hillshade_at_the_edge_is_as_if_the_tile_went_on(slope, tmp_path, zoom, resampling):
    layer, path = slope
    rough = tmp_path / "rough.tif"
    with rasterio.open(path) as source:
        profile = source.profile | {"driver": "GTiff"}
    with rasterio.open(rough, "w", **profile) as target:
        target.write(np.random.default_rng(1).integers(1, 90, (1, 400, 400)).astype("int16"))
    address, _ = place_in_tile(SimpleNamespace(x=98.35, y=7.92), zoom)
    with Reader(str(rough)) as reader:
        wide = reader.tile(
            *(address.x, address.y, address.z),
            tilesize=256,
            buffer=16,
            resampling_method=resampling,
            reproject_method=resampling,
            vrt_options={"dtype": "float32"},
        )
    heights = wide.array[0].filled(0).astype(float)
    size = 2 * 20_037_508.342789244 / 256 / 2**zoom
    to_south, to_east = np.gradient(2 * heights, size)
    # The angle between the sun and the normal of the slope.
    normal = np.stack([-to_east, to_south, np.ones_like(heights)])
    normal /= np.linalg.norm(normal, axis=0)
    sun = np.array([-0.5, 0.5, np.sqrt(0.5)])
    light = np.clip(1 + 0.6 * (np.tensordot(sun, normal, 1) - sun[2]), 0.5, 1.2)
    expected = ((light - 0.5) / 0.7 * 255)[16:-16, 16:-16]
    drawn = pixels(render_tile(layer, rough, "hillshade", address))
    land = drawn[3] > 0
    edges = np.ones_like(land)
    edges[1:-1, 1:-1] = False
    assert (land & edges).sum() > 100
    assert np.abs(drawn[0].astype(float) - expected)[land & edges].max() <= 6


def _values(png, style):
    tile = pixels(png)
    return decoded(tile)[None] if style == "terrain-rgb" else tile[:3].astype(float)


def test_raster_whose_file_is_gone_is_not_found(island, tmp_path):
    for layer_id in ("elevation", "grid"):
        with pytest.raises(NotFoundError):
            raster_file(get_layer(island, layer_id), tmp_path)


def test_tilejson_of_a_raster(island):
    layer = get_layer(island, "elevation")
    told = raster_tilejson(layer, "http://example.org/{z}/{x}/{y}.png", "magma", "http://e.org/l")
    assert (told["minzoom"], told["maxzoom"]) == (6, 16)
    assert np.allclose(told["bounds"], layer.bbox)
    assert (told["style"], told["styles"][0]) == ("magma", "relief")
