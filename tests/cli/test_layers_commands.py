"""`twin layers …`."""

import geopandas as gpd
import pytest
from shapely import Point


@pytest.fixture
def places(tmp_path):
    """A file with one good place, one in Bangkok and one without position."""
    frame = gpd.GeoDataFrame(
        {"name": ["ป่าตอง", "กรุงเทพ", "ไม่ทราบ"]},
        geometry=[Point(98.30, 7.90), Point(100.5, 13.75), None],
        crs=4326,
    )
    path = tmp_path / "places.geojson"
    frame.to_file(path)
    return path


def test_list_shows_every_layer_with_its_provenance(twin):
    told = twin("layers", "list")
    assert told.code == 0
    assert "25,000" in told.out
    assert "synthetic" in told.out
    assert "ถนน" in told.out


def test_show_lists_the_faults_of_the_last_load_in_both_languages(twin):
    told = twin("layers", "show", "place")
    assert told.code == 0
    assert "quarantined  1" in told.out
    assert "ไม่มีตำแหน่ง" in told.out
    assert "Geometry missing" in told.out


def test_show_unknown_layer_names_it(twin):
    told = twin("layers", "show", "nothing")
    assert told.code == 1
    assert "nothing" in told.err
    assert "Traceback" not in told.err


def test_check_reports_every_fault_and_ends_with_1(twin, places):
    told = twin("layers", "check", places)
    assert told.code == 1
    assert "Outside the province" in told.out
    assert "Geometry missing" in told.out
    assert "3 rows read, 2 usable, 1 refused" in told.out


def test_check_good_file_ends_with_0(twin, places):
    gpd.read_file(places).iloc[:1].to_file(places)
    told = twin("layers", "check", places)
    assert told.code == 0
    assert "1 rows read, 1 usable, 0 refused" in told.out


def test_check_contradictory_crs_names_both(twin, places):
    told = twin("layers", "check", places, "--crs", "EPSG:32647")
    assert told.code == 1
    assert "EPSG:32647" in told.err
    assert "EPSG:4326" in told.err


def test_check_file_that_is_not_there_says_so(twin, tmp_path):
    told = twin("layers", "check", tmp_path / "none.geojson")
    assert told.code == 1
    assert "none.geojson" in told.err
    assert "Traceback" not in told.err


def test_load_again_changes_nothing(twin):
    told = twin("layers", "load")
    assert told.code == 0
    assert told.out.count("unchanged") == 8


def test_load_unknown_layer_lists_those_there_are(twin):
    told = twin("layers", "load", "roads")
    assert told.code == 1
    assert "road" in told.err


def test_load_unreadable_folder_says_what_to_do(twin, tmp_path):
    told = twin("layers", "load", "--data", tmp_path / "missing")
    assert told.code == 1
    assert "missing" in told.err
    assert "--data DIR" in told.err
    assert "โฟลเดอร์" in told.err
