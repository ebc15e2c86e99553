"""Impedance is the same as networkx finds it, exact at both ends, on any network."""

import networkx as nx
import numpy as np
import pytest
from brute_force import brute_force
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import make_grid, make_network, put, random_networks, to_networkx

from twin.analysis.graph import WALKING_KMH, make_graph, scale_speed
from twin.analysis.reach import (
    find_ends,
    impedance_array,
    impedance_matrix,
    nearest,
    reach_one,
    search,
)
from twin.analysis.snap import Snapped, snap
from twin.errors import InvalidInputError

COUNT = {"max_examples": 50, "deadline": None}

#: A square of 100 m; the south side is one-way to the east for cars.
SQUARE = make_network(
    [(0, 0), (100, 0), (100, 100), (0, 100)],
    [(0, 1), (1, 2), (2, 3), (3, 0)],
    against=[False, True, True, True],
)


@settings(**COUNT)
@given(random_networks(), st.sampled_from(["walk", "car"]), st.sampled_from(["s", "m"]))
def test_nodes_are_as_far_apart_as_networkx_says(network, mode, unit):
    graph = make_graph(network, mode, unit=unit)
    theirs = to_networkx(network, mode, unit)
    at_first = Snapped(
        *[np.zeros(1, dtype=kind) for kind in (np.int32, float, float)], np.zeros((1, 2))
    )
    start = int(network.edge_nodes[0, 0])
    for direction, seen in (("from", theirs), ("to", theirs.reverse())):
        ours, _, _ = search(graph, at_first, direction=direction)
        expected = nx.single_source_dijkstra_path_length(seen, start, weight="cost")
        reached = [expected.get(node, np.inf) for node in range(network.node_count)]
        np.testing.assert_allclose(ours, reached, rtol=1e-12)


@settings(**COUNT)
@given(
    random_networks(),
    st.sampled_from(["walk", "car"]),
    st.sampled_from(["to", "from"]),
    st.integers(0, 99),
)
def test_points_are_as_far_apart_as_on_streets_divided_at_every_point(
    network, mode, direction, seed
):
    random = np.random.default_rng(seed)
    graph = make_graph(network, mode)
    demand, supply = put(network, random, 12), put(network, random, 4)
    expected = brute_force(graph, demand, supply, direction)
    ours = impedance_array(graph, demand, supply, direction=direction)
    np.testing.assert_allclose(ours, expected, rtol=1e-6)
    reach = nearest(graph, demand, supply, direction=direction)
    np.testing.assert_allclose(reach.impedance, expected.min(axis=0), rtol=1e-12)
    has_way = reach.facility >= 0
    np.testing.assert_array_equal(has_way, np.isfinite(expected.min(axis=0)))
    chosen = expected[reach.facility[has_way], np.flatnonzero(has_way)]
    np.testing.assert_allclose(chosen, expected.min(axis=0)[has_way], rtol=1e-12)


@settings(**COUNT)
@given(random_networks(), st.integers(0, 99))
def test_order_of_facilities_changes_nothing(network, seed):
    random = np.random.default_rng(seed)
    graph = make_graph(network, "car")
    demand, supply = put(network, random, 12), put(network, random, 6)
    order = random.permutation(6)
    one = nearest(graph, demand, supply, direction="to")
    other = nearest(graph, demand, supply.take(order), direction="to")
    np.testing.assert_array_equal(one.impedance, other.impedance)
    same_place = [
        (supply.edge[a], supply.fraction[a], supply.offset_m[a])
        == (supply.edge[order[b]], supply.fraction[order[b]], supply.offset_m[order[b]])
        for a, b in zip(one.facility, other.facility, strict=True)
        if a >= 0
    ]
    assert all(same_place)


@settings(**COUNT)
@given(random_networks(), st.integers(0, 99))
def test_to_is_from_where_every_street_is_open_both_ways(network, seed):
    random = np.random.default_rng(seed)
    graph = make_graph(network, "walk")
    demand, supply = put(network, random, 12), put(network, random, 4)
    there = nearest(graph, demand, supply, direction="to").impedance
    back = nearest(graph, demand, supply, direction="from").impedance
    np.testing.assert_allclose(there, back, rtol=1e-12)


