"""Places: outside the province, in the sea, in another sub-district than the row says."""

import geopandas as gpd
import pytest
import shapely

from layers.edition import real_data
from layers.manifest import read_catalogue
from layers.validate import load_reference
from twin.errors import LayerFileError

#: South-west corner of the toy island, and the place of `toy.here()`; metres of EPSG:32647.
X0, Y0 = 430_000.0, 870_000.0
MIDDLE = (X0 + 500, Y0 + 1000)


@pytest.mark.parametrize(("dx", "rules"), [(-1400, []), (-1600, ["outside_province"])])
def test_check_layer_outside_is_beyond_one_kilometre(toy, dx, rules):
    source = {"checks": {"in_sea": "off"}}
    path = toy.features((toy.here(dx), {"no": 1}))
    checked = toy.check(toy.manifest(source=source), path)
    assert [fault.rule for fault in checked.faults] == rules
    assert len(checked.frame) == (0 if rules else 1)


def test_check_layer_outside_row_that_is_noted_stays(toy):
    source = {"checks": {"outside_province": "note"}}
    path = toy.features((shapely.Point(100.5, 13.7), {"no": 1}))
    checked = toy.check(toy.manifest(source=source), path)
    assert toy.told(checked) == [(1, "outside_province", "note")]
    assert len(checked.frame) == 1
    assert "ไกลมาก" in checked.faults[0].message_th


@pytest.mark.parametrize(("dx", "rules"), [(-520, []), (-540, ["in_sea"])])
def test_check_layer_sea_begins_thirty_metres_off_the_shore(toy, dx, rules):
    path = toy.features((toy.here(dx), {"no": 1}))
    assert [fault.rule for fault in toy.check(toy.manifest(), path).faults] == rules


def test_check_layer_line_that_touches_land_is_not_in_the_sea(toy):
    pier = toy.degrees(shapely.LineString([(X0 + 5, Y0 + 500), (X0 - 600, Y0 + 500)]))
    path = toy.features((pier, {"no": 1}))
    assert toy.check(toy.manifest("MultiLineString"), path).faults == []


@pytest.mark.parametrize(
    ("dx", "code", "is_fault"),
    [
        (0, "830101", False),
        (0, "830102", True),
        (0, "839999", True),
        (0, None, True),
        (470, "830102", False),  # 30 m from the border
        (430, "830102", True),
        (-900, "830101", False),  # 400 m off the shore, nearest is right
        (-900, None, False),
        (-900, "830102", True),
        (-2000, "830102", False),  # outside is told by its own rule
    ],
)
def test_check_layer_tambon_code_against_the_place(toy, dx, code, is_fault):
    off = {"checks": {"in_sea": "off", "outside_province": "off"}}
    manifest = toy.manifest(columns={"no": "integer", "tambon_code": "text"}, source=off)
    path = toy.features((toy.here(dx), {"no": 1, "tambon_code": code}))
    checked = toy.check(manifest, path)
    assert [fault.rule for fault in checked.faults] == (["wrong_tambon"] if is_fault else [])
    assert len(checked.frame) == 1


def test_check_layer_line_across_a_border_may_have_either_code(toy):
    manifest = toy.manifest("MultiLineString", {"no": "integer", "tambon_code": "text"})
    across = toy.degrees(shapely.LineString([(X0 + 100, Y0 + 50), (X0 + 1900, Y0 + 50)]))
    rows = [(across, {"no": n, "tambon_code": f"83010{n}"}) for n in (1, 2)]
    assert toy.check(manifest, toy.features(*rows)).faults == []


def test_check_layer_without_reference_says_that_places_are_unchecked(toy):
    path = toy.features((shapely.Point(0, 0), {"no": 1}))
    checked = toy.check(toy.manifest(), path, is_located=False)
    assert toy.told(checked) == [(None, "outside_province", "note")]
    assert len(checked.frame) == 1


def test_check_layer_contradictory_crs_is_refused_whole(toy, tmp_path):
    path = tmp_path / "x.gpkg"
    gpd.GeoDataFrame({"no": [1]}, geometry=[shapely.Point(MIDDLE)], crs=32647).to_file(path)
    with pytest.raises(LayerFileError, match=r"EPSG:4326.*EPSG:32647"):
        toy.check(toy.manifest(), path)


def test_check_layer_metric_source_is_stored_in_degrees(toy, tmp_path):
    path = tmp_path / "x.gpkg"
    gpd.GeoDataFrame({"no": [1]}, geometry=[shapely.Point(MIDDLE)], crs=32647).to_file(path)
    checked = toy.check(toy.manifest(source={"crs": "EPSG:32647"}), path)
    assert checked.faults == []
    assert checked.frame.geometry.iloc[0].distance(toy.here()) < 1e-9


def test_load_reference_without_land_says_what_is_missing(tmp_path):
    manifests = [manifest for manifest in read_catalogue() if manifest.id == "road"]
    with pytest.raises(LayerFileError, match="land and tambon"):
        load_reference(manifests, real_data(tmp_path))
