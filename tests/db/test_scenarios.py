"""Scenarios on the toy island: five roads from west to east that do not meet."""

import json

import pytest
from sqlalchemy import update

from twin.db.engine import make_engine
from twin.db.models import Layer, Project
from twin.errors import (
    ChangedError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    TooLargeError,
)
from twin.spec import Title
from twin.studies.question import Question
from twin.studies.scenarios import model
from twin.studies.scenarios.base import find_moved, read_revisions
from twin.studies.scenarios.changes import CHANGE
from twin.studies.scenarios.check import add_change, remove_change
from twin.studies.scenarios.drawing import draw_changes
from twin.studies.scenarios.model import NewScenario, ScenarioEdit
from twin.studies.scenarios.resolve import resolve_changes
from twin.studies.scenarios.results import standing
from twin.studies.scenarios.store import (
    create_scenario,
    delete_change,
    delete_scenario,
    edit_scenario,
    get_scenario,
    list_scenarios,
)
from twin.testing import centre, publish_toy, publish_toy_projects

NAMES = Title(th="คลินิกใหม่", en="New clinic")


def at(column, row):
    point = centre(column, row)
    return (point.x, point.y)


@pytest.fixture(scope="module")
def island_engine(new_database):
    engine = make_engine(new_database("scenarios"))
    with engine.begin() as connection:
        publish_toy(connection)
        publish_toy_projects(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def island(island_engine):
    """The toy island with a scenario `clinic`, undone after the test."""
    with island_engine.connect() as connection, connection.begin() as transaction:
        create_scenario(connection, NewScenario(id="clinic", names=NAMES, note="ลองดู"))
        yield connection
        transaction.rollback()


@pytest.fixture
def scenario(island):
    return get_scenario(island, "clinic")


def change(kind, **args):
    return CHANGE.validate_python({"kind": kind, **args})


EVERY = [
    change("add_facility", point=at(1, 1), names=NAMES, cost_thb=5_000_000, capacity=20),
    change("move_facility", id="facility/1", point=at(0, 1)),
    change("remove_facility", id="facility/2"),
    change("open_street", line=[at(2, 0), at(2, 0.5), at(2, 1)], highway="footway", modes=["walk"]),
    change("close_street", road=10),
    change("close_street", point=at(3, 4), modes=["car"]),
    change("project", code="ENV-02", on="2027-01-31"),
    change("speed", mode="motorcycle", factor=0.8, roads=[11, 12]),
    change("population", codes=["830101"], factor=1.5),
    change("population", codes=["830101", "830102"], people=800),
    change("population", point=at(4, 3), people=120.5),
]


def test_created_scenario_is_listed_and_read_back(island, scenario):
    assert get_scenario(island, "clinic") == scenario
    assert scenario.names == ("คลินิกใหม่", "New clinic")
    assert scenario.question == Question()
    assert scenario.base["road"] == {"revision": 1, "sha256": "0" * 64}
    assert scenario.base["elevation"] is None
    (row,) = list_scenarios(island)
    assert (row.id, row.changes, row.note) == ("clinic", 0, "ลองดู")


def test_every_kind_of_change_comes_back_as_it_was_kept(island):
    for number, one in enumerate(EVERY, start=1):
        assert add_change(island, "clinic", one) == number
    kept = get_scenario(island, "clinic").changes
    assert list(kept.values()) == EVERY
    assert list_scenarios(island)[0].changes == len(EVERY)


def test_changes_are_drawn_where_they_act(island):
    for one in EVERY:
        add_change(island, "clinic", one)
    features = draw_changes(island, get_scenario(island, "clinic"))
    assert [feature["id"] for feature in features] == list(range(1, len(EVERY) + 1))
    kinds = [feature["geometry"] and feature["geometry"]["type"] for feature in features]
    expected = "Point Point Point LineString LineString Point Point MultiLineString"
    assert kinds == [*expected.split(), "Polygon", "MultiPolygon", "Point"]
    assert features[2]["geometry"]["coordinates"] == pytest.approx(at(2, 2))
    assert features[0]["properties"]["names"] == {"th": "คลินิกใหม่", "en": "New clinic"}
    assert features[2]["properties"]["names"]["en"] == "remove a facility (3)"
    assert json.loads(json.dumps(features, allow_nan=False)) == features


def test_everything_drawn_is_where_it_is_said_even_if_moved_or_everywhere(island):
    for one in (
        change("move_facility", id="facility/1", point=at(4, 1)),
        change("remove_facility", id="facility/1"),
        change("add_facility", point=at(1, 1)),
        change("remove_facility", id="added/3"),
        change("speed", mode="walk", factor=0.75),
    ):
        add_change(island, "clinic", one)
    drawn = draw_changes(island, get_scenario(island, "clinic"))
    assert drawn[1]["geometry"]["coordinates"] == pytest.approx(at(4, 1))
    assert drawn[3]["geometry"]["coordinates"] == pytest.approx(at(1, 1))
    assert drawn[4]["geometry"] is None


def test_resolved_changes_are_in_metres_with_ids_and_speeds(island):
    changes = dict(enumerate(EVERY, start=1))
    found = resolve_changes(island, changes, ["tambon"])
    (clinic,) = found[1].facilities
    assert (clinic.id, clinic.name.en, clinic.capacity) == ("added/1", "New clinic", 20)
    assert clinic.xy == pytest.approx((430_150, 873_150), abs=0.01)
    assert found[4].speed_kmh == {"walk": (4.8, 4.8)}
    assert found[4].road == -4
    assert [one.id for one in found[7].facilities] == ["project/ENV-02/1"]
    assert str(found[7].facilities[0].opened) == "2027-01-31"
    assert found[11].areas == {"tambon": "830102"}


def test_one_way_street_lets_people_walk_both_ways(island):
    street = change("open_street", line=[at(2, 0), at(2, 1)], highway="residential", oneway=True)
    (found,) = resolve_changes(island, {1: street}, []).values()
    assert found.speed_kmh == {"car": (20, 0), "motorcycle": (20, 0), "walk": (4.8, 4.8)}


def test_duplicate_and_unknown_scenarios_are_told(island):
    with pytest.raises(ConflictError) as told:
        create_scenario(island, NewScenario(id="clinic", names=NAMES))
    assert "clinic" in told.value.th
    with pytest.raises(NotFoundError, match="Those changed last: clinic") as told:
        get_scenario(island, "clinik")
    assert "ไม่มีสถานการณ์จำลอง `clinik`" in told.value.th


REFUSED = [
    (NotFoundError, "id", change("remove_facility", id="facility/99")),
    (NotFoundError, "id", change("move_facility", id="facility/99", point=at(1, 1))),
    (ConflictError, "id", change("add_facility", id="facility/3", point=at(1, 1))),
    (InvalidInputError, "point", change("add_facility", point=(98.30, 7.60))),
    (InvalidInputError, "point", change("add_facility", point=(-60, 40))),
    (InvalidInputError, "point", change("move_facility", id="facility/1", point=at(9, 2))),
    (InvalidInputError, "line", change("open_street", line=[at(2, 0.4), at(2, 0.6)])),
    (InvalidInputError, "modes", change("open_street", line=[at(1, 1), at(1, 2)],
                                        highway="footway", modes=["car"])),
    (NotFoundError, "road", change("close_street", road=99)),
    (InvalidInputError, "point", change("close_street", point=at(2, 6))),
    (NotFoundError, "road", change("speed", mode="car", factor=2, roads=[11, 99])),
    (NotFoundError, "codes", change("population", codes=["999999"], factor=2)),
    (InvalidInputError, "point", change("population", point=(98.30, 7.60), people=5)),
    (InvalidInputError, "code", change("project", code="ENV-99")),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "parameter", "one"), REFUSED, ids=lambda one: str(one)[:60])
