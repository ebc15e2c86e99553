"""Missing links: by hand, and against coverage with the link built."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import make_network, make_town, served

from twin.analysis.graph import make_graph
from twin.analysis.halfway import Foot, add_corners
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
    assert (link.near, link.far) == ((0, 60, 5, -1), (0, 0, 0, -1))
    assert (link.length_m, link.impedance) == (60, 60)
    assert (link.people, link.people_per_m, link.present) == (12, 0.2, 1060)


def test_a_longer_threshold_finds_the_link_in_the_middle_too():
    found = find_missing_links(on_hairpin(400))
    assert [(link.near.node, link.far.node) for link in found.links] == [(5, 0), (4, 1)]
    assert [link.people for link in found.links] == [18, 6]
    only = find_missing_links(on_hairpin(400), LinkRules(spacing_m=300))
    assert [(link.near.node, link.far.node) for link in only.links] == [(5, 0)]
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
    assert [link.near.node for link in find_missing_links(on_hairpin(400), land=creek).links] == [4]
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


def test_a_link_may_end_in_the_middle_of_a_street():
    network = make_network([[0, 0], [400, 0], [100, 50], [100, 500]], [[0, 1], [2, 3]])
    graph = make_graph(network, "walk", unit="m")
    homes, site = snap(graph, [[100, 100]]), snap(graph, [[0, 0]])
    found = find_missing_links(Situation(graph, homes, site, np.array([7.0]), "to", 200))
    best = found.links[0]
    assert (best.near, best.far) == ((100, 50, 2, -1), (100, 0, -1, 0))
    assert (best.length_m, best.people, best.present) == (50, 7, np.inf)
    # And the other way about: people along the street, a facility at the dead end.
    now = Situation(graph, site, homes, np.array([7.0]), "to", 200)
    best = find_missing_links(now).links[0]
    assert (best.near, best.far) == ((100, 0, -1, 0), (100, 50, 2, -1))


HOW = {
    "opened": st.sampled_from([0.0, 0.5]),
    "seed": st.integers(0, 10_000),
    "mode": st.sampled_from(["walk", "car"]),
    "unit": st.sampled_from(["s", "m"]),
    "direction": st.sampled_from(["to", "from"]),
    "threshold": st.sampled_from([40.0, 150, 250]),
    "facilities": st.sampled_from([1, 3]),
}


def cut(now, seed, count=20):
    """Return the situation with streets cut at places drawn at random, and all its nodes."""
    draw = np.random.default_rng(seed)
    network = now.graph.network
    edge = draw.integers(0, network.edge_count, count).astype(np.int32)
    fraction = draw.choice([0.25, 0.5, 0.875], count)
    ends = network.node_xy[network.edge_nodes[edge]]
    xy = ends[:, 0] + (ends[:, 1] - ends[:, 0]) * fraction[:, None]
    return add_corners(now, Foot(np.zeros(count, np.int32), edge, fraction, xy))


@settings(max_examples=30, deadline=None)
@given(**HOW)
def test_cutting_streets_changes_nobodys_way(**how):
    now = make_town(**how)
    finer, nodes = cut(now, how["seed"])
    assert finer.reach.impedance == pytest.approx(now.reach.impedance, nan_ok=True)
    assert finer.graph.network.length_m.sum() == pytest.approx(now.graph.network.length_m.sum())
    assert nodes.min() >= now.graph.network.node_count


def build(now, near, far, cost):
    """Return the graph with a connection between two nodes."""
    old = now.graph.network
    seconds = {mode: np.append(each, [[cost] * 2], axis=0) for mode, each in old.cost_s.items()}
    network = replace(
        old,
        edge_nodes=np.append(old.edge_nodes, [[near, far]], axis=0).astype(np.int32),
        length_m=np.append(old.length_m, cost),
        cost_s=seconds,
        path_xy=np.append(old.path_xy, old.node_xy[[near, far]], axis=0),
        path_start=np.append(old.path_start, old.path_start[-1] + 2),
        road=np.append(old.road, -1),
    )
    return make_graph(network, now.graph.mode, unit=now.graph.unit)


def build_link(now, link):
    """Return people served with a link built, and before, on streets cut where it ends."""
    ends = [end for end in (link.near, link.far) if end.node < 0]
    lines = shapely.linestrings(now.graph.network.node_xy[now.graph.network.edge_nodes])
    xy = np.array([[end.x_m, end.y_m] for end in ends]).reshape(-1, 2)
    edge = np.array([end.edge for end in ends], np.int32)
    fraction = shapely.line_locate_point(lines[edge], shapely.points(xy), normalized=True)
    finer, nodes = add_corners(now, Foot(edge * 0, edge, fraction, xy))
    near, far = (end.node if end.node >= 0 else int(nodes[0]) for end in (link.near, link.far))
    return served(finer, graph=build(finer, near, far, link.impedance)), served(finer)


@settings(max_examples=30, deadline=None)
@given(**HOW)
def test_people_gained_are_coverage_with_the_link_less_coverage_before(**how):
    now = make_town(**how)
    rules = LinkRules(max_length_m=160, min_detour=1e-9, spacing_m=1, count=40)
    found = find_missing_links(now, rules)
    for link in found.links:
        after, before = build_link(now, link)
        assert before == now.served
        assert link.people == after - before
    worth = [link.people_per_m for link in found.links]
    assert worth == sorted(worth, reverse=True)


@settings(max_examples=30, deadline=None)
@given(**HOW)
def test_no_connection_between_corners_is_overlooked(**how):
    now = make_town(**how)
    rules = LinkRules(max_length_m=160, min_detour=1e-9, spacing_m=1e-9, count=10_000)
    people = {
        frozenset((link.near.node, link.far.node)): link.people
        for link in find_missing_links(now, rules).links
        if link.near.node >= 0 and link.far.node >= 0
    }
    xy = now.graph.network.node_xy
    for near, far in np.random.default_rng(how["seed"]).choice(len(xy), (12, 2)).tolist():
        length = float(np.hypot(*(xy[near] - xy[far])))
        if 0 < length <= 160:
            graph = build(now, near, far, length * rules.per_metre(now.graph))
            gained = served(now, graph=graph) - now.served
            assert people.get(frozenset((near, far)), 0) == gained
