"""Studies of scenarios on the toy island: five streets from west to east that do not meet.

A cell in column c and row r has 10 c + r people at its middle; 550 in all.
"""

import pytest
from asking import ask, open_context
from working import make_settings

from twin.errors import NotFoundError
from twin.spec import Title
from twin.studies.question import Question
from twin.studies.scenarios.changes import CHANGE
from twin.studies.scenarios.check import add_change
from twin.studies.scenarios.model import NewScenario
from twin.studies.scenarios.store import create_scenario, delete_change
from twin.studies.study import studies_of
from twin.testing import centre

HOSPITAL = {
    "supply": {"filter": "amenity = 'hospital'"},
    "demand": {"source": "layer", "layer": "grid", "weight": "people"},
    "unit": "metres",
    "thresholds": [160],
}
#: Whom the hospital serves as it is: 12, 22 and 32 people of row 2.
NOW = 66


def at(column, row):
    place = centre(column, row)
    return [place.x, place.y]


@pytest.fixture(scope="module")
def settings(new_database, open_folder):
    return make_settings(new_database("studies_scenarios"), open_folder / "studies_scenarios")


@pytest.fixture(scope="module")
def island(settings):
    yield from open_context(settings)


@pytest.fixture(scope="module")
def keep(island):
    """Keep a scenario of some changes; return its id."""

    def keep(id_, *changes):
        with island.writer.begin() as connection:
            create_scenario(
                connection, NewScenario(id=id_, names=Title(th="ลองดู", en="A try"), note=None)
            )
            for change in changes:
                add_change(connection, id_, CHANGE.validate_python(change))
        return id_

    return keep


def served(island, scenario=None):
    (totals,) = ask(island, "coverage", **HOSPITAL, scenario=scenario)["totals"]
    assert totals["served"] + totals["unserved"] + totals["unknown"] == totals["total"]
    return totals["served"]


def test_facility_of_a_scenario_serves_in_the_scenario_alone(island, keep):
    names = {"th": "คลินิกใหม่", "en": "New clinic"}
    keep("clinic", {"kind": "add_facility", "point": at(4, 4), "names": names})
    assert served(island) == NOW
    assert served(island, "clinic") == NOW + 34 + 44
    assert served(island) == NOW


def test_street_of_a_scenario_joins_the_rows(island, keep):
    line = [at(2, row) for row in range(5)]
    keep("crossing", {"kind": "open_street", "line": line, "highway": "residential"})
    # Up and down column 2 by a cell: 21 and 23 people.
    assert served(island, "crossing") == NOW + 21 + 23


def test_more_people_in_a_scenario_are_counted(island, keep):
    keep("grown", {"kind": "population", "codes": ["830101"], "factor": 2})
    assert served(island, "grown") == NOW + 12


def test_scenario_that_is_edited_is_answered_anew(island, keep):
    keep("closed", {"kind": "remove_facility", "id": "facility/2"})
    extra = {"kind": "add_facility", "point": at(0, 0), "names": {"th": "ใหม่", "en": "New"}}
    with island.writer.begin() as connection:
        position = add_change(connection, "closed", CHANGE.validate_python(extra))
    assert served(island, "closed") == 0 + 10
    with island.writer.begin() as connection:
        delete_change(connection, "closed", position - 1)
    assert served(island, "closed") == NOW + 0 + 10


def test_answer_names_the_scenario(island, keep):
    keep("named", {"kind": "population", "codes": ["830102"], "factor": 0.5})
    told = ask(island, "coverage", **HOSPITAL, scenario="named")["assumptions"]["network"]["text"]
    assert "Scenario “A try” (`named`), 1 changes." in told["en"]
    assert "สถานการณ์จำลอง “ลองดู”" in told["th"]


def test_what_if_starts_from_the_scenario(island, keep):
    keep("base-of-what-if", {"kind": "remove_facility", "id": "facility/2"})
    keep_one = {"kind": "add_facility", "point": at(4, 0), "names": {"th": "ใหม่", "en": "New"}}
    with island.writer.begin() as connection:
        add_change(connection, "base-of-what-if", CHANGE.validate_python(keep_one))
    question = {**HOSPITAL, "scenario": "base-of-what-if"}
    found = ask(island, "what-if", question=question, add=[at(2, 2)])
    assert found["gained"] == [NOW]


def test_comparing_uses_the_places_that_are_kept(island):
    studies, question = studies_of(island), Question.model_validate(HOSPITAL)
    found = studies.cover(question, studies.inputs(question))
    assert found.demand_at is studies.study(question).placed.demand
    assert found.totals[0].served == NOW


def test_unknown_scenario_is_refused_by_name(island):
    with pytest.raises(NotFoundError) as caught:
        served(island, "no-such")
    assert caught.value.parameter == "inputs.scenario"


@pytest.fixture(scope="module")
def lane(keep):
    """Return a new street 30 m north of row 2, joined to its east end alone, and 100 people."""
    line = [at(4.5, 2), at(4.5, 2.3), at(-0.5, 2.3)]
    street = {"kind": "open_street", "line": line, "highway": "residential"}
    return keep("lane", street, {"kind": "population", "point": at(0, 2.2), "people": 100})


def add(island, id_, point):
    extra = {"kind": "add_facility", "point": point, "names": {"th": "ใหม่", "en": "New"}}
    with island.writer.begin() as connection:
        return add_change(connection, id_, CHANGE.validate_python(extra))


def served_with(island, id_, point):
    """Return whom a scenario serves with a facility more, which is taken away again."""
    position = add(island, id_, point)
    found = served(island, id_)
    with island.writer.begin() as connection:
        delete_change(connection, id_, position)
    return found


def test_people_beside_a_new_street_count_where_siting_says_so(island, lane):
    # 120 m along row 2, 440 m and more by the new street that they are nearer to.
    assert served(island, lane) == NOW
    points = {"source": "points", "points": [at(1, 2), at(4, 0)]}
    question = {**HOSPITAL, "scenario": lane}
    found = ask(island, "siting", question=question, candidates=points)
    assert found["objective"] == 100 + 2
    assert [site["lon_lat"] for site in found["sites"]] == [pytest.approx(at(1, 2))]
    assert found["after"][0]["served"] == NOW + 102
    assert served_with(island, lane, at(1, 2)) == NOW + 102
    assert ask(island, "what-if", question=question, add=[at(1, 2)])["gained"] == [102]


def test_people_beside_a_new_street_count_where_opportunity_says_so(island, lane):
    question = {**HOSPITAL, "scenario": lane}
    best = ask(island, "opportunity", question=question, spacing_m=0, count=2)["best"]
    # The west ends of row 2 and of the new street.
    assert [corner["people"] for corner in best] == [102, 102]
    for corner in best:
        assert served_with(island, lane, corner["lon_lat"]) == NOW + 102


def test_facility_beside_a_new_street_closes_with_neither_street(island, lane):
    # For the 100 people 150 m by the new street, 170 m by row 2.
    position = add(island, lane, at(1.3, 2.2))
    question = {**HOSPITAL, "scenario": lane}
    found = ask(island, "road-criticality", question=question)["roads"]["features"]
    with island.writer.begin() as connection:
        delete_change(connection, lane, position)
    roads = {road["properties"]["lost"]: road["properties"] for road in found}
    assert list(roads) == [100, 2 + NOW]
    # The hospital stands on row 2 alone; the new facility has the other street.
    assert [(road["living"], road["facilities"]) for road in roads.values()] == [
        (100, 0),
        (2 + NOW, 1),
    ]
