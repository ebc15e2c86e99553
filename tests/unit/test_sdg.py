"""SDG 11.2.1 and 11.7.1 on a street that can be measured by eye."""

import numpy as np
import pytest
from towns import make_network

from twin.analysis.graph import make_graph
from twin.analysis.model import Areas, Basis, Demand, Supply
from twin.analysis.sdg import open_space_access, public_transport_access
from twin.errors import InvalidInputError
from twin.types import Text

NOTHING = Text("", "")
BASIS = Basis(NOTHING, NOTHING, "r")

#: A street of 2 km with a side street up from its middle that turns back to the west.
STREET = make_network(
    [[0, 0], [1000, 0], [2000, 0], [1000, 300], [700, 300]], [[0, 1], [1, 2], [1, 3], [3, 4]]
)

#: At 0, 400, 600, 1300 and 2000 m of the street, at the end of the side street, and far away.
HOMES = [[0, 0], [400, 0], [600, 0], [1300, 0], [2000, 0], [700, 300], [5000, 5000]]


def make_demand():
    west = Areas("side", ("W", "E"), (NOTHING, NOTHING), np.array([0, 0, 0, 1, 1, 0, -1], np.int32))
    people = np.array([1.0, 2, 4, 8, 16, 32, 64])
    return Demand(np.array(HOMES, float), people, BASIS, {"side": west})


def make_supply(*xy):
    return Supply(
        np.array(xy, float).reshape(-1, 2),
        tuple(str(row) for row in range(len(xy))),
        (NOTHING,) * len(xy),
        np.full(len(xy), np.nan),
        (None,) * len(xy),
        BASIS,
    )


def on_foot():
    return make_graph(STREET, "walk", unit="m")


def test_a_bus_stop_serves_500_m_and_a_pier_1_km_along_streets():
    found = public_transport_access(
        on_foot(), make_demand(), make_supply((0, 0)), make_supply((2000, 0))
    )
    assert found.has_access.tolist() == [True, True, False, True, True, False, False]
    assert (found.served, found.unserved, found.unknown, found.total) == (27, 36, 64, 127)
    assert found.share == 27 / 127
    assert found.by_class == {"low-capacity": 3, "high-capacity": 24}
    assert found.distances_m == {"low-capacity": 500, "high-capacity": 1000}
    served = {area.code: area.totals[0].served for area in found.areas["side"]}
    assert served == {"W": 3, "E": 24, "": 0}
    assert "disability" in found.lacking[0].en
    assert "ความพิการ" in found.lacking[0].th
    assert "11.2.1" in found.source.en


def test_who_is_near_both_is_counted_once():
    stop = make_supply((0, 0))
    found = public_transport_access(on_foot(), make_demand(), stop, stop)
    assert found.by_class == {"low-capacity": 3, "high-capacity": 7}
    assert found.served == 7


def test_a_park_serves_400_m_along_streets_not_in_a_straight_line():
    # 300 m away in a straight line, 900 m along streets.
    found = open_space_access(on_foot(), make_demand(), make_supply((700, 0)))
    assert found.has_access.tolist() == [False, True, True, False, False, False, False]
    assert (found.indicator, found.share) == ("11.7.1", 6 / 127)


def test_exactly_the_distance_is_within_it():
    found = open_space_access(on_foot(), make_demand(), make_supply((1700, 0)))
    assert found.served == 24


def test_without_stops_nobody_has_access_and_without_people_there_is_no_share():
    none = make_supply()
    found = public_transport_access(on_foot(), make_demand(), none, none)
    assert (found.served, found.share) == (0, 0)
    nobody = Demand(np.zeros((0, 2)), np.zeros(0), BASIS)
    assert public_transport_access(on_foot(), nobody, none, none).share is None


@pytest.mark.parametrize(
    ("mode", "unit", "parameter"), [("walk", "s", "unit"), ("car", "m", "mode")]
)
def test_another_mode_or_unit_is_refused(mode, unit, parameter):
    graph = make_graph(STREET, mode, unit=unit)
    with pytest.raises(InvalidInputError) as caught:
        open_space_access(graph, make_demand(), make_supply())
    assert caught.value.parameter == parameter
