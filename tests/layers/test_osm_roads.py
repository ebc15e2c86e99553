"""Roads out of OpenStreetMap files that the tests write."""

from datetime import date

import osmium
import pytest
import shapely

from layers.faults import fault_table
from layers.manifest import read_catalogue
from layers.projection import to_metric
from layers.readers.osm import read_osm
from layers.validate import check_layer
from twin.errors import LayerFileError

FORMATS = ["x.osm.pbf", "x.osm", "x.osm.gz", "x.osm.bz2"]
ROAD = next(manifest for manifest in read_catalogue() if manifest.id == "road")


def one(raw):
    [row] = raw.frame.to_dict("records")
    return row


def told(raw, rule=None):
    return [fault.message_en for fault in raw.faults if rule in (None, fault.rule)]


def check(path, reference):
    source = ROAD.osm_source(path.name, date(2026, 1, 1))
    return check_layer(ROAD, source, path, reference)


@pytest.mark.parametrize("name", FORMATS)
def test_road_has_the_same_columns_in_every_format(extract, name):
    extract.way(
        7, [(0, 0), (100, 0), (100, 50)],
        highway="secondary", name="ถนนวิเศษ", ref="4024", oneway="-1", maxspeed="60", lanes="2",
        surface="asphalt", access="permissive", vehicle="destination", motorcycle="no", foot="yes",
        bridge="viaduct", layer="1", **{"name:en": "Wiset Road"},
    )  # fmt: skip
    row = one(read_osm(extract.write(name), "roads"))
    line = row.pop("geometry")
    assert row == {
        "osm_id": 7,
        "highway": "secondary",
        "name": "ถนนวิเศษ",
        "name_th": "ถนนวิเศษ",
        "name_en": "Wiset Road",
        "ref": "4024",
        "oneway": "-1",
        "maxspeed_kmh": 60.0,
        "lanes": 2,
        "surface": "asphalt",
        "access": "permissive",
        "motor_vehicle": "destination",
        "motorcycle": "no",
        "bicycle": "destination",
        "foot": "yes",
        "bridge": True,
        "tunnel": False,
        "layer": 1,
        "is_ferry": False,
        "length_m": pytest.approx(150, abs=0.1),
    }
    assert line.geom_type == "LineString"
    assert shapely.get_num_points(line) == 3


def test_road_without_tags_beyond_its_class_leaves_the_rest_empty(extract):
    extract.way(7, [(0, 0), (100, 0)])
    row = one(read_osm(extract.write(), "roads"))
    assert {name for name, value in row.items() if value is None} == {
        "name", "name_th", "name_en", "ref", "oneway", "maxspeed_kmh", "lanes", "surface",
        "access", "motor_vehicle", "motorcycle", "bicycle", "foot", "layer",
    }  # fmt: skip
    assert (row["bridge"], row["tunnel"], row["is_ferry"]) == (False, False, False)


def test_ways_before_their_nodes_are_read_all_the_same(toy):
    a, b = toy.here(), toy.here(100, 0)
    path = toy.folder / "x.osm"
    path.write_text(
        '<?xml version="1.0"?><!-- any --><osm version="0.6">'
        '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>'
        f'<node id="2" lat="{b.y}" lon="{b.x}"/><node id="1" lat="{a.y}" lon="{a.x}"/></osm>'
    )
    assert one(read_osm(path, "roads"))["length_m"] == pytest.approx(100, abs=0.1)


def test_repeated_node_counts_once_and_a_loop_stays(extract):
    for number, place in enumerate([(0, 0), (100, 0), (100, 100)], 1):
        extract.node(number, *place)
    extract.way(1, [1, 2, 2, 3, 1])
    raw = read_osm(extract.write(), "roads")
    line = one(raw)["geometry"]
    assert shapely.get_num_points(line) == 4
    assert line.is_ring
    assert told(raw) == []


def test_way_of_one_place_is_refused_with_its_reason(extract, reference):
    extract.node(1, 0, 0)
    extract.way(1, [1, 1])
    extract.way(2, [(0, 0), (50, 0)])
    checked = check(extract.write(), reference)
    assert checked.frame["osm_id"].tolist() == [2]
    assert [refused.properties["osm_id"] for refused in checked.quarantined] == [1]
    assert any("way/1: the file has the places of only 1" in f.message_en for f in checked.faults)


