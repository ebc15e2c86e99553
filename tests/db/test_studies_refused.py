"""What studies of the toy island refuse, by the path of the input at fault."""

import pytest
from asking import GRID, HOSPITAL, ask, lon_lat, open_context, with_clinics

from twin.db.engine import connect
from twin.errors import InvalidInputError, NotFoundError, TooLargeError
from twin.spec import Title
from twin.studies.processes import get_process
from twin.studies.question import Question
from twin.studies.scenarios.changes import CHANGE
from twin.studies.scenarios.model import NewScenario
from twin.studies.scenarios.store import append_change, create_scenario, delete_scenario


@pytest.fixture(scope="module")
def island(new_database, open_folder):
    name = "studies_refused"
    yield from open_context(with_clinics(new_database(name), open_folder / name))


@pytest.mark.parametrize(
    ("process", "inputs", "error", "parameter"),
    [
        (
            "coverage",
            {**HOSPITAL, "supply": {"layer": "nowhere"}},
            InvalidInputError,
            "inputs.supply.layer",
        ),
        ("coverage", {**HOSPITAL, "areas": ["road"]}, InvalidInputError, "inputs.areas"),
        ("coverage", {**HOSPITAL, "scenario": "none"}, NotFoundError, "inputs.scenario"),
        (
            "coverage",
            {**HOSPITAL, "supply": {"layer": None, "points": [lon_lat(20, 2)]}},
            InvalidInputError,
            "inputs.max_snap_m",
        ),
        ("what-if", {"question": HOSPITAL, "remove": ["x"]}, NotFoundError, "inputs.remove.0"),
        ("what-if", {"question": HOSPITAL, "add": [[8.3, 7.9]]}, InvalidInputError, "inputs.add"),
        ("explain", {"question": HOSPITAL, "place": [0, 0]}, InvalidInputError, "inputs.place"),
        (
            "siting",
            {
                "question": HOSPITAL,
                "candidates": {"source": "points", "points": [lon_lat(20, 2)]},
            },
            InvalidInputError,
            "inputs.candidates",
        ),
        ("access", {"question": HOSPITAL}, InvalidInputError, "inputs.question.supply.capacity"),
        (
            "access",
            {"question": {**HOSPITAL, "supply": {"layer": "clinic", "capacity": "beds"}}},
            InvalidInputError,
            "inputs.question.supply.capacity",
        ),
        ("sdg", {"demand": GRID}, InvalidInputError, "inputs.low_capacity"),
        ("sdg", {"indicator": "11.7.1", "demand": GRID}, InvalidInputError, "inputs.open_space"),
        (
            "sdg",
            {"demand": GRID, "low_capacity": {}, "open_space": {}},
            InvalidInputError,
            "inputs.open_space",
        ),
        ("network", {"layer": "none"}, NotFoundError, "inputs.layer"),
        (
            "what-if",
            {"question": {"supply": {"layer": None, "points": [[0, 0]]}}, "remove": ["x"]},
            InvalidInputError,
            "inputs.question.supply.points",
        ),
        (
            "siting",
            {"question": {**HOSPITAL, "supply": {"filter": "animal = 'cat'"}}},
            InvalidInputError,
            "inputs.question.supply.filter",
        ),
        (
            "siting",
            {
                "question": HOSPITAL,
                "candidates": {"source": "layer", "layer": "facility", "filter": "animal = 'cat'"},
            },
            InvalidInputError,
            "inputs.candidates.filter",
        ),
        (
            "siting",
            {"question": HOSPITAL, "candidates": {"source": "points", "points": [[0, 0]]}},
            InvalidInputError,
            "inputs.candidates.points",
        ),
        (
            "access",
            {
                "question": {**HOSPITAL, "supply": {"layer": "grid", "capacity": "people"}},
                "zones": [{"up_to": 100, "weight": 0.5}, {"up_to": 50, "weight": 1}],
            },
            InvalidInputError,
            "inputs.zones",
        ),
        (
            "sdg",
            {"demand": GRID, "low_capacity": {}, "high_capacity": {"filter": "animal = 'cat'"}},
            InvalidInputError,
            "inputs.high_capacity.filter",
        ),
        (
            "sdg",
            {"demand": GRID, "low_capacity": {"layer": None, "points": [[0, 0]]}},
            InvalidInputError,
            "inputs.low_capacity.points",
        ),
        (
            "sdg",
            {"demand": {**GRID, "weight": "x"}, "low_capacity": {}},
            InvalidInputError,
            "inputs.demand.weight",
        ),
        (
            "missing-links",
            {"question": {**HOSPITAL, "demand": {**GRID, "layer": "none"}}},
            InvalidInputError,
            "inputs.question.demand.layer",
        ),
        (
            "criticality",
            {"question": {**HOSPITAL, "scenario": "none"}},
            NotFoundError,
            "inputs.question.scenario",
        ),
        ("compare", {"a": "none", "b": "base"}, NotFoundError, "inputs.a"),
        ("compare", {"b": "none"}, NotFoundError, "inputs.b"),
        ("compare", {"b": "base"}, InvalidInputError, "inputs.b"),
    ],
)
def test_question_that_cannot_be_answered_names_what_is_wrong(
    island, process, inputs, error, parameter
):
    with pytest.raises(error) as caught:
        ask(island, process, **inputs)
    assert caught.value.parameter == parameter
    assert caught.value.th


