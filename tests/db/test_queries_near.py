"""Identify and nearest: distances and order against pyproj and brute force."""

import asyncio
import json

import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from pyproj import Geod
from shapely import MultiLineString, MultiPolygon
from shapely.geometry import shape
from sqlalchemy import union_all

from twin.db.database import database_address
from twin.db.engine import make_engine
from twin.db.pool import open_pool
from twin.errors import InvalidInputError
from twin.queries.catalogue import describe, get_layer
from twin.queries.held import read_snapshot
from twin.queries.here import CLOSE_M, MAX_HITS, ask_here
from twin.queries.near import Search, near_selects
from twin.queries.nearest import MAX_LAYERS, ask_nearest, choose_some, find_nearest
from twin.queries.place import ANY_DISTANCE_M, Point
from twin.testing import centre, make_columns, make_spec, publish_layer, square

GEOD = Geod(ellps="WGS84")


@pytest.fixture
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def snapshot(island):
    return read_snapshot(island)


@pytest.fixture
def here(toy, snapshot):
    """What is at a point of the toy island."""

    def ask(point, radius_m, *wanted):
        return ask_pool(
            toy, lambda pool: ask_here(pool, snapshot, point, radius_m, wanted, toy.raster_dir)
        )

    return ask


def ask_pool(settings, work):
    async def inside():
        limits = {"size": 2, "max_waiting": 8, "statement_timeout_ms": 5000}
        async with open_pool(database_address(settings), **limits) as pool:
            return await work(pool)

    return asyncio.run(inside())


def layer(connection, layer_id):
    return get_layer(connection, layer_id).described


def at(column, row):
    place = centre(column, row)
    return Point(place.x, place.y)


def test_unit_at_a_point_is_the_one_that_holds_it(here):
    assert here(at(0, 4), 0).tambon.code == "830101"
    assert here(at(2, 0), 0).tambon.names == ("ฝั่งตะวันออก", "East Side")
    assert here(at(7, 0), 0).tambon is None


def test_unit_on_a_common_border_is_that_of_the_lower_code(here):
    corner = shapely.Point(square(1, 0).exterior.coords[0])
    assert corner.touches(square(1, 0))
    assert corner.touches(square(2, 0))
    assert here(Point(corner.x, corner.y), 0).tambon.code == "830101"


def test_identify_gives_distances_in_order_of_nearness(here):
    found = [
        (hit.layer.spec.id, hit.id, round(hit.distance_m))
        for hit in here(at(2.1, 2.3), 50, "facility", "road").hits
    ]
    assert found == [("road", 12, 30), ("facility", 2, 32)]
    assert here(at(2.1, 2.3), 29, "road", "facility").hits == []


def test_identify_inside_an_area_is_at_no_distance(here):
    hits = here(at(1, 1), 0, "grid").hits
    assert [(hit.id, hit.distance_m) for hit in hits] == [(111, 0)]


def test_identify_keeps_to_the_limit_of_one_layer(here):
    hits = here(at(1.9, 1.8), 500, "grid").hits
    assert [hit.id for hit in hits[:3]] == [122, 121, 112]
    assert len(hits) == MAX_HITS


def test_identify_finds_the_same_however_it_looks(here):
    close, wide = (here(at(1.2, 3.1), CLOSE_M + more, "grid", "road") for more in (0, 1e-9))
    assert [(hit.id, hit.geometry, hit.properties) for hit in close.hits] == [
        (hit.id, hit.geometry, hit.properties) for hit in wide.hits
    ]
    assert [hit.distance_m for hit in close.hits] == pytest.approx(
        [hit.distance_m for hit in wide.hits], abs=1e-6
    )


def test_properties_are_written_as_json(here):
    (hit,) = here(at(2, 2), 1, "facility").hits
    assert json.loads(hit.properties) == {
        "code": "F2",
        "amenity": "hospital",
        "name_th": "โรงพยาบาลกลาง",
        "name_en": "Central Hospital",
    }


