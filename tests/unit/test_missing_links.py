"""Missing links: by hand, and against coverage with the link built."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import make_network, make_town, served

from twin.analysis.graph import make_graph
from twin.analysis.missing_links import LinkRules, find_missing_links
from twin.analysis.situation import Situation
from twin.analysis.snap import snap
from twin.errors import InvalidInputError

#: A hairpin: 500 m out along y = 0 and back along y = 60, the ends 60 m apart.
HAIRPIN = make_network(
    [[0, 0], [250, 0], [500, 0], [500, 60], [250, 60], [0, 60]],
    [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]],
)


def on_hairpin(threshold, *, unit="m"):
    graph = make_graph(HAIRPIN, "walk", unit=unit)
    homes, site = snap(graph, [[0, 60], [250, 60]]), snap(graph, [[0, 0]])
    return Situation(graph, homes, site, np.array([12.0, 6]), "to", threshold)


def test_a_link_between_the_ends_of_a_hairpin_serves_who_lives_at_the_far_end():
    found = find_missing_links(on_hairpin(100))
    (link,) = found.links
    assert (link.near, link.far, link.length_m, link.impedance) == (5, 0, 60, 60)
    assert (link.people, link.people_per_m, link.present) == (12, 0.2, 1060)
    assert (link.near_xy, link.far_xy) == ((0, 60), (0, 0))


def test_a_longer_threshold_finds_the_link_in_the_middle_too():
    found = find_missing_links(on_hairpin(400))
    assert [(link.near, link.far) for link in found.links] == [(5, 0), (4, 1)]
    assert [link.people for link in found.links] == [18, 6]
    only = find_missing_links(on_hairpin(400), LinkRules(spacing_m=300))
    assert [(link.near, link.far) for link in only.links] == [(5, 0)]
    first = find_missing_links(on_hairpin(400), LinkRules(count=1))
    assert first.links == only.links


def test_a_link_takes_the_time_of_its_mode():
    found = find_missing_links(on_hairpin(100, unit="s"))
    assert found.links[0].impedance == pytest.approx(60 / (4.8 / 3.6))
    slow = find_missing_links(on_hairpin(100, unit="s"), LinkRules(speed_kmh=3.6))
    assert slow.links[0].impedance == pytest.approx(60)


def test_a_link_over_water_is_left_out_and_the_answer_says_what_it_knows():
    dry = find_missing_links(on_hairpin(400), land=shapely.box(-10, -10, 510, 70))
    assert len(dry.links) == 2
    assert "leave the land" in dry.notes[-1].en
    creek = shapely.box(-10, -10, 510, 70) - shapely.box(-20, 20, 100, 40)
    assert [link.near for link in find_missing_links(on_hairpin(400), land=creek).links] == [4]
    assert "may cross water" in find_missing_links(on_hairpin(400)).notes[-1].en
    assert "level" in dry.notes[0].en


def test_ends_that_are_near_each_other_already_need_no_link():
    assert find_missing_links(on_hairpin(400), LinkRules(min_detour=20)).links == ()


def test_without_facilities_or_unserved_people_there_is_nothing_to_gain():
    now = on_hairpin(400)
    nobody = replace(now, supply=now.supply.take([False]))
    assert find_missing_links(nobody).links == ()
    assert find_missing_links(on_hairpin(5000)).links == ()


def test_progress_counts_what_is_looked_at_and_may_end_the_work():
    steps = []
    found = find_missing_links(on_hairpin(400), progress=lambda *step: steps.append(step))
    assert steps[-1] == (found.looked_at, found.looked_at)

    def leave(done, count):
        raise KeyboardInterrupt((done, count))

    with pytest.raises(KeyboardInterrupt):
        find_missing_links(on_hairpin(400), progress=leave)


@pytest.mark.parametrize("rule", ["max_length_m", "min_detour", "spacing_m", "count", "speed_kmh"])
def test_a_rule_that_is_not_above_0_is_refused(rule):
    with pytest.raises(InvalidInputError) as caught:
        LinkRules(**{rule: 0})
    assert caught.value.parameter == rule


def with_link(now, link, per_metre):
    """Return the situation with a connection built; where points are stays as it is."""
    old = now.graph.network
    ends = np.append(old.edge_nodes, [[link.near, link.far]], axis=0).astype(np.int32)
    cost = {
        mode: np.append(seconds, [[link.length_m * per_metre] * 2], axis=0)
        for mode, seconds in old.cost_s.items()
    }
    network = replace(
        old,
        edge_nodes=ends,
        length_m=np.append(old.length_m, link.length_m),
        cost_s=cost,
        path_xy=np.append(old.path_xy, old.node_xy[[link.near, link.far]], axis=0),
        path_start=np.append(old.path_start, old.path_start[-1] + 2),
        road=np.append(old.road, -1),
    )
    return make_graph(network, now.graph.mode, unit=now.graph.unit)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    mode=st.sampled_from(["walk", "car"]),
    unit=st.sampled_from(["s", "m"]),
    direction=st.sampled_from(["to", "from"]),
    threshold=st.sampled_from([40.0, 150, 250]),
    facilities=st.sampled_from([1, 3]),
)
def test_people_gained_are_coverage_with_the_link_less_coverage_before(**how):
    now = make_town(**how)
    rules = LinkRules(max_length_m=160, min_detour=1e-9, spacing_m=1, count=200)
    found = find_missing_links(now, rules)
    built = {frozenset((link.near, link.far)) for link in found.links}
    per_metre = rules.per_metre(now.graph)
    for link in found.links:
        gained = served(now, graph=with_link(now, link, per_metre)) - now.served
        assert link.people == pytest.approx(gained, abs=1e-9)
    worth = [link.people_per_m for link in found.links]
    assert worth == sorted(worth, reverse=True)
    # And none is overlooked: every other pair gains nobody.
    xy = now.graph.network.node_xy
    some = np.random.default_rng(how["seed"]).choice(len(xy) - 2, (6, 2))
    for near, far in some.tolist():
        length = float(np.hypot(*(xy[near] - xy[far])))
        if 0 < length <= 160 and frozenset((near, far)) not in built:
            link = SimpleNamespace(near=near, far=far, length_m=length)
            gained = served(now, graph=with_link(now, link, per_metre)) - now.served
            assert gained == pytest.approx(0, abs=1e-9)
