"""Identify, nearest, within and intersects on the toy island; distances against pyproj."""

import json

import numpy as np
import pytest
from geopandas import GeoDataFrame
from pyproj import Geod
from shapely import LineString, Polygon
from shapely import Point as ShapelyPoint
from shapely.geometry import mapping, shape
from sqlalchemy import func

from twin.db.engine import make_engine
from twin.errors import InvalidInputError, TooLargeError
from twin.queries.catalogue import choose, describe, get_layer, list_layers
from twin.queries.drawn import read_drawn, require_area
from twin.queries.here import ask_here
from twin.queries.spatial import (
    Point,
    find_intersecting,
    find_nearest,
    find_unit,
    find_within,
    identify,
    near_statement,
    reach_statement,
    selection_statement,
)
from twin.testing import ZOO, centre, make_columns, make_spec, publish_layer, square

GEOD = Geod(ellps="WGS84")


@pytest.fixture
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def layer(connection, layer_id):
    return get_layer(connection, layer_id).described


def at(column, row):
    place = centre(column, row)
    return Point(place.x, place.y)


def test_unit_at_a_point_is_the_one_that_holds_it(island):
    tambon = layer(island, "tambon")
    assert find_unit(island, tambon, at(0, 4)).code == "830101"
    assert find_unit(island, tambon, at(2, 0)).names == ("ฝั่งตะวันออก", "East Side")
    assert find_unit(island, tambon, at(7, 0)) is None


def test_identify_gives_distances_in_order_of_nearness(island):
    layers = [layer(island, name) for name in ("road", "facility")]
    hits = identify(island, layers, at(2.1, 2.3), 50, 10)
    found = [(hit.layer.spec.id, hit.item.id, round(hit.distance_m)) for hit in hits]
    assert found == [("facility", 2, 32), ("road", 12, 30)][::-1]
    assert identify(island, layers, at(2.1, 2.3), 29, 10) == []


def test_identify_inside_an_area_is_at_no_distance(island):
    hits = identify(island, [layer(island, "grid")], at(1, 1), 0, 10)
    assert [(hit.item.id, hit.distance_m) for hit in hits] == [(111, 0)]


def test_identify_keeps_to_the_limit_of_one_layer(island):
    hits = identify(island, [layer(island, "grid")], at(1.9, 1.8), 500, 3)
    assert [hit.item.id for hit in hits] == [122, 121, 112]


def test_nearest_is_in_order_and_measured_on_the_ellipsoid(island):
    hits = find_nearest(island, layer(island, "facility"), at(0, 0), 3, None)
    assert [hit.item.id for hit in hits] == [1, 2, 3]
    for hit in hits:
        target = shape(json.loads(hit.item.geometry))
        _, _, expected = GEOD.inv(centre(0, 0).x, centre(0, 0).y, target.x, target.y)
        assert hit.distance_m == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("k", "max_distance_m", "expected"),
    [(1, None, [1]), (5, None, [1, 2, 3]), (5, 300, [1, 2]), (5, 0, [1]), (2, 600, [1, 2])],
)
def test_nearest_keeps_to_k_and_distance(island, k, max_distance_m, expected):
    hits = find_nearest(island, layer(island, "facility"), at(0, 0), k, max_distance_m)
    assert [hit.item.id for hit in hits] == expected


def test_nearest_from_the_other_side_of_the_globe_finds_all(island):
    hits = find_nearest(island, layer(island, "facility"), Point(-81.6, -7.9), 3, None)
    assert len(hits) == 3
    assert all(hit.distance_m > 19_900_000 for hit in hits)


def test_nearest_of_ties_prefers_the_lower_id(island):
    hits = find_nearest(island, layer(island, "grid"), at(1.5, 1.5), 2, None)
    assert [hit.item.id for hit in hits] == [111, 112]


@pytest.fixture
def north(connection):
    """10,000 points at 60° north, where a degree of longitude is half one of latitude."""
    random = np.random.default_rng(7)
    points = [ShapelyPoint(x, y) for x, y in random.uniform((10, 60), (10.5, 60.25), (10_000, 2))]
    rows = {"id": range(10_000), "code": range(10_000)}
    spec = make_spec("north", "Point", columns=make_columns(code="integer"))
    frame = GeoDataFrame(rows, geometry=points, crs=4326).rename_geometry("geom")
    publish_layer(connection, spec, frame)
    return connection, describe(spec.model_dump_json()), frame


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
    assert [hit.item.id for hit in hits] == list(expected)
    assert [hit.distance_m for hit in hits] == pytest.approx(distances[expected], abs=0.01)


def plan(connection, statement):
    compiled = statement.compile(connection.engine)
    rows = connection.exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params
    ).scalar_one()
    return json.dumps(rows)


def test_spatial_statements_use_the_index(north):
    connection, described, _ = north
    place = Point(10.25, 60.125)
    area = ShapelyPoint(10.25, 60.125).buffer(0.01)
    for statement in (
        reach_statement(described, place, 5),
        near_statement(described, place, 500, 5),
        selection_statement(described, area, 5, func.ST_Within),
        selection_statement(described, area, 5, func.ST_Intersects),
    ):
        assert "ix_north_geom" in plan(connection, statement)