def test_number_that_json_does_not_have_is_null(connection):
    columns = make_columns(code="text", share="number", since="date")
    spec = make_spec("odd", "Point", columns=columns)
    rows = {
        "id": range(4),
        "code": ['"quoted"', "back\\slash", "บรรทัด\nใหม่", "x"],
        "share": [float("inf"), float("-inf"), 0.1, 1e300],
        "since": ["2021-12-31", None, None, None],
    }
    frame = GeoDataFrame(rows, geometry=[centre(0, 0)] * 4, crs=4326).rename_geometry("geom")
    publish_layer(connection, spec, frame)
    connection.exec_driver_sql(
        "INSERT INTO layer.odd SELECT 4, 'n', 'NaN', NULL, geom FROM layer.odd LIMIT 1"
    )
    hits = find_nearest(connection, describe(spec.model_dump_json()), at(0, 0), 9, None)
    told = [json.loads(hit.properties) for hit in hits]
    assert [each["share"] for each in told] == [None, None, 0.1, 1e300, None]
    assert [each["code"] for each in told[:3]] == rows["code"][:3]
    assert told[0]["since"] == "2021-12-31"


def test_nearest_is_in_order_and_measured_on_the_ellipsoid(island):
    hits = find_nearest(island, layer(island, "facility"), at(0, 0), 3, None)
    assert [hit.id for hit in hits] == [1, 2, 3]
    for hit in hits:
        target = shape(json.loads(hit.geometry))
        _, _, expected = GEOD.inv(centre(0, 0).x, centre(0, 0).y, target.x, target.y)
        assert hit.distance_m == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("k", "max_distance_m", "expected"),
    [(1, None, [1]), (5, None, [1, 2, 3]), (5, 300, [1, 2]), (5, 0, [1]), (2, 600, [1, 2])],
)
def test_nearest_keeps_to_k_and_distance(island, k, max_distance_m, expected):
    hits = find_nearest(island, layer(island, "facility"), at(0, 0), k, max_distance_m)
    assert [hit.id for hit in hits] == expected


def test_nearest_from_the_other_side_of_the_globe_finds_all(island):
    hits = find_nearest(island, layer(island, "facility"), Point(-81.6, -7.9), 3, None)
    assert len(hits) == 3
    assert all(hit.distance_m > 19_900_000 for hit in hits)


def test_nearest_of_ties_prefers_the_lower_id(island):
    hits = find_nearest(island, layer(island, "grid"), at(1.5, 1.5), 2, None)
    assert [hit.id for hit in hits] == [111, 112]


def test_nearest_is_exact_where_degrees_mislead(north):
    connection, described, frame = north
    place = Point(10.25, 60.125)
    _, _, distances = GEOD.inv(
        np.full(len(frame), place.lon),
        np.full(len(frame), place.lat),
        frame.geometry.x,
        frame.geometry.y,
    )
    expected = np.argsort(distances)[:20]
    hits = find_nearest(connection, described, place, 20, None)
    assert [hit.id for hit in hits] == list(expected)
    assert [hit.distance_m for hit in hits] == pytest.approx(distances[expected], abs=0.01)


def test_here_tells_units_items_and_rasters(here):
    told = here(at(2, 2), 30)
    assert (told.tambon.code, told.amphoe.code) == ("830102", "8301")
    assert {hit.layer.spec.id for hit in told.hits} == {"grid", "road", "facility"}
    values = {sample.layer.id: sample.value for sample in told.samples}
    assert values == {"elevation": 20, "land_cover": 3}


def test_here_at_sea_is_empty(here):
    told = here(Point(98.0, 7.0), 30)
    assert (told.tambon, told.amphoe, told.hits) == (None, None, [])
    assert {sample.value for sample in told.samples} == {None}


def test_here_without_data_in_the_cell_has_no_value(here):
    told = here(at(4, 4), 0, "facility")
    values = {sample.layer.id: sample.value for sample in told.samples}
    assert values == {"elevation": 40, "land_cover": None}
    assert [hit.id for hit in told.hits] == [3]


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, -91), (float("nan"), 0), (0, float("inf"))])
def test_point_off_the_globe_is_refused(lon, lat):
    with pytest.raises(InvalidInputError):
        Point(lon, lat)


def test_around_a_pole_spans_every_longitude():
    assert Point(10, 89.9).around(50_000)[:3:2] == (-180, 180)


