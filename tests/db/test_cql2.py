"""CQL2 on the toy island: what it selects, what it refuses, and that the index is used."""

import json
import math
import time

import cql2
import pytest
from geopandas import GeoDataFrame
from pandas import DataFrame
from shapely import Point, box
from sqlalchemy import text

from twin.crs import CRS84, OFFERED_CRS
from twin.db.engine import make_engine
from twin.errors import InvalidInputError
from twin.queries.catalogue import describe, get_layer
from twin.queries.cql2 import Filter
from twin.queries.item_query import ItemQuery, read_query
from twin.queries.pages import Statements, find_items
from twin.testing import centre, make_columns, make_spec, publish_layer, square, to_degrees

UTM = next(crs for crs in OFFERED_CRS.values() if crs.srid == 32647)
LAT_LON = next(crs for crs in OFFERED_CRS.values() if crs.is_lat_first)
CELL = square(1, 1).wkt
MIDDLE = centre(1, 1)


@pytest.fixture(scope="module")
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def ids(connection, layer_id, condition, language="cql2-text", crs=CRS84):
    layer = get_layer(connection, layer_id).described
    query = ItemQuery(filter=Filter(condition, language, crs), limit=1000)
    return [feature["id"] for feature in find_items(connection, layer, query).features]


@pytest.mark.parametrize(
    ("layer_id", "condition", "expected"),
    [
        ("facility", "amenity = 'school'", [1, 3]),
        ("facility", "'school' = amenity", [1, 3]),
        ("facility", "amenity <> 'school'", [2]),
        ("facility", "name_th = 'โรงเรียนน้ำใส'", [3]),
        ("facility", '"amenity" = \'school\' AND code > \'F1\'', [3]),
        ("facility", "amenity = 'hospital' OR code = 'F1'", [1, 2]),
        ("facility", "NOT amenity = 'school'", [2]),
        ("facility", "NOT (amenity = 'school' AND code = 'F1')", [2, 3]),
        ("facility", "name_en LIKE '%School'", [1, 3]),
        ("facility", "name_en LIKE '_hird%'", [3]),
        ("facility", "name_en NOT LIKE '%School'", [2]),
        ("facility", "CASEI(name_en) LIKE CASEI('%SCHOOL')", [1, 3]),
        ("facility", "CASEI(name_en) = 'third school'", [3]),
        ("facility", "CASEI(name_th) = CASEI('โรงเรียนน้ำใส')", [3]),
        ("facility", "CASEI('STRAẞE København') = CASEI('strasse KØBENHAVN')", [1, 2, 3]),
        ("facility", "CASEI('ΣΟΦΌΣ') = CASEI('σοφός')", [1, 2, 3]),
        ("facility", "CASEI('ılık') = CASEI('ILIK')", []),
        ("facility", "ACCENTI(name_en) = ACCENTI('Thírd Schoöl')", [3]),
        ("facility", "ACCENTI(name_th) = 'โรงเรียนน้ำใส'", [3]),
        ("facility", "code IN ('F1', 'F3', 'F9')", [1, 3]),
        ("facility", "code NOT IN ('F1', 'F3')", [2]),
        ("facility", "code = name_en", []),
        ("facility", "code < name_en", [1, 3]),
        ("facility", "code = 'it''s'", []),
        ("facility", "code = '; DROP TABLE layer.facility --'", []),
        ("facility", "id = 2", [2]),
        ("facility", "true", [1, 2, 3]),
        ("facility", "false", []),
        ("facility", "1 = 1 AND 'a' <> 'b'", [1, 2, 3]),
        ("road", "name IS NULL", [11, 12, 13, 14]),
        ("road", "name IS NOT NULL", [10]),
        ("road", "NOT name = 'x'", [10]),
        ("grid", "people = 23", [123]),
        ("grid", "people = 23.0", [123]),
        ("grid", "people = 22.5", []),
        ("grid", "people > 41.5", [142, 143, 144]),
        ("grid", "people BETWEEN 41 AND 43", [141, 142, 143]),
        ("grid", "people NOT BETWEEN 1 AND 43", [100, 144]),
        ("grid", "people IN (0, 44, 44.5)", [100, 144]),
        ("grid", "share = 2.3", [123]),
        ("grid", "share <= 0.1", [100, 101]),
        ("grid", "people = share * 10 AND people > 43", [144]),
        ("grid", "people + 1 = 45", [144]),
        ("grid", "people / 10 = 4.4", [144]),
        ("grid", "people DIV 10 = 4 AND people % 10 = 4", [144]),
        ("grid", "-people = -44", [144]),
        ("grid", "people ^ 2 = 1936", [144]),
        ("grid", "people / 0 = 1 OR people % 0 = 1", []),
        ("population", "is_counted", [2, 3, 4, 5]),
        ("population", "is_counted = false", [0, 1]),
        ("population", "is_counted > false", [2, 3, 4, 5]),
        ("population", "false >= is_counted", [0, 1]),
        ("population", "NOT is_counted", [0, 1]),
        ("population", "reference_date = DATE('2020-12-31')", [2, 3]),
        ("population", "reference_date > TIMESTAMP('2020-12-31T12:00:00Z')", [4, 5]),
        ("population", "reference_date BETWEEN DATE('2020-01-01') AND DATE('2020-12-31')", [2, 3]),
        ("population", "T_AFTER(reference_date, DATE('2020-12-31'))", [4, 5]),
        ("population", "T_BEFORE(reference_date, DATE('2020-12-31'))", [0, 1]),
        ("population", "T_EQUALS(reference_date, DATE('2020-12-31'))", [2, 3]),
        ("population", "T_DISJOINT(reference_date, DATE('2020-12-31'))", [0, 1, 4, 5]),
        ("population", "T_INTERSECTS(reference_date, INTERVAL('2020-12-31', '..'))", [2, 3, 4, 5]),
        ("population", "T_INTERSECTS(reference_date, INTERVAL('..', '2019-12-31'))", [0, 1]),
        ("population", "T_DURING(reference_date, INTERVAL('2019-12-31', '2021-12-31'))", [2, 3]),
        ("population", "T_STARTS(INTERVAL(reference_date, '2021-06-01'),"
         " INTERVAL('2020-12-31', '2021-12-31'))", [2, 3]),
        ("population", "T_MEETS(INTERVAL('2019-01-01', reference_date),"
         " INTERVAL('2020-12-31', '..'))", [2, 3]),
        ("population", "T_OVERLAPS(INTERVAL('2019-01-01', reference_date),"
         " INTERVAL('2020-01-01', '2021-01-01'))", [2, 3]),
    ],
)  # fmt: skip
def test_condition_selects(island, layer_id, condition, expected):
    assert ids(island, layer_id, condition) == expected
    as_json = json.dumps(cql2.parse_text(condition).to_json())
    assert ids(island, layer_id, as_json, "cql2-json") == expected


