"""JSON of Overpass servers, in the shapes of its `out` statements."""

import json

import pytest

from layers.osm_format import osm_format
from layers.readers.osm import read_osm
from twin.errors import LayerFileError

HEAD = {
    "version": 0.6,
    "generator": "Overpass API 0.7.62",
    "osm3s": {"timestamp_osm_base": "2026-05-19T20:21:22Z", "copyright": "ODbL"},
}


@pytest.fixture
def answer(toy):
    """Write an answer of these elements; a dictionary is an element, or of the answer itself."""

    def write(*elements, name="interpreter", **more):
        path = toy.folder / name
        path.write_text(json.dumps(HEAD | {"elements": elements} | more), encoding="utf-8")
        return path

    return write


@pytest.fixture
def at(toy):
    def place(dx, dy):
        point = toy.here(dx, dy)
        return {"lat": point.y, "lon": point.x}

    return place


def rows(path, take="roads"):
    return read_osm(path, take).frame.to_dict("records")


ROAD = {"type": "way", "id": 7, "tags": {"highway": "tertiary", "name": "ถนน", "oneway": "yes"}}
SCHOOL = {"amenity": "school", "name": "โรงเรียน"}


@pytest.mark.parametrize("shape", ["tags geom", "body geom", "body >; out skel"])
def test_road_is_the_same_in_every_shape(answer, at, shape):
    a, b = at(0, 0), at(100, 0)
    nodes = {"nodes": [1, 2]}
    geometry = {"geometry": [a, b], "bounds": {}}
    elements = {
        "tags geom": [ROAD | geometry],
        "body geom": [ROAD | nodes | geometry],
        "body >; out skel": [
            ROAD | nodes,
            {"type": "node", "id": 1} | a,
            {"type": "node", "id": 2} | b,
        ],
    }[shape]
    raw = read_osm(answer(*elements), "roads")
    [row] = raw.frame.to_dict("records")
    assert (row["osm_id"], row["highway"], row["name_th"], row["oneway"]) == (
        7, "tertiary", "ถนน", "yes",
    )  # fmt: skip
    assert row["length_m"] == pytest.approx(100, abs=0.1)
    assert str(raw.valid_date) == "2026-05-19"
    assert raw.faults == []


def test_object_told_twice_is_one(answer, at):
    tags = {"type": "way", "id": 7, "tags": ROAD["tags"]}
    shape = {"type": "way", "id": 7, "geometry": [at(0, 0), at(100, 0)]}
    assert len(rows(answer(tags, shape))) == 1


def test_nodes_cut_off_by_the_box_of_the_question_are_told(answer, at):
    places = [at(0, 0), at(50, 0), None, at(150, 0), at(200, 0)]
    raw = read_osm(answer(ROAD | {"geometry": places}), "roads")
    assert raw.frame["geometry"][1].geom_type == "MultiLineString"
    assert "1 of its 5 nodes are not in the file" in raw.faults[0].message_en


def test_nodes_that_were_not_asked_for_are_told(answer, at):
    node = {"type": "node", "id": 1}
    path = answer(ROAD | {"nodes": [1, 2, 3]}, node | at(0, 0), node | {"id": 2} | at(9, 0))
    assert "1 of its 3 nodes" in read_osm(path, "roads").faults[0].message_en


def test_facilities_of_all_kinds(answer, at):
    square = [at(0, 0), at(10, 0), at(10, 10), at(0, 10), at(0, 0)]
    found = rows(
        answer(
            {"type": "node", "id": 1, "tags": SCHOOL} | at(0, 0),
            {"type": "way", "id": 2, "tags": SCHOOL, "geometry": square},
            {
                "type": "relation",
                "id": 3,
                "tags": SCHOOL | {"type": "multipolygon"},
                "members": [
                    {"type": "way", "ref": 8, "role": "outer", "geometry": square[:3]},
                    {"type": "way", "ref": 9, "role": "outer", "geometry": square[2:]},
                    {"type": "node", "ref": 1, "role": "entrance"},
                ],
            },
            {"type": "count", "id": 0, "tags": {"total": "3"}},
        ),
        "facilities",
    )
    assert [row["osm_ref"] for row in found] == ["node/1", "way/2", "relation/3"]
    middle = at(5, 5)
    for row in found[1:]:
        assert row["geometry"].y == pytest.approx(middle["lat"], abs=1e-5)


