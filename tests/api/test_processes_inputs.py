"""Whatever input cannot be used, the problem names it by its path in the request."""

import re
from typing import get_args, get_origin

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from api.main import create_app
from twin.jobs.process import input_path
from twin.studies.processes import PROCESSES
from twin.studies.question import Question

#: What cannot be left out.
NEEDED = {
    "echo": {"message": "x"},
    "compare": {"b": "base"},
    "explain": {"place": [98.3, 7.9]},
    "what-if": {"remove": ["facility/1"]},
}


@pytest.fixture(scope="module")
def local(toy):
    """A client on the machine of the service."""
    with TestClient(create_app(toy), "http://127.0.0.1", client=("127.0.0.1", 50_000)) as client:
        yield client


def parts(annotation):
    """Yield the types that a type is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from parts(part)


def is_model(one):
    return isinstance(one, type) and issubclass(one, BaseModel)


def wrong_values(model, path=()):
    """Yield paths in a model with a value that each cannot have, the innermost ones last."""
    yield (*path, "nonsense"), 1
    for name, field in model.model_fields.items():
        kinds = [*parts(field.annotation)]
        takes_objects = dict in map(get_origin, kinds) or any(map(is_model, kinds))
        yield (*path, name), 7 if takes_objects else {}
        for inner in filter(is_model, kinds):
            item = (0,) if tuple in map(get_origin, kinds) else ()
            yield from wrong_values(inner, (*path, name, *item))


def put(inputs, path, value):
    """Return inputs with a value at a path."""
    first, *rest = path
    if first == 0:
        return [put({"up_to": 1, "weight": 1}, rest, value)]
    return {**inputs, first: put(inputs.get(first, {}), rest, value) if rest else value}


@pytest.mark.parametrize("process_id", PROCESSES)
def test_input_of_a_wrong_form_is_named_by_its_path(local, process_id):
    tried = 0
    for path, value in wrong_values(PROCESSES[process_id].inputs):
        inputs = put(NEEDED.get(process_id, {}), path, value)
        response = local.post(f"/api/processes/{process_id}/execution", json={"inputs": inputs})
        problem = response.json()
        named = ".".join(map(str, ("inputs", *path)))
        assert (response.status_code, problem["parameter"]) == (422, named), inputs
        assert problem["detail"].startswith(f"`{named}`: ")
        assert re.search("[ก-๛]", problem["detail_th"])
        tried += 1
    assert tried > len(PROCESSES[process_id].inputs.model_fields)


@pytest.mark.parametrize("process_id", PROCESSES)
def test_every_input_is_found_by_its_path(process_id):
    inputs = PROCESSES[process_id].inputs
    for path, _ in wrong_values(inputs):
        if path[-1] != "nonsense":
            name = ".".join(map(str, path))
            assert input_path(inputs, name) == f"inputs.{name}"
            assert input_path(inputs, f"{name}.nonsense") == f"inputs.{name}"
    assert input_path(inputs, "nonsense") is None


@pytest.mark.parametrize(
    "process", [one for one in PROCESSES.values() if "question" in one.inputs.model_fields]
)
def test_what_a_question_calls_its_inputs_nothing_beside_it_is_called(process):
    assert not process.inputs.model_fields.keys() & Question.model_fields.keys()
    assert input_path(process.inputs, "supply.points.3") == "inputs.question.supply.points.3"
