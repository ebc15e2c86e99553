"""Coverage on the real main roads of Phuket is what brute force says, to the last person."""

import numpy as np
import pytest
from brute_force import brute_force
from networks import make_demand, make_supply

from twin.analysis.coverage import service_coverage
from twin.analysis.explain import explain
from twin.analysis.graph import make_graph
from twin.db.engine import make_engine
from twin.studies.network import load_network

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def main_roads(phuket, phuket_url):
    engine = make_engine(phuket_url, read_only=True)
    with engine.begin() as connection:
        network, _ = load_network(connection, phuket.network_dir)
    engine.dispose()
    return network


@pytest.mark.parametrize(
    ("mode", "direction", "thresholds"),
    [("walk", "to", (600, 1800)), ("car", "to", (180, 480)), ("car", "from", (180, 480))],
)
def test_people_served_are_those_of_brute_force(main_roads, mode, direction, thresholds):
    random = np.random.default_rng(5)
    graph = make_graph(main_roads, mode)
    near = main_roads.path_xy[random.integers(0, len(main_roads.path_xy), 400)]
    homes = make_demand(near + random.normal(0, 120, (400, 2)), random.exponential(30, 400))
    clinics = make_supply(near[:8] + random.normal(0, 30, (8, 2)))
    coverage = service_coverage(graph, homes, clinics, direction=direction, thresholds=thresholds)
    least = brute_force(graph, coverage.demand_at, coverage.supply_at, direction).min(axis=0)
    for row in coverage.totals:
        is_served = coverage.demand_at.is_known & (least <= row.threshold)
        assert row.served == pytest.approx(homes.weight[is_served].sum(), rel=1e-9)
        assert 0 < row.served < row.total
        assert row.unknown > 0


def test_islands_and_roads_apart_are_told_from_far_away(main_roads):
    graph = make_graph(main_roads, "car")
    middles = main_roads.node_xy[main_roads.edge_nodes[:, 0]]
    part = main_roads.component[main_roads.edge_nodes[:, 0]]
    clinics = make_supply(middles[part == 0][:1])
    coverage = service_coverage(
        graph, make_demand([], []), clinics, direction="to", thresholds=(60,)
    )
    apart = explain(coverage, tuple(middles[part == 1][0]))
    assert (apart.verdict, apart.impedance) == ("other_part", None)
    assert "19.1 km long" in apart.reason.en
    assert explain(coverage, tuple(middles[part == 0][-1])).verdict == "too_far"
