"""Two answers side by side; on foot in the toy network, a metre a second, within 60 and 150 m."""

import json

import numpy as np
import pytest
from toy_scenario import make_base

from twin.analysis.compare import compare
from twin.analysis.comparison import Measure, Side
from twin.analysis.coverage import service_coverage
from twin.analysis.graph import make_graph
from twin.analysis.overlay import apply_changes
from twin.analysis.overlay.changes import (
    AddFacilities,
    AddPeopleAt,
    Facility,
    MoveFacility,
    OpenStreet,
    RemoveFacility,
    ScalePeople,
)
from twin.errors import InvalidInputError
from twin.types import Text

NEW = Text("ใหม่", "New")
CLINIC = AddFacilities((Facility("c", NEW, (200.0, 0.0)),))


def answer(inputs, thresholds=(60.0, 150.0), unit="m"):
    graph = make_graph(inputs.network, "walk", unit=unit)
    return service_coverage(
        graph, inputs.demand, inputs.supply, direction="to", thresholds=thresholds
    )


def side(id_, *changes, measures=(), **asked):
    inputs = apply_changes(make_base(), dict(enumerate(changes, start=1)))
    return Side(id_, Text(id_, id_), answer(inputs, **asked), tuple(measures))


def measure(key, cost_thb=None, **more):
    return Measure(key, Text(f"ก {key}", key), cost_thb, **more)


def test_base_against_a_scenario_with_one_facility_more():
    told = compare(side("base"), side("clinic", CLINIC))
    near, far = told.thresholds
    assert (near.threshold, near.a.served, near.b.served) == (60, 70, 100)
    assert (near.a.unserved, near.b.unserved, near.a.unknown, near.b.unknown) == (30, 0, 0, 0)
    assert (near.ratio_a, near.ratio_b) == (0.7, 1.0)
    assert (near.gained, near.lost) == (30, 0)
    assert (near.worst_a.code, near.worst_a.ratio) == ("01", 0.25)
    assert (near.worst_b.code, near.worst_b.ratio) == ("01", 1.0)
    assert (far.a.served, far.b.served) == (70, 100)
    one, two = told.areas["tambon"]
    assert (one.code, two.code) == ("01", "02")
    assert (one.thresholds[0].served_a, one.thresholds[0].served_b) == (10, 40)
    assert (one.thresholds[0].gained, one.thresholds[0].lost) == (30, 0)
    assert (two.thresholds[0].gained, two.thresholds[0].lost) == (0, 0)
    facilities = {row.id: row for row in told.facilities}
    assert {id_: row.presence for id_, row in facilities.items()} == {
        "a": "both",
        "b": "both",
        "c": "added",
    }
    assert (facilities["a"].served_a, facilities["a"].served_b) == (10, 10)
    assert (facilities["c"].served_a, facilities["c"].served_b) == (None, 30)
    assert (facilities["a"].capacity, facilities["b"].capacity) == (5, None)


def test_gains_and_losses_in_one_area_do_not_hide_each_other():
    moved = side("moved", MoveFacility("a", (300.0, 0.0)))
    told = compare(side("base"), moved)
    (one, _) = told.areas["tambon"]
    assert (one.thresholds[0].gained, one.thresholds[0].lost) == (30, 10)
    assert (told.thresholds[0].gained, told.thresholds[0].lost) == (30, 10)
    assert told.facilities[0].presence == "moved"


def test_any_two_scenarios_compare_and_the_other_way_round_mirrors():
    one, other = side("clinic", CLINIC), side("fewer", RemoveFacility("b"))
    there, back = compare(one, other), compare(other, one)
    assert (there.a.id, there.b.id) == ("clinic", "fewer")
    for row, mirrored in zip(there.thresholds, back.thresholds, strict=True):
        assert (row.gained, row.lost) == (mirrored.lost, mirrored.gained)
        assert row.gained - row.lost == row.b.served - row.a.served
        assert (row.a, row.b) == (mirrored.b, mirrored.a)
    assert {row.id: row.presence for row in there.facilities} == {
        "a": "both",
        "b": "removed",
        "c": "removed",
    }


def test_areas_add_up_to_the_whole():
    told = compare(side("base"), side("x", CLINIC, RemoveFacility("b")))
    for number, row in enumerate(told.thresholds):
        areas = [area.thresholds[number] for area in told.areas["tambon"]]
        assert sum(area.gained for area in areas) == row.gained
        assert sum(area.lost for area in areas) == row.lost
        assert sum(area.served_b for area in areas) == row.b.served