def test_missing_node_parts_the_line_and_is_told(extract, reference):
    extract.way(1, [(0, 0), (100, 0), 99, (300, 0), (400, 0), 98])
    path = extract.write()
    raw = read_osm(path, "roads")
    [line] = raw.frame["geometry"]
    assert line.geom_type == "MultiLineString"
    assert to_metric(raw.frame["geometry"].to_numpy())[0].length == pytest.approx(200, abs=0.1)
    assert told(raw, "geometry_invalid") == [
        "way/1: 2 of its 6 nodes are not in the file; the known parts are kept (2)"
    ]
    assert len(check(path, reference).frame) == 1


def test_way_without_any_node_is_refused_and_not_dropped(extract, reference):
    extract.way(1, [97, 98, 99], name="ถนนหาย")
    extract.way(2, [(0, 0), (50, 0)])
    checked = check(extract.write(), reference)
    [refused] = checked.quarantined
    assert refused.rules == ("geometry_missing",)
    assert refused.properties["name"] == "ถนนหาย"
    [group] = [each for each in fault_table(checked.faults) if each.severity == "refuse"]
    assert (group.count, group.rows) == (1, (refused.row,))
    assert "way/1" in group.example.message_en
    assert [each.rule for each in checked.faults if each.row].count("geometry_missing") == 1


def test_negative_ids_of_an_editor_are_told_as_missing(toy):
    a, b = toy.here(), toy.here(100, 0)
    path = toy.folder / "x.osm"
    path.write_text(
        f'<osm version="0.6"><node id="-1" lat="{a.y}" lon="{a.x}"/><node id="2" lat="{b.y}"'
        f' lon="{b.x}"/><node id="3" lat="{a.y}" lon="{a.x}"/><way id="1"><nd ref="-1"/>'
        '<nd ref="2"/><nd ref="3"/><tag k="highway" v="path"/></way></osm>'
    )
    assert told(read_osm(path, "roads")) == [
        "way/1: 1 of its 3 nodes are not in the file; the known parts are kept (1)"
    ]


def test_closed_way_is_a_line_unless_it_is_an_area(extract):
    square = [extract.node(n, *p) for n, p in enumerate([(0, 0), (30, 0), (30, 30), (0, 30)], 1)]
    extract.way(1, [*square, 1], junction="roundabout")
    extract.way(2, [*square, 1], highway="pedestrian", area="yes")
    extract.relation(1, [("w", 1, "outer")], type="multipolygon", highway="pedestrian")
    raw = read_osm(extract.write(), "roads")
    row = one(raw)
    assert (row["osm_id"], row["oneway"]) == (1, "yes")
    assert row["geometry"].is_ring
    assert told(raw) == [
        "2 elements are no roads to move on and were not taken: pedestrian area 1,"
        " multipolygon relation 1",
        "1 rows: not tagged; roundabouts and motorways are one-way by their meaning, e.g. in row 1",
    ]


def test_ferry_is_told_apart_and_a_bus_route_is_none(extract):
    extract.place(1, [(0, 0), (300, 0)], route="ferry", name="Rassada", foot="yes")
    extract.place(2, [(0, 0), (300, 0)], route="bus")
    extract.way(3, [(0, 0), (300, 0)], highway="service", route="ferry")
    frame = read_osm(extract.write(), "roads").frame
    assert frame[["osm_id", "highway", "is_ferry"]].to_numpy().tolist() == [
        [1, "ferry", True],
        [3, "service", False],
    ]


def test_what_is_no_road_to_move_on_is_counted_by_class(extract):
    for number, highway in enumerate(["construction", "proposed", "construction", "path"], 1):
        extract.way(number, [(0, 0), (10, number)], highway=highway)
    raw = read_osm(extract.write(), "roads")
    assert one(raw)["highway"] == "path"
    assert "construction 2, proposed 1" in told(raw)[0]


