"""Values at points and along lines, and files that stay open, on the toy island."""

import threading

import numpy as np
import pytest
import rasterio
from shapely import LineString

from twin.crs import METRIC_SRID
from twin.db.engine import make_engine
from twin.errors import InvalidInputError, NotFoundError, SetupError, TooLargeError
from twin.queries.catalogue import get_layer, list_layers
from twin.rasters.choice import choose_measure, choose_rasters
from twin.rasters.files import OpenFiles, raster_file
from twin.rasters.profile import make_profile
from twin.rasters.values import sample, sample_many
from twin.testing import CELL_M, SIDE, centre, make_columns, make_raster_spec, publish_raster


@pytest.fixture
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def elevation(island, toy):
    layer = get_layer(island, "elevation")
    return layer, raster_file(layer, toy.raster_dir)


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
def test_sample_beyond_the_projection_is_none(elevation, lon, lat):
    assert sample(*elevation, lon, lat).value is None
    assert np.isnan(sample_many(elevation[1], [lon], [lat])).all()


def test_sample_in_the_corner_that_the_turned_raster_leaves_empty_is_none(elevation):
    layer, path = elevation
    west, south, east, north = layer.bbox
    corners = [(west, south), (west, north), (east, south), (east, north)]
    assert None in [sample(layer, path, *corner).value for corner in corners]


def test_many_samples_are_each_as_alone(island, toy):
    layer = get_layer(island, "land_cover")
    path = raster_file(layer, toy.raster_dir)
    places = [centre(column / 3 - 1, row / 3 - 1) for column in range(20) for row in range(20)]
    many = sample_many(path, [place.x for place in places], [place.y for place in places])
    alone = [sample(layer, path, place.x, place.y).value for place in places]
    assert [None if np.isnan(value) else value for value in many.tolist()] == alone
    assert {*alone} == {None, 1, 2, 3, 4}


def test_values_come_from_every_block_of_a_large_raster(tmp_path):
    path = tmp_path / "large.tif"
    values = np.arange(600 * 500, dtype="int32").reshape(600, 500)
    profile = {"driver": "GTiff", "width": 500, "height": 600, "count": 1, "dtype": "int32"}
    profile |= {"crs": METRIC_SRID, "tiled": True, "blockxsize": 128, "blockysize": 128}
    transform = rasterio.Affine(10, 0, 430_000, 0, -10, 880_000)
    with rasterio.open(path, "w", **profile, transform=transform) as raster:
        raster.write(values, 1)
    random = np.random.default_rng(7)
    rows, columns = random.integers(0, 600, 900), random.integers(0, 500, 900)
    xs, ys = 430_005 + 10.0 * columns, 879_995 - 10.0 * rows
    lons, lats = rasterio.warp.transform(METRIC_SRID, 4326, xs, ys)
    assert sample_many(path, lons, lats).tolist() == values[rows, columns].tolist()


def test_scale_and_missing_numbers_of_the_file_are_heeded(connection, tmp_path):
    spec = make_raster_spec("rain", make_columns(rain="number")[0], {"range": [0, 10]})
    values = np.arange(SIDE * SIDE, dtype="float32").reshape(SIDE, SIDE)
    values[2, 2] = np.nan
    publish_raster(connection, tmp_path, spec, values, None)
    with rasterio.open(tmp_path / "rain.tif", "r+") as raster:
        raster.scales, raster.offsets = [0.1], [5]
    layer = get_layer(connection, "rain")
    first, nothing = centre(0, 4), centre(2, 2)
    assert sample(layer, tmp_path / "rain.tif", first.x, first.y).value == pytest.approx(5)
    assert sample(layer, tmp_path / "rain.tif", nothing.x, nothing.y).value is None


def test_profile_up_a_slope(elevation):
    line = LineString([centre(2, 0), centre(2, 4)])
    found = make_profile(*elevation, line, 9)
    assert found.length_m == pytest.approx(4 * CELL_M, rel=1e-3)
    assert found.distances_m.tolist() == pytest.approx(
        [found.length_m * n / 8 for n in range(9)], abs=1e-6
    )
    assert found.values.tolist() == pytest.approx([5 * n for n in range(9)], abs=0.01)
    assert (found.ascent, found.descent) == (pytest.approx(40, abs=0.01), 0)
    assert found.mean_slope_percent == pytest.approx(10, rel=1e-2)
    assert found.cell_m == CELL_M


def test_profile_there_and_back_rises_as_much_as_it_falls(elevation):
    line = LineString([centre(1, 1), centre(1, 3), centre(1, 1)])
    found = make_profile(*elevation, line, 101)
    assert found.ascent == pytest.approx(20, abs=0.05)
    assert found.descent == pytest.approx(20, abs=0.05)
    assert np.allclose(found.values, found.values[::-1], atol=1e-6)