@pytest.mark.parametrize(
    ("process", "inputs", "place"),
    [
        ("coverage", {"thresholds": [-1]}, ("thresholds", 0)),
        ("coverage", {"thresholds": [2, 1]}, ()),
        ("coverage", {"mode": "helicopter"}, ("mode",)),
        ("what-if", {}, ()),
        ("siting", {"candidates": {"source": "layer"}}, ("candidates",)),
        ("siting", {"count": 0}, ("count",)),
    ],
)
def test_question_that_makes_no_sense_is_not_asked(process, inputs, place):
    with pytest.raises(ValueError, match="validation error") as caught:
        get_process(process).inputs.model_validate(inputs)
    assert caught.value.errors()[0]["loc"] == place


def test_candidates_of_a_large_layer_are_refused(island, monkeypatch):
    monkeypatch.setattr("twin.studies.candidates.MOST", 2)
    with pytest.raises(TooLargeError) as caught:
        ask(
            island,
            "siting",
            question=HOSPITAL,
            candidates={"source": "layer", "layer": "facility"},
        )
    assert caught.value.parameter == "inputs.candidates.filter"


@pytest.fixture
def broken_scenario(island):
    """A scenario whose change cannot be applied any more: the facility is gone since."""
    change = CHANGE.validate_python({"kind": "remove_facility", "id": "facility/999"})
    question = Question.model_validate(HOSPITAL)
    names = Title(th="ปิด", en="Closed")
    with connect(island.writer) as connection:
        new = NewScenario(id="broken", names=names, question=question)
        append_change(connection, create_scenario(connection, new), 1, change)
    yield "broken"
    with connect(island.writer) as connection:
        delete_scenario(connection, "broken")


@pytest.mark.parametrize(
    ("process", "inputs", "parameter"),
    [
        ("coverage", {**HOSPITAL, "scenario": "broken"}, "inputs.scenario"),
        (
            "criticality",
            {"question": {**HOSPITAL, "scenario": "broken"}},
            "inputs.question.scenario",
        ),
        ("compare", {"a": "broken", "b": "base"}, "inputs.a"),
        ("compare", {"b": "broken"}, "inputs.b"),
    ],
)
@pytest.mark.usefixtures("broken_scenario")
def test_fault_of_a_scenario_is_of_the_input_that_names_it(island, process, inputs, parameter):
    with pytest.raises(NotFoundError, match="Change 1") as caught:
        ask(island, process, **inputs)
    assert caught.value.parameter == parameter
