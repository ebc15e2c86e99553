"""Changes laid over the toy network of `toy_scenario`; every answer is computed by hand."""

import numpy as np
import pytest
from toy_scenario import make_base

from twin.analysis.overlay import apply_changes
from twin.analysis.overlay.changes import (
    AddFacilities,
    AddPeople,
    AddPeopleAt,
    ChangeSpeed,
    CloseStreet,
    Facility,
    MoveFacility,
    OpenStreet,
    RemoveFacility,
    ScalePeople,
)
from twin.errors import ConflictError, InvalidInputError, NotFoundError
from twin.types import Text

WALK = {"walk": (3.6, 3.6)}


@pytest.fixture
def base():
    return make_base()


def check_invariants(network):
    edges, nodes = network.edge_count, network.node_count
    assert network.edge_nodes.dtype == np.int32
    assert network.component.dtype == np.int32
    assert network.path_start.dtype == network.road.dtype == np.int64
    assert network.edge_nodes.shape == (edges, 2)
    assert len(network.path_start) == edges + 1
    assert network.path_start[-1] == len(network.path_xy)
    assert len(network.component) == nodes
    assert len(network.road) == len(network.length_m) == edges
    first, last = network.path_start[:-1], network.path_start[1:] - 1
    assert (last > first).all()
    assert network.path_xy[first] == pytest.approx(network.node_xy[network.edge_nodes[:, 0]])
    assert network.path_xy[last] == pytest.approx(network.node_xy[network.edge_nodes[:, 1]])
    for cost in network.cost_s.values():
        assert cost.shape == (edges, 2)
        assert (cost >= 0).all()


def facility(id_="new", xy=(0.0, 100.0), **more):
    return Facility(id_, Text("ใหม่", "New"), xy, **more)


def test_add_facility_comes_after_those_there(base):
    supply = apply_changes(base, {1: AddFacilities((facility(capacity=7.0),))}).supply
    assert supply.ids == ("a", "b", "new")
    assert supply.xy[2].tolist() == [0, 100]
    assert supply.capacity.tolist()[::2] == [5, 7]
    assert len(supply.names) == len(supply.opened) == 3


def test_remove_and_move_facility_by_id(base):
    made = apply_changes(base, {1: RemoveFacility("a"), 2: MoveFacility("b", (1.0, 2.0))})
    assert made.supply.ids == ("b",)
    assert made.supply.xy.tolist() == [[1, 2]]
    assert base.supply.xy.tolist() == [[0, 0], [300, 200]]


def test_removing_what_is_not_there_names_the_change(base):
    with pytest.raises(NotFoundError) as told:
        apply_changes(base, {1: RemoveFacility("a"), 4: RemoveFacility("a")})
    assert told.value.parameter == "changes.4.id"
    assert told.value.en.startswith("Change 4 (remove a facility): There is no facility a")
    assert told.value.th.startswith("การเปลี่ยนแปลงที่ 4 (ยกเลิกสถานบริการ): ไม่มีสถานบริการ a")


@pytest.mark.parametrize("ids", [("a",), ("new", "new")])
def test_adding_an_id_twice_is_refused(base, ids):
    with pytest.raises(ConflictError):
        apply_changes(base, {1: AddFacilities(tuple(facility(id_) for id_ in ids))})


def test_close_road_both_ways_for_its_modes_only(base):
    network = apply_changes(base, {1: CloseStreet(road=6, modes=("car",))}).network
    assert np.isinf(network.cost_s["car"][6]).all()
    assert network.cost_s["walk"][6].tolist() == [200, 200]
    assert set(network.component) == {0}


def test_closing_the_only_link_makes_two_parts(base):
    network = apply_changes(base, {1: CloseStreet(at=(10.0, 90.0))}).network
    assert np.isinf(network.cost_s["walk"][6]).all()
    assert np.isfinite(np.delete(network.cost_s["walk"], 6, axis=0)).all()
    assert set(network.component) == {0, 1}
    assert len(set(network.component[[0, 1, 2, 7]])) == 1


