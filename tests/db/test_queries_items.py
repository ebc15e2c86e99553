"""Items of the toy island: paging, boxes, dates, property values; and that the index is used."""

import json
from datetime import date

import pytest
from geopandas import GeoDataFrame
from shapely import Point
from shapely.geometry import shape
from sqlalchemy import insert, text

from twin.db.engine import make_engine
from twin.errors import InvalidInputError, NotFoundError
from twin.queries.catalogue import describe, get_layer, list_layers, list_themes
from twin.queries.filters import Interval, Window
from twin.queries.item_query import ItemQuery, read_query
from twin.queries.pages import Statements, find_items, get_item
from twin.testing import centre, make_columns, make_spec, publish_layer, square
from twin.types import BBox


@pytest.fixture
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def find(connection, layer_id, **query):
    return find_items(connection, get_layer(connection, layer_id).described, ItemQuery(**query))


def ids(page):
    return [feature["id"] for feature in page.features]


def test_catalogue_lists_layers_in_their_order(island):
    layers = list_layers(island)
    assert [layer.id for layer in layers][:3] == ["land", "amphoe", "tambon"]
    grid = next(layer for layer in layers if layer.id == "grid")
    assert (grid.feature_count, grid.provenance, grid.noted, grid.quarantined) == (
        25,
        "synthetic",
        0,
        0,
    )
    assert grid.bbox == pytest.approx(square(0, 0, 5, 5).bounds, abs=1e-9)
    assert [theme for theme, _ in list_themes(layers)] == [
        "base",
        "boundary",
        "transport",
        "facility",
        "people",
    ]


def test_describe_same_text_gives_same_tables():
    spec = make_spec("grid", "Point").model_dump_json()
    assert describe(spec) is describe(spec)


@pytest.mark.parametrize("name", ["nothing", "", "grid; DROP", "a\x00b", "x" * 100])
def test_get_layer_unknown_is_not_found(island, name):
    with pytest.raises(NotFoundError) as told:
        get_layer(island, name)
    assert told.value.parameter == "collectionId"


def test_items_are_paged_by_id_with_the_exact_number(island):
    first = find(island, "grid", limit=10)
    second = find(island, "grid", limit=10, after=first.next)
    third = find(island, "grid", limit=10, after=second.next)
    assert ids(first) == [100, 101, 102, 103, 104, 110, 111, 112, 113, 114]
    assert ids(third) == [140, 141, 142, 143, 144]
    assert [page.number_matched for page in (first, second, third)] == [25, 25, 25]
    assert [page.number_returned for page in (first, second, third)] == [10, 10, 5]
    assert third.next is None


def test_item_carries_geometry_and_typed_properties(island):
    item = get_item(island, get_layer(island, "grid").described, 123)
    assert list(item["properties"].items()) == [("code", "2-3"), ("people", 23), ("share", 2.3)]
    geometry = shape(item["geometry"])
    assert geometry.geom_type == "MultiPolygon"
    assert (
        geometry.symmetric_difference(square(2, 3)).area < 5e-10
    )  # 400 m of border, rounded to 1 cm


@pytest.mark.parametrize("item_id", [0, -1, 99, 2**63, -(2**70)])
def test_item_absent_is_not_found(island, item_id):
    with pytest.raises(NotFoundError):
        get_item(island, get_layer(island, "grid").described, item_id)


def test_items_of_a_raster_are_not_found(island):
    with pytest.raises(NotFoundError, match="raster"):
        find(island, "elevation")


def test_window_takes_what_touches_it(island):
    south_west, north_east = centre(1, 1), centre(2, 2)
    window = Window(BBox(south_west.x, south_west.y, north_east.x, north_east.y))
    assert ids(find(island, "grid", window=window)) == [111, 112, 121, 122]


def test_window_of_no_area_is_a_point(island):
    middle = centre(2, 2)
    window = Window(BBox(middle.x, middle.y, middle.x, middle.y))
    assert ids(find(island, "grid", window=window)) == [122]


@pytest.mark.parametrize("gap_deg", [1e-12, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4])
@pytest.mark.parametrize("side", [0, 1, 2, 3])
@pytest.mark.parametrize("width_deg", [1e-6, 1e-4, 3e-4, 0.02])
def test_window_ends_where_it_says(island, side, gap_deg, width_deg):
    """Extents in an index are rounded, to a metre or so: what lies outside by less is outside."""
    point = island.execute(text("SELECT ST_X(geom), ST_Y(geom) FROM layer.facility WHERE id = 2"))
    x, y = point.one()
    half = width_deg / 2
    outwards = -1 if side < 2 else 1
    for is_inside in (True, False):
        bbox = [x - half, y - half, x + half, y + half]
        bbox[side] = (x, y)[side % 2] + outwards * (gap_deg if is_inside else -gap_deg)
        if side < 2:
            bbox[side + 2] = bbox[side] + width_deg
        else:
            bbox[side - 2] = bbox[side] - width_deg
        expected = is_inside and gap_deg <= width_deg
        window = Window(BBox(*bbox))
        assert (2 in ids(find(island, "facility", window=window))) == expected