def test_change_that_cannot_be_applied_is_refused_by_name(island, fault, parameter, one):
    with pytest.raises(fault) as told:
        add_change(island, "clinic", one)
    assert told.value.parameter == parameter
    assert told.value.en.startswith("Change 1 (")
    assert told.value.th.startswith("การเปลี่ยนแปลงที่ 1 (")
    assert get_scenario(island, "clinic").changes == {}


def test_point_in_the_sea_is_told_as_such(island):
    with pytest.raises(InvalidInputError, match="in the sea, more than 300 m from land") as told:
        add_change(island, "clinic", change("add_facility", point=(98.30, 7.60)))
    assert "อยู่ในทะเล" in told.value.th


def test_facility_may_stand_by_a_street_that_was_drawn_before(island):
    edit = ScenarioEdit(question=Question(max_snap_m=20))
    edit_scenario(island, "clinic", edit)
    between = change("add_facility", point=at(2, 0.5))
    with pytest.raises(InvalidInputError, match="no street within 20 m"):
        add_change(island, "clinic", between)
    add_change(island, "clinic", change("open_street", line=[at(2, 0), at(2, 1)]))
    assert add_change(island, "clinic", between) == 2


def test_what_an_earlier_change_added_may_be_moved_and_closed(island):
    for one in (
        change("add_facility", id="clinic/1", point=at(1, 1)),
        change("move_facility", id="clinic/1", point=at(2, 1)),
        change("open_street", line=[at(2, 0), at(2, 1)]),
        change("close_street", road=-3),
    ):
        add_change(island, "clinic", one)
    with pytest.raises(ConflictError):
        add_change(island, "clinic", change("add_facility", id="clinic/1", point=at(1, 1)))