def test_closing_a_point_twice_closes_one_street(base):
    point = CloseStreet(at=(10.0, 90.0))
    network = apply_changes(base, {1: point, 2: point}).network
    assert np.isinf(network.cost_s["walk"]).all(axis=1).sum() == 1


@pytest.mark.parametrize("change", [CloseStreet(road=99), CloseStreet(at=(150.0, 100.0))])
def test_closing_what_is_no_street_is_refused(base, change):
    with pytest.raises(NotFoundError, match=r"Change 1 \(close a street\)"):
        apply_changes(base, {1: change})


def test_speed_of_all_roads_and_of_some(base):
    changes = {1: ChangeSpeed("walk", 2.0), 2: ChangeSpeed("car", 0.5, (0, 3))}
    network = apply_changes(base, changes).network
    assert network.cost_s["walk"][:, 0].tolist() == [50, 50, 50, 50, 50, 50, 100]
    assert network.cost_s["car"][:, 1].tolist() == [20, 10, 10, 20, 10, 10, 20]
    with pytest.raises(NotFoundError, match="no road 98, 99"):
        apply_changes(base, {1: ChangeSpeed("car", 0.5, (0, 99, 98))})


def test_street_splits_those_it_touches_and_keeps_their_costs(base):
    street = OpenStreet(-1, ((150.0, 10.0), (150.0, 190.0)), {"walk": (3.6, 1.8)})
    network = apply_changes(base, {1: street}).network
    check_invariants(network)
    assert network.node_count == 10
    assert network.edge_count == 10
    assert network.node_xy[8:].tolist() == [[150, 200], [150, 0]]
    assert network.edge_nodes.tolist()[1:3] == [[1, 9], [9, 2]]
    assert network.edge_nodes.tolist()[-1] == [9, 8]
    assert network.length_m.tolist() == [100, 50, 50, 100, 100, 50, 50, 100, 200, 200]
    assert network.cost_s["walk"][-1].tolist() == [200, 400]
    assert np.isinf(network.cost_s["car"][-1]).all()
    assert network.cost_s["walk"][1].tolist() == [50, 50]
    assert network.road.tolist() == [0, 1, 1, 2, 3, 4, 4, 5, 6, -1]
    assert set(network.component) == {0}


def test_street_joins_nodes_where_its_ends_are_at_nodes(base):
    street = OpenStreet(-1, ((300.2, 0.0), (340.0, 100.0), (300.0, 199.9)), WALK)
    network = apply_changes(base, {1: street}).network
    check_invariants(network)
    assert network.node_count == 8
    assert network.edge_nodes[-1].tolist() == [7, 6]
    start, end = network.path_start[-2:]
    assert network.path_xy[start:end].tolist() == [[300, 0], [340, 100], [300, 200]]


def test_street_joins_by_a_vertex_and_ends_in_the_open(base):
    street = OpenStreet(-1, ((150.0, -80.0), (150.0, 3.0), (150.0, 60.0)), WALK)
    network = apply_changes(base, {1: street}).network
    check_invariants(network)
    assert network.node_xy[8:].tolist() == [[150, 0], [150, -80], [150, 60]]
    assert network.edge_nodes[-2:].tolist() == [[9, 8], [8, 10]]
    assert network.length_m[-2:].tolist() == [80, 60]


def test_street_that_crosses_without_a_vertex_is_a_bridge(base):
    street = OpenStreet(-1, ((150.0, -80.0), (150.0, 200.0)), WALK)
    network = apply_changes(base, {1: street}).network
    assert network.edge_count == 9
    assert network.edge_nodes[-1].tolist() == [9, 8]


def test_street_may_touch_one_piece_in_several_places(base):
    line = ((20.0, 1.0), (50.0, 90.0), (80.0, 1.0), (80.2, 1.0), (60.0, 90.0), (40.0, 1.0))
    network = apply_changes(base, {1: OpenStreet(-1, line, WALK)}).network
    check_invariants(network)
    first = network.road == 0
    assert network.length_m[first] == pytest.approx([20, 20, 40, 20])
    assert (network.road == -1).sum() == 2  # the two ends at 80 m are one junction