def test_parallel_streets_are_not_summed_and_free_ones_are_kept():
    paths = {1: [(0, 0), (0, 10), (7, 10), (7, 0)], 3: [(7, 0), (7, 0)]}
    network = make_network([(0, 0), (7, 0), (7, 0)], [(0, 1), (0, 1), (1, 0), (1, 2)], paths=paths)
    graph = make_graph(network, "walk")
    dense = graph.forward.toarray()
    assert dense[0, 1] == dense[1, 0] == 7
    start = snap(graph, [(0, 0)])
    impedance, _, _ = search(graph, start, direction="from")
    np.testing.assert_array_equal(impedance, [0, 7, 7])


def test_one_way_is_held_on_the_way_there_and_back():
    graph = make_graph(SQUARE, "car")
    home, clinic = snap(graph, [(80, 0)]), snap(graph, [(20, 0)])
    to = nearest(graph, home, clinic, direction="to")
    back = nearest(graph, home, clinic, direction="from")
    # To: 20 m east, round the block 300 m, 20 m east again. From: 60 m straight on. At 10 m/s.
    assert to.impedance == pytest.approx([34.0])
    assert back.impedance == pytest.approx([6.0])


def test_walk_to_the_street_counts_at_both_ends_in_either_unit():
    places = [(50, -30)], [(100, -40)]
    seconds = make_graph(SQUARE, "walk")
    reach = nearest(*_on(seconds, *places), direction="to")
    assert reach.impedance == pytest.approx([50 / 1.0 + 70 / (WALKING_KMH / 3.6)])
    metres = make_graph(SQUARE, "walk", unit="m")
    assert nearest(*_on(metres, *places), direction="to").impedance == pytest.approx([120])


def test_slow_walkers_walk_slowly_to_the_street_and_drivers_do_not():
    places = [(50, -30)], [(100, 0)]
    slow = scale_speed(make_graph(SQUARE, "walk"), 0.5)
    usual = nearest(*_on(make_graph(SQUARE, "walk"), *places), direction="to").impedance
    assert nearest(*_on(slow, *places), direction="to").impedance == pytest.approx(2 * usual)
    jam = scale_speed(make_graph(SQUARE, "car"), 0.5)
    expected = 50 / 5 + 30 / (WALKING_KMH / 3.6)
    assert nearest(*_on(jam, *places), direction="to").impedance == pytest.approx([expected])


def test_too_far_from_a_street_is_unknown_and_not_unreachable():
    graph = make_graph(SQUARE, "walk")
    demand = snap(graph, [(50, 50), (50, -251), (50, -249)])
    reach = nearest(graph, demand, snap(graph, [(50, 0)]), direction="to")
    assert np.isnan(reach.impedance).tolist() == [False, True, False]
    assert reach.facility.tolist() == [0, -1, 0]
    assert demand.offset_m == pytest.approx([50, 251, 249])
    np.testing.assert_allclose(demand.xy[1], [50, 0])


def test_no_facility_or_none_on_a_street_reaches_nobody():
    graph = make_graph(SQUARE, "walk")
    demand = snap(graph, [(50, 0), (5000, 0)])
    for supply in (snap(graph, np.empty((0, 2))), snap(graph, [(9000, 0)])):
        reach = nearest(graph, demand, supply, direction="to")
        np.testing.assert_array_equal(reach.impedance, [np.inf, np.nan])
        assert reach.facility.tolist() == [-1, -1]
        assert np.isinf(impedance_array(graph, demand, supply, direction="to")[:, :1]).all()


def test_nobody_is_reached_without_fuss():
    graph = make_graph(SQUARE, "walk")
    nobody, clinic = snap(graph, np.empty((0, 2))), snap(graph, [(1, 1)])
    assert nearest(graph, nobody, clinic, direction="to").impedance.shape == (0,)
    assert impedance_array(graph, nobody, clinic, direction="to").shape == (1, 0)