def test_values_that_are_no_numbers_stay_empty_and_are_counted(extract):
    limits = ["TH:urban", "walk", "50;80", "fast", "30 mph", "60"]
    for number, limit in enumerate(limits, 1):
        extract.way(number, [(0, 0), (10, number)], maxspeed=limit, layer="-1", tunnel="yes")
    raw = read_osm(extract.write(), "roads")
    assert raw.frame["maxspeed_kmh"].tolist() == [None, None, None, None, 48.3, 60.0]
    assert set(raw.frame["layer"]) == {-1}
    assert raw.frame["tunnel"].all()
    assert told(raw) == [
        "2 rows: a word or the code of a zone, no number; left empty, e.g. “TH:urban” in row 1",
        "1 rows: several values; left empty, e.g. “50;80” in row 3",
        "1 rows: cannot be understood; left empty, e.g. “fast” in row 4",
        "1 rows: converted to km/h, e.g. “30 mph” in row 5",
    ]


def test_roads_are_cut_to_the_area_whole_and_the_rest_is_counted(extract, reference):
    extract.way(1, [(0, 0), (100, 0)])
    extract.way(2, [(0, 0), (20_000, 0)])  # leaves the province, and is kept whole
    extract.way(3, [(20_000, 0), (20_100, 0)])  # near
    extract.way(4, [(500_000, 0), (500_100, 0)])  # so far that its nodes are not looked at
    extract.place(5, [(500_000, 0), (500_100, 0)], building="yes")
    raw = read_osm(extract.write(), "roads", reference.area)
    assert raw.frame["osm_id"].tolist() == [1, 2]
    assert raw.frame["length_m"][2] == pytest.approx(20_000, abs=1)
    assert told(raw) == ["2 more roads of the file lie outside the province and were not taken"]


def test_extract_of_another_place_says_that_nothing_is_here(extract, reference):
    extract.way(1, [(500_000, 0), (500_100, 0)])
    with pytest.raises(LayerFileError, match="holds no roads in the province; 1 lie outside"):
        read_osm(extract.write(), "roads", reference.area)


def test_checks_take_the_rows_and_leave_no_column_unknown(extract, reference):
    extract.way(1, [(0, 0), (100, 0)], lanes="2", maxspeed="50", oneway="reversible")
    extract.way(2, [(0, 0), (100, 50)], highway="primary_link")
    checked = check(extract.write(), reference)
    assert checked.faults == []
    assert checked.frame["id"].tolist() == [1, 2]
    assert {str(kind) for kind in checked.frame[["bridge", "is_ferry"]].dtypes} == {"boolean"}
    assert checked.frame["layer"].isna().all()


def test_day_of_the_data_is_that_of_the_header(extract, reference):
    extract.way(1, [(0, 0), (100, 0)])
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2026-05-19T20:21:22Z")
    assert str(check(extract.write(header=header), reference).valid_date) == "2026-05-19"
    assert check(extract.write("y.osm.pbf"), reference).valid_date is None


def test_large_file_keeps_its_nodes_on_disk_and_cleans_up(extract, monkeypatch, tmp_path):
    extract.way(1, [(0, 0), (100, 0)])
    path = extract.write()
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr("layers.readers.osm.files._SMALL_BYTES", 0)
    seen = []
    read_osm(path, "roads", progress=lambda *_: seen.extend(temporary.glob("twin-osm-*/nodes")))
    assert seen
    assert list(temporary.iterdir()) == []


def test_large_file_without_room_for_its_nodes_says_how_much_it_takes(extract, monkeypatch):
    extract.way(1, [(0, 0), (100, 0)])
    monkeypatch.setattr("layers.readers.osm.files._SMALL_BYTES", 0)
    monkeypatch.setattr("layers.readers.osm.files._INDEX_FACTOR", 10**15)
    with pytest.raises(LayerFileError, match="TMPDIR"):
        read_osm(extract.write(), "roads")


def test_progress_tells_what_is_read(extract):
    extract.way(1, [(0, 0), (100, 0)])
    seen = []
    read_osm(extract.write(), "roads", progress=lambda *step: seen.append(step))
    assert seen == [("relations", 0), ("nodes", 0), ("ways", 0)]
