"""Heights under streets and slopes in the legs."""

import math

import numpy as np
import pytest
import shapely

from twin.analysis.network.build import build_network
from twin.analysis.network.elevation import MAX_SLOPE, Elevation, tobler
from twin.analysis.network.streets import make_streets
from twin.errors import InvalidInputError

CELL_M = 100.0


def plane(east=0.0, north=0.0, cells=12, cell_m=CELL_M):
    """A tilted plane over 1,200 m from (0, 0), rising by these slopes."""
    centre = (np.arange(cells) + 0.5) * cell_m
    height = east * centre[None, :] + north * centre[::-1, None]
    return Elevation(height, 0.0, cells * cell_m, cell_m)


def walk_s(elevation, *points, **columns):
    streets = make_streets([shapely.LineString(points)], **columns)
    network, report = build_network(streets, elevation=elevation)
    assert report.has_elevation
    return network.cost_s["walk"][0].tolist()


def slowness(slope):
    return 1 / (math.exp(-3.5 * abs(slope + 0.05)) / math.exp(-3.5 * 0.05))


def test_sample_is_bilinear_between_cell_centres():
    grid = plane(east=0.1, north=-0.2)
    xy = np.array([[100.0, 300.0], [150.0, 250.0], [517.0, 881.0]])
    assert grid.sample(xy) == pytest.approx([10 - 60, 15 - 50, 51.7 - 176.2])


def test_sample_outside_is_unknown_and_at_the_rim_the_nearest_centre():
    grid = plane(east=0.1)
    found = grid.sample(np.array([[-1.0, 500.0], [500.0, 1201.0], [10.0, 500.0], [1199.0, 10.0]]))
    assert np.isnan(found[:2]).all()
    assert found[2:] == pytest.approx([5, 115])


def test_flat_ground_changes_nothing():
    assert walk_s(plane(), (100, 100), (900, 100)) == pytest.approx([600, 600])


def test_slope_slows_uphill_more_than_downhill():
    up, down = walk_s(plane(east=0.1), (100, 600), (900, 600))
    assert up == pytest.approx(600 * slowness(0.1))
    assert down == pytest.approx(600 * slowness(-0.1))
    assert up == pytest.approx(851.4, abs=0.1)
    assert down == pytest.approx(600)
    assert walk_s(plane(east=0.1), (900, 600), (100, 600)) == pytest.approx([down, up])


def test_gentle_way_down_is_quicker_than_the_flat():
    _, down = walk_s(plane(north=0.05), (600, 100), (600, 900))
    assert down == pytest.approx(600 * math.exp(-0.175))


def test_hill_between_level_ends_is_felt():
    grid = plane()
    grid.height_m[:, 5:7] = 50
    there, back = walk_s(grid, (100, 600), (1100, 600))
    assert there == pytest.approx(back)
    assert there > 1.2 * 750


def test_bridge_and_tunnel_run_evenly_over_the_hill():
    grid = plane()
    grid.height_m[:, 5:7] = 50
    for kind in ("bridge", "tunnel"):
        flat = walk_s(grid, (100, 600), (1100, 600), **{kind: True})
        assert flat == pytest.approx([750, 750])


def test_vehicles_do_not_feel_slopes():
    streets = make_streets([shapely.LineString([(100, 600), (900, 600)])])
    hilly, _ = build_network(streets, elevation=plane(east=0.2))
    flat, report = build_network(streets)
    assert not report.has_elevation
    assert hilly.cost_s["car"].tolist() == flat.cost_s["car"].tolist()
    assert hilly.revision != flat.revision


def test_unknown_heights_count_as_flat():
    grid = plane(east=0.1)
    grid.height_m[:, :] = np.nan
    assert walk_s(grid, (100, 600), (900, 600)) == pytest.approx([600, 600])
    assert walk_s(plane(east=0.1), (5000, 0), (5800, 0)) == pytest.approx([600, 600])


def test_cliffs_are_no_steeper_than_the_limit():
    up, _ = walk_s(plane(east=5.0), (100, 600), (900, 600))
    assert up == pytest.approx(600 * slowness(MAX_SLOPE))


def test_smoothing_keeps_planes_and_flattens_a_roof():
    grid = plane()
    grid.height_m[6, 6] = 40
    smooth = grid.smoothed()
    assert smooth.height_m.max() < 8
    assert smooth.height_m.sum() == pytest.approx(40)
    assert grid.smoothed(0) is grid


def test_smoothing_leaves_unknown_cells_unknown_and_weightless():
    grid = plane()
    grid.height_m[:] = 7.0
    grid.height_m[:, :4] = np.nan
    smooth = grid.smoothed(2.0).height_m
    assert np.isnan(smooth[:, :4]).all()
    assert smooth[:, 4:] == pytest.approx(7.0)


def test_tobler_is_fastest_a_little_downhill():
    slopes = np.linspace(-0.3, 0.3, 61)
    assert slopes[tobler(slopes).argmax()] == pytest.approx(-0.05)
    assert tobler(np.array([0.0]))[0] == 1


@pytest.mark.parametrize(
    ("height", "cell_m"), [(np.zeros(4), 10.0), (np.zeros((0, 3)), 10.0), (np.zeros((2, 2)), 0.0)]
)
def test_grid_that_is_none_is_refused(height, cell_m):
    with pytest.raises(InvalidInputError, match="grid"):
        Elevation(height, 0.0, 0.0, cell_m)
