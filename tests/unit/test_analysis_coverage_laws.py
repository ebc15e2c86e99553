"""Laws that hold for every coverage, on any network."""

from dataclasses import replace

import numpy as np
import pytest
from brute_force import brute_force
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import BASIS, make_demand, make_grid, make_supply, put, random_networks

from twin.analysis.coverage import Placed, service_coverage
from twin.analysis.graph import make_graph
from twin.analysis.model import Demand
from twin.analysis.reach import impedance_array
from twin.analysis.snap import snap
from twin.analysis.what_if import with_added, without

COUNT = {"max_examples": 40, "deadline": None}


def cover_at_random(network, seed, *, direction="to", mode="car", thresholds=(30.0, 60.0)):
    """Return coverage of points put on a random network, some of them on no street."""
    random = np.random.default_rng(seed)
    at, stations = put(network, random, 30), put(network, random, 4)
    at.edge[random.uniform(size=30) < 0.1] = -1
    demand = make_demand(
        random.uniform(0, 500, (30, 2)), random.exponential(20, 30), zone=random.integers(-1, 4, 30)
    )
    supply = make_supply(random.uniform(0, 500, (4, 2)))
    graph = make_graph(network, mode)
    return service_coverage(
        graph, demand, supply, direction=direction, thresholds=thresholds, at=Placed(at, stations)
    )


@settings(**COUNT)
@given(random_networks(), st.integers(0, 999), st.sampled_from(["to", "from"]))
def test_people_served_are_those_of_brute_force(network, seed, direction):
    coverage = cover_at_random(network, seed, direction=direction)
    at, stations = coverage.demand_at, coverage.supply_at
    least = brute_force(coverage.usual.graph, at, stations, direction).min(axis=0)
    for row in coverage.totals:
        is_served = at.is_known & (least <= row.threshold)
        assert row.served == pytest.approx(coverage.demand.weight[is_served].sum(), rel=1e-12)
        assert row.total == pytest.approx(coverage.demand.weight.sum(), rel=1e-12)


@settings(**COUNT)
@given(random_networks(), st.integers(0, 999))
def test_parts_make_the_whole_exactly(network, seed):
    coverage = cover_at_random(network, seed)
    for row in (*coverage.totals, *(row for pace in coverage.paces for row in pace.totals)):
        assert row.served + row.unserved + row.unknown == row.total
    for at, whole in enumerate(coverage.totals):
        for name in ("total", "served", "unserved", "unknown"):
            parts = [getattr(area.totals[at], name) for area in coverage.areas["zone"]]
            assert sum(parts) == getattr(whole, name)
    assert sum(row.served for row in coverage.loads) == coverage.totals[-1].served


@settings(**COUNT)
@given(random_networks(), st.integers(0, 999))
def test_longer_time_and_faster_travel_serve_a_superset(network, seed):
    coverage = cover_at_random(network, seed, thresholds=(10.0, 30.0, 60.0, 1000.0))
    served = [row.served for row in coverage.totals]
    assert served == sorted(served)
    for slow, usual, fast in zip(*(pace.totals for pace in coverage.paces), strict=True):
        assert slow.served <= usual.served <= fast.served
    for threshold in coverage.thresholds:
        slow, usual, fast = (
            run.reach.impedance <= threshold
            for run in (coverage.paced["slow"], coverage.usual, coverage.paced["fast"])
        )
        assert (slow <= usual).all()
        assert (usual <= fast).all()


@settings(**COUNT)
@given(random_networks(), st.integers(0, 999), st.floats(1, 400), st.booleans(), st.booleans())
def test_a_street_more_makes_nobody_farther(network, seed, length, along, against):
    random = np.random.default_rng(seed)
    first, second = random.integers(0, network.node_count, 2)
    cost = np.where([[along, against]], length / 10, np.inf)
    more = replace(
        network,
        edge_nodes=np.concatenate([network.edge_nodes, [[first, second]]]).astype(np.int32),
        length_m=np.append(network.length_m, length),
        cost_s={mode: np.concatenate([old, cost]) for mode, old in network.cost_s.items()},
    )
    before, after = cover_at_random(network, seed), cover_at_random(more, seed)
    at = Placed(before.demand_at, before.supply_at)
    after = service_coverage(
        make_graph(more, "car"),
        before.demand,
        before.supply,
        direction="to",
        thresholds=before.thresholds,
        at=at,
    )
    is_known = before.demand_at.is_known
    assert (after.reach.impedance[is_known] <= before.reach.impedance[is_known]).all()
    assert after.totals[0].served >= before.totals[0].served


