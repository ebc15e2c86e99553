"""Scenarios answered on the toy island.

10 c + r people live in column c and row r, along five roads that do not meet: 100 + 5 r on road r,
550 in all. Facilities stand on roads 0, 2 and 4: within fifteen minutes on foot are 330.
"""

import pytest
from sqlalchemy import select, text, update

from twin.db.engine import connect, make_engine
from twin.db.models import Layer
from twin.db.models_scenario import ScenarioResult
from twin.errors import ChangedError, InvalidInputError, NotFoundError
from twin.jobs.process import Context
from twin.settings import Settings
from twin.spec import Title
from twin.studies.question import DemandChoice, Question, SupplyChoice
from twin.studies.scenarios.answers import compare_sides
from twin.studies.scenarios.changes import CHANGE
from twin.studies.scenarios.check import add_change
from twin.studies.scenarios.computing import compute, rebase
from twin.studies.scenarios.model import NewScenario
from twin.studies.scenarios.results import list_results, result_standing, standing
from twin.studies.scenarios.store import create_scenario, delete_scenario, get_scenario
from twin.testing import centre, publish_toy, publish_toy_projects


def at(column, row):
    point = centre(column, row)
    return [point.x, point.y]


CLINIC = {"kind": "add_facility", "point": at(1, 1), "cost_thb": 105_000}
LINK = {"kind": "open_street", "line": [at(2, 2), at(2, 3)], "cost_thb": 230_000}


PEOPLE = DemandChoice(source="layer", layer="grid", weight="people")


@pytest.fixture(scope="module")
def engine(new_database):
    engine = make_engine(new_database("scenario_results"))
    with engine.begin() as connection:
        publish_toy(connection)
        publish_toy_projects(connection)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def settings(open_folder):
    return Settings(home=open_folder / "scenario_results")


@pytest.fixture
def make(engine):
    made = []

    def create(id_, *changes, **question):
        with connect(engine) as connection:
            names = Title(th=f"สถานการณ์ {id_}", en=f"Scenario {id_}")
            asked = Question(**{"demand": PEOPLE, **question})
            create_scenario(connection, NewScenario(id=id_, names=names, question=asked))
            made.append(id_)
            for change in changes:
                add_change(connection, id_, CHANGE.validate_python(change))

    yield create
    with connect(engine) as connection:
        for id_ in made:
            delete_scenario(connection, id_)
        connection.execute(update(Layer).values(content_sha256="0" * 64))


def compared(engine, settings, a, b):
    return compare_sides(Context(settings, engine, engine), a, b)


def test_result_is_the_fixed_table_beside_the_base(engine, settings, make):
    make("clinic", CLINIC)
    table = compute(engine, engine, "clinic", settings).table["comparison"]
    (row,) = table["thresholds"]
    assert (table["unit"], row["threshold"], row["a"]["threshold"]) == ("minutes", 15, 15)
    assert (row["a"]["total"], row["a"]["served"], row["b"]["served"]) == (550, 330, 435)
    assert (row["gained"], row["lost"]) == (105, 0)
    assert (row["cost"]["thb"], row["cost"]["per_person_thb"]) == (105_000, 1000)
    west, east = table["areas"]["tambon"]
    assert (west["code"], west["thresholds"][0]["gained"]) == ("830101", 12)
    assert (east["code"], east["thresholds"][0]["gained"]) == ("830102", 93)
    added = table["facilities"][-1]
    assert (added["id"], added["presence"], added["served_b"]) == ("added/1", "added", 105)


def test_any_two_scenarios_are_compared(engine, settings, make):
    make("clinic", CLINIC)
    make("link", LINK, CLINIC)
    (row,) = compared(engine, settings, "clinic", "link").thresholds
    assert (row.a.served, row.b.served) == (435, 550)
    assert (row.cost.thb, row.cost.per_person_thb) == (230_000, 2000)
    (row,) = compared(engine, settings, "link", "base").thresholds
    assert (row.gained, row.lost) == (0, 220)


def test_every_kind_of_change_reaches_the_answer(engine, settings, make):
    everything = [
        {"kind": "move_facility", "id": "facility/1", "point": at(0, 1)},
        {"kind": "remove_facility", "id": "facility/3"},
        {"kind": "close_street", "road": 12},
        {"kind": "population", "codes": ["830101"], "factor": 2},
        {"kind": "population", "codes": ["830102"], "people": 480},
        {"kind": "population", "point": at(4, 1), "people": 1000},
        {"kind": "speed", "mode": "walk", "factor": 2},
    ]
    make("all", *everything, areas=("amphoe",), max_snap_m=50)
    told = compared(engine, settings, "base", "all")
    (row,) = told.thresholds
    assert row.b.total == 2 * 550 + 1000
    assert row.b.served == 2 * 105 + 1000  # road 1 alone
    assert row.b.unknown == 2 * 110  # road 2, which is closed
    assert list(told.areas) == ["amphoe"]
    assert told.areas["amphoe"][0].thresholds[0].total_b == 2100
    assert row.worst_a.code == "8301"
    assert row.cost.reason.en.startswith("Nobody has said what these cost: move a facility (1)")


def test_project_opens_on_its_day(engine, settings, make):
    project = {"kind": "project", "code": "ENV-02", "on": "2030-06-01"}
    asked = {"supply": SupplyChoice(opened_by="2030-05-31")}
    make("early", project, **asked)
    make("late", project, supply=SupplyChoice(opened_by="2030-06-01"))
    early, late = (compared(engine, settings, "base", id_).facilities for id_ in ("early", "late"))
    assert [row.id for row in early] == ["facility/1", "facility/2", "facility/3"]
    assert late[-1].id == "project/ENV-02/1"


