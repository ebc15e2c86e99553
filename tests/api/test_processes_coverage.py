"""Studies through the service: at once, as jobs, after edits; and the examples of the document."""

import json
import re
from pathlib import Path

import httpx
import pytest
from asking import ask, open_context
from serving import serve
from sqlalchemy import text
from working import make_settings, order, wait_for, wait_until

from twin.db.engine import make_engine
from twin.studies.offered import OFFERED
from twin.testing import centre

DOCUMENT = Path(__file__).parents[2] / "docs" / "processes.md"
EXAMPLES = dict(re.findall(r"^```json ([a-z-]+)\n(.+?)\n```$", DOCUMENT.read_text(), re.M | re.S))

QUESTION = {
    "supply": {"filter": "amenity = 'hospital'"},
    "demand": {"source": "layer", "layer": "grid", "weight": "people"},
    "unit": "metres",
    "thresholds": [160],
}
#: From the western end of row 4, of no use to anybody else than 4 and 14 people.
EAST = [centre(4, 4).x, centre(4, 4).y]


@pytest.fixture(scope="module")
def settings(new_database, open_folder):
    return make_settings(new_database("coverage_served"), open_folder / "coverage_served")


@pytest.fixture(scope="module")
def base(settings):
    with serve(settings, TWIN_API__WORKERS="1") as base:
        yield base


def run(base, process, inputs):
    return httpx.post(
        f"{base}/api/processes/{process}/execution", json={"inputs": inputs}, timeout=60
    )


def test_coverage_and_what_if_are_answered_at_once(base):
    found = run(base, "coverage", QUESTION)
    assert found.status_code == 200, found.text
    assert found.json()["totals"][0]["served"] == 66
    more = run(base, "what-if", {"question": QUESTION, "add": [EAST]}).json()
    assert more["gained"] == [78]


def test_opportunity_is_a_job_with_progress(base):
    job = order(base, "opportunity", inputs={"question": QUESTION, "count": 1})
    done = wait_for(job, "successful", "failed")
    assert (done["status"], done["progress"]) == ("successful", 100)
    found = httpx.get(f"{job}/results").json()
    assert [one["people"] for one in found["best"]] == [78]


def test_what_takes_long_is_a_job_even_unasked(base):
    response = run(base, "missing-links", {"question": QUESTION})
    assert response.status_code == 201
    assert wait_for(response.headers["location"], "successful", "failed")["status"] == "successful"


def test_edit_is_heard_and_seen(base, settings):
    def served():
        return run(base, "coverage", QUESTION).json()["totals"][0]["served"]

    assert served() == 66
    engine = make_engine(settings.db.url)
    statement = text("UPDATE layer.grid SET people = people + :more WHERE id = 122")
    for more, expected in ((100, 166), (-100, 66)):
        with engine.begin() as connection:
            connection.execute(statement, {"more": more})
        wait_until(lambda expected=expected: served() == expected)
    engine.dispose()


@pytest.mark.parametrize(
    ("process", "inputs", "status", "parameter"),
    [
        ("coverage", {"thresholds": [-1]}, 422, "inputs.thresholds.0"),
        ("coverage", {**QUESTION, "supply": {"layer": "none"}}, 400, "inputs.supply.layer"),
        ("what-if", {"question": QUESTION, "remove": ["none"]}, 404, "inputs.remove.0"),
        ("sdg", {"indicator": "11.7.1"}, 400, "inputs.open_space"),
    ],
)
def test_faults_name_the_input_in_both_languages(base, process, inputs, status, parameter):
    response = run(base, process, inputs)
    problem = response.json()
    assert (response.status_code, problem["parameter"]) == (status, parameter)
    assert problem["detail"]
    assert problem["detail_th"]


def test_document_has_an_example_of_each_process():
    assert [*EXAMPLES] == [process.id for process in OFFERED]


@pytest.fixture(scope="module")
def real(phuket):
    yield from open_context(phuket)


@pytest.mark.real_data
@pytest.mark.parametrize("process", EXAMPLES)
def test_examples_of_the_document_are_answered(real, process):
    assert ask(real, process, **json.loads(EXAMPLES[process])["inputs"])


@pytest.mark.real_data
def test_who_reaches_a_hospital_of_phuket_within_a_quarter_of_an_hour(real):
    found = ask(
        real, "coverage", supply={"filter": "amenity = 'hospital'"}, mode="car", thresholds=[15]
    )
    (totals,) = found["totals"]
    parts = totals["served"] + totals["unserved"] + totals["unknown"]
    assert parts == pytest.approx(totals["total"], abs=1e-6)
    assert totals["total"] == pytest.approx(418_785, abs=1)
    assert 0.3 < totals["ratio"] < 0.5
    for layer in ("amphoe", "tambon"):
        assert sum(area["totals"][0]["served"] for area in found["areas"][layer]) == pytest.approx(
            totals["served"], abs=0.1
        )
    streets = found["assumptions"]["network"]["text"]
    assert "In 3 parts that are not connected" in streets["en"]
    assert "One-way streets are not known" in streets["en"]
    assert "ทางเดียว" in streets["th"]
    assert "only main roads are loaded" in found["summary"]["en"]
    assert "เฉพาะถนนสายหลัก" in found["summary"]["th"]


@pytest.mark.real_data
def test_people_put_along_main_roads_alone_are_told(real):
    asked = {"supply": {"filter": "amenity = 'hospital'"}, "mode": "car", "thresholds": [15]}
    along = ask(real, "coverage", **asked, demand={"spread": "streets"})["summary"]
    assert "spread along main roads" in along["en"]
    assert "กระจายบนถนนสายหลัก" in along["th"]
    assert "spread along" not in ask(real, "coverage", **asked)["summary"]["en"]


@pytest.mark.real_data
def test_indicator_of_people_put_along_main_roads_alone_is_told(real):
    stops = {"layer": "stop"}
    along = ask(real, "sdg", low_capacity=stops, demand={"spread": "streets"})["summary"]
    assert "spread along main roads" in along["en"]
    assert "กระจายบนถนนสายหลัก" in along["th"]
    assert "spread along" not in ask(real, "sdg", low_capacity=stops)["summary"]["en"]
