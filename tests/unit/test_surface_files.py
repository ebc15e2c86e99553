"""Surfaces kept on disk, and their tiles in bands of colour."""

import json
import os

import numpy as np
import pytest
import rasterio
from pictures import pixel_centre, pixels, place_in_tile
from rasterio import Affine
from shapely import Point

from twin.errors import NotFoundError
from twin.projection import to_metric
from twin.rasters import surface_files
from twin.rasters.bands import make_bands, render_bands
from twin.rasters.styles import rgb
from twin.rasters.surface_files import find_surface, keep_surface, read_about
from twin.rasters.values import sample_many
from twin.testing import CELL_M, SOUTH_M, WEST_M, centre

NORTH_M = SOUTH_M + 3 * CELL_M
TRANSFORM = Affine(CELL_M, 0, WEST_M, 0, -CELL_M, NORTH_M)
STEPS = [5, 10]
ABOUT = {"unit": "minutes", "steps": STEPS, "titles": {"th": "เวลา", "en": "Time"}}

#: A step is the end of its band; beyond the last is a band, too. Sea, and no way.
MINUTES = np.array([[0.0, 5.0, 5.1], [10.0, 99.0, np.nan], [7.0, np.inf, 3.0]], dtype=np.float32)
BANDS = np.array([[0, 0, 1], [1, 2, -1], [1, -1, 0]])


def name(number):
    return f"{number:064x}"


@pytest.fixture
def surface(tmp_path):
    return keep_surface(tmp_path, name(1), MINUTES, TRANSFORM, ABOUT)


def test_every_pixel_has_the_colour_of_its_cell_and_none_where_there_is_no_value(surface):
    address, _ = place_in_tile(centre(1, 1), 15)
    seen = set()
    picture = pixels(render_bands(surface, STEPS, address))
    for row in range(0, 256, 3):
        for column in range(0, 256, 3):
            ((east, north),) = to_metric(pixel_centre(address, row, column))
            x, y = (east - WEST_M) / CELL_M, (NORTH_M - north) / CELL_M
            if min(x % 1, y % 1, -x % 1, -y % 1) < 0.05:
                continue  # a tile is bent by a fraction of a pixel less than the projection
            inside = 0 <= x < 3 and 0 <= y < 3
            band = BANDS[int(y), int(x)] if inside else -1
            expected = (0, 0, 0, 0) if band < 0 else (*rgb(make_bands(STEPS)[band].color), 255)
            assert tuple(picture[:, row, column]) == expected, (x, y)
            seen.add(int(band))
    assert seen == {-1, 0, 1, 2}


def test_a_tile_beside_the_surface_or_of_nothing_is_none(surface, tmp_path):
    address, _ = place_in_tile(Point(98.5, 7.5), 12)
    assert render_bands(surface, STEPS, address) is None
    sea = keep_surface(tmp_path, name(2), np.full((3, 3), np.nan), TRANSFORM, ABOUT)
    address, _ = place_in_tile(centre(1, 1), 12)
    assert render_bands(sea, STEPS, address) is None
    with pytest.raises(NotFoundError, match="zoom"):
        render_bands(sea, STEPS, address._replace(z=19))


def test_colours_go_evenly_from_bright_to_dark():
    for count in (0, 1, 4, 12):
        colors = [rgb(band.color) for band in make_bands(range(1, count + 1))]
        light = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in colors]
        assert len(set(colors)) == count + 1
        assert light == sorted(light, reverse=True)


def test_the_file_is_a_geotiff_that_says_what_it_is(surface):
    with rasterio.open(surface) as file:
        assert file.crs.to_epsg() == 32647
        assert file.units == ("minutes",)
        read = file.read(1, masked=True)
    assert read.mask.tolist() == (BANDS < 0).tolist()
    told, bounds = read_about(surface)
    assert told == ABOUT
    assert bounds.holds(*centre(0, 2).coords[0])
    assert not bounds.holds(*centre(4, 4).coords[0])
    places = [centre(0, 2), centre(1, 1), centre(2, 1), centre(9, 9)]
    values = sample_many(surface, [one.x for one in places], [one.y for one in places])
    np.testing.assert_array_equal(values, [0, 99, np.nan, np.nan])


def test_a_surface_that_is_kept_is_not_written_again_and_counts_as_new(surface, tmp_path):
    os.utime(surface, (1_000, 1_000))
    content = surface.read_bytes()
    assert keep_surface(tmp_path, name(1), MINUTES + 1, TRANSFORM, ABOUT) == surface
    assert surface.read_bytes() == content
    assert surface.stat().st_mtime > 1_000


@pytest.mark.parametrize("limit", ["MAX_FILES", "MAX_BYTES"])
def test_of_too_many_the_oldest_go(tmp_path, monkeypatch, limit):
    kept = []
    for number in range(4):
        kept.append(keep_surface(tmp_path, name(number), MINUTES, TRANSFORM, ABOUT))
        os.utime(kept[-1], (number, number))
    most = {"MAX_FILES": 3, "MAX_BYTES": 3 * kept[0].stat().st_size}[limit]
    monkeypatch.setattr(surface_files, limit, most)
    os.utime(kept[0])  # asked for again of late
    newest = keep_surface(tmp_path, name(9), MINUTES, TRANSFORM, ABOUT)
    assert set(tmp_path.iterdir()) == {kept[0], kept[3], newest}
    with pytest.raises(NotFoundError, match="travel-time"):
        find_surface(tmp_path, name(1))


def test_what_a_process_left_half_written_is_removed_in_time(tmp_path):
    young, old = tmp_path / ".young.tif", tmp_path / ".old.tif"
    for part in (young, old):
        part.write_bytes(json.dumps("half").encode())
    os.utime(old, (0, 0))
    keep_surface(tmp_path, name(1), MINUTES, TRANSFORM, ABOUT)
    assert young.exists()
    assert not old.exists()