@settings(**COUNT)
@given(random_networks(), st.integers(0, 999), st.sampled_from(["to", "from"]))
def test_a_facility_more_makes_nobody_farther_and_removing_it_restores(network, seed, direction):
    random = np.random.default_rng(seed)
    before = cover_at_random(network, seed, direction=direction)
    xy = random.uniform(0, 500, 2)
    after = with_added(before, xy, is_whole=True)
    is_known = before.demand_at.is_known
    assert (after.reach.impedance[is_known] <= before.reach.impedance[is_known]).all()
    for old, new in zip(before.totals, after.totals, strict=True):
        assert new.served >= old.served
    restored = without(after, "drawn/1")
    for name in ("totals", "areas", "loads", "paces"):
        assert getattr(restored, name) == getattr(before, name)


@settings(**COUNT)
@given(random_networks(), st.integers(0, 999), st.sampled_from(["walk", "car"]))
def test_what_if_is_the_same_question_asked_anew(network, seed, mode):
    random = np.random.default_rng(seed)
    xy = random.uniform(0, 500, 2)
    base = cover_at_random(network, seed, mode=mode)
    quick, whole = with_added(base, xy), with_added(base, xy, is_whole=True)
    anew = service_coverage(
        base.usual.graph,
        base.demand,
        quick.supply,
        direction="to",
        thresholds=base.thresholds,
        at=Placed(base.demand_at, quick.supply_at),
    )
    assert (quick.totals, quick.areas, quick.paces) == (anew.totals, anew.areas, anew.paces)
    assert sum(row.served for row in quick.loads) == quick.totals[-1].served
    assert ({row.nearest for row in quick.loads} == {None}) == quick.supply_at.is_known[-1]
    every = impedance_array(base.usual.graph, base.demand_at, quick.supply_at, direction="to")
    has_way = np.flatnonzero(whole.reach.facility >= 0)
    chosen = every[whole.reach.facility[has_way], has_way]
    np.testing.assert_allclose(chosen, anew.reach.impedance[has_way], rtol=1e-6)
    np.testing.assert_allclose(whole.reach.impedance, anew.reach.impedance, rtol=1e-12)
    assert whole.impedance_quantile(0.5) == pytest.approx(anew.impedance_quantile(0.5))
    assert quick.digest == whole.digest == anew.digest


@settings(**COUNT)
@given(random_networks(), st.integers(0, 999))
def test_taking_away_and_adding_back_restores(network, seed):
    graph = make_graph(network, "car")
    random = np.random.default_rng(seed)
    demand = make_demand(
        random.uniform(0, 500, (30, 2)), random.exponential(20, 30), zone=random.integers(-1, 4, 30)
    )
    supply = make_supply(random.uniform(0, 500, (4, 2)))
    base = service_coverage(graph, demand, supply, direction="to", thresholds=(30, 60))
    gone = without(base, "facility/3")
    assert gone.totals[0].served <= base.totals[0].served
    back = with_added(gone, supply.xy[3], facility="facility/3", is_whole=True)
    assert (back.totals, back.areas, back.paces) == (base.totals, base.areas, base.paces)
    np.testing.assert_allclose(back.reach.impedance, base.reach.impedance, rtol=1e-12)


@settings(**COUNT)
@given(random_networks(), st.integers(0, 999))
def test_order_of_rows_changes_nothing(network, seed):
    base = cover_at_random(network, seed)
    random = np.random.default_rng(seed + 1)
    people, clinics = random.permutation(30), random.permutation(4)
    zone = base.demand.areas["zone"]
    demand = Demand(
        base.demand.xy[people],
        base.demand.weight[people],
        BASIS,
        {"zone": replace(zone, member=zone.member[people])},
    )
    ids = tuple(base.supply.ids[row] for row in clinics)
    other = service_coverage(
        base.usual.graph,
        demand,
        make_supply(base.supply.xy[clinics], ids),
        direction="to",
        thresholds=base.thresholds,
        at=Placed(base.demand_at.take(people), base.supply_at.take(clinics)),
    )
    assert (other.totals, other.areas, other.digest) == (base.totals, base.areas, base.digest)
    assert sorted(other.loads, key=lambda row: row.id) == list(base.loads)


def test_larger_town_is_served_as_brute_force_says():
    network = make_grid(7, 8, jitter_m=12, kept=0.4, one_way=0.3)
    graph = make_graph(network, "car")
    random = np.random.default_rng(7)
    low, high = network.node_xy.min(axis=0), network.node_xy.max(axis=0)
    demand = make_demand(random.uniform(low, high, (150, 2)), random.exponential(20, 150))
    supply = make_supply(random.uniform(low, high, (3, 2)))
    for direction in ("to", "from"):
        coverage = service_coverage(
            graph, demand, supply, direction=direction, thresholds=(45, 75), max_snap_m=60
        )
        at, stations = (snap(graph, who.xy, max_snap_m=60) for who in (demand, supply))
        least = brute_force(graph, at, stations, direction).min(axis=0)
        for row in coverage.totals:
            expected = demand.weight[at.is_known & (least <= row.threshold)].sum()
            assert row.served == pytest.approx(expected, rel=1e-9)
            assert 0 < row.served < row.total - row.unknown
