"""Checks: every fault at once, refused rows kept with their reasons, nothing lost in silence."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.faults import RULE_TITLES, fault_table
from layers.manifest import DEFAULT_SEVERITY, Manifest, read_catalogue
from layers.validate import Reference, check_file, check_layer, load_reference
from twin.errors import LayerFileError

#: A square island of 2 km in two sub-districts, west and east; metres of EPSG:32647.
X0, Y0 = 430_000.0, 870_000.0
MIDDLE = (X0 + 500, Y0 + 1000)


def lon_lat(x, y):
    point = gpd.GeoSeries([shapely.Point(x, y)], crs=32647).to_crs(4326)[0]
    return point.x, point.y


@pytest.fixture(scope="module")
def reference():
    halves = [shapely.box(X0 + dx, Y0, X0 + dx + 1000, Y0 + 2000) for dx in (0, 1000)]
    tambon = {"code": ["830101", "830102"], "name_th": ["ตะวันตก", "ตะวันออก"]}
    tambon = gpd.GeoDataFrame(
        tambon | {"name_en": ["West", "East"]}, geometry=halves, crs="EPSG:32647"
    )
    land = gpd.GeoDataFrame(geometry=[shapely.box(X0, Y0, X0 + 2000, Y0 + 2000)], crs="EPSG:32647")
    return Reference(land, tambon)


def manifest_of(geometry_type="Point", columns=None, source=None, **more):
    text = {"th": "ทดสอบ", "en": "Test"}
    columns = columns or {"no": "integer"}
    return Manifest.model_validate(
        {
            "id": "thing",
            "kind": "vector" if geometry_type else "table",
            "position": 1,
            "theme": "base",
            "title": text,
            "description": text,
            "geometry_type": geometry_type,
            "key": [next(iter(columns))],
            "columns": [
                {"name": name, "title": text} | (kind if isinstance(kind, dict) else {"type": kind})
                for name, kind in columns.items()
            ],
            "sources": {
                "starter": {
                    "path": "x.geojson",
                    "crs": "EPSG:4326" if geometry_type else None,
                    "provenance": "synthetic",
                    "source": text,
                    "licence": "CC0-1.0",
                    "attribution": "nobody",
                    "valid_date": "2026-01-01",
                }
                | (source or {})
            },
        }
        | more
    )


def write_features(folder, *rows):
    """Write GeoJSON of (geometry, properties); a geometry is a shape, a GeoJSON dict or None."""
    features = [
        {
            "type": "Feature",
            "geometry": shape
            if shape is None or isinstance(shape, dict)
            else shape.__geo_interface__,
            "properties": properties,
        }
        for shape, properties in rows
    ]
    path = folder / "x.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def write_csv(folder, text):
    path = folder / "x.csv"
    path.write_text(text, encoding="utf-8")
    return path


def check(manifest, path, reference):
    return check_layer(manifest, manifest.sources["starter"], path, reference)


def told(checked):
    return [(fault.row, fault.rule, fault.severity) for fault in checked.faults]


def here(dx=0.0, dy=0.0):
    return shapely.Point(lon_lat(MIDDLE[0] + dx, MIDDLE[1] + dy))


def degrees(shape):
    return gpd.GeoSeries([shape], crs=32647).to_crs(4326)[0]


def test_rule_titles_name_every_rule():
    assert set(RULE_TITLES) == set(DEFAULT_SEVERITY)


def test_check_layer_good_rows_are_typed_and_identified(tmp_path, reference):
    manifest = manifest_of(columns={"no": "integer", "name": "text", "size": "number"})
    path = write_features(tmp_path, (here(), {"no": "๗", "name": " ก ", "size": "1,000.5"}))
    checked = check(manifest, path, reference)
    row = checked.frame.iloc[0]
    assert (row["id"], row["no"], row["name"], row["size"]) == (7, 7, "ก", 1000.5)
    assert checked.frame.geometry.name == "geom"
    assert checked.frame.crs.to_epsg() == 4326
    assert {(f.column, f.rule, f.severity) for f in checked.faults} == {
        ("no", "value_converted", "note"),
        ("size", "value_converted", "note"),
    }


def test_check_layer_text_key_has_the_same_id_in_every_load(tmp_path, reference):
    manifest = manifest_of(columns={"ref": "text"})
    path = write_features(tmp_path, (here(), {"ref": "node/1"}), (here(5), {"ref": "node/2"}))
    ids = check(manifest, path, reference).frame["id"].tolist()
    path = write_features(tmp_path, (here(5), {"ref": "node/2"}))
    assert check(manifest, path, reference).frame["id"].tolist() == ids[1:]
    assert 0 < ids[0] < 2**48


def test_check_layer_null_geometry_is_refused_with_its_properties(tmp_path, reference):
    path = write_features(tmp_path, (None, {"no": 1}), (here(), {"no": 2}))
    checked = check(manifest_of(), path, reference)
    assert told(checked) == [(1, "geometry_missing", "refuse")]
    refused = checked.quarantined[0]
    assert (refused.row, refused.rules, refused.properties, refused.geom) == (
        1,
        ("geometry_missing",),
        {"no": 1},
        None,
    )
    assert checked.frame["no"].tolist() == [2]
    assert checked.rows_read == 2


def test_check_layer_empty_geometry_is_refused(tmp_path, reference):
    path = tmp_path / "x.gpkg"
    frame = gpd.GeoDataFrame({"no": [1]}, geometry=[shapely.LineString()], crs=4326)
    frame.to_file(path)
    checked = check(manifest_of("MultiLineString"), path, reference)
    assert told(checked) == [(1, "geometry_empty", "refuse")]


def test_check_layer_bow_tie_is_repaired_and_noted(tmp_path, reference):
    tie = degrees(shapely.Polygon([(X0, Y0), (X0 + 900, Y0 + 900), (X0 + 900, Y0), (X0, Y0 + 900)]))
    checked = check(
        manifest_of("MultiPolygon"), write_features(tmp_path, (tie, {"no": 1})), reference
    )
    assert told(checked) == [(1, "geometry_invalid", "note")]
    assert "Self-intersection" in checked.faults[0].value
    repaired = checked.frame.geometry.iloc[0]
    assert repaired.is_valid
    assert repaired.geom_type == "MultiPolygon"
    assert shapely.get_num_geometries(repaired) == 2


def test_check_layer_line_of_one_place_is_refused_since_a_repair_makes_a_point(tmp_path, reference):
    line = shapely.LineString([here(), here()])
    checked = check(
        manifest_of("MultiLineString"), write_features(tmp_path, (line, {"no": 1})), reference
    )
    assert told(checked) == [(1, "geometry_invalid", "refuse")]
    assert checked.quarantined[0].geom.equals(line)


@pytest.mark.parametrize(
    ("geometry_type", "shape"),
    [
        ("Point", shapely.MultiPoint([(98.3, 7.9), (98.4, 7.9)])),
        ("Point", shapely.LineString([(98.3, 7.9), (98.4, 7.9)])),
        ("MultiLineString", shapely.box(98.3, 7.9, 98.31, 7.91)),
        ("MultiPolygon", shapely.GeometryCollection([shapely.Point(98.3, 7.9)])),
    ],
)
def test_check_layer_wrong_geometry_type_is_refused(tmp_path, reference, geometry_type, shape):
    path = write_features(tmp_path, (shape, {"no": 1}))
    checked = check(manifest_of(geometry_type), path, reference)
    assert (1, "geometry_type", "refuse") in told(checked)
    assert len(checked.frame) == 0


@pytest.mark.parametrize(
    ("geometry_type", "single"),
    [
        ("MultiPoint", shapely.Point(MIDDLE)),
        ("MultiLineString", shapely.LineString([MIDDLE, (X0 + 10, Y0 + 10)])),
        ("MultiPolygon", shapely.box(X0, Y0, X0 + 5, Y0 + 5)),
    ],
)
def test_check_layer_single_geometry_becomes_its_multi(tmp_path, reference, geometry_type, single):
    path = write_features(tmp_path, (degrees(single), {"no": 1}))
    checked = check(manifest_of(geometry_type), path, reference)
    assert checked.faults == []
    assert checked.frame.geometry.iloc[0].geom_type == geometry_type


def test_check_layer_multipoint_of_one_is_a_point(tmp_path, reference):
    path = write_features(tmp_path, (shapely.MultiPoint([here()]), {"no": 1}))
    assert check(manifest_of(), path, reference).frame.geometry.iloc[0].geom_type == "Point"


def test_check_layer_heights_are_dropped_and_said_so(tmp_path, reference):
    lon, lat = lon_lat(*MIDDLE)
    path = write_features(tmp_path, (shapely.Point(lon, lat, 12.5), {"no": 1}))
    checked = check(manifest_of(), path, reference)
    assert told(checked) == [(None, "value_converted", "note")]
    assert not checked.frame.geometry.iloc[0].has_z


def test_check_layer_zero_heights_are_nothing_to_tell(tmp_path, reference):
    lon, lat = lon_lat(*MIDDLE)
    path = write_features(tmp_path, (shapely.Point(lon, lat, 0.0), {"no": 1}))
    assert check(manifest_of(), path, reference).faults == []


@pytest.mark.parametrize(
    ("xy", "hint"),
    [
        ((7.9, 98.3), "swapped"),
        ((433_685.0, 872_185.0), "metres of UTM"),
        ((98.3, -90.0), "no place on earth"),
    ],
)
def test_check_layer_coordinates_off_the_earth_are_refused_with_a_hint(
    tmp_path, reference, xy, hint
):
    source = {"checks": {"outside_province": "note"}}
    path = write_features(tmp_path, (shapely.Point(xy), {"no": 1}))
    checked = check(manifest_of(source=source), path, reference)
    assert told(checked) == [(1, "geometry_invalid", "refuse")]
    assert hint in checked.faults[0].message_en
    assert checked.quarantined[0].geom is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_check_layer_coordinates_that_are_not_finite_are_refused(tmp_path, reference, bad):
    path = tmp_path / "x.parquet"
    with np.errstate(invalid="ignore"):
        line = shapely.linestrings([[98.3, 7.9], [98.31, bad]])
    gpd.GeoDataFrame({"no": [1]}, geometry=[line], crs=4326).to_parquet(path)
    checked = check(manifest_of("MultiLineString"), path, reference)
    assert told(checked) == [(1, "geometry_invalid", "refuse")]
    assert checked.quarantined[0].geom is None


@pytest.mark.parametrize(("dx", "rules"), [(-1400, []), (-1600, ["outside_province"])])
def test_check_layer_outside_is_beyond_one_kilometre(tmp_path, reference, dx, rules):
    source = {"checks": {"in_sea": "off"}}
    path = write_features(tmp_path, (here(dx), {"no": 1}))
    checked = check(manifest_of(source=source), path, reference)
    assert [fault.rule for fault in checked.faults] == rules
    assert len(checked.frame) == (0 if rules else 1)


def test_check_layer_outside_row_that_is_noted_stays(tmp_path, reference):
    source = {"checks": {"outside_province": "note"}}
    path = write_features(tmp_path, (shapely.Point(100.5, 13.7), {"no": 1}))
    checked = check(manifest_of(source=source), path, reference)
    assert told(checked) == [(1, "outside_province", "note")]
    assert len(checked.frame) == 1
    assert "ไกลมาก" in checked.faults[0].message_th


@pytest.mark.parametrize(("dx", "rules"), [(-520, []), (-540, ["in_sea"])])
def test_check_layer_sea_begins_thirty_metres_off_the_shore(tmp_path, reference, dx, rules):
    path = write_features(tmp_path, (here(dx), {"no": 1}))
    assert [fault.rule for fault in check(manifest_of(), path, reference).faults] == rules


def test_check_layer_line_that_touches_land_is_not_in_the_sea(tmp_path, reference):
    pier = degrees(shapely.LineString([(X0 + 5, Y0 + 500), (X0 - 600, Y0 + 500)]))
    path = write_features(tmp_path, (pier, {"no": 1}))
    assert check(manifest_of("MultiLineString"), path, reference).faults == []


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
def test_check_layer_tambon_code_against_the_place(tmp_path, reference, dx, code, is_fault):
    off = {"checks": {"in_sea": "off", "outside_province": "off"}}
    manifest = manifest_of(columns={"no": "integer", "tambon_code": "text"}, source=off)
    path = write_features(tmp_path, (here(dx), {"no": 1, "tambon_code": code}))
    checked = check(manifest, path, reference)
    assert [fault.rule for fault in checked.faults] == (["wrong_tambon"] if is_fault else [])
    assert len(checked.frame) == 1


def test_check_layer_line_across_a_border_may_have_either_code(tmp_path, reference):
    manifest = manifest_of("MultiLineString", {"no": "integer", "tambon_code": "text"})
    across = degrees(shapely.LineString([(X0 + 100, Y0 + 50), (X0 + 1900, Y0 + 50)]))
    rows = [(across, {"no": n, "tambon_code": f"83010{n}"}) for n in (1, 2)]
    assert check(manifest, write_features(tmp_path, *rows), reference).faults == []


def test_check_layer_without_reference_says_that_places_are_unchecked(tmp_path):
    path = write_features(tmp_path, (shapely.Point(0, 0), {"no": 1}))
    checked = check(manifest_of(), path, None)
    assert told(checked) == [(None, "outside_province", "note")]
    assert len(checked.frame) == 1


def test_check_layer_key_that_an_earlier_row_has_is_refused(tmp_path, reference):
    path = write_features(tmp_path, (here(), {"no": 1}), (here(9), {"no": 1}), (here(), {"no": 2}))
    checked = check(manifest_of(), path, reference)
    assert told(checked) == [(2, "duplicate_key", "refuse")]
    assert "row 1" in checked.faults[0].message_en


def test_check_layer_key_of_a_refused_row_may_be_used_again(tmp_path, reference):
    path = write_features(tmp_path, (None, {"no": 1}), (here(), {"no": 1}))
    checked = check(manifest_of(), path, reference)
    assert [fault.rule for fault in checked.faults] == ["geometry_missing"]
    assert checked.frame["no"].tolist() == [1]


def test_check_layer_same_thing_twice_is_noted(tmp_path, reference):
    manifest = manifest_of(
        columns={"no": "integer", "name": "text"}, source={"duplicates_by": ["name", "geom"]}
    )
    rows = [
        (here(), {"no": 1, "name": "ก"}),
        (here(), {"no": 2, "name": "ก"}),
        (here(9), {"no": 3, "name": "ก"}),
        (here(), {"no": 4, "name": None}),
        (here(), {"no": 5, "name": None}),
    ]
    checked = check(manifest, write_features(tmp_path, *rows), reference)
    assert told(checked) == [(2, "duplicate_feature", "note")]
    assert len(checked.frame) == 5


def test_check_layer_reports_every_fault_of_every_row_at_once(tmp_path, reference):
    code = {"type": "text", "required": True, "values": {"a": {"th": "เอ", "en": "A"}}}
    manifest = manifest_of(columns={"no": "integer", "kind": code, "size": "number"})
    rows = [
        (None, {"no": "x", "kind": None, "size": "ใหญ่"}),
        (here(), {"no": 2, "kind": "b", "size": "1"}),
    ]
    checked = check(manifest, write_features(tmp_path, *rows), reference)
    assert {(f.row, f.column, f.rule, f.severity, f.value) for f in checked.faults} == {
        (1, "geom", "geometry_missing", "refuse", None),
        (1, "no", "value_type", "refuse", "x"),
        (1, "kind", "value_missing", "refuse", None),
        (1, "size", "value_type", "refuse", "ใหญ่"),
        (2, "kind", "value_unknown", "note", "b"),
    }
    assert checked.frame["kind"].tolist() == ["b"]
    assert set(checked.quarantined[0].rules) == {"geometry_missing", "value_type", "value_missing"}


def test_check_layer_required_value_that_failed_refuses_though_failing_is_only_noted(
    tmp_path, reference
):
    source = {"checks": {"value_type": "note"}}
    manifest = manifest_of(columns={"no": "integer", "size": "number"}, source=source)
    path = write_features(tmp_path, (here(), {"no": "x"}), (here(), {"no": "2", "size": "ใหญ่"}))
    checked = check(manifest, path, reference)
    assert (1, "value_missing", "refuse") in told(checked)
    assert (2, "value_type", "note") in told(checked)
    assert checked.frame["size"].isna().tolist() == [True]


def test_check_layer_file_without_key_column_names_what_it_has(tmp_path, reference):
    path = write_features(tmp_path, (here(), {"nr": 1, "ชื่อ": "ก"}))
    with pytest.raises(LayerFileError, match=r"no column no.*nr, ชื่อ"):
        check(manifest_of(), path, reference)


def test_check_layer_columns_missing_and_unknown_are_told_once_for_the_file(tmp_path, reference):
    manifest = manifest_of(
        columns={"no": "integer", "size": "number", "age": "number"},
        source={"fields": {"no": "nr"}, "absent": ["age"], "ignore": ["skip"]},
    )
    path = write_features(
        tmp_path, *((here(n), {"nr": n, "skip": 0, "more": 1}) for n in range(1, 4))
    )
    checked = check(manifest, path, reference)
    assert [(f.row, f.column, f.rule, f.value) for f in checked.faults] == [
        (None, "size", "column_missing", "size"),
        (None, None, "column_unknown", "more"),
    ]
    assert checked.frame["no"].tolist() == [1, 2, 3]


def test_check_layer_where_keeps_only_the_chosen_rows(tmp_path, reference):
    manifest = manifest_of(source={"where": {"province": "83"}})
    rows = [(here(), {"no": 1, "province": 83}), (here(), {"no": 2, "province": 82})]
    checked = check(manifest, write_features(tmp_path, *rows), reference)
    assert (checked.rows_read, checked.frame["no"].tolist(), checked.faults) == (1, [1], [])


def test_check_layer_contradictory_crs_is_refused_whole(tmp_path, reference):
    path = tmp_path / "x.gpkg"
    gpd.GeoDataFrame({"no": [1]}, geometry=[shapely.Point(MIDDLE)], crs=32647).to_file(path)
    with pytest.raises(LayerFileError, match=r"EPSG:4326.*EPSG:32647"):
        check(manifest_of(), path, reference)


def test_check_layer_metric_source_is_stored_in_degrees(tmp_path, reference):
    path = tmp_path / "x.gpkg"
    gpd.GeoDataFrame({"no": [1]}, geometry=[shapely.Point(MIDDLE)], crs=32647).to_file(path)
    checked = check(manifest_of(source={"crs": "EPSG:32647"}), path, reference)
    assert checked.faults == []
    assert checked.frame.geometry.iloc[0].distance(here()) < 1e-9


def test_check_layer_table_with_totals_refuses_them(tmp_path):
    manifest = manifest_of(None, {"code": "text", "name": "text", "people": "integer"})
    path = write_csv(tmp_path, 'code,name,people\n1,ก,"1,000"\n2,ข,500\n99,รวม,"1,500"\n')
    checked = check(manifest, path, None)
    assert [(f.row, f.rule) for f in checked.faults if f.severity == "refuse"] == [(3, "total_row")]
    assert checked.frame["people"].sum() == 1500
    assert "geom" not in checked.frame


def test_check_layer_table_of_buddhist_years_is_noted(tmp_path):
    manifest = manifest_of(None, {"year": "integer", "day": "date"})
    path = write_csv(tmp_path, "year,day\n2564,31/12/2564\n2565,2565-12-31\n")
    checked = check(manifest, path, None)
    assert checked.frame["year"].tolist() == [2021, 2022]
    assert [(f.column, f.rule) for f in checked.faults] == [
        ("day", "value_converted"),
        ("year", "value_converted"),
    ]
    assert "2 rows" in checked.faults[1].message_en


def test_check_layer_word_for_no_value_is_told(tmp_path):
    manifest = manifest_of(None, {"code": "text", "people": "integer"})
    checked = check(manifest, write_csv(tmp_path, "code,people\n1,รอประมวลผล\n2,-\n"), None)
    assert checked.frame["people"].isna().all()
    assert [(f.row, f.rule, f.value) for f in checked.faults] == [
        (None, "value_converted", "รอประมวลผล")
    ]


def test_check_layer_vector_from_a_table_without_coordinates_says_so(tmp_path, reference):
    with pytest.raises(LayerFileError, match="no geometry"):
        check(manifest_of(), write_csv(tmp_path, "no\n1\n"), reference)


def test_check_layer_no_rows_is_an_empty_frame(tmp_path, reference):
    checked = check(manifest_of(), write_csv(tmp_path, "no,lon,lat\n"), reference)
    assert (len(checked.frame), checked.faults, checked.rows_read) == (0, [], 0)
    assert {"id", "no", "geom"} == set(checked.frame)


def test_check_layer_quarantine_keeps_cells_as_json_values(tmp_path):
    path = tmp_path / "x.xlsx"
    frame = pd.DataFrame({"code": [None], "day": [pd.Timestamp("2021-12-31")], "n": [5]})
    frame.to_excel(path, index=False)
    checked = check(manifest_of(None, {"code": "text"}), path, None)
    properties = checked.quarantined[0].properties
    assert json.loads(json.dumps(properties)) == properties
    assert properties["day"] == "2021-12-31 00:00:00"


def test_check_file_without_manifest_guesses_types_and_finds_places(tmp_path, reference):
    west, east = lon_lat(*MIDDLE), lon_lat(X0 + 1500, Y0 + 1000)
    path = write_csv(
        tmp_path,
        "ชื่อ,จำนวน,tambon_code,lon,lat\n"
        + f"ก,๑๐,830101,{west[0]},{west[1]}\n" * 4
        + f"ข,สิบ,830101,{east[0]},{east[1]}\nรวม,50,,,\n",
    )
    checked = check_file(path, "EPSG:4326", reference)
    assert {(f.row, f.column, f.rule) for f in checked.faults if f.row} == {
        (2, "geom", "duplicate_feature"),
        (3, "geom", "duplicate_feature"),
        (4, "geom", "duplicate_feature"),
        (5, "จำนวน", "value_type"),
        (5, "tambon_code", "wrong_tambon"),
        (6, "ชื่อ", "total_row"),
        (6, "geom", "geometry_missing"),
    }


def test_check_file_csv_without_declared_crs_asks_for_it(tmp_path, reference):
    path = write_csv(tmp_path, "x,y\n433685,872185\n")
    with pytest.raises(LayerFileError, match="states no CRS"):
        check_file(path, None, reference)
    assert check_file(path, "EPSG:32647", reference).rows_read == 1


def test_check_file_table_without_places_is_checked_as_a_table(tmp_path):
    checked = check_file(write_csv(tmp_path, "a\n1\nx\n3\n4\n5\n6\n"), None, None)
    assert told(checked) == [(2, "value_type", "refuse")]


def test_fault_table_groups_refusals_first(tmp_path, reference):
    path = write_features(
        tmp_path, *((None, {"no": n}) for n in range(9)), (here(), {"no": 9, "z": 1})
    )
    groups = fault_table(check(manifest_of(), path, reference).faults, rows=3)
    assert [(g.rule, g.severity, g.count, g.rows) for g in groups] == [
        ("geometry_missing", "refuse", 9, (1, 2, 3)),
        ("column_unknown", "note", 1, ()),
    ]
    assert groups[0].title.th == "ไม่มีตำแหน่ง"


def test_reference_digest_follows_geometry_and_codes(reference):
    same = Reference(reference.land.copy(), reference.tambon.copy())
    moved = Reference(
        reference.land,
        reference.tambon.translate(1).to_frame("geometry").assign(code=reference.tambon["code"]),
    )
    assert same.sha256 == reference.sha256
    assert moved.sha256 != reference.sha256


def test_load_reference_without_land_says_what_is_missing(tmp_path):
    manifests = [manifest for manifest in read_catalogue() if manifest.id == "road"]
    with pytest.raises(LayerFileError, match="land and tambon"):
        load_reference(manifests, "phuket", tmp_path)