def test_relation_finds_its_ways_among_the_elements(answer, at):
    relation = {
        "type": "relation",
        "id": 3,
        "tags": SCHOOL | {"type": "multipolygon"},
        "members": [{"type": "way", "ref": 8, "role": "outer"}],
    }
    places = [at(0, 0), at(10, 0), at(10, 10)]
    nodes = [{"type": "node", "id": n} | place for n, place in enumerate(places, 1)]
    way = {"type": "way", "id": 8, "nodes": [1, 2, 3, 1]}
    raw = read_osm(answer(relation, way, *nodes), "facilities")
    assert raw.faults == []
    assert raw.frame["geometry"][1].geom_type == "Point"


def test_centre_alone_is_taken_and_noted(answer, at):
    way = {"type": "way", "id": 2, "tags": SCHOOL, "nodes": [1, 2, 3, 1], "center": at(5, 5)}
    raw = read_osm(answer(way), "facilities")
    assert raw.frame["geometry"][1].y == pytest.approx(at(5, 5)["lat"])
    assert "open or not all in the file" in raw.faults[0].message_en


def test_question_without_coordinates_says_how_to_ask(answer):
    with pytest.raises(LayerFileError, match="out body geom;"):
        rows(answer(ROAD | {"nodes": [1, 2]}))


def test_answer_that_the_server_broke_off_is_refused_with_its_words(answer, at):
    path = answer(
        ROAD | {"geometry": [at(0, 0), at(9, 0)]},
        remark='runtime error: Query timed out in "query" at line 1 after 181 seconds.',
    )
    with pytest.raises(LayerFileError, match="incomplete: “runtime error: Query timed out") as told:
        rows(path)
    assert "เซิร์ฟเวอร์ตอบไม่ครบ" in told.value.th


def test_remark_of_broken_off_xml_is_refused_too(toy):
    path = toy.folder / "x.osm"
    path.write_text(
        '<?xml version="1.0"?><osm version="0.6"><node id="1" lat="7.9" lon="98.3"/>'
        "<remark> runtime error: Query run out of memory </remark></osm>"
    )
    with pytest.raises(LayerFileError, match="run out of memory"):
        rows(path)


@pytest.mark.parametrize(
    "text",
    [
        '{"osm3s": {}, "elements": [{"type": "way", "id": 1',
        '{"osm3s": {}}',
        '{"osm3s": {}, "elements": {}}',
        '{"osm3s": {}, "elements": [1]}',
        '{"osm3s": {}, "elements": [{"id": 1}]}',
        '{"elements": [{"type": "node", "id": 1, "lat": "x", "lon": 1}]}',
        '{"elements": [{"type": "way", "id": 1, "tags": {"highway": "path"}, "nodes": 5}]}',
        '{"elements": [{"type": "way", "id": 1, "tags": 5, "nodes": [5]}]}',
        '{"elements": [{"type": "way", "id": 1, "tags": {"highway": "path"}, "geometry": [{}]}]}',
        '{"elements": [{"type": "way", "id": 1, "tags": {"highway": "path"}, "geometry": [5]}]}',
    ],
)
def test_broken_answer_is_a_named_error(toy, text):
    path = toy.folder / "interpreter"
    path.write_text(text)
    assert osm_format(path) == "json"
    with pytest.raises(LayerFileError, match="interpreter"):
        rows(path)


def test_answer_too_large_for_the_memory_points_to_pbf(answer, monkeypatch):
    monkeypatch.setattr("layers.readers.osm.overpass._MAX_BYTES", 10)
    with pytest.raises(LayerFileError, match="PBF"):
        rows(answer())


@pytest.mark.parametrize("told", [{}, {"timestamp_osm_base": "soon"}, {"timestamp_osm_base": 5}])
def test_answer_without_its_time_has_no_day(answer, at, told):
    path = answer(ROAD | {"geometry": [at(0, 0), at(9, 0)]}, osm3s=told)
    assert read_osm(path, "roads").valid_date is None
