"""Opportunity at every corner: by hand, and against coverage with a facility there."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import make_network, make_town, served

from twin.analysis import opportunity
from twin.analysis.gain import blocks
from twin.analysis.graph import make_graph
from twin.analysis.opportunity import Opportunity, find_opportunity
from twin.analysis.pool import work
from twin.analysis.situation import Situation
from twin.analysis.snap import snap
from twin.errors import InvalidInputError

#: A street of three pieces of 100 m; people at 50, 150 and 250 m, 10, 20 and 40 of them.
STREET = make_network([[0, 0], [100, 0], [200, 0], [300, 0]], [[0, 1], [1, 2], [2, 3]])


def on_street(threshold, supply=(), *, unit="m"):
    graph = make_graph(STREET, "walk", unit=unit)
    people = snap(graph, [[50, 0], [150, 0], [250, 0]])
    sites = snap(graph, np.array(supply, float).reshape(-1, 2))
    return Situation(graph, people, sites, np.array([10.0, 20, 40]), "to", threshold)


def test_on_a_street_each_corner_serves_those_within_the_threshold():
    found = find_opportunity(on_street(50))
    assert found.node.tolist() == [0, 1, 2, 3]
    assert found.people.tolist() == [10, 30, 60, 40]
    assert found.unserved == 70


def test_people_served_already_are_not_counted_again():
    found = find_opportunity(on_street(50, [[200, 0]]))
    assert found.people.tolist() == [10, 10, 0, 0]
    assert found.unserved == 10


def test_nobody_unserved_leaves_nothing_to_gain():
    found = find_opportunity(on_street(1000, [[200, 0]]))
    assert found.people.tolist() == [0, 0, 0, 0]
    assert found.best() == ()


def test_only_some_corners_can_be_asked():
    found = find_opportunity(on_street(50), corners=np.array([2, 0]))
    assert (found.node.tolist(), found.people.tolist()) == ([0, 2], [10, 60])


def test_best_places_are_apart():
    found = find_opportunity(on_street(50))
    assert [place.node for place in found.best(spacing_m=0)] == [2, 3, 1, 0]
    assert [place.node for place in found.best(spacing_m=150)] == [2, 0]
    assert found.best(1) == ((2, 200.0, 0.0, 60.0),)
    assert found.best(0) == ()


def test_of_equal_places_the_first_node_is_best():
    twins = Opportunity(np.arange(3, dtype=np.int32), np.zeros((3, 2)), np.array([1.0, 2, 2]), 5)
    assert [place.node for place in twins.best(spacing_m=10)] == [1]


@pytest.mark.parametrize("threshold", [0, -1, float("nan"), float("inf")])
def test_a_threshold_that_is_none_is_refused(threshold):
    with pytest.raises(InvalidInputError) as caught:
        on_street(threshold)
    assert caught.value.parameter == "threshold"


@pytest.mark.parametrize("weight", [np.ones(2), np.array([1, -1.0, 1]), np.full(3, np.nan)])
def test_weights_that_are_no_quantities_are_refused(weight):
    with pytest.raises(InvalidInputError) as caught:
        replace(on_street(50), weight=weight)
    assert caught.value.parameter == "weight"


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    mode=st.sampled_from(["walk", "car"]),
    unit=st.sampled_from(["s", "m"]),
    direction=st.sampled_from(["to", "from"]),
    threshold=st.sampled_from([20.0, 80, 250, 900]),
    homes=st.sampled_from([2, 40]),
    opened=st.sampled_from([0.0, 0.5]),
)
def test_opportunity_is_coverage_with_a_facility_there_less_coverage_before(homes, **how):
    now = make_town(homes=homes, **how)
    before = served(now)
    assert before == now.served
    found = find_opportunity(now)
    for node, people in zip(found.node, found.people, strict=True):
        site = snap(now.graph, now.graph.network.node_xy[[node]])
        after = served(now, now.supply.joined(site))
        assert people == pytest.approx(after - before, abs=1e-9)


@pytest.mark.parametrize("homes", [3, 400])
def test_processes_give_what_one_process_gives(homes, monkeypatch):
    monkeypatch.setattr(opportunity, "SMALL", 0)
    monkeypatch.setattr(opportunity, "BLOCKS_A_TASK", 1)
    now = make_town(1, side=12, homes=homes)
    steps = []
    found = find_opportunity(now, workers=2, progress=lambda *step: steps.append(step))
    assert found.people.tolist() == find_opportunity(now, workers=1).people.tolist()
    assert [done for done, _ in steps] == list(range(1, steps[0][1] + 1))


class LeftError(Exception):
    """Somebody does not want the answer any more."""


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_that_raises_ends_the_work(workers, monkeypatch):
    monkeypatch.setattr(opportunity, "SMALL", 0)
    monkeypatch.setattr(opportunity, "BLOCKS_A_TASK", 1)

    def leave(done, count):
        raise LeftError(f"{done} of {count}")

    with pytest.raises(LeftError, match="1 of"):
        find_opportunity(make_town(1, side=12, homes=400), workers=workers, progress=leave)


def divide(shared, task):
    return shared / task


def test_a_fault_in_another_process_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        list(work(divide, 1, [1, 0, 1, 1], workers=2))


def test_blocks_hold_every_point_once_and_few_at_a_time():
    xy = np.random.default_rng(0).random((100, 2))
    parts = list(blocks(xy, 9))
    assert max(len(part) for part in parts) <= 9
    assert sorted(np.concatenate(parts).tolist()) == list(range(100))
    assert list(blocks(np.zeros((0, 2)))) == []


def test_a_street_that_costs_nothing_leads_anywhere():
    cost = {mode: seconds.copy() for mode, seconds in STREET.cost_s.items()}
    cost["walk"][1] = 0
    graph = make_graph(replace(STREET, cost_s=cost), "walk")
    nobody = snap(graph, np.zeros((0, 2)))
    now = Situation(graph, snap(graph, [[100, 0], [300, 0]]), nobody, np.array([2.0, 5]), "to", 1)
    assert find_opportunity(now).people.tolist() == [0, 2, 2, 5]
