"""Summaries by area: on the toy island by head, on random shapes against shapely and pyproj."""

import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, MultiLineString, MultiPolygon, box

from twin.db.engine import make_engine
from twin.errors import InvalidInputError, TooLargeError
from twin.queries.catalogue import describe, get_layer
from twin.queries.summary import Asked, summarise
from twin.testing import make_columns, make_spec, publish_layer, square

GEOD = Geod(ellps="WGS84")


@pytest.fixture
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def layer(connection, layer_id):
    return get_layer(connection, layer_id).described


def summary(connection, layer_id, by="tambon", **asked):
    by = layer(connection, by) if isinstance(by, str) else by
    (found,) = summarise(connection, [Asked(layer(connection, layer_id), **asked)], by)
    return found


def test_points_are_counted_where_they_lie(island):
    found = summary(island, "facility")
    assert [(zone.code, each.whole.count) for zone, each in found.zones] == [
        ("830101", 1),
        ("830102", 2),
    ]
    assert (found.outside.whole.count, found.total.whole.count) == (0, 3)
    assert found.zones[0][0].names == ("ฝั่งตะวันตก", "West-Side")


def test_lines_are_cut_at_the_border_and_counted_once(island):
    found = summary(island, "road")
    west, east = (each.whole for _, each in found.zones)
    assert (west.count, west.touching, east.count, east.touching) == (0, 5, 5, 5)
    # UTM shortens by up to 0.04 %.
    assert (west.size, east.size) == (pytest.approx(1000, rel=5e-4), pytest.approx(1500, rel=5e-4))


def test_areas_are_cut_and_numbers_summed(island):
    found = summary(island, "grid", columns=("people", "share"))
    west = found.zones[0][1].whole
    assert west.size == pytest.approx(100_000, rel=1e-3)
    assert west.count == 10
    people = west.columns["people"]
    expected = [10 * column + row for column in range(2) for row in range(5)]
    assert people.sum == sum(expected)
    assert people.mean == pytest.approx(np.mean(expected))
    assert (people.min, people.max, people.count) == (0, 14, 10)
    assert found.total.whole.columns["share"].sum == pytest.approx(
        sum(10 * column + row for column in range(5) for row in range(5)) / 10
    )


def test_groups_are_told_apart_and_filters_apply(island):
    found = summary(island, "facility", group_by="amenity")
    assert {value: each.count for value, each in found.total.groups.items()} == {
        "school": 2,
        "hospital": 1,
    }
    assert {value: each.count for value, each in found.zones[0][1].groups.items()} == {"school": 1}
    schools = summary(island, "facility", where={"amenity": "school"})
    assert schools.total.whole.count == 2


def test_areas_with_nothing_are_there_with_zeros(island):
    found = summary(island, "facility", where={"amenity": "hospital"}, columns=())
    assert [each.whole.count for _, each in found.zones] == [0, 1]
    cells = summary(island, "facility", by="grid")
    assert len(cells.zones) == 25
    assert sum(each.whole.count for _, each in cells.zones) == 3


def test_drawn_area_is_the_only_one_and_has_no_outside(island):
    found = summary(island, "road", by=square(0, 0, 5, 1))
    ((zone, inside),) = found.zones
    assert (zone.code, found.outside, inside.whole.count) == (None, None, 1)
    assert found.total.whole.size == pytest.approx(500, rel=1e-3)


def test_layer_without_areas_and_wrong_columns_are_refused(island):
    with pytest.raises(InvalidInputError, match="areas"):
        summary(island, "grid", by="road")
    for wrong in ({"columns": ("code",)}, {"columns": ("none",)}, {"group_by": "none"}):
        with pytest.raises(InvalidInputError):
            summary(island, "grid", **wrong)