def test_different_questions_and_two_bases_are_refused(engine, settings, make):
    make("walk", CLINIC)
    make("drive", CLINIC, mode="car", thresholds=(5,))
    with pytest.raises(InvalidInputError, match="mode, thresholds differ") as told:
        compared(engine, settings, "walk", "drive")
    assert "ถามคนละคำถาม" in told.value.th
    with pytest.raises(InvalidInputError, match="Both sides are the base"):
        compared(engine, settings, "base", "base")
    with pytest.raises(NotFoundError):
        compared(engine, settings, "base", "nowhere")


def load_again(engine, layer_id):
    with connect(engine) as connection:
        statement = update(Layer).where(Layer.id == layer_id)
        connection.execute(statement.values(content_sha256="f" * 64, revision=Layer.revision + 1))


def state(engine, id_):
    with connect(engine) as connection:
        scenario = get_scenario(connection, id_)
        results = list_results(connection, id_)
        return (
            standing(connection, scenario),
            [result_standing(connection, scenario, result) for result in results],
            results,
        )


def test_same_inputs_give_the_result_that_is_kept(engine, settings, make):
    make("clinic", CLINIC)
    first = compute(engine, engine, "clinic", settings)
    assert compute(engine, engine, "clinic", settings) == first
    assert state(engine, "clinic")[2] == [first]


def test_the_newest_results_are_kept(engine, settings, make, monkeypatch):
    make("clinic", CLINIC)
    made = []
    for column in range(3):
        with connect(engine) as connection:
            more = {"kind": "population", "point": at(column, 1), "people": 10}
            add_change(connection, "clinic", CHANGE.validate_python(more))
        made.insert(0, compute(engine, engine, "clinic", settings))
    monkeypatch.setattr("twin.studies.scenarios.results.MAX_RESULTS", 2)
    assert state(engine, "clinic")[2] == made[:2]
    assert compute(engine, engine, "clinic", settings) == made[0]
    monkeypatch.undo()
    assert state(engine, "clinic")[2] == made[:2]


def test_moved_base_makes_results_stale_and_changes_nothing(engine, settings, make):
    make("clinic", CLINIC)
    first = compute(engine, engine, "clinic", settings)
    load_again(engine, "facility")
    found, (of_result,), results = state(engine, "clinic")
    assert [one.id for one in found.moved] == [one.id for one in of_result.moved] == ["facility"]
    assert of_result.is_stale
    assert not of_result.is_edited
    assert results == [first]


def test_rebase_accepts_the_new_base_and_keeps_the_old_result(engine, settings, make):
    make("clinic", CLINIC)
    first = compute(engine, engine, "clinic", settings)
    load_again(engine, "facility")
    second = rebase(engine, engine, "clinic", settings)
    found, standings, results = state(engine, "clinic")
    assert not found.is_stale
    assert [one.is_stale for one in standings] == [False, True]
    assert results == [second, first]


def test_computing_again_does_not_accept_the_new_base(engine, settings, make):
    make("clinic", CLINIC)
    load_again(engine, "facility")
    compute(engine, engine, "clinic", settings)
    found, standings, _ = state(engine, "clinic")
    assert found.is_stale
    assert [one.is_stale for one in standings] == [False]


def test_edited_scenario_marks_its_results(engine, settings, make):
    make("clinic", CLINIC)
    compute(engine, engine, "clinic", settings)
    with connect(engine) as connection:
        add_change(connection, "clinic", CHANGE.validate_python(LINK))
    _, (of_result,), _ = state(engine, "clinic")
    assert of_result.is_edited
    assert not of_result.is_stale


def test_project_that_an_edit_brings_in_is_no_base_that_moved_on(engine, settings, make):
    make("clinic", CLINIC)
    compute(engine, engine, "clinic", settings)
    with connect(engine) as connection:
        change = CHANGE.validate_python({"kind": "project", "code": "ENV-02", "on": "2030-01-01"})
        add_change(connection, "clinic", change)
    _, (of_result,), _ = state(engine, "clinic")
    assert (of_result.is_edited, of_result.moved) == (True, ())


def test_rebase_on_a_base_that_a_change_does_not_fit_names_it_and_accepts_nothing(
    engine, settings, make
):
    make("fewer", CLINIC, {"kind": "remove_facility", "id": "facility/3"})
    with connect(engine) as connection:
        connection.execute(text("DELETE FROM layer.facility WHERE id = 3"))
    try:
        load_again(engine, "facility")
        with pytest.raises(NotFoundError, match=r"Change 2 \(remove a facility\)"):
            rebase(engine, engine, "fewer", settings)
        found, _, results = state(engine, "fewer")
        assert found.is_stale
        assert results == []
    finally:
        with connect(engine) as connection:
            point = centre(4, 4)
            restore = text(
                "INSERT INTO layer.facility (id, code, amenity, geom)"
                " VALUES (3, 'F3', 'school', ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))"
            )
            connection.execute(restore, {"lon": point.x, "lat": point.y})


def test_rebase_of_another_version_is_refused(engine, settings, make):
    make("clinic", CLINIC)
    with pytest.raises(ChangedError):
        rebase(engine, engine, "clinic", settings, "1.0")


def test_results_go_with_their_scenario(engine, settings, make):
    make("clinic", CLINIC)
    compute(engine, engine, "clinic", settings)
    with connect(engine) as connection:
        delete_scenario(connection, "clinic")
        assert connection.scalars(select(ScenarioResult.id)).all() == []
        create_scenario(connection, NewScenario(id="clinic", names=Title(th="ก", en="A")))
    with pytest.raises(NotFoundError):
        compute(engine, engine, "gone", settings)
