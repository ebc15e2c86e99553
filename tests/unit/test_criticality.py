"""Criticality: by hand, and against coverage without the facility or the road."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import close, make_network, make_town, served

from twin.analysis.criticality import facility_loss, road_loss
from twin.analysis.graph import make_graph
from twin.analysis.situation import Situation
from twin.analysis.snap import snap

#: Two ways from west to east, a short one in the middle (roads 1, 2) and a long one around (3);
#: road 4 leads from the east end to a dead end.
BLOCK = make_network(
    [[0, 0], [100, 0], [200, 0], [0, 150], [200, 150], [300, 0]],
    [[0, 1], [1, 2], [0, 3], [3, 4], [4, 2], [2, 5]],
    road=[1, 2, 3, 3, 3, 4],
)


def on_block(threshold, homes, weight, sites):
    graph = make_graph(BLOCK, "walk", unit="m")
    places = snap(graph, np.array(homes, float)), snap(graph, np.array(sites, float).reshape(-1, 2))
    return Situation(graph, *places, np.array(weight, float), "to", threshold)


def test_who_has_a_single_facility_near_loses_it():
    now = on_block(100, [[0, 0], [100, 0], [200, 0]], [1, 2, 4], [[50, 0], [150, 0], [5000, 5000]])
    found = facility_loss(now)
    assert found.lost.tolist() == [1, 4, 0]
    assert found.choice.tolist() == [1, 2, 1]


def test_facilities_at_one_place_stand_in_for_each_other():
    found = facility_loss(on_block(100, [[0, 0]], [1], [[50, 0], [50, 0]]))
    assert found.lost.tolist() == [0, 0]


def test_without_facilities_nobody_loses_anything():
    now = on_block(100, [[0, 0]], [1], [])
    assert facility_loss(now).lost.tolist() == []
    assert road_loss(now).road.tolist() == []
    assert road_loss(now).rest_at_most == 0


def test_who_lives_behind_a_closed_road_loses_service_unless_the_way_around_is_short_enough():
    homes, weight, site = [[250, 0], [150, 0]], [8, 2], [[0, 0]]
    near = road_loss(on_block(300, homes, weight, site))
    assert near.road.tolist() == [1, 2, 4]
    assert near.lost.tolist() == [10, 10, 8]
    assert near.living.tolist() == [0, 2, 8]
    assert near.users.tolist() == [10, 10, 8]
    # 550 m around for who lives on road 4; who lives on closed road 2 has no way at all.
    far = road_loss(on_block(600, homes, weight, site))
    assert far.road.tolist() == [4, 2]
    assert far.lost.tolist() == [8, 2]


def test_a_facility_on_a_closed_road_serves_those_at_its_own_door_only():
    found = road_loss(on_block(100, [[60, 0], [50, 0], [0, 0]], [1, 2, 4], [[50, 0]]))
    assert found.road.tolist() == [1]
    assert (found.lost.tolist(), found.living.tolist()) == ([5], [5])


def test_the_worst_roads_come_first_and_the_rest_is_bounded():
    now = on_block(300, [[250, 0], [150, 0]], [8, 2], [[0, 0]])
    worst = road_loss(now, top=1)
    assert (worst.road.tolist(), worst.rest_at_most) == ([1], 10)
    assert road_loss(now, top=3).rest_at_most == 0
    assert road_loss(now, top=0).rest_at_most == 10
    none = road_loss(now, top=None, budget=0)
    assert (none.road.tolist(), none.rest_at_most) == ([], 10)
    some = road_loss(now, top=None, budget=2)
    assert (some.road.tolist(), some.rest_at_most) == ([1, 2], 8)


def test_progress_that_raises_ends_the_work():
    def leave(done, count):
        raise KeyboardInterrupt((done, count))

    now = on_block(300, [[250, 0]], [8], [[0, 0]])
    for ask in (facility_loss, road_loss):
        with pytest.raises(KeyboardInterrupt):
            ask(now, progress=leave)


HOW = {
    "opened": st.sampled_from([0.0, 0.5]),
    "seed": st.integers(0, 10_000),
    "mode": st.sampled_from(["walk", "car"]),
    "direction": st.sampled_from(["to", "from"]),
    "threshold": st.sampled_from([20.0, 80, 250, 900]),
    "facilities": st.sampled_from([0, 1, 3, 6]),
}


@settings(max_examples=25, deadline=None)
@given(**HOW)
def test_closing_a_facility_loses_coverage_before_less_coverage_without(**how):
    now = make_town(**how)
    found = facility_loss(now)
    for row, lost in enumerate(found.lost):
        others = now.supply.take(np.delete(np.arange(len(now.supply)), row))
        assert lost == now.served - served(now, others)


@settings(max_examples=25, deadline=None)
@given(by_piece=st.booleans(), **HOW)
def test_closing_a_road_loses_coverage_before_less_coverage_without(by_piece, **how):
    now = make_town(**how)
    count = now.graph.network.edge_count
    labels = np.arange(count) if by_piece else now.graph.network.road
    found = road_loss(now, top=None, roads=labels)
    lost = dict(zip(found.road.tolist(), found.lost.tolist(), strict=True))
    for road in np.unique(labels).tolist():
        without = served(now, graph=close(now.graph, labels == road))
        assert lost.get(road, 0) == now.served - without
    assert (found.lost <= found.users).all()
    assert (found.living <= found.lost).all()
    assert np.lexsort((found.road, -found.lost)).tolist() == list(range(len(found.road)))
    few = road_loss(now, top=3, roads=labels)
    assert few.road.tolist() == found.road[:3].tolist()
    assert few.rest_at_most >= (found.lost[3] if len(found.lost) > 3 else 0)
