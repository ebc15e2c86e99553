"""Whoever is beside a street that a scenario opened may start from the one before: everywhere."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from networks import make_network
from overlaid import (
    BASIS,
    NAME,
    SNAP_M,
    answer,
    bases,
    directions,
    modes,
    opened,
    places,
    quick,
    served,
    streets,
)

from twin.analysis.coverage import service_coverage
from twin.analysis.explain import explain
from twin.analysis.graph import make_graph
from twin.analysis.model import Demand, Supply
from twin.analysis.opportunity import find_opportunity
from twin.analysis.overlay import apply_changes
from twin.analysis.overlay.changes import AddFacilities, Facility
from twin.analysis.reach import find_ends, impedance_array, nearest
from twin.analysis.service_area import service_areas
from twin.analysis.siting.mclp import solve_mclp
from twin.analysis.siting.problem import Candidates
from twin.analysis.situation import Situation
from twin.analysis.snap import snap
from twin.analysis.what_if import with_added

#: Never what a way over whole tens of metres takes: float32 of siting tells it from its neighbours.
thresholds = st.integers(1, 400).map(lambda whole: whole + 0.123456)

#: A street along y = 0 and, joined to its east end alone, a new one along y = 30: road 9.
LANE = make_network([(0, 0), (500, 0), (500, 30), (0, 30)], [(0, 1), (1, 2), (2, 3)])
LANE = replace(LANE, road=np.array([1, 9, 9]), opened=(9,))


def situation(inputs, found, threshold):
    graph, places = found.usual.graph, (found.demand_at, found.supply_at)
    weight = inputs.demand.weight
    return Situation(graph, *places, weight, found.direction, threshold, SNAP_M)


def with_facility(inputs, xy):
    return apply_changes(inputs, {1: AddFacilities((Facility("new", NAME, tuple(xy)),))})


def start_twice(inputs, mode, direction):
    """Return impedance by another way: everything on the old streets, and again on all."""
    plain = replace(inputs.network, opened=())
    is_new = np.isin(plain.road, inputs.network.opened)[:, None]
    cost = {mode: np.where(is_new, np.inf, each) for mode, each in plain.cost_s.items()}
    assume(np.isfinite(cost[mode]).any())
    graph = make_graph(plain, mode)
    both = graph, make_graph(replace(plain, cost_s=cost), mode)
    demand, supply = (
        [snap(one, each.xy, max_snap_m=SNAP_M) for one in both]
        for each in (inputs.demand, inputs.supply)
    )
    at = supply[0].joined(supply[1])
    return np.fmin(*(nearest(graph, one, at, direction=direction).impedance for one in demand))


@quick
@given(bases(), streets, modes, directions)
def test_coverage_is_the_least_from_all_streets_and_from_those_before(
    base, street, mode, direction
):
    made = opened(base, street)
    expected = start_twice(made, mode, direction)
    found = answer(made, mode, direction).reach
    np.testing.assert_array_equal(found.impedance, expected)
    assert ((found.facility >= 0) == np.isfinite(expected)).all()


@quick
@given(bases(), streets, modes, directions, thresholds, st.lists(places, min_size=1, max_size=4))
def test_siting_gains_what_coverage_says_once_the_facility_is_there(
    base, street, mode, direction, threshold, sites
):
    made = opened(base, street)
    now = answer(made, mode, direction, "s", threshold)
    at = snap(now.usual.graph, sites, max_snap_m=SNAP_M)
    assume(at.is_known.any())
    rows = impedance_array(now.usual.graph, now.demand_at, at, direction=direction)
    off = tuple(np.flatnonzero(~at.is_known).tolist())
    problem = Candidates(rows, now.weight, now.reach.impedance, forbidden=off)
    found = solve_mclp(problem, threshold, 1)
    after = [served(with_facility(made, xy), mode, direction, threshold) for xy in sites]
    assert found.objective == max(after) - now.totals[0].served
    added = [with_added(now, xy).totals[0].served for xy in sites]
    assert added == after


@quick
@given(bases(), streets, modes, directions, thresholds)
def test_opportunity_is_what_coverage_says_once_the_facility_is_there(
    base, street, mode, direction, threshold
):
    made = opened(base, street)
    now = answer(made, mode, direction, "s", threshold)
    found = find_opportunity(situation(made, now, threshold))
    ends = made.network.edge_nodes[snap(now.usual.graph, found.xy).edge]
    for node, xy, people, on in zip(found.node, found.xy, found.people, ends, strict=True):
        if node in on:  # not one of two corners at one place
            after = served(with_facility(made, xy), mode, direction, threshold)
            assert people == after - now.totals[0].served


@quick
@given(bases(), streets, modes, directions)
def test_explanation_tells_the_way_that_is_counted(base, street, mode, direction):
    found = answer(opened(base, street), mode, direction)
    for xy, impedance in zip(found.demand.xy.tolist(), found.reach.impedance, strict=True):
        told = explain(found, tuple(xy))
        assert (told.impedance is None) == (not np.isfinite(impedance))
        if told.impedance is not None:
            assert told.impedance == impedance
            assert told.route.impedance == pytest.approx(impedance)


def lane(*xy):
    graph = make_graph(LANE, "walk", unit="m")
    return graph, snap(graph, xy)


def test_who_is_nearest_to_a_new_street_keeps_the_place_on_the_old_one():
    _, at = lane((100, 20), (100, 10), (100, 300))
    assert at.edge.tolist() == [2, 0, -1]
    assert at.former.edge.tolist() == [0, -1, -1]
    assert (at.former.fraction[0], at.former.offset_m[0]) == (0.2, 20)
    assert at.apart().edge.tolist() == [2, 0, -1, 0]
    assert lane((100, 10), (100, 300))[1].former is None


def test_an_old_street_too_far_away_is_no_place_to_start_from():
    graph = make_graph(LANE, "walk", unit="m")
    at = snap(graph, [(100, 45)], max_snap_m=40)
    assert (at.edge.tolist(), at.former) == ([2], None)


def test_points_joined_keep_their_former_places():
    _, beside = lane((100, 20))
    _, other = lane((300, 10))
    assert other.joined(other).former is None
    assert beside.joined(other).former.edge.tolist() == [0, -1]
    assert other.joined(beside).former.edge.tolist() == [-1, 0]
    assert lane((100, 20), (300, 10))[1].take([1, 0]).former.edge.tolist() == [-1, 0]


def test_ends_that_are_none_are_those_of_the_street_nearest():
    graph, at = lane((100, 20), (100, 10))
    ends = find_ends(graph, at, is_leaving=True)
    assert ends.node.tolist() == [[2, 3, 0, 1], [0, 1, 0, 1]]
    expected = np.array([[410, 110, 120, 420], [110, 410, np.inf, np.inf]])
    assert ends.cost == pytest.approx(expected)


def test_a_facility_beside_a_new_street_reaches_along_the_old_one_too():
    graph, at = lane((100, 20))
    (area,) = service_areas(graph, at, direction="from", thresholds=[60], width_m=15)
    (without,) = service_areas(
        graph, replace(at, former=None), direction="from", thresholds=[60], width_m=15
    )
    # 50 m along the new street and 40 m along the old one, both ways.
    assert area.polygon.bounds == pytest.approx((35, -15, 165, 45), abs=1)
    assert without.polygon.bounds == pytest.approx((35, 15, 165, 45), abs=1)


def test_no_way_from_the_old_street_is_not_told_as_another_part():
    # The facility is up the one-way street; the new street beside it leads to another part.
    nodes = [(0, 0), (500, 0), (0, 30), (500, 30), (900, 30)]
    network = make_network(nodes, [(0, 1), (2, 3), (3, 4)], against=[0, 1, 1])
    network = replace(network, opened=(1,))
    facility = Supply(np.zeros((1, 2)), ("a",), (NAME,), np.array([np.nan]), (None,), BASIS)
    nobody = Demand(np.zeros((0, 2)), np.zeros(0), BASIS, {})
    graph = make_graph(network, "car")
    found = service_coverage(graph, nobody, facility, direction="to", thresholds=[60])
    assert explain(found, (100, 20)).verdict == "no_way"
    assert explain(found, (800, 40)).verdict == "other_part"