@pytest.mark.parametrize(
    ("srid", "bbox"),
    [
        (32647, BBox(430_110, 873_110, 430_190, 873_190)),
        (3857, BBox(10_943_935.0, 881_965.0, 10_943_945.0, 881_975.0)),
    ],
)
def test_window_in_metres_finds_the_same_cell(island, srid, bbox):
    if srid == 3857:
        x, y = island.execute(
            text("SELECT ST_X(g), ST_Y(g) FROM ST_Transform(ST_Point(:x, :y, 4326), 3857) AS g"),
            {"x": centre(1, 1).x, "y": centre(1, 1).y},
        ).one()
        bbox = BBox(x - 5, y - 5, x + 5, y + 5)
    assert ids(find(island, "grid", window=Window(bbox, srid))) == [111]


def test_window_on_a_table_finds_nothing(island):
    assert find(island, "population", window=Window(BBox(98, 7, 99, 9))).number_matched == 0


@pytest.mark.parametrize(
    "bbox",
    [
        (98.4, 7.8, 98.3, 7.9),
        (98.3, 7.9, 98.4, 7.8),
        (-181, 0, 0, 1),
        (0, 0, 0, 91),
        (float("nan"), 0, 1, 1),
        (0, 0, float("inf"), 1),
    ],
)
def test_window_impossible_is_refused(bbox):
    with pytest.raises(InvalidInputError) as told:
        Window(BBox(*bbox))
    assert told.value.parameter == "bbox"


@pytest.mark.parametrize(
    ("layer_id", "where", "expected"),
    [
        ("facility", {"amenity": "school"}, [1, 3]),
        ("facility", {"amenity": "school", "code": "F3"}, [3]),
        ("facility", {"name_th": "โรงเรียนน้ำใส"}, [3]),
        ("facility", {"amenity": "School"}, []),
        ("facility", {"amenity": "' OR 1=1 --"}, []),
        ("grid", {"people": "23"}, [123]),
        ("grid", {"share": "2.3"}, [123]),
        ("grid", {"share": "-1e300"}, []),
        ("population", {"reference_date": "2020-12-31"}, [2, 3]),
        ("population", {"is_counted": "false"}, [0, 1]),
    ],
)
def test_where_selects_equal_values(island, layer_id, where, expected):
    assert ids(find(island, layer_id, where=where)) == expected


@pytest.mark.parametrize(
    ("layer_id", "where"),
    [
        ("facility", {"nothing": "x"}),
        ("facility", {"geom": "x"}),
        ("facility", {"amenity": "a\x00b"}),
        ("facility", {"amenity": "x" * 201}),
        ("grid", {"people": "many"}),
        ("grid", {"people": "1.5"}),
        ("grid", {"people": "9223372036854775808"}),
        ("grid", {"people": "1" * 5000}),
        ("grid", {"share": "nan"}),
        ("grid", {"share": "inf"}),
        ("population", {"reference_date": "31/12/2564"}),
        ("population", {"is_counted": "yes"}),
    ],
)
def test_where_that_cannot_be_used_names_the_property(island, layer_id, where):
    with pytest.raises(InvalidInputError) as told:
        find(island, layer_id, where=where)
    assert [told.value.parameter] == list(where)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2020-12-31", "2020-12-31", [2, 3]),
        ("2020-01-01", None, [2, 3, 4, 5]),
        (None, "2020-12-30", [0, 1]),
        ("2022-01-01", None, []),
    ],
)
def test_interval_applies_to_the_date_column(island, first, last, expected):
    ends = [date.fromisoformat(end) if end else None for end in (first, last)]
    assert ids(find(island, "population", interval=Interval(*ends))) == expected
    assert find(island, "grid", interval=Interval(*ends)).number_matched == 25


def plan(connection, statement):
    compiled = statement.compile(connection.engine)
    rows = connection.exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params
    ).scalar_one()
    return json.dumps(rows)


@pytest.fixture
def many(connection):
    """A published layer of 10,000 points, enough for the planner to prefer an index."""
    spec = make_spec("many", "Point", columns=make_columns(code="integer"))
    points = [Point(98.2 + n % 100 / 300, 7.5 + n // 100 / 150) for n in range(10_000)]
    rows = {"id": range(10_000), "code": range(10_000)}
    frame = GeoDataFrame(rows, geometry=points, crs=4326).rename_geometry("geom")
    publish_layer(connection, spec, frame)
    return connection, describe(spec.model_dump_json())


@pytest.mark.parametrize(
    "window",
    [
        Window(BBox(98.3, 7.8, 98.31, 7.81)),
        Window(BBox(422_800, 862_000, 423_900, 863_100), 32647),
    ],
)
def test_items_by_window_use_the_spatial_index(many, window):
    connection, layer = many
    query = ItemQuery(window=window, limit=10)
    asked = read_query(layer, query)
    statement = Statements(layer, asked.shape).gather.statement.params(**asked.values, limit=10)
    assert "ix_many_geom" in plan(connection, statement)
    assert 0 < find_items(connection, layer, query).number_matched < 100


def test_item_with_a_number_json_cannot_hold_is_null(connection):
    spec = make_spec("odd", "Point", columns=make_columns(code="text", share="number"))
    frame = GeoDataFrame({"id": [1], "code": ["a"]}, geometry=[Point(98.3, 7.9)], crs=4326)
    publish_layer(connection, spec, frame.rename_geometry("geom"))
    layer = describe(spec.model_dump_json())
    connection.execute(
        insert(layer.rows),
        [{"id": 2, "code": "b", "share": float("nan"), "geom": "SRID=4326;POINT(98.3 7.9)"}],
    )
    assert get_item(connection, layer, 2)["properties"] == {"code": "b", "share": None}