def test_people_at_a_new_point_are_of_one_side_only():
    new = side(
        "houses", AddPeopleAt((20.0, 0.0), 7, {"tambon": "01"}), AddPeopleAt((0.0, 200.0), 9)
    )
    told = compare(side("base"), new)
    assert (told.thresholds[0].gained, told.thresholds[0].lost) == (7, 0)
    assert told.thresholds[0].b.total == 116
    outside = told.areas["tambon"][-1]
    assert (outside.code, outside.thresholds[0].total_a, outside.thresholds[0].total_b) == (
        "",
        0,
        9,
    )
    mirrored = compare(new, side("base"))
    assert (mirrored.thresholds[0].gained, mirrored.thresholds[0].lost) == (0, 7)


def test_a_new_street_serves_who_was_unserved():
    street = OpenStreet(-1, ((250.0, 0.0), (300.0, 200.0)), {"walk": (3.6, 3.6)})  # 206.2 m
    for threshold, served in ((206.0, 70), (207.0, 100)):
        asked = {"thresholds": (threshold,)}
        (row,) = compare(side("base", **asked), side("link", street, **asked)).thresholds
        assert (row.a.served, row.b.served) == (70, served)
        assert (row.gained, row.lost) == (served - 70, 0)


def test_nobody_there_has_no_ratio_and_nobody_worst_off():
    nobody = side("empty", ScalePeople("tambon", ("01", "02"), 0.0))
    row = compare(nobody, nobody).thresholds[0]
    assert (row.ratio_a, row.worst_a, row.gained) == (None, None, 0)


def cost(a, b, *changes):
    told = compare(side("base", measures=a), side("b", *changes, measures=b))
    return told.thresholds[0].cost


def test_cost_is_told_for_each_newly_served_person():
    found = cost([], [measure("clinic", 600)], CLINIC)
    assert (found.thb, found.per_person_thb, found.reason) == (600, 20, None)


def test_what_both_do_cancels_out_even_where_its_cost_is_unknown():
    both = measure("road")
    found = cost([both], [both, measure("clinic", 600)], CLINIC)
    assert (found.thb, found.per_person_thb) == (600, 20)


def test_cost_that_nobody_has_said_is_none_with_the_reason():
    found = cost([], [measure("clinic"), measure("road", 5)], CLINIC)
    assert (found.thb, found.per_person_thb) == (None, None)
    assert found.reason.en == "Nobody has said what these cost: clinic."
    assert "ก clinic" in found.reason.th


@pytest.mark.parametrize(
    ("a", "b", "changes", "thb", "reason"),
    [
        ([], [measure("c", 600)], [RemoveFacility("a")], 600, "Nobody more is served."),
        ([measure("c", 600)], [], [CLINIC], -600, "It costs less and serves more."),
        (
            [],
            [measure("c", 600), measure("people", is_assumption=True)],
            [CLINIC],
            600,
            "The two sides differ in population",
        ),
    ],
)
def test_cost_a_person_that_means_nothing_is_none_with_the_reason(a, b, changes, thb, reason):
    found = cost(a, b, *changes)
    assert (found.thb, found.per_person_thb) == (thb, None)
    assert found.reason.en.startswith(reason)


def test_different_questions_are_not_compared():
    with pytest.raises(InvalidInputError, match="thresholds differ") as told:
        compare(side("a"), side("b", thresholds=(70.0,)))
    assert "thresholds" in told.value.th
    with pytest.raises(InvalidInputError, match="unit differ"):
        compare(side("a"), side("b", unit="s"))


def test_table_is_json():
    told = compare(side("base"), side("clinic", CLINIC, measures=[measure("c")])).to_json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["b"] == {"id": "clinic", "name": {"th": "clinic", "en": "clinic"}}
    assert told["thresholds"][0]["a"]["served"] == 70
    assert told["facilities"][1]["capacity"] is None
    assert not isinstance(told["thresholds"][0]["gained"], np.floating)
    assert str(told["thresholds"][0]["lost"]) == "0.0"
    assert (told["unit"], told["thresholds"][0]["threshold"]) == ("metres", 60)


def test_table_of_times_is_told_in_minutes():
    told = compare(side("base", unit="s"), side("clinic", CLINIC, unit="s")).to_json()
    assert told["unit"] == "minutes"
    assert [row["threshold"] for row in told["thresholds"]] == [1, 2.5]
    assert told["thresholds"][1]["b"]["threshold"] == 2.5
    assert told["areas"]["tambon"][0]["thresholds"][1]["threshold"] == 2.5
