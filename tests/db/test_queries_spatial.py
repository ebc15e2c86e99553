"""Within and intersects on the toy island, and geometries that are drawn."""

import json

import pytest
import shapely
from geopandas import GeoSeries
from pyproj import Geod
from shapely import LineString, Polygon, from_geojson
from shapely import Point as ShapelyPoint
from shapely.geometry import mapping
from sqlalchemy import func

from twin.db.engine import make_engine
from twin.errors import InvalidInputError, TooLargeError
from twin.queries.catalogue import choose, get_layer, list_layers
from twin.queries.drawn import find_shape, read_drawn, require_area
from twin.queries.spatial import (
    around_statement,
    draw_buffer,
    find_around,
    find_intersecting,
    find_within,
    selection_statement,
)
from twin.testing import ZOO, centre, square

GEOD = Geod(ellps="WGS84")


@pytest.fixture
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def layer(connection, layer_id):
    return get_layer(connection, layer_id).described


def ids(found):
    return [item.id for item in found.page.items]


def plan(connection, statement):
    compiled = statement.compile(connection.engine)
    rows = connection.exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params
    ).scalar_one()
    return json.dumps(rows)


def test_selection_uses_the_index(north):
    connection, described, _ = north
    area = ShapelyPoint(10.25, 60.125).buffer(0.01)
    for predicate in (func.ST_Within, func.ST_Intersects):
        statement = selection_statement(described, area, 5, predicate)
        assert "ix_north_geom" in plan(connection, statement)


def test_within_takes_only_what_lies_wholly_inside(island):
    # From the middle of column 0 to the middle of column 3: columns 1 and 2 are whole.
    area = Polygon(_corners(centre(0, -1), centre(3, 5)))
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
    west, south, east, north = low.x, low.y, high.x, high.y
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


@pytest.mark.parametrize(("distance_m", "expected"), [(1, [2]), (150, [2]), (290, [1, 2, 3])])
def test_around_takes_what_is_within_the_distance(island, distance_m, expected):
    line = LineString([centre(1.5, 2), centre(2.5, 2)])
    (found,) = find_around(island, [layer(island, "facility")], line, distance_m, 10)
    assert ids(found) == expected


def test_around_is_that_of_brute_force(north):
    connection, described, frame = north
    drawn = Polygon([(10.2, 60.1), (10.3, 60.1), (10.3, 60.15), (10.2, 60.15)])
    (found,) = find_around(connection, [described], drawn, 700, 10_000)
    metric = frame.to_crs(32632)
    edge = GeoSeries([drawn.segmentize(0.001)], crs=4326).to_crs(32632).iloc[0]
    distances = metric.distance(edge) / 0.9997  # UTM shortens by 0.03 % there
    sure = set(frame.id[distances < 699.5])
    assert sure <= set(ids(found)) <= set(frame.id[distances < 700.5])
    assert len(sure) > 500


def test_buffer_is_drawn_at_the_distance(island):
    ring = from_geojson(draw_buffer(island, centre(2, 2), 1000))
    xy = shapely.get_coordinates(ring)
    here = centre(2, 2)
    metres = GEOD.inv([here.x] * len(xy), [here.y] * len(xy), xy[:, 0], xy[:, 1])[2]
    assert metres == pytest.approx([1000] * len(xy), rel=1e-3)


def test_around_uses_the_index(north):
    connection, described, _ = north
    statement = around_statement(described, ShapelyPoint(10.25, 60.125), 300, 5)
    assert "ix_north_geom" in plan(connection, statement)


def test_shape_of_an_item_is_used_like_a_drawn_one(island):
    tambon = layer(island, "tambon")
    (found,) = find_within(island, [layer(island, "grid")], find_shape(island, tambon, 830101), 100)
    assert found.page.number_matched <= 10
    for wrong in (1, 10**30):
        with pytest.raises(InvalidInputError):
            find_shape(island, tambon, wrong)


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
AROUND = {"hole": 15, "mixed": 15}


@pytest.mark.parametrize("name", [name for name, geometry in ZOO.items() if geometry is not None])
def test_drawn_geometry_of_the_zoo_is_read_or_refused(island, name):
    geojson = json.loads(json.dumps(mapping(ZOO[name])))
    if name == "whole globe":
        with pytest.raises(TooLargeError):
            read_drawn(geojson, 1000)
        return
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