def test_around_the_antimeridian_spans_every_longitude():
    assert Point(179.99, 10).around(50_000)[:3:2] == (-180, 180)


def test_nearest_of_several_layers_is_of_all_together(toy, snapshot):
    layers = choose_some(snapshot.layers, ["facility", "road"], "layer")
    hits = ask_pool(toy, lambda pool: ask_nearest(pool, layers, at(2.1, 2.3), 3, None))
    assert [(hit.layer.spec.id, hit.id) for hit in hits] == [
        ("road", 12),
        ("facility", 2),
        ("road", 13),
    ]


def test_layers_to_search_are_some(snapshot):
    with pytest.raises(InvalidInputError):
        choose_some(snapshot.layers, [], "layer")
    many = [*snapshot.layers] * 2
    names = [f"{each.id}" for each in many]
    with pytest.raises(InvalidInputError):
        choose_some(snapshot.layers, names, "layer")
    assert len(choose_some(snapshot.layers, ["road", "road"], "layer")) <= MAX_LAYERS


SHAPES = {
    "points": ("Point", lambda place, _: place),
    "lines": (
        "MultiLineString",
        lambda place, size: MultiLineString(
            [[(place.x, place.y), (place.x + size, place.y - size / 3), (place.x, place.y + size)]]
        ),
    ),
    "areas": ("MultiPolygon", lambda place, size: MultiPolygon([place.buffer(size, quad_segs=3)])),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_nearest_and_identify_are_those_of_brute_force(connection, kind):
    geometry_type, make = SHAPES[kind]
    random = np.random.default_rng(11)
    places = shapely.points(random.uniform((98.3, 7.8), (98.4, 7.9), (400, 2)))
    shapes = [make(place, random.uniform(1e-4, 1e-2)) for place in places]
    spec = make_spec("many", geometry_type, columns=make_columns(code="integer"))
    rows = {"id": range(400), "code": range(400)}
    frame = GeoDataFrame(rows, geometry=shapes, crs=4326).rename_geometry("geom")
    publish_layer(connection, spec, frame)
    described = describe(spec.model_dump_json())
    for lon, lat in random.uniform((98.28, 7.78), (98.42, 7.92), (25, 2)):
        expected = np.array([geodesic_m(each, lon, lat) for each in shapes])
        for k, reach in ((1, None), (7, None), (40, 2500), (100, 300)):
            hits = find_nearest(connection, described, Point(lon, lat), k, reach)
            wanted = np.sort(expected[expected <= (reach or ANY_DISTANCE_M)])[:k]
            assert [hit.distance_m for hit in hits] == pytest.approx(wanted, abs=0.05)
            assert [hit.distance_m for hit in hits] == pytest.approx(
                expected[[hit.id for hit in hits]], abs=0.05
            )


def geodesic_m(geometry, lon, lat):
    """Distance by refinement: to the closest of many points along the geometry."""
    if shapely.contains_xy(geometry, lon, lat):
        return 0.0
    line = geometry if geometry.geom_type != "MultiPolygon" else geometry.boundary
    xy = shapely.get_coordinates(line if line.geom_type == "Point" else line.segmentize(1e-5))
    return GEOD.inv(np.full(len(xy), lon), np.full(len(xy), lat), xy[:, 0], xy[:, 1])[2].min()


@pytest.mark.parametrize("depth", [None, 10, 100])
def test_search_uses_the_index_whatever_the_values(north, depth):
    connection, described, _ = north
    statement = union_all(*near_selects([described], Search(depth)))
    text = str(statement.compile(connection.engine, compile_kwargs={"literal_binds": False}))
    values = {"lon": 10.25, "lat": 60.125, "within_m": 50.0, "count": 5}
    values |= Point(10.25, 60.125).around(50)._asdict()
    connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
    plan = connection.exec_driver_sql(f"EXPLAIN {text}", values).scalars().all()
    scans = [line for line in plan if "Scan" in line and "north" in line]
    assert all("ix_north_geom" in line for line in scans)
    assert len(scans) == (1 if depth is None else 2)
    assert not any("Seq Scan" in line for line in plan)