ALL = [100 + 10 * column + row for column in range(5) for row in range(5)]
INNER = [110, 111, 112, 100, 101, 102, 120, 121, 122]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (f"S_INTERSECTS(geom, {MIDDLE.wkt})", [111]),
        (f"S_INTERSECTS({MIDDLE.wkt}, geom)", [111]),
        (f"S_INTERSECTS(geom, {square(1, 1).buffer(-1e-5).wkt})", [111]),
        (f"S_INTERSECTS(geom, {square(1, 1).buffer(1e-6).wkt})", sorted(INNER)),
        (f"S_DISJOINT(geom, {square(1, 1).buffer(1e-6).wkt})", sorted({*ALL} - {*INNER})),
        (f"S_WITHIN(geom, {square(1, 1).buffer(1e-6).wkt})", [111]),
        (f"S_CONTAINS({square(1, 1).buffer(1e-6).wkt}, geom)", [111]),
        (f"S_CONTAINS(geom, {MIDDLE.wkt})", [111]),
        (f"S_WITHIN(geom, {MIDDLE.wkt})", []),
        (f"S_TOUCHES(geom, {MIDDLE.wkt})", []),
        (f"S_CROSSES({MIDDLE.buffer(2e-3).boundary.wkt}, geom)", None),
        (f"S_OVERLAPS(geom, {MIDDLE.buffer(7e-4).wkt})", sorted({*INNER} - {111})),
        (f"S_INTERSECTS(geom, MULTIPOINT({MIDDLE.x} {MIDDLE.y}, 0 0))", [111]),
        (f"S_INTERSECTS(geom, LINESTRING({MIDDLE.x} {MIDDLE.y}, {MIDDLE.x} {MIDDLE.y + 1e-4}))",
         [111]),
        (f"S_INTERSECTS(geom, GEOMETRYCOLLECTION({MIDDLE.wkt}, POINT (0 0)))", [111]),
        (f"S_INTERSECTS(geom, BBOX({MIDDLE.x}, {MIDDLE.y}, {MIDDLE.x + 1e-4}, {MIDDLE.y}))", [111]),
        (f"S_INTERSECTS(geom, BBOX({MIDDLE.x}, {MIDDLE.y}, 0, {MIDDLE.x}, {MIDDLE.y}, 9))", [111]),
        (f"S_INTERSECTS(geom, POINT Z ({MIDDLE.x} {MIDDLE.y} 5))", [111]),
        ("S_INTERSECTS(geom, BBOX(-180, -90, 180, 90))", ALL),
        ("S_INTERSECTS(geom, BBOX(0, 0, 1, 1))", []),
        ("S_EQUALS(geom, geom) AND people = 3", [103]),
        ("geom IS NULL", []),
        (f"S_INTERSECTS(geometry, {MIDDLE.wkt}) AND people < 12 AND code LIKE '1-%'", [111]),
        (f"NOT S_INTERSECTS(geom, {MIDDLE.wkt}) AND people > 43", [144]),
    ],
)  # fmt: skip
def test_spatial_condition_selects(island, condition, expected):
    found = ids(island, "grid", condition)
    if expected is None:
        assert 0 < len(found) < 25
    else:
        assert found == expected