def test_streets_may_join_each_other_in_any_order(base):
    south = OpenStreet(-1, ((150.0, 0.0), (150.0, 100.0)), WALK)
    north = OpenStreet(-2, ((150.0, 200.0), (150.0, 100.0)), WALK)
    for changes in ({1: south, 2: north}, {1: north, 2: south}):
        network = apply_changes(base, changes).network
        check_invariants(network)
        degree = np.bincount(network.edge_nodes.ravel())
        assert sorted(degree.tolist()) == [1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3]


def test_street_that_touches_nothing_it_may_use_is_refused(base):
    far = OpenStreet(-1, ((150.0, 50.0), (150.0, 150.0)), WALK)
    with pytest.raises(InvalidInputError, match="within 15 m of a street") as told:
        apply_changes(base, {1: far})
    assert told.value.parameter == "changes.1.line"
    closed = CloseStreet(road=1, modes=("walk",))
    touching = OpenStreet(-1, ((150.0, 0.0), (150.0, 90.0)), WALK)
    with pytest.raises(InvalidInputError, match="within 15 m"):
        apply_changes(base, {1: closed, 2: touching})


def test_street_of_no_length_or_with_a_known_id_is_refused(base):
    with pytest.raises(InvalidInputError, match="too short"):
        apply_changes(base, {1: OpenStreet(-1, ((99.9, 3.0), (100.1, 3.0)), WALK)})
    with pytest.raises(ConflictError):
        apply_changes(base, {1: OpenStreet(3, ((150.0, 0.0), (150.0, 90.0)), WALK)})


def test_people_by_factor_by_number_and_at_a_point(base):
    scaled = apply_changes(base, {1: ScalePeople("tambon", ("01",), 1.5)}).demand
    assert scaled.weight.tolist() == [15, 45, 60]
    added = apply_changes(base, {1: AddPeople("tambon", ("01",), 80)}).demand
    assert added.weight.tolist() == [30, 90, 60]
    both = apply_changes(base, {1: AddPeople("tambon", ("01", "02"), 100)}).demand
    assert both.weight.tolist() == [20, 60, 120]
    point = AddPeopleAt((0.0, 200.0), 25, {"tambon": "02"})
    made = apply_changes(base, {1: point, 2: AddPeopleAt((0.0, 0.0), 1)}).demand
    assert made.weight.tolist() == [10, 30, 60, 25, 1]
    assert made.areas["tambon"].member.tolist() == [0, 0, 1, 1, -1]
    assert made.areas["tambon"].member.dtype == np.int32


def test_people_in_empty_areas_go_to_all_their_places(base):
    emptied = {1: ScalePeople("tambon", ("01",), 0), 2: AddPeople("tambon", ("01",), 8)}
    assert apply_changes(base, emptied).demand.weight.tolist() == [4, 4, 60]


def test_people_in_unknown_areas_are_refused(base):
    for change in (ScalePeople("tambon", ("09",), 2), AddPeople("parish", ("01",), 2)):
        with pytest.raises(NotFoundError):
            apply_changes(base, {1: change})


def test_untouched_parts_stay_the_same_objects_and_revisions_follow_changes(base):
    made = apply_changes(base, {1: RemoveFacility("a")})
    assert made.network is base.network
    assert made.demand is base.demand
    assert made.supply.basis.revision != base.supply.basis.revision
    again = apply_changes(base, {7: RemoveFacility("a")})
    assert again.supply.basis.revision == made.supply.basis.revision
    other = apply_changes(base, {1: RemoveFacility("b")})
    assert other.supply.basis.revision != made.supply.basis.revision
    slow = apply_changes(base, {1: ChangeSpeed("walk", 0.5)})
    assert slow.network.revision != base.network.revision
    more = apply_changes(base, {1: AddPeople("tambon", ("01",), 1)})
    assert more.demand.basis.revision != base.demand.basis.revision
    assert apply_changes(base, {}) is base
