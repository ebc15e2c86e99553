"""Why a place is served or not: the way, where the budget is spent, and what stands in between."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import make_demand, make_network, make_supply, put, random_networks

from twin.analysis.coverage import service_coverage
from twin.analysis.explain import explain
from twin.analysis.graph import make_graph
from twin.analysis.lines import cut_lines
from twin.analysis.reach import nearest
from twin.analysis.route import find_route
from twin.analysis.snap import Snapped
from twin.errors import InvalidInputError

#: A square of 100 m whose south side is one-way to the east for cars, and a street apart from it.
TOWN = make_network(
    [(0, 0), (100, 0), (100, 100), (0, 100), (5000, 0), (5100, 0)],
    [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5)],
    against=[False, True, True, True, True],
)


def ask(clinics, *, mode="car", direction="to", thresholds=(20, 40), unit="s", network=TOWN):
    graph = make_graph(network, mode, unit=unit)
    nobody = make_demand([], [])
    return service_coverage(
        graph, nobody, make_supply(clinics), direction=direction, thresholds=thresholds
    )


def test_way_to_the_facility_is_told_with_where_each_budget_is_spent():
    told = explain(ask([(20, 0)]), (80, 0))
    # 20 m east, round the block 300 m, 20 m east again, at 10 m/s.
    assert (told.verdict, told.facility, told.offset_m) == ("served", 0, 0)
    assert told.impedance == pytest.approx(34)
    assert shapely.get_coordinates(told.route.line)[[0, 2, 4, -1]].tolist() == [
        [80, 0],
        [100, 0],
        [100, 100],
        [20, 0],
    ]
    assert told.route.length_m == pytest.approx(340)
    assert [(step.edge, step.start, step.end) for step in told.route.steps] == [
        (0, 0.8, 1),
        (1, 0, 1),
        (2, 0, 1),
        (3, 0, 1),
        (0, 0, 0.2),
    ]
    # After 200 m: 20 m on the third side.
    assert told.spent[0].xy == pytest.approx((20, 100))
    assert told.spent[1].xy is None
    assert told.reason.en == "Served: Place facility/0 is nearest, 0.6 min, within 0.7 min."


def test_service_that_comes_is_told_in_its_direction():
    told = explain(ask([(20, 0)], direction="from", thresholds=(3,)), (80, 0))
    assert told.verdict == "too_far"
    assert shapely.get_coordinates(told.route.line)[[0, -1]].tolist() == [[20, 0], [80, 0]]
    assert told.impedance == pytest.approx(6)
    assert told.spent[0].xy == pytest.approx((50, 0))
    round_the_block = explain(ask([(80, 0)], direction="from"), (20, 0))
    assert [step.edge for step in round_the_block.route.steps] == [0, 1, 2, 3, 0]
    assert round_the_block.impedance == pytest.approx(34)


def test_walk_to_the_street_is_part_of_the_way_and_may_spend_the_budget():
    told = explain(ask([(50, -30)], mode="walk", unit="m", thresholds=(15, 85, 100)), (100, 150))
    assert told.offset_m == pytest.approx(50)
    assert told.street_xy == pytest.approx((100, 100))
    assert told.impedance == pytest.approx(50 + 100 + 50 + 30)
    assert told.route.impedance == pytest.approx(told.impedance)
    assert [step.edge for step in told.route.steps] == [-1, 1, 0, -1]
    assert [spent.xy for spent in told.spent] == [
        pytest.approx((100, 135)),
        pytest.approx((100, 65)),
        pytest.approx((100, 50)),
    ]
    assert told.reason.en == (
        "Not served: Place facility/0 is nearest, but 230 m away, more than 100 m."
    )


def test_what_stands_in_between_is_named():
    clinics = [(50, 0)]
    sea = explain(ask(clinics), (50, -900))
    assert (sea.verdict, sea.offset_m, sea.route) == ("off_street", 900, None)
    assert "900 m away, more than 250 m" in sea.reason.en
    apart = explain(ask(clinics), (5050, 0))
    assert (apart.verdict, apart.facility) == ("other_part", -1)
    assert "0.1 km long" in apart.reason.en
    assert explain(ask([(50, 900)]), (50, 0)).verdict == "no_facility"
    assert explain(ask([]), (50, 0)).verdict == "no_facility"
    one_way = make_network([(0, 0), (100, 0)], [(0, 1)], against=[False])
    trapped = explain(ask([(10, 0)], network=one_way), (90, 0))
    assert trapped.verdict == "no_way"
    for told in (sea, apart, trapped):
        assert told.impedance is None
        assert told.spent == ()
        assert told.reason.th


def test_place_of_the_facility_itself_has_a_way_of_no_length():
    told = explain(ask([(20, 0)]), (20, 0))
    assert (told.verdict, told.impedance) == ("served", 0)
    assert told.route.line is not None
    assert told.route.length_m == 0


def test_place_that_is_none_is_refused():
    with pytest.raises(InvalidInputError):
        explain(ask([(20, 0)]), (np.nan, 0))


@settings(max_examples=50, deadline=None)
@given(random_networks(), st.integers(0, 999), st.sampled_from(["to", "from"]))
def test_way_is_unbroken_permitted_and_as_long_as_said(network, seed, direction):
    random = np.random.default_rng(seed)
    graph = make_graph(network, "car")
    demand, supply = (with_places(network, put(network, random, count)) for count in (8, 2))
    reach = nearest(graph, demand, supply, direction=direction)
    for row, facility in enumerate(reach.facility.tolist()):
        place, station = demand.take([row]), supply.take([max(facility, 0)])
        route = find_route(graph, place, place.xy[0], station, station.xy[0], direction=direction)
        if facility < 0:
            assert route is None
            continue
        assert route.impedance == pytest.approx(reach.impedance[row], rel=1e-9)
        ends = [place.xy[0], station.xy[0]][:: 1 if direction == "to" else -1]
        xy = shapely.get_coordinates(route.line)
        np.testing.assert_allclose(xy[[0, -1]], ends, atol=1e-6)
        for before, after in zip(route.steps, route.steps[1:], strict=False):
            assert before.line.coords[-1] == pytest.approx(after.line.coords[0], abs=1e-6)
        assert all(np.isfinite(step.impedance) for step in route.steps)


@settings(max_examples=50, deadline=None)
@given(random_networks(), st.integers(0, 999))
def test_lines_are_cut_as_shapely_cuts_them(network, seed):
    random = np.random.default_rng(seed)
    edge = random.integers(0, network.edge_count, 9).astype(np.int32)
    cuts = np.sort(random.choice([0.0, 0.5, 1.0, *random.uniform(size=4)], (9, 2)), axis=1)
    ours = cut_lines(network, edge, *cuts.T)
    for line, piece, (start, end) in zip(ours, edge, cuts, strict=True):
        path = shapely.LineString(
            network.path_xy[network.path_start[piece] : network.path_start[piece + 1]]
        )
        assert line.length == pytest.approx((end - start) * path.length, abs=1e-6)
        for at in (0.0, 0.3, 1.0):
            expected = path.interpolate(start + at * (end - start), normalized=True)
            assert line.interpolate(at, normalized=True).distance(expected) < 1e-6


def with_places(network, points):
    """Return points with where they are on their piece."""
    lines = cut_lines(network, points.edge, np.zeros(len(points)), np.ones(len(points)))
    places = shapely.line_interpolate_point(lines, points.fraction, normalized=True)
    return Snapped(
        points.edge, points.fraction, np.zeros(len(points)), shapely.get_coordinates(places)
    )