def ids(found):
    return [item.id for item in found.page.items]


def test_within_takes_only_what_lies_wholly_inside(island):
    # From the middle of column 0 to the middle of column 3: columns 1 and 2 are whole.
    area = Polygon(_corners(at(0, -1), at(3, 5)))
    grid, facility = find_within(
        island, [layer(island, "grid"), layer(island, "facility")], area, 100
    )
    assert ids(grid) == [*range(110, 115), *range(120, 125)]
    assert (ids(facility), facility.page.number_matched) == ([2], 1)


def test_intersects_takes_what_is_touched(island):
    line = LineString([centre(1, 0.9), centre(1, 3.1)])
    grid, road = find_intersecting(island, [layer(island, "grid"), layer(island, "road")], line, 2)
    assert (ids(grid), grid.page.number_matched) == ([111, 112], 3)
    assert road.page.number_matched == 3


def _corners(low, high):
    west, south, east, north = low.lon, low.lat, high.lon, high.lat
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def test_choose_names_layers_once_and_sites_on_request(island):
    published = list_layers(island)
    assert [d.spec.id for d in choose(published, ["road", "project_site", "road"])] == [
        "road",
        "project_site",
    ]
    assert "project_site" not in [d.spec.id for d in choose(published, [])]
    for wrong in ("nothing", "elevation", "population", "a\x00b", "\ud800"):
        with pytest.raises(InvalidInputError) as told:
            choose(published, [wrong])
        assert told.value.parameter == "layers"


def test_sites_of_projects_can_be_selected_like_a_layer(island):
    (sites,) = find_within(island, choose(list_layers(island), ["project_site"]), square(2, 2), 10)
    assert [item.properties["project_code"] for item in sites.page.items] == ["ENV-02"]


def test_here_tells_units_items_and_rasters(island, toy):
    here = ask_here(island, at(2, 2), 30, [], toy.raster_dir)
    assert (here.tambon.code, here.amphoe.code) == ("830102", "8301")
    assert {hit.layer.spec.id for hit in here.hits} == {"grid", "road", "facility"}
    values = {sample.layer.id: sample.value for sample in here.samples}
    assert values == {"elevation": 20, "land_cover": 3}


def test_here_at_sea_is_empty(island, toy):
    here = ask_here(island, Point(98.0, 7.0), 30, [], toy.raster_dir)
    assert (here.tambon, here.amphoe, here.hits) == (None, None, [])
    assert {sample.value for sample in here.samples} == {None}


def test_here_without_data_in_the_cell_has_no_value(island, toy):
    here = ask_here(island, at(4, 4), 0, ["facility"], toy.raster_dir)
    values = {sample.layer.id: sample.value for sample in here.samples}
    assert values == {"elevation": 40, "land_cover": None}
    assert [hit.item.id for hit in here.hits] == [3]


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, -91), (float("nan"), 0), (0, float("inf"))])
def test_point_off_the_globe_is_refused(lon, lat):
    with pytest.raises(InvalidInputError):
        Point(lon, lat)


def test_around_a_pole_spans_every_longitude():
    assert Point(10, 89.9).around(50_000)[:3:2] == (-180, 180)


REFUSED = {
    "empty point",
    "empty polygon",
    "bow tie",
    "spike",
    "no area",
    "hole outside",
    "beyond the globe",
    "not a number",
}


#: Cells that the others of the zoo touch; the island lies at the corner of two of them.
AROUND = {"whole globe": 25, "hole": 15, "mixed": 15}


@pytest.mark.parametrize("name", [name for name, geometry in ZOO.items() if geometry is not None])
def test_drawn_geometry_of_the_zoo_is_read_or_refused(island, name):
    geojson = json.loads(json.dumps(mapping(ZOO[name])))
    if name in REFUSED:
        with pytest.raises(InvalidInputError) as told:
            read_drawn(geojson, 1000)
        assert told.value.parameter == "geometry"
        return
    drawn = read_drawn(geojson, 1000)
    (found,) = find_intersecting(island, [layer(island, "grid")], drawn, 10)
    assert found.page.number_matched == AROUND.get(name, 0)


@pytest.mark.parametrize(
    "geojson",
    [
        {},
        {"type": "Nonsense"},
        {"type": "Point", "coordinates": "here"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "LineString", "coordinates": [[0, 0]]},
        {"type": "GeometryCollection", "geometries": [{}]},
    ],
)
def test_drawn_nonsense_is_refused(geojson):
    with pytest.raises(InvalidInputError):
        read_drawn(geojson, 1000)


def test_drawn_geometry_with_too_many_vertices_is_too_large():
    circle = ShapelyPoint(98.3, 7.9).buffer(0.1, quad_segs=100)
    with pytest.raises(TooLargeError, match="401 vertices"):
        read_drawn(mapping(circle), 400)
    assert read_drawn(mapping(circle), 401).is_valid


def test_area_is_required_of_points_and_lines():
    with pytest.raises(InvalidInputError):
        require_area(ShapelyPoint(98.3, 7.9))
    assert require_area(square(0, 0)).area > 0
