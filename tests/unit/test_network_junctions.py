"""Where streets meet: common vertices, crossings by level, ends that miss, loops, duplicates."""

import numpy as np
import pytest
import shapely

from twin.analysis.network.build import build_network
from twin.analysis.network.streets import make_streets

WEST_EAST = "LINESTRING (0 0, 100 0)"
SOUTH_NORTH = "LINESTRING (50 -50, 50 50)"


def build(*lines, **columns):
    return build_network(make_streets(shapely.from_wkt(list(lines)), **columns))


def nodes(network):
    return {tuple(xy) for xy in network.node_xy.tolist()}


def pieces(network):
    """Road and length of each piece, sorted."""
    return sorted(zip(network.road.tolist(), network.length_m.round(9).tolist(), strict=True))


def test_streets_that_cross_on_the_ground_meet():
    network, report = build(WEST_EAST, SOUTH_NORTH)
    assert (50, 0) in nodes(network)
    assert pieces(network) == [(1, 50), (1, 50), (2, 50), (2, 50)]
    assert report.crossings_joined == ((50, 0),)
    assert report.shared_vertex_km == (0.1, 0.1)
    assert report.component_km == (0.2,)


@pytest.mark.parametrize(
    "columns",
    [
        {"bridge": [True, False]},
        {"tunnel": [False, True]},
        {"layer": [1, 0]},
        {"bridge": True, "layer": 1},
        {"is_level_known": False},
        {"is_ferry": [True, False]},
    ],
    ids=["bridge", "tunnel", "layer", "two bridges", "both unknown", "ferry"],
)
def test_streets_at_other_levels_pass_each_other(columns):
    lines = shapely.from_wkt([WEST_EAST, SOUTH_NORTH])
    network, report = build_network(make_streets(lines, **columns), ferries=True)
    assert pieces(network) == [(1, 100), (2, 100)]
    assert report.crossings_left == ((50, 0),)
    assert report.component_km == (0.1, 0.1)


@pytest.mark.parametrize(
    "columns", [{"layer": -1}, {"is_level_known": [True, False]}], ids=["cutting", "drawn"]
)
def test_streets_at_one_level_meet_where_one_of_them_is_known(columns):
    network, _ = build(WEST_EAST, SOUTH_NORTH, **columns)
    assert (50, 0) in nodes(network)


def test_common_vertex_joins_whatever_the_level():
    network, report = build(
        "LINESTRING (0 0, 50 0)", "LINESTRING (50 0, 100 0)", bridge=[False, True]
    )
    assert pieces(network) == [(1, 50), (2, 50)]
    assert report.component_km == (0.1,)
    assert report.crossings_joined == ()


def test_three_streets_crossing_at_one_point_make_one_node():
    network, report = build(WEST_EAST, SOUTH_NORTH, "LINESTRING (0 -50, 100 50)")
    assert network.node_count == 7
    assert network.edge_count == 6
    assert len(report.crossings_joined) == 1


def test_bridge_over_a_crossing_stays_above_it():
    network, report = build(
        WEST_EAST, SOUTH_NORTH, "LINESTRING (0 -50, 100 50)", bridge=[False, False, True]
    )
    assert (3, round(np.hypot(100, 100), 9)) in pieces(network)
    assert report.component_km == (0.2, 0.141)


def test_street_through_a_vertex_of_another_meets_it():
    network, _ = build("LINESTRING (0 0, 50 0, 100 0)", SOUTH_NORTH)
    assert pieces(network) == [(1, 50), (1, 50), (2, 50), (2, 50)]


def test_street_that_crosses_itself_meets_itself():
    network, report = build("LINESTRING (0 0, 100 0, 100 50, 50 50, 50 -50)")
    assert pieces(network) == [(1, 50), (1, 50), (1, 200)]
    assert report.loops == 1


