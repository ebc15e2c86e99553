"""Networks of a few streets, checked by hand."""

import numpy as np
import pytest
import shapely

from twin.analysis.network.build import build_network
from twin.analysis.network.streets import make_streets
from twin.errors import InvalidInputError


def build(*lines, **columns):
    return build_network(make_streets(shapely.from_wkt(list(lines)), **columns))


def test_one_street_is_one_piece_between_two_nodes():
    network, report = build("LINESTRING (0 0, 60 0, 60 40)", highway="primary")
    assert network.node_xy.tolist() == [[0, 0], [60, 40]]
    assert network.edge_nodes.tolist() == [[0, 1]]
    assert network.length_m.tolist() == [100]
    assert network.path_xy.tolist() == [[0, 0], [60, 0], [60, 40]]
    assert network.path_start.tolist() == [0, 3]
    assert network.road.tolist() == [1]
    assert network.cost_s["car"] == pytest.approx(np.array([[7.2, 7.2]]))
    assert network.cost_s["walk"] == pytest.approx(np.array([[75, 75]]))
    assert report.dead_ends == 2


def test_streets_meet_at_a_common_vertex():
    network, report = build("LINESTRING (0 0, 50 0, 100 0)", "LINESTRING (50 0, 50 80)")
    assert network.node_count == 4
    assert sorted(network.length_m.tolist()) == [50, 50, 80]
    assert report.component_km == (0.18,)
    assert report.crossings_joined == ()


def test_nothing_to_build_from_is_named():
    with pytest.raises(InvalidInputError, match="no line has a length"):
        build("LINESTRING (5 5, 5 5)", "LINESTRING EMPTY")
