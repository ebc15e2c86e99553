"""The real data of Phuket: every row is kept, and every known defect shows up as a fault."""

from __future__ import annotations

import time
from collections import Counter

import pytest
import shapely

from layers.manifest import read_catalogue
from layers.validate import check_layer, load_reference

pytestmark = pytest.mark.real_data

MANIFESTS = {manifest.id: manifest for manifest in read_catalogue()}
#: Rows, and faults by rule, as the provenance notes of the data say.
EXPECTED = {
    "land": (30, {}),
    "province": (1, {}),
    "amphoe": (3, {}),
    "tambon": (17, {}),
    "waterway": (2203, {"outside_province": 137}),
    "road": (793, {"outside_province": 1}),
    "facility": (200, {"outside_province": 4, "duplicate_feature": 45}),
    "stop": (131, {"outside_province": 6, "in_sea": 8, "duplicate_feature": 1}),
    "bus_line": (6, {}),
    "poi": (5239, {"outside_province": 1, "in_sea": 27, "duplicate_feature": 5}),
    "population": (567, {}),
    "population_aged": (9, {"value_converted": 1}),
}


@pytest.fixture(scope="module")
def reference(data_dir):
    return load_reference(list(MANIFESTS.values()), "phuket", data_dir)


@pytest.fixture(scope="module")
def check(data_dir, reference):
    def run(layer):
        source = MANIFESTS[layer].sources["phuket"]
        return check_layer(MANIFESTS[layer], source, source.locate(data_dir), reference)

    return run


@pytest.mark.parametrize("layer", EXPECTED)
def test_check_layer_real_data_keeps_every_row_and_notes_every_defect(check, layer):
    rows, faults = EXPECTED[layer]
    checked = check(layer)
    assert (checked.rows_read, len(checked.frame), checked.quarantined) == (rows, rows, [])
    assert Counter(fault.rule for fault in checked.faults) == faults
    assert {fault.severity for fault in checked.faults} <= {"note"}
    assert checked.frame["id"].is_unique


def test_check_layer_place_without_known_position_is_refused_and_named(check):
    checked = check("place")
    assert (checked.rows_read, len(checked.frame)) == (49, 48)
    refused = checked.quarantined[0]
    assert refused.properties["name_en"] == "Rassada pier"
    assert refused.rules == ("geometry_missing",)


def test_check_layer_admin_codes_are_their_own_ids(check):
    frame = check("tambon").frame
    assert frame["id"].astype(str).tolist() == frame["code"].tolist()


def test_check_layer_population_of_2021_adds_up(check):
    frame = check("population").frame
    last = frame[frame["year"] == 2021].groupby("level")["total"].sum()
    assert last.to_dict() == {"province": 418_785, "amphoe": 418_785, "tambon": 418_785}


def test_check_layer_geometry_is_valid_and_of_the_layer_type(check):
    for layer in ("tambon", "road", "poi"):
        geometry = check(layer).frame.geometry
        assert geometry.is_valid.all()
        assert set(geometry.geom_type) == {MANIFESTS[layer].geometry_type}


def test_check_layer_tambon_codes_of_the_data_agree_with_the_places(check, reference):
    frame = check("facility").frame
    found = reference.tambon_tree.query(frame.geometry.to_crs(32647).to_numpy(), "intersects")
    codes = reference.tambon["code"].to_numpy()[found[1]]
    assert (frame["tambon_code"].to_numpy()[found[0]] == codes).all()
    assert len(codes) == 196
    assert shapely.get_num_geometries(frame.geometry.to_numpy()).max() == 1


def test_check_layer_five_thousand_points_take_less_than_two_seconds(check):
    started = time.perf_counter()
    check("poi")
    assert time.perf_counter() - started < 2
