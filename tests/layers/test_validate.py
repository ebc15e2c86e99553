"""Checks: every fault at once, refused rows kept with their reasons, nothing lost in silence."""

import json

import pandas as pd
import pytest

from layers.faults import RULE_TITLES, fault, fault_table
from layers.manifest import DEFAULT_SEVERITY
from layers.readers.raw import Reading
from layers.validate import check_file
from twin.errors import LayerFileError
from twin.types import Text

#: South-west corner of the toy island, and the place of `toy.here()`; metres of EPSG:32647.
X0, Y0 = 430_000.0, 870_000.0
MIDDLE = (X0 + 500, Y0 + 1000)


def test_rule_titles_name_every_rule():
    assert set(RULE_TITLES) == set(DEFAULT_SEVERITY)


def test_check_layer_good_rows_are_typed_and_identified(toy):
    manifest = toy.manifest(columns={"no": "integer", "name": "text", "size": "number"})
    path = toy.features((toy.here(), {"no": "๗", "name": " ก ", "size": "1,000.5"}))
    checked = toy.check(manifest, path)
    row = checked.frame.iloc[0]
    assert (row["id"], row["no"], row["name"], row["size"]) == (7, 7, "ก", 1000.5)
    assert checked.frame.geometry.name == "geom"
    assert checked.frame.crs.to_epsg() == 4326
    assert {(f.column, f.rule, f.severity) for f in checked.faults} == {
        ("no", "value_converted", "note"),
        ("size", "value_converted", "note"),
    }


def test_check_layer_text_key_has_the_same_id_in_every_load(toy):
    manifest = toy.manifest(columns={"ref": "text"})
    path = toy.features((toy.here(), {"ref": "node/1"}), (toy.here(5), {"ref": "node/2"}))
    ids = toy.check(manifest, path).frame["id"].tolist()
    path = toy.features((toy.here(5), {"ref": "node/2"}))
    assert toy.check(manifest, path).frame["id"].tolist() == ids[1:]
    assert 0 < ids[0] < 2**48


def test_check_layer_key_that_an_earlier_row_has_is_refused(toy):
    path = toy.features((toy.here(), {"no": 1}), (toy.here(9), {"no": 1}), (toy.here(), {"no": 2}))
    checked = toy.check(toy.manifest(), path)
    assert toy.told(checked) == [(2, "duplicate_key", "refuse")]
    assert "row 1" in checked.faults[0].message_en


def test_check_layer_key_of_a_refused_row_may_be_used_again(toy):
    path = toy.features((None, {"no": 1}), (toy.here(), {"no": 1}))
    checked = toy.check(toy.manifest(), path)
    assert [fault.rule for fault in checked.faults] == ["geometry_missing"]
    assert checked.frame["no"].tolist() == [1]


def test_check_layer_same_thing_twice_is_noted(toy):
    manifest = toy.manifest(
        columns={"no": "integer", "name": "text"}, source={"duplicates_by": ["name", "geom"]}
    )
    rows = [
        (toy.here(), {"no": 1, "name": "ก"}),
        (toy.here(), {"no": 2, "name": "ก"}),
        (toy.here(9), {"no": 3, "name": "ก"}),
        (toy.here(), {"no": 4, "name": None}),
        (toy.here(), {"no": 5, "name": None}),
    ]
    checked = toy.check(manifest, toy.features(*rows))
    assert toy.told(checked) == [(2, "duplicate_feature", "note")]
    assert len(checked.frame) == 5


def test_check_layer_reports_every_fault_of_every_row_at_once(toy):
    code = {"type": "text", "required": True, "values": {"a": {"th": "เอ", "en": "A"}}}
    manifest = toy.manifest(columns={"no": "integer", "kind": code, "size": "number"})
    rows = [
        (None, {"no": "x", "kind": None, "size": "ใหญ่"}),
        (toy.here(), {"no": 2, "kind": "b", "size": "1"}),
    ]
    checked = toy.check(manifest, toy.features(*rows))
    assert {(f.row, f.column, f.rule, f.severity, f.value) for f in checked.faults} == {
        (1, "geom", "geometry_missing", "refuse", None),
        (1, "no", "value_type", "refuse", "x"),
        (1, "kind", "value_missing", "refuse", None),
        (1, "size", "value_type", "refuse", "ใหญ่"),
        (2, "kind", "value_unknown", "note", "b"),
    }
    assert checked.frame["kind"].tolist() == ["b"]
    assert set(checked.quarantined[0].rules) == {"geometry_missing", "value_type", "value_missing"}