def test_streets_along_each_other_meet_where_they_part():
    network, _ = build(WEST_EAST, "LINESTRING (20 30, 20 0, 60 0, 60 30)")
    assert {(20, 0), (60, 0)} <= nodes(network)
    assert pieces(network) == [(1, 20), (1, 40), (1, 40), (2, 30), (2, 30), (2, 40)]


@pytest.mark.parametrize("gap", [0, 0.0004, 0.5, 0.999])
def test_end_near_another_street_is_joined_to_it(gap):
    network, report = build(WEST_EAST, f"LINESTRING (50 {gap}, 50 {gap + 40})")
    assert network.node_count == 4
    assert [length for _, length in pieces(network)] == pytest.approx([50, 50, 40])
    assert report.component_km == (0.14,)
    assert len(report.snapped) == 1


def test_end_farther_than_a_metre_stays_a_dead_end():
    network, report = build(WEST_EAST, "LINESTRING (50 1.01, 50 40)")
    assert network.node_count == 4
    assert report.snapped == ()
    assert report.dead_ends == 4
    assert len(report.component_km) == 2


def test_ends_that_miss_each_other_become_one_node_and_no_length():
    network, report = build("LINESTRING (0 0, 40 0)", "LINESTRING (40.6 0.6, 40.6 50.6)")
    assert network.node_count == 3
    assert pieces(network) == [(1, 40), (2, 50)]
    assert report.dead_ends == 2
    ends = network.path_xy[network.path_start[1] - 1], network.path_xy[network.path_start[1]]
    assert ends[0].tolist() == ends[1].tolist() == [40, 0]


def test_end_of_a_bridge_joins_an_end_but_not_the_middle_of_a_street_below():
    end, report = build(
        "LINESTRING (0 0, 40 0)", "LINESTRING (40.5 0, 90.5 0)", bridge=[False, True]
    )
    assert report.component_km == (0.09,)
    assert end.node_count == 3
    _, report = build(WEST_EAST, "LINESTRING (50 0.5, 50 40)", bridge=[False, True])
    assert len(report.component_km) == 2


def test_end_near_several_streets_joins_them_all():
    _, report = build(WEST_EAST, "LINESTRING (0 0.8, 100 0.8)", "LINESTRING (50 0.4, 50 0.41)")
    assert len(report.component_km) == 1


def test_end_on_a_street_that_turns_back_over_itself_meets_both_passes():
    network, _ = build("LINESTRING (0 0, 80 0, 40 0)", "LINESTRING (40 50, 40 0)")
    assert pieces(network) == [(1, 40), (1, 80), (2, 50)]
    assert len(set(network.edge_nodes.ravel().tolist())) == 3


def test_streets_that_cross_between_joined_ends_meet_there_too():
    """The end of 1 and the corner of 2 miss each other; 3 joins them, and 1 crosses 2 between."""
    lines = (
        "LINESTRING (120 0, 120 80)",
        "LINESTRING (0 80, 120.3 79.7, 0 0)",
        "LINESTRING (0 0, 120.3 79.7)",
    )
    network, report = build(*lines)
    assert len(report.crossings_joined) == 2
    crossing = np.hypot(*(network.node_xy - [120, 79.7007]).T)
    assert crossing.min() < 0.001


def test_crumbs_that_joining_leaves_are_dropped_and_counted():
    network, report = build(
        "LINESTRING (0 0, 50 0)", "LINESTRING (50.2 0, 50.8 0)", "LINESTRING (51 0, 90 0)"
    )
    assert pieces(network) == [(1, 50), (3, 39)]
    assert report.left_over == 1
    assert report.left_over_m == pytest.approx(0.6)
    assert network.node_count == 3


def test_only_gaps_are_told_as_joined_ends():
    """A link of half a metre joins both already; a stub is near the street that it stands on."""
    link = ("LINESTRING (0 0, 50 0)", "LINESTRING (50 0, 50.5 0)", "LINESTRING (50.5 0, 90 0)")
    network, report = build(*link)
    assert report.snapped == ()
    assert report.left_over == 1
    assert pieces(network) == [(1, 50), (3, 39.5)]
    _, report = build("LINESTRING (0 0, 50 0, 90 0)", "LINESTRING (50 0, 50 0.7)")
    assert report.snapped == ()
    assert report.left_over_m == pytest.approx(0.7)