def test_geometries_are_read_in_the_filter_crs(island):
    utm = "S_INTERSECTS(geom, POINT(430150 873150))"
    assert ids(island, "grid", utm, crs=UTM) == [111]
    assert ids(island, "grid", "S_WITHIN(geom, BBOX(430099,873099,430201,873201))", crs=UTM) == [
        111
    ]
    swapped = f"S_INTERSECTS(geom, POINT({MIDDLE.y} {MIDDLE.x}))"
    assert ids(island, "grid", swapped, crs=LAT_LON) == [111]
    south_west, north_east = centre(1, 1), centre(2, 1)
    box_lat_lon = f"{south_west.y},{south_west.x},{north_east.y + 1e-6},{north_east.x}"
    assert ids(island, "grid", f"S_INTERSECTS(geom, BBOX({box_lat_lon}))", crs=LAT_LON) == [
        111,
        121,
    ]


@pytest.mark.parametrize(
    ("layer_id", "condition", "told"),
    [
        ("facility", "", "CQL2 text"),
        ("facility", "amenity =", "1:10"),
        ("facility", "amenity = 'school' school", "1:20"),
        ("facility", "colour = 'red'", "`colour`"),
        ("facility", "amenity = 1", "`amenity` is a text and `1.0` is a number"),
        ("facility", "amenity", "`amenity` is a text, not a truth value"),
        ("facility", "'school'", "a truth value"),
        ("facility", "amenity LIKE 5", "`5.0`"),
        ("facility", "people > 3", "`people`"),
        ("facility", "amenity IN (1)", "not a text"),
        ("facility", "geom = POINT(1 2)", "s_equals"),
        ("facility", "amenity > geom", "`geom` is a geometry"),
        ("facility", "nonsense(amenity) = 1", '`"nonsense"`'),
        ("facility", "A_CONTAINS(amenity, ('x','y'))", '`"a_contains"`'),
        ("facility", "amenity + 1 = 2", "not a number"),
        ("facility", "CASEI(id) = 'x'", "not a text"),
        ("facility", "S_INTERSECTS(geom, amenity)", "not a geometry"),
        ("facility", "S_INTERSECTS(geom, POINT(1 95))", "filter-crs"),
        ("facility", "S_INTERSECTS(geom, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "not valid"),
        ("facility", "S_INTERSECTS(geom, POLYGON((0 0, 1 1)))", "Polygon"),
        ("facility", "S_INTERSECTS(geom, BBOX(2, 0, 1, 1))", "ends before"),
        ("facility", "S_INTERSECTS(geom, POINT(1e999 1))", "filter"),
        ("facility", "S_NEAR(geom, POINT(1 1))", "S_NEAR"),
        ("population", "S_INTERSECTS(geom, POINT(1 1))", "`geom`"),
        ("population", "reference_date = '2020-12-31'", "DATE('2021-12-31')"),
        ("population", "reference_date = DATE('31/12/2563')", "31/12/2563"),
        ("population", "reference_date > TIMESTAMP('2020-12-31T99:00:00Z')", "2020-12-31T99"),
        ("population", "T_AFTER(total, DATE('2020-12-31'))", "not a date"),
        ("population", "T_DURING(reference_date, INTERVAL('x', '..'))", '`"x"`'),
        ("population", "is_counted BETWEEN false AND true", "not a number"),
        ("grid", "people = 1e999", "too large"),
        ("grid", "NOT people", "not a truth value"),
        ("grid", "people = NULL", "`null`"),
        ("grid", "(" * 3000 + "people = 1" + ")" * 3000, "24 deep"),
        ("grid", "NOT " * 2000 + "people = 1", "24 deep"),
        ("grid", "people IN (" * 20 + "-" * 20 + "1" + ")" * 20, "24 deep"),
        ("grid", "people = 1" + " + 1" * 2000, "24 deep"),
        ("grid", " OR ".join(["id=1"] * 700), "1,000 parts"),
        ("grid", "people IN (" + ",".join(["1"] * 2000) + ")", "1,000 parts"),
        ("grid", "people = 1 OR code = '" + "x" * 10_000 + "'", "10,000 characters"),
        ("grid", "code = 'a\x00b'", "control"),
        ("grid", "code = '\ud800'", "control"),
    ],
)
def test_condition_that_cannot_be_used_says_why(island, layer_id, condition, told):
    with pytest.raises(InvalidInputError) as fault:
        ids(island, layer_id, condition)
    assert fault.value.parameter == "filter"
    assert told in fault.value.en
    assert "`filter`" in fault.value.th


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 20 + "people = 1",
        "NOT (" * 20 + "people = 1" + ")" * 20,
        "(people = 1 AND " * 20,
        "people IN " + "(" * 20 + "1, 2" + ")" * 20,
        "(" * 6 + "people = 1 AND " * 500,
        "(" * 20,
    ],
)
def test_condition_that_would_keep_the_parser_busy_is_refused_first(island, condition):
    began = time.process_time()
    with pytest.raises(InvalidInputError):
        ids(island, "grid", condition)
    assert time.process_time() - began < 1