def test_profile_that_leaves_the_raster_has_gaps_that_do_not_climb(elevation):
    line = LineString([centre(2, 1), centre(9, 1), centre(9, 3), centre(2, 3)])
    found = make_profile(*elevation, line, 200)
    assert np.isnan(found.values).any()
    assert (found.ascent, found.descent) == (pytest.approx(0, abs=0.01), pytest.approx(0, abs=0.01))
    assert found.known().min() == pytest.approx(10, abs=0.01)
    assert found.known().max() == pytest.approx(30, abs=0.01)


@pytest.mark.parametrize(
    "ends", [[(0, 0), (1, 1)], [(178, 10), (-179, 10)], [(98.3, 89), (98, 90)]]
)
def test_profile_elsewhere_has_no_values(elevation, ends):
    found = make_profile(*elevation, LineString(ends), 5)
    assert found.known().tolist() == []
    assert (found.ascent, found.descent, found.mean_slope_percent) == (None, None, None)


def test_profile_too_long_is_told_with_the_limit(elevation):
    with pytest.raises(TooLargeError, match=r"500 km"):
        make_profile(*elevation, LineString([(98, 7), (104, 7)]), 5)


def test_measures_are_chosen_by_name(island):
    layers = list_layers(island)
    assert choose_measure(layers, "elevation").id == "elevation"
    for name in ("land_cover", "tambon", "nothing"):
        with pytest.raises(InvalidInputError, match=r"elevation\."):
            choose_measure(layers, name)
    assert [one.id for one in choose_rasters(layers, [])] == ["elevation", "land_cover"]
    assert [one.id for one in choose_rasters(layers, ["land_cover"] * 2)] == ["land_cover"]


def test_twin_without_rasters_says_so(island):
    with pytest.raises(NotFoundError):
        choose_rasters([one for one in list_layers(island) if one.kind != "raster"], [])


@pytest.fixture
def files():
    files = OpenFiles(max_idle=2)
    yield files
    files.close()


def write(path, value):
    profile = {"driver": "GTiff", "width": 1, "height": 1, "count": 1, "dtype": "int16"}
    transform = rasterio.Affine(5, 0, 430_000, 0, -5, 880_000)
    with rasterio.open(path, "w", **profile, crs=METRIC_SRID, transform=transform) as raster:
        raster.write(np.array([[[value]]], dtype="int16"))


def test_file_is_opened_once_and_kept(files, tmp_path):
    write(tmp_path / "a.tif", 1)
    with files.lend(tmp_path / "a.tif") as first:
        pass
    with files.lend(tmp_path / "a.tif") as second:
        assert second is first
    assert len(files) == 1


def test_file_in_use_is_opened_again_for_another_user(files, tmp_path):
    write(tmp_path / "a.tif", 1)
    with files.lend(tmp_path / "a.tif") as first, files.lend(tmp_path / "a.tif") as second:
        assert second is not first
    assert len(files) == 2


def test_files_kept_are_few_and_the_longest_idle_goes_first(files, tmp_path):
    lent = []
    for name in "abc":
        write(tmp_path / f"{name}.tif", 1)
        with files.lend(tmp_path / f"{name}.tif") as dataset:
            lent.append(dataset)
    assert len(files) == 2
    assert [dataset.closed for dataset in lent] == [True, False, False]


def test_file_with_new_content_under_its_name_is_opened_anew(files, tmp_path):
    for value in (1, 2):
        write(tmp_path / "part.tif", value)
        (tmp_path / "part.tif").replace(tmp_path / "a.tif")
        with files.lend(tmp_path / "a.tif") as dataset:
            assert dataset.read().item() == value


def test_file_is_given_back_after_a_fault(files, tmp_path):
    write(tmp_path / "a.tif", 1)
    with pytest.raises(KeyError), files.lend(tmp_path / "a.tif"):
        raise KeyError
    assert len(files) == 1


@pytest.mark.parametrize("content", [None, b"", b"not a raster"])
def test_file_that_cannot_be_read_is_told_in_both_languages(files, tmp_path, content):
    path = tmp_path / "a.tif"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SetupError) as fault, files.lend(path):
        pass
    assert "a.tif" in fault.value.en
    assert "a.tif" in fault.value.th


def test_samples_of_many_threads_are_right(elevation):
    expected = {row: sample(*elevation, *centre(2, row).coords[0]).value for row in range(SIDE)}
    wrong = []

    def ask(row):
        place = centre(2, row)
        found = {sample(*elevation, place.x, place.y).value for _ in range(100)}
        wrong.extend(found - {expected[row]})

    threads = [threading.Thread(target=ask, args=(row % SIDE,)) for row in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
