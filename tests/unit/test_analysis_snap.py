"""Points are put on the streets that whoever looks at every whole street finds nearest."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import make_network

from twin.analysis.graph import make_graph
from twin.analysis.snap import edge_lines, snap


@st.composite
def winding_networks(draw):
    """Return streets of 2 to 70 vertices on a lattice, so that many are equally near."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    counts = draw(st.lists(st.sampled_from([2, 3, 16, 17, 18, 32, 33, 34, 70]), min_size=1))
    step = draw(st.sampled_from([10.0, np.pi]))
    paths = {}
    for edge, count in enumerate(counts):
        first = random.integers(-9, 9, 2)
        steps = random.choice([(0, 1), (1, 0), (0, -1), (-1, 0), (1, 1)], count - 1)
        paths[edge] = np.concatenate([[first], first + np.cumsum(steps, axis=0)]) * step
    ends = np.concatenate([line[[0, -1]] for line in paths.values()])
    open_to_cars = random.uniform(size=len(counts)) < 0.7
    open_to_cars[0] = True
    pairs = np.arange(2 * len(counts)).reshape(-1, 2)
    return make_network(ends, pairs, paths=paths, along=open_to_cars, against=open_to_cars)


def by_whole_lines(graph, xy, max_snap_m):
    """Return what `snap` does, each point measured to each line."""
    points, lines = shapely.points(xy), edge_lines(graph.network)
    distance = shapely.distance(points[:, None], lines)
    distance[:, ~graph.is_open] = np.inf
    edge = distance.argmin(axis=1)
    line, offset = lines[edge], distance.min(axis=1)
    fraction = shapely.line_locate_point(line, points) / shapely.length(line)
    place = shapely.line_interpolate_point(line, shapely.line_locate_point(line, points))
    known = np.where(offset <= max_snap_m, edge, -1)
    return known, fraction, offset, shapely.get_coordinates(place)


@settings(max_examples=100, deadline=None)
@given(
    winding_networks(),
    st.sampled_from(["walk", "car"]),
    st.sampled_from([5.0, 60.0]),
    st.integers(0, 99),
)
def test_to_the_last_bit_as_by_looking_at_every_whole_line(network, mode, max_snap_m, seed):
    random = np.random.default_rng(seed)
    graph = make_graph(network, mode)
    xy = np.concatenate(
        [random.integers(-30, 30, (60, 2)) * 5.0, random.uniform(-300, 300, (60, 2))]
    )
    found = snap(graph, xy, max_snap_m=max_snap_m)
    ours = (found.edge, found.fraction, found.offset_m, found.xy)
    for one, other in zip(ours, by_whole_lines(graph, xy, max_snap_m), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("count", [17, 18, 33, 34, 50])
def test_a_long_street_is_found_along_all_of_it(count):
    line = np.stack([np.arange(count) * 10.0, np.zeros(count)], axis=1)
    graph = make_graph(make_network(line[[0, -1]], [(0, 1)], paths={0: line}), "walk")
    middles = [((a + b) / 2).tolist() for a, b in pairwise(line)]
    found = snap(graph, np.concatenate([line, middles]))
    assert found.offset_m.max() == 0
    np.testing.assert_allclose(found.fraction[:count], np.linspace(0, 1, count), atol=1e-12)