def test_check_layer_required_value_that_failed_refuses_though_failing_is_only_noted(toy):
    source = {"checks": {"value_type": "note"}}
    manifest = toy.manifest(columns={"no": "integer", "size": "number"}, source=source)
    path = toy.features((toy.here(), {"no": "x"}), (toy.here(), {"no": "2", "size": "ใหญ่"}))
    checked = toy.check(manifest, path)
    assert (1, "value_missing", "refuse") in toy.told(checked)
    assert (2, "value_type", "note") in toy.told(checked)
    assert checked.frame["size"].isna().tolist() == [True]


def test_check_layer_file_without_key_column_names_what_it_has(toy):
    path = toy.features((toy.here(), {"nr": 1, "ชื่อ": "ก"}))
    with pytest.raises(LayerFileError, match=r"no column no.*nr, ชื่อ"):
        toy.check(toy.manifest(), path)


def test_check_layer_columns_missing_and_unknown_are_told_once_for_the_file(toy):
    manifest = toy.manifest(
        columns={"no": "integer", "size": "number", "age": "number"},
        source={"fields": {"no": "nr"}, "absent": ["age"], "ignore": ["skip"]},
    )
    path = toy.features(*((toy.here(n), {"nr": n, "skip": 0, "more": 1}) for n in range(1, 4)))
    checked = toy.check(manifest, path)
    assert [(f.row, f.column, f.rule, f.value) for f in checked.faults] == [
        (None, "size", "column_missing", "size"),
        (None, None, "column_unknown", "more"),
    ]
    assert checked.frame["no"].tolist() == [1, 2, 3]


def test_check_layer_where_keeps_only_the_chosen_rows(toy):
    manifest = toy.manifest(source={"where": {"province": "83"}})
    rows = [(toy.here(), {"no": 1, "province": 83}), (toy.here(), {"no": 2, "province": 82})]
    checked = toy.check(manifest, toy.features(*rows))
    assert (checked.rows_read, checked.frame["no"].tolist(), checked.faults) == (1, [1], [])


def test_check_layer_where_of_a_field_that_is_not_there_says_so(toy):
    manifest = toy.manifest(source={"where": {"province": "83"}})
    with pytest.raises(LayerFileError, match="no column province"):
        toy.check(manifest, toy.features((toy.here(), {"no": 1})))


def test_check_layer_rule_that_is_off_tells_nothing(toy):
    manifest = toy.manifest(None, {"code": "text"}, {"checks": {"total_row": "off"}})
    checked = toy.check(manifest, toy.csv("code\nรวม\n"), is_located=False)
    assert (checked.faults, checked.frame["code"].tolist()) == ([], ["รวม"])


def test_check_layer_table_with_totals_refuses_them(toy):
    manifest = toy.manifest(None, {"code": "text", "name": "text", "people": "integer"})
    path = toy.csv('code,name,people\n1,ก,"1,000"\n2,ข,500\n99,รวม,"1,500"\n')
    checked = toy.check(manifest, path, is_located=False)
    assert [(f.row, f.rule) for f in checked.faults if f.severity == "refuse"] == [(3, "total_row")]
    assert checked.frame["people"].sum() == 1500
    assert "geom" not in checked.frame


def test_check_layer_table_of_buddhist_years_is_noted(toy):
    manifest = toy.manifest(None, {"year": "integer", "day": "date"})
    path = toy.csv("year,day\n2564,31/12/2564\n2565,2565-12-31\n")
    checked = toy.check(manifest, path, is_located=False)
    assert checked.frame["year"].tolist() == [2021, 2022]
    assert [(f.column, f.rule) for f in checked.faults] == [
        ("day", "value_converted"),
        ("year", "value_converted"),
    ]
    assert "2 rows" in checked.faults[1].message_en


def test_check_layer_word_for_no_value_is_told(toy):
    manifest = toy.manifest(None, {"code": "text", "people": "integer"})
    checked = toy.check(manifest, toy.csv("code,people\n1,รอประมวลผล\n2,-\n"), is_located=False)
    assert checked.frame["people"].isna().all()
    assert [(f.row, f.rule, f.value) for f in checked.faults] == [
        (None, "value_converted", "รอประมวลผล")
    ]