def test_limit_cuts_and_changes_nothing_below_it():
    network = make_grid(12, 12, jitter_m=10, kept=0.4, one_way=0.2)
    graph = make_graph(network, "car")
    random = np.random.default_rng(3)
    demand, supply = put(network, random, 200), put(network, random, 3)
    whole = nearest(graph, demand, supply, direction="from")
    cut = nearest(graph, demand, supply, direction="from", limit=40)
    is_near = whole.impedance <= 40
    assert 0 < is_near.sum() < 200
    np.testing.assert_array_equal(cut.impedance, np.where(is_near, whole.impedance, np.inf))
    np.testing.assert_array_equal(cut.facility, np.where(is_near, whole.facility, -1))


def test_one_place_and_parts_of_the_matrix_are_the_matrix():
    network = make_grid(8, 8, jitter_m=10, kept=0.4, one_way=0.2)
    graph = make_graph(network, "car")
    random = np.random.default_rng(4)
    demand, supply = put(network, random, 50), put(network, random, 7)
    whole = impedance_array(graph, demand, supply, direction="to")
    done = []
    parts = impedance_matrix(
        graph, demand, supply, direction="to", chunk=3, progress=lambda *told: done.append(told)
    )
    for rows, part in parts:
        np.testing.assert_array_equal(part, whole[rows])
    assert done == [(3, 7), (6, 7), (7, 7)]
    ends = find_ends(graph, demand, is_leaving=True)
    one = reach_one(graph, demand, supply.take([5]), direction="to", limit=30, ends=ends)
    np.testing.assert_allclose(one, np.where(whole[5] <= 30, whole[5], np.inf), rtol=1e-6)


def test_cars_are_not_put_on_a_footpath():
    network = make_network(
        [(0, 0), (100, 0), (0, 10), (100, 10)], [(0, 1), (2, 3)], along=[0, 1], against=[0, 1]
    )
    point = [(50, 2)]
    assert snap(make_graph(network, "walk"), point).edge.tolist() == [0]
    assert snap(make_graph(network, "car"), point).edge.tolist() == [1]
    assert np.isinf(make_graph(network, "car", unit="m").cost[0]).all()


def test_equally_near_streets_the_first_is_taken():
    assert snap(make_graph(SQUARE, "walk"), [(50, 50), (100, 100)]).edge.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("xy", "parameter"),
    [([(np.nan, 0)], "xy"), ([(0, np.inf)], "xy"), ([1.0, 2.0], "xy"), ([(1, 2, 3)], "xy")],
)
def test_points_that_are_none_are_refused(xy, parameter):
    with pytest.raises(InvalidInputError) as caught:
        snap(make_graph(SQUARE, "walk"), xy)
    assert caught.value.parameter == parameter
    assert caught.value.th


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
def test_odd_speeds_and_distances_are_refused(value):
    graph = make_graph(SQUARE, "walk")
    with pytest.raises(InvalidInputError, match="speed_factor"):
        make_graph(SQUARE, "walk", speed_factor=value)
    with pytest.raises(InvalidInputError, match="speed_factor"):
        scale_speed(graph, value)
    with pytest.raises(InvalidInputError, match="max_snap_m"):
        snap(graph, [(0, 0)], max_snap_m=value)


def test_networks_without_open_streets_are_refused():
    empty = make_network(np.empty((0, 2)), np.empty((0, 2)))
    closed = make_network([(0, 0), (1, 0)], [(0, 1)], along=[0], against=[0])
    for network, mode in ((empty, "walk"), (closed, "car")):
        with pytest.raises(InvalidInputError, match="no street that is open") as caught:
            make_graph(network, mode)
        assert caught.value.parameter == "network"
    with pytest.raises(InvalidInputError, match="no mode 'boat'"):
        make_graph(SQUARE, "boat")


def _on(graph, demand, supply):
    return graph, snap(graph, demand), snap(graph, supply)
