"""What holds of every scenario, whatever the network, the people and the changes."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from overlaid import NAME, answer, bases, directions, modes, opened, places, quick, served, streets

from twin.analysis.overlay import apply_changes
from twin.analysis.overlay.changes import (
    AddFacilities,
    AddPeople,
    AddPeopleAt,
    ChangeSpeed,
    CloseStreet,
    Facility,
    OpenStreet,
    RemoveFacility,
    ScalePeople,
)

SLACK = 1e-6

thresholds = st.floats(1, 500)


def impedance(*asked):
    return answer(*asked).reach.impedance


def assert_nobody_is_worse_off(before, after):
    known = ~np.isnan(before)
    assert not np.isnan(after[known]).any()
    assert (after[known] <= before[known] + SLACK).all()


def arrays(inputs):
    network = inputs.network
    parts = [network.node_xy, network.edge_nodes, network.length_m, network.path_xy]
    parts += [network.path_start, network.road, network.component, *network.cost_s.values()]
    parts += [inputs.demand.xy, inputs.demand.weight, inputs.demand.areas["tambon"].member]
    return [*parts, inputs.supply.xy, inputs.supply.capacity]


@quick
@given(bases(), streets, modes, directions, st.sampled_from(["s", "m"]))
def test_opening_a_street_makes_nobody_worse_off(base, street, mode, direction, unit):
    before = impedance(base, mode, direction, unit)
    after = impedance(opened(base, street), mode, direction, unit)
    assert_nobody_is_worse_off(before, after)


@quick
@given(bases(), places, modes, directions, thresholds)
def test_adding_a_facility_never_lowers_coverage(base, place, mode, direction, threshold):
    after = apply_changes(base, {1: AddFacilities((Facility("new", NAME, place),))})
    assert_nobody_is_worse_off(impedance(base, mode, direction), impedance(after, mode, direction))
    before = served(base, mode, direction, threshold)
    assert served(after, mode, direction, threshold) >= before


@quick
@given(bases(), st.integers(0, 2), modes, directions)
def test_removing_then_adding_back_restores(base, row, mode, direction):
    assume(row < len(base.supply.ids))
    id_ = base.supply.ids[row]
    back = Facility(id_, base.supply.names[row], tuple(base.supply.xy[row]))
    after = apply_changes(base, {1: RemoveFacility(id_), 2: AddFacilities((back,))})
    assert set(after.supply.ids) == set(base.supply.ids)
    before = impedance(base, mode, direction)
    assert impedance(after, mode, direction) == pytest.approx(before, nan_ok=True)


def independent(base):
    """Changes that have nothing to do with each other; the streets begin and end at corners."""
    corner = [tuple(xy) for xy in base.network.node_xy]
    return [
        AddFacilities((Facility("new", NAME, (430_100.0, 873_100.0)),)),
        RemoveFacility("facility/0"),
        ScalePeople("tambon", ("01",), 2.0),
        AddPeople("tambon", ("02",), 50),
        AddPeopleAt((430_050.0, 873_000.0), 7),
        CloseStreet(road=0),
        ChangeSpeed("walk", 0.5),
        ChangeSpeed("car", 2.0, (1, 2)),
        OpenStreet(-1, (corner[0], corner[5]), {"walk": (60.0, 60.0)}),
        OpenStreet(-2, (corner[10], corner[15]), {"car": (60.0, 0.0)}),
    ]


@quick
@given(bases(), st.permutations(range(10)), modes, directions, thresholds)
def test_order_of_independent_changes_does_not_matter(base, order, mode, direction, threshold):
    assume(len(base.demand.xy) > 1)  # people in both sub-districts
    changes = independent(base)
    one = apply_changes(base, dict(enumerate(changes)))
    other = apply_changes(base, {place: changes[row] for place, row in enumerate(order)})
    assert served(other, mode, direction, threshold) == pytest.approx(
        served(one, mode, direction, threshold)
    )


@quick
@given(bases(), streets)
def test_the_base_stays_as_it_was(base, street):
    before = [part.copy() for part in arrays(base)]
    assume(len(base.demand.xy) > 1)
    apply_changes(base, dict(enumerate(independent(base))))
    opened(base, street)
    for part, was in zip(arrays(base), before, strict=True):
        np.testing.assert_array_equal(part, was)


@quick
@given(bases(), streets)
def test_a_new_street_keeps_the_network_whole(base, street):
    network = opened(base, street).network
    assert network.length_m.sum() > base.network.length_m.sum()
    first, last = network.path_start[:-1], network.path_start[1:] - 1
    ends = network.node_xy[network.edge_nodes]
    assert network.path_xy[first] == pytest.approx(ends[:, 0])
    assert network.path_xy[last] == pytest.approx(ends[:, 1])
    old = network.road != -1
    for mode, cost in network.cost_s.items():
        for way in (0, 1):
            total = np.bincount(network.road[old], np.nan_to_num(cost[old, way], posinf=1e9))
            expected = base.network.cost_s[mode][:, way]
            is_open = np.isfinite(expected)
            assert total[is_open] == pytest.approx(expected[is_open])
            assert (total[~is_open] >= 1e9).all()
    begin, end = network.edge_nodes.T
    used = np.isfinite(np.stack([*network.cost_s.values()])).any(axis=(0, 2))
    assert (network.component[begin[used]] == network.component[end[used]]).all()
    metres = np.bincount(network.component[begin[used]], network.length_m[used])
    assert (np.diff(metres) <= SLACK).all()