def test_check_layer_vector_from_a_table_without_coordinates_says_so(toy):
    with pytest.raises(LayerFileError, match="no geometry"):
        toy.check(toy.manifest(), toy.csv("no\n1\n"))


def test_check_layer_no_rows_is_an_empty_frame(toy):
    checked = toy.check(toy.manifest(), toy.csv("no,lon,lat\n"))
    assert (len(checked.frame), checked.faults, checked.rows_read) == (0, [], 0)
    assert {"id", "no", "geom"} == set(checked.frame)


def test_check_layer_quarantine_keeps_cells_as_json_values(toy, tmp_path):
    path = tmp_path / "x.xlsx"
    frame = pd.DataFrame({"code": [None], "day": [pd.Timestamp("2021-12-31")], "n": [5]})
    frame.to_excel(path, index=False)
    checked = toy.check(toy.manifest(None, {"code": "text"}), path, is_located=False)
    properties = checked.quarantined[0].properties
    assert json.loads(json.dumps(properties)) == properties
    assert properties["day"] == "2021-12-31 00:00:00"


def test_check_file_without_manifest_guesses_types_and_finds_places(toy):
    west, east = toy.lon_lat(*MIDDLE), toy.lon_lat(X0 + 1500, Y0 + 1000)
    path = toy.csv(
        "ชื่อ,จำนวน,tambon_code,lon,lat\n"
        + f"ก,๑๐,830101,{west[0]},{west[1]}\n" * 4
        + f"ข,สิบ,830101,{east[0]},{east[1]}\nรวม,50,,,\n",
    )
    checked = check_file(path, Reading(crs="EPSG:4326"), toy.reference)
    assert {(f.row, f.column, f.rule) for f in checked.faults if f.row} == {
        (2, "geom", "duplicate_feature"),
        (3, "geom", "duplicate_feature"),
        (4, "geom", "duplicate_feature"),
        (5, "จำนวน", "value_type"),
        (5, "tambon_code", "wrong_tambon"),
        (6, "ชื่อ", "total_row"),
        (6, "geom", "geometry_missing"),
    }


def test_check_file_csv_without_declared_crs_asks_for_it(toy):
    path = toy.csv("x,y\n433685,872185\n")
    with pytest.raises(LayerFileError, match="states no CRS"):
        check_file(path, Reading(), toy.reference)
    assert check_file(path, Reading(crs="EPSG:32647"), toy.reference).rows_read == 1


def test_check_file_table_without_places_is_checked_as_a_table(toy):
    checked = check_file(toy.csv("a\n1\nx\n3\n4\n5\n6\n"), Reading(), None)
    assert toy.told(checked) == [(2, "value_type", "refuse")]


@pytest.mark.parametrize("name", ["ปี", "ปี พ.ศ.", "พ.ศ.", "Year", "ปีงบประมาณ"])
def test_check_file_years_of_the_buddhist_era_become_common_era(toy, name):
    checked = check_file(toy.csv(f"{name}\n๒๕๖๔\n2021\n"), Reading(), None)
    assert checked.frame[name].tolist() == [2021, 2021]
    assert toy.told(checked) == [(None, "value_converted", "note")]


def test_check_file_counts_that_look_like_years_stay(toy):
    checked = check_file(toy.csv("ประชากร\n2564\n2021\n"), Reading(), None)
    assert checked.frame["ประชากร"].tolist() == [2564, 2021]


def test_fault_table_lists_a_row_once_however_often_it_is_at_fault():
    text = Text("ผิด", "wrong")
    twice = [fault(4, "geom", "geometry_invalid", value, text) for value in ("a", "b")]
    [group] = fault_table([*twice, fault(2, "geom", "geometry_invalid", "c", text)])
    assert (group.count, group.rows) == (2, (2, 4))


def test_fault_table_groups_refusals_first(toy):
    path = toy.features(*((None, {"no": n}) for n in range(9)), (toy.here(), {"no": 9, "z": 1}))
    groups = fault_table(toy.check(toy.manifest(), path).faults, rows=3)
    assert [(g.rule, g.severity, g.count, g.rows) for g in groups] == [
        ("geometry_missing", "refuse", 9, (1, 2, 3)),
        ("column_unknown", "note", 1, ()),
    ]
    assert groups[0].title.th == "ไม่มีตำแหน่ง"