def test_too_many_changes_are_refused(island, monkeypatch):
    monkeypatch.setattr("twin.studies.scenarios.store.MAX_CHANGES", 2)
    for _ in range(2):
        add_change(island, "clinic", change("speed", mode="walk", factor=0.9))
    with pytest.raises(TooLargeError, match="2 changes, which is the most"):
        add_change(island, "clinic", change("speed", mode="walk", factor=0.9))


def test_too_many_scenarios_are_refused(island, monkeypatch):
    monkeypatch.setattr("twin.studies.scenarios.store.MAX_SCENARIOS", 1)
    with pytest.raises(TooLargeError, match="1 is the most"):
        create_scenario(island, NewScenario(id="more", names=NAMES))


def test_deleting_a_change_keeps_the_positions_of_the_others(island):
    for one in EVERY[:3]:
        add_change(island, "clinic", one)
    delete_change(island, "clinic", 2)
    assert list(get_scenario(island, "clinic").changes) == [1, 3]
    with pytest.raises(NotFoundError, match="no change 2; its changes: 1, 3"):
        delete_change(island, "clinic", 2)
    assert add_change(island, "clinic", EVERY[1]) == 4


CLINIC_1 = {"id": "clinic/1", "point": at(1, 1)}


@pytest.mark.parametrize(
    ("needed", "needing"),
    [
        (change("add_facility", **CLINIC_1), change("remove_facility", id="clinic/1")),
        (
            change("add_facility", point=at(1, 1)),
            change("move_facility", id="added/1", point=at(2, 2)),
        ),
        (
            change("remove_facility", id="facility/2"),
            change("add_facility", **CLINIC_1 | {"id": "facility/2"}),
        ),
        (
            change("open_street", line=[at(2, 2), at(2, 3)]),
            change("speed", mode="walk", factor=2, roads=[-1]),
        ),
        (change("open_street", line=[at(2, 2), at(2, 3)]), change("close_street", road=-1)),
        (
            change("open_street", line=[at(2, 2), at(2, 2.5)]),
            change("open_street", line=[at(2, 2.5), at(3, 2.5)]),
        ),
    ],
)
def test_a_change_that_another_needs_is_not_taken_out(island, needed, needing):
    add_change(island, "clinic", needed)
    add_change(island, "clinic", EVERY[0])
    add_change(island, "clinic", needing)
    with pytest.raises(
        ConflictError, match=r"Change 3 .* needs change 1; take change 3 out"
    ) as told:
        remove_change(island, "clinic", 1)
    assert "โปรดนำการเปลี่ยนแปลงที่ 3 ออกก่อน" in told.value.th
    assert told.value.parameter == "position"
    for position in (2, 3, 1):
        remove_change(island, "clinic", position)
    assert get_scenario(island, "clinic").changes == {}


def test_any_change_may_be_taken_out_of_a_scenario_that_has_no_answer(island):
    add_change(island, "clinic", change("add_facility", **CLINIC_1))
    add_change(island, "clinic", change("remove_facility", id="facility/2"))
    add_change(island, "clinic", change("remove_facility", id="clinic/1"))
    elsewhere = Question(supply={"filter": "amenity = 'none'"})
    edit_scenario(island, "clinic", ScenarioEdit(question=elsewhere))
    remove_change(island, "clinic", 1)
    assert list(get_scenario(island, "clinic").changes) == [2, 3]


def test_edit_changes_what_is_said_only(island, scenario):
    edited = edit_scenario(island, "clinic", ScenarioEdit(note=""))
    assert (edited.note, edited.names) == (None, scenario.names)
    car = Question(mode="car")
    edited = edit_scenario(island, "clinic", ScenarioEdit(question=car, names=NAMES))
    assert edited.question == car


