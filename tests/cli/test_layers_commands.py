"""`twin layers …`."""

import geopandas as gpd
import pytest
from shapely import Point

from api.commands.layers import print_fetches
from layers.fetch import LayerFetch
from twin.types import Text


def test_fetches_of_one_upstream_are_told_once(capsys):
    gone = Text("ติดต่อไม่ได้", "cannot be reached")
    failed = [LayerFetch(layer, "failed", None, gone) for layer in ("land", "tambon")]
    print_fetches([*failed, LayerFetch("place", "none", None, Text("มีแล้ว", "bundled"))])
    told = capsys.readouterr().out.splitlines()
    assert told == [
        "✗ land, tambon",
        "  ติดต่อไม่ได้",
        "  cannot be reached",
        "✓ place",
        "  มีแล้ว",
        "  bundled",
    ]


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


@pytest.mark.parametrize("name", ["[/]none.csv", "[red].csv", ":smile:.csv"])
def test_check_prints_names_from_files_as_they_are(twin, tmp_path, name):
    told = twin("layers", "check", f"{tmp_path}/{name}")
    assert told.code == 1
    assert name in told.err


def test_check_prints_cells_from_files_as_they_are(twin, tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text("name,lon,lat\na,[/x],7.9\n")
    told = twin("layers", "check", path, "--crs", "EPSG:4326")
    assert told.code == 1
    assert "“[/x]”" in told.out


def test_check_output_at_80_columns_loses_no_word(twin, environment, tmp_path):
    environment.setenv("COLUMNS", "80")
    path = tmp_path / "totals.csv"
    path.write_bytes("ตำบล,คน\nป่าตอง,100\nรวม,100\n".encode("cp874"))
    told = twin("layers", "check", path)
    assert told.code == 1
    assert "แถวผลรวม “รวม” ปนอยู่กับข้อมูลรายการ จะทำให้นับซ้ำ" in told.out
    assert "read as such into UTF-8" in told.out
    assert "…" not in told.out


def test_check_one_of_two_layers_by_name(twin, places, tmp_path):
    path = tmp_path / "two.gpkg"
    for layer in ("ก", "ข"):
        gpd.read_file(places).iloc[:1].to_file(path, layer=layer)
    told = twin("layers", "check", path)
    assert told.code == 1
    assert "--sheet" in told.err
    assert twin("layers", "check", path, "--sheet", "ข").code == 0


def test_check_unknown_encoding_is_named(twin, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    told = twin("layers", "check", path, "--encoding", "klingon")
    assert told.code == 1
    assert "klingon" in told.err
    assert twin("layers", "check", path, "--encoding", "tis-620").code == 0


@pytest.mark.parametrize("name", ["a.csv", "a.geojson", "a.xlsx", "a.zip", "a.tif", "a.parquet"])
def test_check_empty_file_and_folder_are_told_apart(twin, tmp_path, name):
    path = tmp_path / name
    path.touch()
    assert "the file is empty" in twin("layers", "check", path).err
    path.unlink()
    path.mkdir()
    assert "is a folder" in twin("layers", "check", path).err


def test_check_file_without_a_row_ends_with_1(twin, tmp_path):
    path = tmp_path / "header.csv"
    path.write_text("name,lon,lat\n")
    told = twin("layers", "check", path, "--crs", "EPSG:4326")
    assert told.code == 1
    assert "0 rows read" in told.out


def test_check_features_against_a_raster_layer_is_refused(twin, places):
    told = twin("layers", "check", places, "--layer", "elevation")
    assert told.code == 1
    assert "raster" in told.err


@pytest.fixture
def town(tmp_path):
    """An extract with one road and no facility."""
    path = tmp_path / "town.osm"
    path.write_text(
        '<osm version="0.6"><node id="1" lat="7.885" lon="98.39"/><node id="2" lat="7.886"'
        ' lon="98.39"/><way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>'
        "</osm>"
    )
    return path


def test_check_extract_against_the_layer_it_is_for(twin, town):
    told = twin("layers", "check", town, "--layer", "road")
    assert told.code == 0
    assert "1 rows read, 1 usable, 0 refused" in told.out


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (None, "--layer road"),
        ("facility", "holds no facilities in the province"),
        ("land", "land is not made from OpenStreetMap data"),
    ],
)
def test_check_extract_that_does_not_fit_says_why(twin, town, layer, message):
    told = twin("layers", "check", town, *(["--layer", layer] if layer else []))
    assert told.code == 1
    assert message in told.err
    assert "Traceback" not in told.err


def test_load_file_for_a_while_and_back(new_twin, environment, twin, town):
    own = new_twin("own_file")
    environment.setenv("TWIN_HOME", str(own.home))
    environment.setenv("TWIN_DB__URL", own.db.url)
    told = twin("layers", "load", "road", "--file", town)
    assert (told.code, "loaded" in told.out) == (0, True)
    assert "town.osm" in twin("layers", "show", "road").out
    assert "unchanged" in twin("layers", "load", "road").out
    told = twin("layers", "load", "road", "--forget-file")
    assert (told.code, "25,000" in told.out) == (0, True)
    assert "No file was given" in twin("layers", "load", "road", "--forget-file").err


@pytest.mark.parametrize("layers", [[], ["road", "facility"]])
def test_load_file_for_more_than_one_layer_is_refused(twin, town, layers):
    told = twin("layers", "load", *layers, "--file", town)
    assert told.code == 1
    assert "--file and --forget-file are for one layer" in told.err


def test_load_file_that_is_not_there_says_so(twin, tmp_path):
    told = twin("layers", "load", "road", "--file", tmp_path / "none.osm.pbf")
    assert told.code == 1
    assert "none.osm.pbf: there is no such file" in told.err


def test_load_again_changes_nothing(twin):
    told = twin("layers", "load")
    assert told.code == 0
    assert told.out.count("unchanged") == 8


def test_load_unknown_layer_lists_those_there_are(twin):
    told = twin("layers", "load", "roads")
    assert told.code == 1
    assert "road" in told.err


def test_load_layer_of_the_other_edition_says_so(twin):
    told = twin("layers", "load", "stop")
    assert told.code == 1
    assert "starter does not have the layer stop" in told.err


def test_load_edition_without_its_data_asks_for_them(twin):
    told = twin("layers", "load", "--edition", "phuket")
    assert told.code == 1
    assert "--data DIR" in told.err


def test_load_one_layer_of_the_other_edition_is_refused(twin, tmp_path):
    told = twin("layers", "load", "road", "--data", tmp_path)
    assert told.code == 1
    assert "Editions are not mixed" in told.err


def test_load_unreadable_folder_says_what_to_do(twin, tmp_path):
    told = twin("layers", "load", "--data", tmp_path / "missing")
    assert told.code == 1
    assert "missing" in told.err
    assert "--data DIR" in told.err
    assert "โฟลเดอร์" in told.err