def test_gap_within_one_part_is_told():
    _, report = build("LINESTRING (0 0, 90 0)", "LINESTRING (0 0, 40 50, 40 0.5)")
    assert report.component_km == report.shared_vertex_km
    assert report.snapped == ((40, 0.5),)


def test_ring_is_a_loop_at_its_own_end():
    network, report = build("LINESTRING (0 0, 100 0, 100 100, 0 100, 0 0)")
    assert network.edge_nodes.tolist() == [[0, 0]]
    assert network.length_m.tolist() == [400]
    assert report.loops == 1
    assert report.dead_ends == 0


def test_ring_with_a_street_is_cut_where_it_meets_it():
    network, _ = build(
        "LINESTRING (0 0, 100 0, 100 100, 0 100, 0 0)", "LINESTRING (100 100, 150 100)"
    )
    assert pieces(network) == [(1, 200), (1, 200), (2, 50)]
    assert network.node_count == 3


def test_parallel_streets_are_both_kept():
    network, report = build(
        "LINESTRING (0 0, 25 0, 100 0)",
        "LINESTRING (0 0, 50 49, 100 0)",
        highway=["primary", "residential"],
    )
    assert network.edge_count == 2
    assert report.parallels == 1
    assert network.cost_s["car"][0] == pytest.approx([7.2, 7.2])


def test_street_drawn_twice_is_not_cut_at_every_vertex():
    network, report = build(*["LINESTRING (0 0, 20 0, 40 5, 60 0)"] * 2)
    assert network.edge_count == 2
    assert network.node_count == 2
    assert report.parallels == 1


def test_parts_of_a_street_that_continue_each_other_are_one_piece():
    network, report = build("MULTILINESTRING ((50 0, 100 0), (0 0, 50 0), (200 0, 300 0))")
    assert pieces(network) == [(1, 100), (1, 100)]
    assert report.streets == 1
    assert network.path_xy[:3].tolist() == [[0, 0], [50, 0], [100, 0]]


def test_street_that_changes_its_id_is_two_pieces():
    network, _ = build("LINESTRING (0 0, 50 0)", "LINESTRING (50 0, 100 0)", id=[7, 3])
    assert pieces(network) == [(3, 50), (7, 50)]


def test_spur_there_and_back_ends_at_its_tip():
    network, _ = build("LINESTRING (0 0, 50 0, 50 20, 50 0, 100 0)")
    assert pieces(network) == [(1, 20), (1, 20), (1, 50), (1, 50)]
    assert network.node_count == 4


def test_what_has_no_length_is_left_out_and_counted():
    network, report = build(WEST_EAST, "LINESTRING (7 7, 7 7)", "LINESTRING EMPTY")
    assert network.edge_count == 1
    assert report.without_line == 2
    assert report.streets == 1


def test_repeated_vertices_do_no_harm():
    network, _ = build("LINESTRING (0 0, 50 0, 50 0, 50 0.0001, 100 0)")
    assert network.edge_count == 1
    assert network.length_m[0] == pytest.approx(100, abs=0.001)


def test_components_are_numbered_by_length():
    network, report = build("LINESTRING (500 0, 510 0)", WEST_EAST, "LINESTRING (0 90, 30 90)")
    assert report.component_km == (0.1, 0.03, 0.01)
    longest = network.edge_nodes[network.length_m.argmax()]
    assert network.component[longest].tolist() == [0, 0]


def test_drawn_streets_may_be_added_to_those_of_openstreetmap():
    lines = shapely.from_wkt([WEST_EAST, SOUTH_NORTH])
    network, _ = build_network(make_streets(lines, id=[1, -1], is_level_known=[False, True]))
    assert pieces(network) == [(-1, 50), (-1, 50), (1, 50), (1, 50)]