def test_condition_of_many_brackets_is_read(island):
    condition = "((people = 1 OR people = 2) AND (share > 0 OR (people > 3 AND (share < 9))))"
    assert ids(island, "grid", f"({condition} OR NOT (people < 44))") == [101, 102, 144]
    ring = ", ".join(f"{98.3 + n / 1e4} 7.8" for n in range(400)) + ", 98.35 8, 98.3 7.8"
    assert ids(island, "grid", f"S_INTERSECTS(geom, MULTIPOLYGON((({ring})))) AND (id > 0)") == []


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "nul",
        "[" * 9_000,
        "[]",
        "{}",
        "1",
        "null",
        '"people"',
        '{"op": 5, "args": []}',
        '{"op": "=", "args": [{"property": "people"}]}',
        '{"op": "=", "args": [{"property": "people"}, null]}',
        '{"op": "=", "args": [{"property": ["people"]}, 1]}',
        '{"op": "=", "args": {"property": "people"}}',
        '{"op": "=", "args": [{"property": "people"}, NaN]}',
        '{"op": "=", "args": [{"property": "people"}, 1e999]}',
        '{"op": "=", "args": [{"property": "code"}, "\\u0000"]}',
        '{"op": "=", "args": [{"property": "code"}, "\\ud800"]}',
        '{"op": "and", "args": []}',
        '{"op": "not", "args": []}',
        '{"op": "in", "args": [{"property": "people"}, []]}',
        '{"op": "in", "args": [{"property": "people"}, 5]}',
        '{"op": "between", "args": [{"property": "people"}, 1]}',
        '{"op": "s_intersects", "args": [{"property": "geom"}, {"type": "Point"}]}',
        '{"op": "s_intersects", "args": [{"property": "geom"}, {"type": "Cube"}]}',
        '{"op": "s_intersects", "args": [{"property": "geom"}, {"type": 5}]}',
        '{"op": "s_intersects", "args": [{"property": "geom"},'
        ' {"type": "Point", "coordinates": []}]}',
        '{"op": "s_intersects", "args": [{"property": "geom"},'
        ' {"type": "Point", "coordinates": [1, "x"]}]}',
        '{"op": "s_intersects", "args": [{"property": "geom"},'
        ' {"type": "Polygon", "coordinates": [[[0, 0], [1, null]]]}]}',
        '{"op": "s_intersects", "args": [{"property": "geom"}, {"bbox": [1, 2]}]}',
        '{"op": "s_intersects", "args": [{"property": "geom"}, {"bbox": [1, 2, "a", 4]}]}',
        '{"op": "t_after", "args": [{"date": 5}, {"date": "2020-01-01"}]}',
        '{"op": "t_after", "args": [{"interval": ["..", "..", ".."]}, {"date": "2020-01-01"}]}',
    ],
)
def test_json_that_is_no_condition_is_refused(island, condition):
    with pytest.raises(InvalidInputError) as fault:
        ids(island, "grid", condition, "cql2-json")
    assert fault.value.parameter == "filter"


