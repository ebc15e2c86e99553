"""Statistics and class areas in polygons, against numpy and shapely, cell by cell."""

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from twin.db.engine import make_engine
from twin.errors import TooLargeError
from twin.queries.catalogue import get_layer
from twin.rasters.files import raster_file
from twin.rasters.zonal import measure_zone, require_modest, to_metres
from twin.testing import CELL_M, SIDE, SOUTH_M, WEST_M, centre, square, to_degrees

CELL_M2 = CELL_M**2


@pytest.fixture(scope="module")
def measure(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        layers = {name: get_layer(connection, name) for name in ("elevation", "land_cover")}
    engine.dispose()

    def measure(name, area):
        layer = layers[name]
        return measure_zone(layer, raster_file(layer, toy.raster_dir), area)

    return measure


def shares(area):
    """Value of elevation, class, and share in the area, of each cell; by shapely."""
    found = []
    for column in range(SIDE):
        for row in range(SIDE):
            west, south = WEST_M + column * CELL_M, SOUTH_M + row * CELL_M
            cell = box(west, south, west + CELL_M, south + CELL_M)
            share = cell.intersection(to_metres(area)).area / CELL_M2
            if share > 1e-5:
                found.append((10 * row, (column + 1) % SIDE, share))
    return np.array(found).T


triangle = Polygon([centre(-0.8, -0.3), centre(4.4, 1.2), centre(1.7, 4.9)])
AREAS = {
    "whole cells": square(1, 1, 2, 3),
    "a part of one cell": Polygon([centre(2, 2), centre(2.2, 2), centre(2, 2.3)]),
    "triangle": triangle,
    "hole": square(0, 0, 5, 5).difference(Polygon([centre(1, 1), centre(3, 1.4), centre(2, 3)])),
    "two parts": MultiPolygon([square(0, 0, 1, 2), square(3, 3)]),
    "beyond the raster": square(-3, -3, 7, 7),
}


@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS)
def test_statistics_weigh_each_cell_by_its_share(measure, area):
    zone = measure("elevation", area)
    values, _, weights = shares(area)
    mean = np.average(values, weights=weights)
    assert zone.count == pytest.approx(weights.sum(), rel=1e-4)
    assert zone.area_m2 == pytest.approx(weights.sum() * CELL_M2, rel=1e-4)
    statistics = zone.statistics
    assert (statistics.min, statistics.max) == (values.min(), values.max())
    assert statistics.mean == pytest.approx(mean, rel=1e-4)
    assert statistics.sum == pytest.approx((values * weights).sum(), rel=1e-4)
    spread = np.sqrt(np.average((values - mean) ** 2, weights=weights))
    assert statistics.stdev == pytest.approx(spread, rel=1e-3, abs=1e-6)
    assert zone.classes is None


def test_median_of_whole_cells_is_that_of_numpy(measure):
    area = square(0, 0, 5, 4)
    zone = measure("elevation", area)
    assert zone.statistics.median == pytest.approx(np.median([0, 10, 20, 30]))


@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS)
def test_class_areas_are_those_of_the_cells(measure, area):
    zone = measure("land_cover", area)
    _, classes, weights = shares(area)
    expected = {
        code: weights[classes == code].sum() for code in {1, 2, 3, 4} & {*classes.astype(int)}
    }
    assert {one.value for one in zone.classes} == expected.keys()
    for one in zone.classes:
        assert one.area_m2 == pytest.approx(expected[one.value] * CELL_M2, rel=1e-4)
        assert one.share == pytest.approx(expected[one.value] / sum(expected.values()), rel=1e-4)
    assert zone.statistics is None
    assert [one.area_m2 for one in zone.classes] == sorted(
        (one.area_m2 for one in zone.classes), reverse=True
    )


def test_coverage_tells_how_much_of_the_area_has_values(measure):
    assert measure("elevation", square(1, 1)).coverage == pytest.approx(1, abs=1e-3)
    assert measure("land_cover", square(3, 1, 2, 1)).coverage == pytest.approx(0.5, rel=1e-3)
    assert measure("elevation", square(4, 1, 4, 1)).coverage == pytest.approx(0.25, rel=1e-3)


@pytest.mark.parametrize(
    "area",
    [box(0, 0, 0.5, 0.5), box(-170, -89, -169, -88), box(98.3, 7.9, 98.3 + 1e-9, 7.9 + 1e-9)],
)
def test_area_without_values_has_none(measure, area):
    for name in ("elevation", "land_cover"):
        zone = measure(name, area)
        assert zone.statistics is None
        assert (zone.count, zone.area_m2, zone.coverage) == (0, 0, 0)
    assert measure("land_cover", area).classes == []


def test_cells_without_data_are_not_counted(measure):
    zone = measure("land_cover", square(4, 0, 1, 5))
    assert (zone.count, zone.classes) == (0, [])


@pytest.mark.parametrize(
    "area", [box(-180, -90, 180, 90), box(98, 7, 99, 8), box(0, 0, 0.001, 89)], ids=str
)
def test_area_beyond_the_limit_is_refused_with_its_size(area):
    size = shapely.area(area)
    if size < 1:
        assert require_modest(area) is area
        return
    with pytest.raises(TooLargeError, match=r"km².*10,000 km²") as refusal:
        require_modest(area)
    assert "ตร.กม." in refusal.value.th


def test_size_is_that_on_the_globe():
    # 1° × 1° at the equator has 12,364 km²; at 60° north less than half of it.
    with pytest.raises(TooLargeError, match="12,36"):
        require_modest(box(0, 0, 1, 1))
    assert require_modest(box(0, 60, 1, 61))


def test_long_edge_is_bent_as_the_projection_bends_it():
    # The middle of a parallel's piece of half a degree, 55 km, lies 9 m off the straight line.
    area = to_metres(box(98, 8, 98.5, 8.5))
    middle = to_metres(Polygon([(98.25, 8), (98.2501, 8), (98.25, 8.0001)])).exterior.coords[0]
    assert area.exterior.distance(shapely.Point(middle)) < 0.1


def test_to_degrees_and_back_is_the_same_place():
    area = box(WEST_M, SOUTH_M, WEST_M + 500, SOUTH_M + 500)
    assert to_metres(to_degrees(area)).symmetric_difference(area).area < 0.01
