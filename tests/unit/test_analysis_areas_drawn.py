"""Areas to draw are cut where the budget ends; the surface says what demand points are told."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import make_demand, make_grid, make_network, make_supply, put, random_networks
from shapely import LineString, Point, box

from twin.analysis.coverage import service_coverage
from twin.analysis.graph import make_graph
from twin.analysis.lines import cut_lines
from twin.analysis.reach import nearest, search
from twin.analysis.service_area import draw_around, find_pieces, service_areas
from twin.analysis.snap import Snapped, snap
from twin.analysis.surface import make_cells, travel_surface
from twin.errors import InvalidInputError, TooLargeError

#: One street of 1 km, one-way to the east for cars; on foot a metre a second.
STREET = make_network([(0, 0), (500, 0), (1000, 0)], [(0, 1), (1, 2)], against=[False, False])


def draw(clinics=((450, 0),), *, mode="walk", direction="from", thresholds=(100,), **options):
    graph = make_graph(STREET, mode)
    areas = service_areas(
        graph, snap(graph, clinics), direction=direction, thresholds=thresholds, **options
    )
    return tuple(areas)


def test_area_is_the_street_cut_where_the_budget_ends_with_a_margin():
    (area,) = draw()
    expected = LineString([(350, 0), (550, 0)]).buffer(40)
    assert area.facility == -1
    assert area.threshold == 100
    difference = area.polygon.symmetric_difference(expected).area
    assert difference < 0.02 * expected.area


@pytest.mark.parametrize(("direction", "west", "east"), [("from", 450, 950), ("to", 0, 450)])
def test_area_of_a_one_way_street_lies_on_one_side(direction, west, east):
    (area,) = draw(mode="car", direction=direction, thresholds=(50,))
    assert area.polygon.bounds == pytest.approx((west - 40, -40, east + 40, 40), abs=1)


def test_walk_to_the_street_is_spent_first():
    (area,) = draw([(450, 40)], thresholds=(100,))
    left = 100 - 40 / (4.8 / 3.6)
    assert area.polygon.bounds[::2] == pytest.approx((410 - left, 490 + left), abs=1)


def test_areas_by_facility_and_in_rings():
    areas = draw([(100, 0), (900, 0), (500, 5000)], thresholds=(50, 100), is_by_facility=True)
    assert [(area.facility, area.threshold) for area in areas] == [
        (row, limit) for row in range(3) for limit in (50, 100)
    ]
    assert areas[1].polygon.covers(Point(190, 0))
    assert not areas[1].polygon.intersects(areas[3].polygon)
    assert areas[4].polygon.is_empty
    inner, outer = draw(thresholds=(50, 100), is_in_rings=True)
    assert inner.polygon.intersection(outer.polygon).area < 0.01 * inner.polygon.area
    whole = draw(thresholds=(100,))[0].polygon.area
    assert inner.polygon.area + outer.polygon.area == pytest.approx(whole, rel=0.05)


def test_area_is_clipped_to_land_and_keeps_its_holes():
    land = box(0, 0, 480, 1000)
    (area,) = draw(land=land)
    assert area.polygon.within(land.buffer(1e-6))
    assert area.polygon.area == pytest.approx(130 * 40 + np.pi * 40**2 / 4, rel=0.02)
    block = make_network([(0, 0), (300, 0), (300, 300), (0, 300)], [(0, 1), (1, 2), (2, 3), (3, 0)])
    graph = make_graph(block, "walk")
    (ring,) = service_areas(graph, snap(graph, [(0, 0)]), direction="to", thresholds=(900,))
    (polygon,) = ring.polygon.geoms
    (hole,) = polygon.interiors
    assert hole.bounds == pytest.approx((40, 40, 260, 260), abs=1)


def test_no_facility_draws_nothing():
    assert draw(np.empty((0, 2)))[0].polygon.is_empty
    assert draw([(500, 9000)])[0].polygon.is_empty
    assert draw(np.empty((0, 2)), is_by_facility=True) == ()
    assert draw_around(np.array([]), 40).is_empty


def test_odd_thresholds_and_widths_are_refused():
    with pytest.raises(InvalidInputError, match="thresholds"):
        draw(thresholds=(-1,))
    with pytest.raises(InvalidInputError, match="width_m"):
        draw(width_m=0)


def test_margin_is_that_of_a_buffer():
    network = make_grid(8, 8, jitter_m=10, kept=0.3)
    edge = np.arange(network.edge_count, dtype=np.int32)
    lines = cut_lines(network, edge, np.zeros(len(edge)), np.ones(len(edge)))
    ours, theirs = draw_around(lines, 30), shapely.union_all(shapely.buffer(lines, 30))
    assert ours.is_valid
    assert ours.symmetric_difference(theirs).area < 0.03 * theirs.area


@settings(max_examples=40, deadline=None)
@given(random_networks(), st.integers(0, 999), st.sampled_from(["to", "from"]))
def test_pieces_are_all_that_is_within_the_threshold_and_nothing_else(network, seed, direction):
    random = np.random.default_rng(seed)
    graph = make_graph(network, "car")
    sources = put(network, random, 2)
    at_node, _, _ = search(graph, sources, direction=direction)
    pieces = find_pieces(graph, sources, at_node, direction=direction, threshold=25)
    # Places everywhere on the streets, told by the search that counts people.
    edge = np.repeat(np.arange(network.edge_count, dtype=np.int32), 21)
    fraction = np.tile(np.linspace(0.003, 0.997, 21), network.edge_count)
    places = Snapped(edge, fraction, np.zeros(len(edge)), np.zeros((len(edge), 2)))
    impedance = nearest(graph, places, sources, direction=direction).impedance
    is_drawn = np.array(
        [
            ((pieces.edge == at) & (pieces.start <= share) & (share <= pieces.end)).any()
            for at, share in zip(edge, fraction, strict=True)
        ]
    )
    is_clear = np.abs(impedance - 25) > 1e-6
    np.testing.assert_array_equal(is_drawn[is_clear], (impedance <= 25)[is_clear])


def test_surface_tells_cells_what_it_tells_demand_points():
    network = make_grid(10, 12, jitter_m=10, kept=0.4, one_way=0.2)
    graph = make_graph(network, "car")
    land = box(*network.node_xy.min(axis=0), *network.node_xy.max(axis=0)).buffer(-20)
    clinics = make_supply([network.node_xy[40], network.node_xy[90]])
    cells = make_cells(graph, land, cell_m=50, max_snap_m=45)
    surface = travel_surface(graph, snap(graph, clinics.xy), cells, direction="to")
    rows, columns = np.mgrid[: cells.shape[0], : cells.shape[1]].reshape(2, -1)
    a, _, c, _, e, f = surface.transform
    xy = np.stack([c + (columns + 0.5) * a, f + (rows + 0.5) * e], axis=1)
    demand = make_demand(xy, np.ones(len(xy)))
    told = service_coverage(
        graph, demand, clinics, direction="to", thresholds=(60,), max_snap_m=45
    ).reach.impedance.astype(np.float32)
    is_land = shapely.contains_xy(land, *xy.T)
    np.testing.assert_array_equal(surface.impedance.ravel(), np.where(is_land, told, np.nan))
    assert surface.impedance.dtype == np.float32
    assert 0 < np.isnan(told[is_land]).sum() < is_land.sum()
    assert (c % 50, f % 50, a, e) == (0, 0, 50, -50)


def test_cells_far_from_any_street_are_not_looked_at_and_unknown():
    street = make_network([(50, 50), (250, 50)], [(0, 1)])
    graph = make_graph(street, "walk")
    cells = make_cells(graph, box(-1000, -1000, 1500, 2000), max_snap_m=200)
    assert (len(cells.index), len(cells.near)) == (25 * 30, 7 * 5)
    surface = travel_surface(graph, snap(graph, [(50, 50)]), cells, direction="to")
    # 200 m from the street is near enough, at its ends and beside it; more is not.
    row, column = 19, 10
    known = ~np.isnan(surface.impedance)
    assert np.flatnonzero(known[row]).tolist() == list(range(column - 2, column + 5))
    assert np.flatnonzero(known[:, column]).tolist() == list(range(row - 2, row + 3))
    assert not known[row - 2, column - 1]


def test_surface_where_there_is_no_way_is_infinite():
    graph = make_graph(STREET, "walk")
    cells = make_cells(graph, box(0, -100, 1000, 100))
    surface = travel_surface(graph, snap(graph, np.empty((0, 2))), cells, direction="to")
    assert surface.impedance.shape == (2, 10)
    assert np.isinf(surface.impedance).all()


def test_surface_without_land_or_too_fine_is_refused():
    graph = make_graph(STREET, "walk")
    with pytest.raises(InvalidInputError, match="Land is empty"):
        make_cells(graph, box(0, 0, 1, 1).difference(box(0, 0, 2, 2)))
    with pytest.raises(TooLargeError, match="larger cells"):
        make_cells(graph, box(0, 0, 50_000, 50_000), cell_m=5)
    with pytest.raises(InvalidInputError, match="cell_m"):
        make_cells(graph, box(0, 0, 1, 1), cell_m=-1)


def test_cells_are_put_on_streets_block_by_block_and_each_is_told(monkeypatch):
    graph, land = make_graph(STREET, "walk"), box(0, -200, 1000, 200)
    whole = make_cells(graph, land, cell_m=50)
    monkeypatch.setattr("twin.analysis.surface.BLOCK", 70)
    told = []
    cells = make_cells(graph, land, cell_m=50, progress=lambda *parts: told.append(parts))
    assert told == [(70, 160), (140, 160), (160, 160)]
    assert cells.near.tolist() == whole.near.tolist()
    for name in ("edge", "fraction", "offset_m", "xy"):
        assert getattr(cells.at, name).tolist() == getattr(whole.at, name).tolist(), name