def test_json_keeps_whole_numbers_whole(connection):
    spec = make_spec("whole", None, columns=make_columns(code="integer"))
    publish_layer(connection, spec, DataFrame({"id": [1, 2], "code": [2**53, 2**53 + 1]}))
    condition = f'{{"op": "=", "args": [{{"property": "code"}}, {2**53 + 1}]}}'
    assert ids(connection, "whole", condition, "cql2-json") == [2]


def test_date_without_a_value_is_in_no_temporal_condition(connection):
    spec = make_spec("dated", None, columns=make_columns(code="text", opened="date"))
    publish_layer(connection, spec, DataFrame({"id": [1], "code": ["a"], "opened": [None]}))
    assert ids(connection, "dated", "T_AFTER(opened, DATE('2000-01-01'))") == []
    assert ids(connection, "dated", "opened IS NULL") == [1]


@pytest.mark.parametrize(
    ("condition", "crs"),
    [
        ("S_INTERSECTS(geom, BBOX(98.3, 7.8, 98.31, 7.81))", CRS84),
        ("S_WITHIN(geom, POLYGON((98.3 7.8, 98.31 7.8, 98.31 7.81, 98.3 7.8)))", CRS84),
        ("S_CONTAINS(POLYGON((98.3 7.8, 98.31 7.8, 98.31 7.81, 98.3 7.8)), geom)", CRS84),
        ("S_TOUCHES(geom, POLYGON((98.3 7.8, 98.31 7.8, 98.31 7.81, 98.3 7.8)))", CRS84),
        ("S_EQUALS(geom, POINT(98.3 7.8))", CRS84),
        ("S_INTERSECTS(geom, BBOX(422800, 862000, 423900, 863100))", UTM),
        ("S_INTERSECTS(geom, BBOX(98.3, 7.8, 98.31, 7.81)) AND code > 5", CRS84),
    ],
)
def test_spatial_condition_uses_the_index(connection, condition, crs):
    spec = make_spec("many", "Point", columns=make_columns(code="integer"))
    points = [Point(98.2 + n % 100 / 300, 7.5 + n // 100 / 150) for n in range(10_000)]
    rows = {"id": range(10_000), "code": range(10_000)}
    publish_layer(
        connection, spec, GeoDataFrame(rows, geometry=points, crs=4326).rename_geometry("geom")
    )
    layer = describe(spec.model_dump_json())
    asked = read_query(layer, ItemQuery(filter=Filter(condition, crs=crs)))
    statement = Statements(layer, asked.shape).gather.statement.params(limit=10)
    compiled = statement.compile(connection.engine)
    connection.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
    plan = connection.exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params
    ).scalar_one()
    assert "ix_many_geom" in json.dumps(plan)


def test_spatial_condition_agrees_with_geopandas(connection):
    spec = make_spec("cloud", "Point", columns=make_columns(code="integer"))
    points = [
        Point(98.3 + math.cos(n) * n / 5e4, 7.9 + math.sin(2 * n) * n / 5e4) for n in range(1000)
    ]
    frame = GeoDataFrame(
        {"id": range(1000), "code": range(1000)}, geometry=points, crs=4326
    ).rename_geometry("geom")
    publish_layer(connection, spec, frame)
    area = to_degrees(box(422_000, 872_500, 424_000, 874_000).buffer(300))
    expected = frame["id"][frame.within(area) & (frame["code"] % 3 == 0)].tolist()
    found = ids(connection, "cloud", f"S_WITHIN(geom, {area.wkt}) AND code % 3 = 0")
    assert found == expected
    assert len(found) > 50