def test_too_many_areas_or_groups_are_refused(connection):
    columns = make_columns(code="integer")
    frame = GeoDataFrame(
        {"id": range(1001), "code": range(1001)},
        geometry=[MultiPolygon([box(n / 1e4, 0, n / 1e4 + 1e-4, 1e-4)]) for n in range(1001)],
        crs=4326,
    ).rename_geometry("geom")
    spec = make_spec("strip", "MultiPolygon", columns=columns)
    publish_layer(connection, spec, frame)
    strip = describe(spec.model_dump_json())
    with pytest.raises(TooLargeError, match="1000 areas"):
        summarise(connection, [Asked(strip)], strip)
    with pytest.raises(TooLargeError, match="200 different"):
        summarise(connection, [Asked(strip, group_by="code")], box(-1, -1, 1, 1))


def random_lines(random):
    xy = random.uniform(98.295, 98.345, (40, 1, 2)) + random.uniform(-0.01, 0.01, (40, 4, 2))
    there = [MultiLineString([line]) for line in xy - [0, 90.4]]
    back = MultiLineString([[(98.3, 7.91), (98.33, 7.93), (98.3, 7.91)]])
    along = MultiLineString([[(98.31, 7.895), (98.31, 7.925)], [(98.31, 7.925), (98.35, 7.925)]])
    return [*there, back, along]


def random_areas(random):
    west, south = random.uniform((98.295, 7.895), (98.345, 7.945), (40, 2)).T
    sizes = random.uniform(1e-4, 0.02, (40, 2)).T
    return [
        MultiPolygon([box(x, y, x + width, y + height)])
        for x, y, width, height in zip(west, south, *sizes, strict=True)
    ]


def size_m(shape):
    if "Polygon" in shape.geom_type:
        return abs(GEOD.geometry_area_perimeter(shape)[0])
    lines = shapely.get_parts(shape)
    lines = [line for line in lines if line.geom_type == "LineString"]
    return sum(GEOD.geometry_length(line) for line in lines)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("kind", ["lines", "areas"])
def test_sums_over_areas_and_outside_are_the_total(connection, kind, seed):
    random = np.random.default_rng(seed)
    shapes = random_lines(random) if kind == "lines" else random_areas(random)
    tiles = [
        MultiPolygon([box(98.3 + x / 100, 7.9 + y / 100, 98.31 + x / 100, 7.91 + y / 100)])
        for x in range(4)
        for y in range(4)
    ]
    name = f"things_{seed}_{kind}"
    things, cells = (
        make_spec(each, geometry_type, columns=make_columns(code="integer", weight="number"))
        for each, geometry_type in (
            (name, "MultiLineString" if kind == "lines" else "MultiPolygon"),
            (f"cells_{seed}_{kind}", "MultiPolygon"),
        )
    )
    for spec, geometries in ((things, shapes), (cells, tiles)):
        numbers = np.arange(len(geometries))
        frame = GeoDataFrame(
            {"id": numbers, "code": numbers, "weight": random.uniform(0, 9, len(numbers))},
            geometry=geometries,
            crs=4326,
        ).rename_geometry("geom")
        with connection.begin_nested():
            publish_layer(connection, spec, frame)
    described, areas = (describe(spec.model_dump_json()) for spec in (things, cells))
    (found,) = summarise(connection, [Asked(described, columns=("weight",))], areas)
    every = [each.whole for _, each in found.zones] + [found.outside.whole]
    assert found.total.whole.count == len(shapes)
    assert sum(each.count for each in every) == len(shapes)
    assert sum(each.size for each in every) == pytest.approx(sum(map(size_m, shapes)), rel=1e-6)
    sums = [each.columns["weight"].sum or 0 for each in every]
    assert sum(sums) == pytest.approx(found.total.whole.columns["weight"].sum)
    if kind == "areas":
        for tile, each in zip(tiles, every, strict=False):
            expected = sum(size_m(shape.intersection(tile)) for shape in shapes)
            assert each.size == pytest.approx(expected, rel=1e-6, abs=0.01)
    else:
        # Random lines without those that run along borders or back on themselves.
        for tile, each in zip(tiles[4:], every[4:], strict=False):
            pieces = [shape.intersection(tile) for shape in shapes[:-2]]
            back = size_m(LineString([(98.3, 7.91), (98.33, 7.93)]).intersection(tile)) * 2
            along = size_m(shapes[-1].intersection(tile))
            least = sum(map(size_m, pieces)) + back
            assert least - 0.01 <= each.size <= least + along + 0.01
