"""What holds for any streets."""

import itertools

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.analysis.network.build import build_network
from twin.analysis.network.streets import make_streets

#: Corners of blocks of 40 m, some of them drawn a little off, so that ends miss.
CORNER = st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from([0.0, 0.0, 0.3, 0.6])).map(
    lambda corner: (corner[0] * 40 + corner[2], corner[1] * 40 - corner[2])
)
LINE = st.lists(CORNER, min_size=2, max_size=4).filter(
    lambda line: all(np.hypot(a[0] - b[0], a[1] - b[1]) > 5 for a, b in itertools.pairwise(line))
)
#: A street and whether it is a bridge.
STREETS = st.lists(st.tuples(LINE, st.sampled_from([False, False, True])), min_size=1, max_size=8)


def make(rows):
    return make_streets(
        [shapely.LineString(line) for line, _ in rows], bridge=[bridge for _, bridge in rows]
    )


def graph(network, mode="walk"):
    """The quickest of parallel pieces, by direction."""
    found = nx.DiGraph()
    found.add_nodes_from(range(network.node_count))
    for (a, b), costs in zip(
        network.edge_nodes.tolist(), network.cost_s[mode].tolist(), strict=True
    ):
        for tail, head, cost in ((a, b, costs[0]), (b, a, costs[1])):
            if np.isfinite(cost) and cost < found.get_edge_data(tail, head, {"s": np.inf})["s"]:
                found.add_edge(tail, head, s=cost)
    return found


def ends(network, road):
    """The nodes that a street begins and ends at."""
    pieces = np.flatnonzero(network.road == road)
    return int(network.edge_nodes[pieces[0], 0]), int(network.edge_nodes[pieces[-1], 1])


@settings(max_examples=150, deadline=None)
@given(STREETS)
def test_length_is_kept(rows):
    streets = make(rows)
    network, report = build_network(streets)
    total = network.length_m.sum() + report.left_over_m
    assert total == pytest.approx(shapely.length(streets.line).sum(), abs=0.002)
    assert sum(report.component_km) == pytest.approx(network.length_m.sum() / 1000, abs=0.01)
    paths = np.add.reduceat(
        np.append(np.hypot(*np.diff(network.path_xy, axis=0).T), 0), network.path_start[:-1]
    )
    jumps = np.hypot(
        *(
            network.path_xy[network.path_start[1:-1]]
            - network.path_xy[network.path_start[1:-1] - 1]
        ).T
    )
    paths[:-1] -= jumps
    assert paths == pytest.approx(network.length_m, abs=4.1)


@settings(max_examples=100, deadline=None)
@given(STREETS, st.randoms(use_true_random=False))
def test_order_of_streets_does_not_matter(rows, random):
    streets = make(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    first, told = build_network(streets)
    second, again = build_network(streets.take(np.array(order)))
    assert told == again
    assert first.revision == second.revision
    for name in ("node_xy", "edge_nodes", "length_m", "path_xy", "path_start", "road", "component"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


@settings(max_examples=100, deadline=None)
@given(STREETS)
def test_walking_on_the_flat_takes_as_long_there_as_back(rows):
    network, _ = build_network(make(rows))
    assert (network.cost_s["walk"][:, 0] == network.cost_s["walk"][:, 1]).all()
    assert network.cost_s["walk"][:, 0] == pytest.approx(network.length_m / 4.8 * 3.6)


@settings(max_examples=150, deadline=None)
@given(STREETS, LINE, st.booleans())
def test_another_street_never_lengthens_a_way(rows, line, bridge):
    before, _ = build_network(make(rows))
    after, _ = build_network(make([*rows, (line, bridge)]))
    short, shorter = graph(before), graph(after)
    for start in range(1, len(rows) + 1):
        found = nx.single_source_dijkstra_path_length(short, ends(before, start)[0], weight="s")
        now = nx.single_source_dijkstra_path_length(shorter, ends(after, start)[0], weight="s")
        for end in range(1, len(rows) + 1):
            once = found.get(ends(before, end)[1], np.inf)
            assert now.get(ends(after, end)[1], np.inf) <= once + 1e-6


@settings(max_examples=60, deadline=None)
@given(STREETS)
def test_parts_are_what_can_be_walked(rows):
    network, report = build_network(make(rows))
    parts = list(nx.weakly_connected_components(graph(network)))
    assert len(parts) == len(report.component_km)
    for part in parts:
        assert len(set(network.component[list(part)].tolist())) == 1