def test_lost_update_is_refused(island, scenario):
    edit_scenario(island, "clinic", ScenarioEdit(note="a"), scenario.version)
    for late in (
        lambda: edit_scenario(island, "clinic", ScenarioEdit(note="b"), scenario.version),
        lambda: add_change(island, "clinic", EVERY[0], scenario.version),
        lambda: delete_scenario(island, "clinic", scenario.version),
    ):
        with pytest.raises(ChangedError) as told:
            late()
        assert "มีผู้แก้ไข" in told.value.th
    assert get_scenario(island, "clinic").note == "a"


def test_deleted_scenario_is_gone_with_its_changes(island):
    add_change(island, "clinic", EVERY[0])
    delete_scenario(island, "clinic")
    assert list_scenarios(island) == []
    assert create_scenario(island, NewScenario(id="clinic", names=NAMES)).changes == {}


def load_again(connection, layer_id, digest):
    statement = update(Layer).where(Layer.id == layer_id)
    connection.execute(statement.values(content_sha256=digest, revision=Layer.revision + 1))


def test_base_that_moved_on_is_told_by_layer_and_what_is_not_read_does_not_matter(island, scenario):
    assert not standing(island, scenario).is_stale
    load_again(island, "grid", "f" * 64)
    assert not standing(island, scenario).is_stale
    load_again(island, "road", "f" * 64)
    (moved,) = standing(island, scenario).moved
    assert (moved.id, moved.title.en) == ("road", "Layer road")
    assert (moved.was["revision"], moved.now["revision"]) == (1, 2)


def test_equal_content_under_another_revision_is_not_stale(island, scenario):
    load_again(island, "road", "0" * 64)
    assert not standing(island, scenario).is_stale


def test_project_is_part_of_the_base_while_it_is_switched_on(island):
    position = add_change(island, "clinic", change("project", code="ENV-02"))
    where = update(Project).where(Project.code == "ENV-02")
    island.execute(where.values(end_date="2030-01-01", status="planned"))
    (moved,) = standing(island, get_scenario(island, "clinic")).moved
    assert (moved.id, moved.title.th) == ("project/ENV-02", "โครงการ ENV-02")
    delete_change(island, "clinic", position)
    assert not standing(island, get_scenario(island, "clinic")).is_stale


def test_editing_a_stale_scenario_does_not_accept_the_new_base(island, scenario):
    load_again(island, "road", "f" * 64)
    edit_scenario(island, "clinic", ScenarioEdit(question=Question(areas=("amphoe",))))
    add_change(island, "clinic", EVERY[0])
    scenario = get_scenario(island, "clinic")
    assert [one.id for one in standing(island, scenario).moved] == ["road"]


def test_layer_that_came_or_went_has_moved(island, scenario):
    now = read_revisions(island, scenario.question, [])
    gone = {**now, "road": None}
    (moved,) = find_moved(island, now, gone)
    assert (moved.id, moved.now) == ("road", None)
    (moved,) = find_moved(island, gone, now)
    assert moved.was is None


@pytest.mark.parametrize("id_", ["base", "Clinic", "-a", "a b", "a" * 61])
def test_unusable_ids_are_refused(id_):
    with pytest.raises(ValueError, match=r"base|pattern"):
        NewScenario(id=id_, names=NAMES)


@pytest.mark.parametrize(
    "args",
    [
        {"kind": "close_street"},
        {"kind": "close_street", "road": 1, "point": at(1, 1)},
        {"kind": "population", "codes": ["830101"]},
        {"kind": "population", "codes": ["830101"], "factor": 2, "people": 3},
        {"kind": "population", "point": at(1, 1), "factor": 2},
        {"kind": "population", "people": 3},
        {"kind": "open_street", "line": [at(1, 1)]},
        {"kind": "add_facility", "point": (200, 0)},
        {"kind": "add_facility", "point": at(1, 1), "cost_thb": -1},
        {"kind": "speed", "mode": "boat", "factor": 1},
        {"kind": "teleport"},
    ],
)
def test_unusable_changes_are_refused(args):
    with pytest.raises(ValueError, match="validation error"):
        CHANGE.validate_python(args)


def test_scenario_of_a_scenario_is_refused():
    with pytest.raises(ValueError, match="names no scenario"):
        NewScenario(id="x", names=NAMES, question=Question(scenario="y"))
    assert model.BASE_ID == "base"
