"""Processes: described, run at once, put into the queue, refused."""

import json
import subprocess
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic

import anyio
import jsonschema
import pytest
from serving import free_port
from starlette.testclient import TestClient

from api.executing import Runs, run_at_once
from api.main import create_app
from twin.jobs.process import Context
from twin.settings import JobSettings
from twin.studies.processes import PROCESSES, get_process

ECHO = "/api/processes/echo"
RUN = f"{ECHO}/execution"
HELLO = {"inputs": {"message": "สวัสดี", "numbers": [1, 2.5]}}
ANSWER = {"message": "สวัสดี", "sum": 3.5, "details": None}
OGC = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"


def local_client(settings):
    """A client on the machine of the service."""
    return TestClient(
        create_app(settings), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50_000)
    )


@pytest.fixture(scope="module")
def local(toy):
    with local_client(toy) as client:
        yield client


def run(client, body, **headers):
    return client.post(RUN, json=body, headers=headers)


def test_processes_are_listed_with_links_that_lead_there(client):
    found = client.get("/api/processes").json()
    assert [process["id"] for process in found["processes"]] == [*PROCESSES]
    for process in found["processes"]:
        assert process["outputTransmission"] == ["value"]
        assert {"async-execute", "dismiss"} <= {*process["jobControlOptions"]}
        for link in process["links"]:
            path = link["href"].removeprefix(f"http://testserver{client.prefix}")
            assert client.get(path).status_code == 200


def test_processes_come_in_pages(client):
    found = client.get("/api/processes", params={"limit": 1}).json()
    assert len(found["processes"]) == 1
    more = [link for link in found["links"] if link["rel"] == "next"]
    assert bool(more) == (len(PROCESSES) > 1)
    assert client.get("/api/processes", params={"limit": 0}).status_code == 400


@pytest.mark.parametrize("process_id", PROCESSES)
def test_process_describes_inputs_and_output_by_schemas(client, process_id):
    found = client.get(f"/api/processes/{process_id}").json()
    fields = PROCESSES[process_id].inputs.model_fields
    assert [*found["inputs"]] == [*fields]
    for name, told in found["inputs"].items():
        assert told["minOccurs"] == int(fields[name].is_required())
        assert "$ref" not in json.dumps(told["schema"])
        jsonschema.Draft4Validator.check_schema(told["schema"])
    assert [*found["outputs"]] == ["result"]
    rels = {link["rel"] for link in found["links"]}
    assert {"self", "alternate", "http://www.opengis.net/def/rel/ogc/1.0/execute"} <= rels


def test_process_that_is_not_there_is_told_as_the_standard_says(local):
    for response in (
        local.get("/api/processes/none"),
        local.post("/api/processes/none/execution", json={}),
    ):
        assert response.status_code == 404
        problem = response.json()
        assert (problem["type"], problem["code"]) == (f"{OGC}no-such-process", "no-such-process")
        assert "echo" in problem["detail"]


def test_run_at_once_answers_the_output_itself(local):
    response = run(local, HELLO)
    assert (response.status_code, response.json()) == (200, ANSWER)
    assert response.headers["content-type"] == "application/json"
    assert "preference-applied" not in response.headers


@pytest.mark.parametrize(
    "outputs", [None, {"result": {}}, {"result": {"transmissionMode": "value"}}]
)
def test_run_at_once_answers_a_document_where_asked(local, outputs):
    response = run(local, {**HELLO, "outputs": outputs, "response": "document"})
    assert response.json() == {"result": {"value": ANSWER, "mediaType": "application/json"}}


def test_run_without_outputs_answers_nothing(local):
    response = run(local, {**HELLO, "outputs": {}})
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(
    ("body", "status", "parameter"),
    [
        ({"inputs": {}}, 422, "inputs.message"),
        ({"inputs": {"message": 1}}, 422, "inputs.message"),
        ({"inputs": {"message": "a", "numbers": [1, "b"]}}, 422, "inputs.numbers.1"),
        ({"inputs": {"message": "a", "more": 1}}, 422, "inputs.more"),
        ({"inputs": []}, 422, "inputs"),
        ({**HELLO, "outputs": {"other": {}}}, 400, "outputs"),
        (
            {**HELLO, "outputs": {"result": {"transmissionMode": "reference"}}},
            422,
            "outputs.result.transmissionMode",
        ),
        ({**HELLO, "response": "xml"}, 422, "response"),
        ({**HELLO, "subscriber": {"successUri": "https://example.org"}}, 422, "subscriber"),
    ],
)
def test_run_with_what_cannot_be_used_names_it(local, body, status, parameter):
    for prefer in ("", "respond-async"):
        response = run(local, body, Prefer=prefer)
        assert response.status_code == status, response.text
        assert response.json()["parameter"] == parameter
        assert response.json()["detail_th"]


@pytest.mark.parametrize(
    ("inputs", "parameter"),
    [
        ('"numbers": [1e308, 1e308]', "inputs.numbers"),
        ('"numbers": [1, 1e999]', "inputs.numbers.1"),
        ('"numbers": [1, "NaN"]', "inputs.numbers.1"),
        ('"details": {"a": [1e999]}', "inputs.details"),
        ('"details": {"a": NaN}', "inputs.details"),
    ],
)
def test_numbers_that_no_answer_can_say_are_refused(local, inputs, parameter):
    body = f'{{"inputs": {{"message": "x", {inputs}}}}}'
    for prefer in ("", "respond-async"):
        headers = {"Content-Type": "application/json", "Prefer": prefer}
        response = local.post(RUN, content=body, headers=headers)
        assert response.status_code == 422, response.text
        assert response.json()["parameter"] == parameter
        assert response.json()["detail_th"]


@pytest.mark.parametrize(
    "details",
    [
        {"value": {"a": 1}, "mediaType": "application/json"},
        {"href": 'data:application/json,{"a": 1}'},
        {"href": "data:;base64," + b64encode(b'{"a": 1}').decode(), "type": "application/json"},
    ],
)
def test_input_may_be_qualified_or_a_data_address(local, details):
    assert run(local, {"inputs": {"message": "x", "details": details}}).json()["details"] == {
        "a": 1
    }


@pytest.mark.parametrize(
    "href",
    [
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "https://allowed.example@evil.example/x",
        "data:nothing",
        "data:," + "[" * 20_000 + "]" * 20_000,
        "data:;base64,#",
        7,
    ],
)
def test_input_by_reference_to_a_host_nobody_allowed_is_refused(local, href):
    response = run(local, {"inputs": {"message": "x", "details": {"href": href}}})
    assert (response.status_code, response.json()["parameter"]) == (400, "inputs.details")


def test_input_by_reference_to_an_allowed_host_is_fetched(toy, served_json):
    host, base = served_json
    jobs = JobSettings(input_hosts=(host,))
    with local_client(toy.model_copy(update={"jobs": jobs})) as client:

        def details(path):
            return run(client, {"inputs": {"message": "x", "details": {"href": base + path}}})

        assert details("/object.json").json()["details"] == {"from": "elsewhere"}
        assert details("/missing.json").status_code == 400
        assert details("/moved").status_code == 400


@pytest.fixture
def served_json():
    """A host that gives JSON, and leads elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status = {"/object.json": 200, "/moved": 302}.get(self.path, 404)
            self.send_response(status)
            self.send_header("Location", "/object.json")
            self.end_headers()
            self.wfile.write(b'{"from": "elsewhere"}')

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    yield host, f"http://{host}"
    server.shutdown()
    server.server_close()


def test_run_that_takes_too_long_tells_to_ask_for_a_job(toy):
    jobs = JobSettings(sync_timeout_s=0.2)
    with local_client(toy.model_copy(update={"jobs": jobs})) as client:
        response = run(client, {"inputs": {"message": "x", "pause_s": 30}})
    assert (response.status_code, response.json()["code"]) == (413, "too-large")
    assert "Prefer: respond-async" in response.json()["detail"]
    assert "Prefer: respond-async" in response.json()["detail_th"]


def test_a_run_knows_when_its_time_is_over(toy):
    def ends(context, _inputs, _progress):
        return {"ends": context.ends}

    process = replace(get_process("echo"), run=ends)
    jobs = JobSettings(sync_timeout_s=600)
    context = Context(toy.model_copy(update={"jobs": jobs}), None, None)
    inputs = process.inputs(message="x")
    before = monotonic()
    answer = json.loads(anyio.run(run_at_once, process, context, inputs, Runs(1)))
    assert before + 600 <= answer["ends"] <= monotonic() + 600


def test_more_runs_at_once_than_allowed_are_told_to_come_back(toy):
    jobs = JobSettings(sync_runs=1)
    pause = {"inputs": {"message": "x", "pause_s": 4}}
    with local_client(toy.model_copy(update={"jobs": jobs})) as client:
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda body: run(client, body), [pause, pause]))
        assert sorted(answer.status_code for answer in answers) == [200, 503]
        (busy,) = (answer for answer in answers if answer.status_code == 503)
        assert busy.json()["code"] == "busy"
        assert busy.headers["retry-after"]
        assert run(client, HELLO).status_code == 200


@pytest.mark.parametrize(
    "prefer", ["respond-async", "wait=5, Respond-Async", "return=minimal,respond-async; x=1"]
)
def test_run_as_a_job_is_accepted(local, prefer):
    response = run(local, HELLO, Prefer=prefer)
    assert response.status_code == 201
    assert response.headers["preference-applied"] == "respond-async"
    job = response.json()
    assert response.headers["location"] == f"http://127.0.0.1:8000/api/jobs/{job['jobID']}"
    assert (job["type"], job["processID"], job["status"]) == ("process", "echo", "accepted")
    assert job["progress"] == 0
    assert job["messages"]["th"] in job["message"]


@pytest.mark.parametrize("prefer", ["wait=5", "respond-async=false", "xrespond-async"])
def test_run_with_another_preference_answers_at_once(local, prefer):
    assert run(local, HELLO, Prefer=prefer).status_code == 200


def test_text_that_cannot_be_kept_is_refused(local):
    nul = run(local, {"inputs": {"message": "a\0b"}}, Prefer="respond-async")
    assert nul.status_code == 400
    assert "NUL" in nul.json()["detail"]
    half = '{"inputs": {"supply": {"filter": "\\ud800"}}}'
    response = local.post(
        "/api/processes/coverage/execution",
        content=half,
        headers={"content-type": "application/json"},
    )
    assert response.status_code == 422
    assert response.json()["parameter"] == "inputs.supply.filter"


def test_body_that_is_no_json_is_told_as_such(local):
    response = local.post(RUN, content="{]", headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert (
        response.json()["detail"]
        == "body: is not valid JSON: Expecting property name enclosed in double quotes."
    )


def test_full_queue_tells_to_come_back(toy, caplog):
    with local_client(toy.model_copy(update={"jobs": JobSettings(max_queued=0)})) as client:
        response = run(client, HELLO, Prefer="respond-async")
    assert (response.status_code, response.json()["code"]) == (503, "busy")
    told = [line for line in caplog.records if line.name == "twin.api"]
    assert [line.levelname for line in told] == ["WARNING"]
    assert response.headers["retry-after"]


def test_pages_for_people_show_processes_and_jobs(local):
    job = run(local, HELLO, Prefer="respond-async").json()["jobID"]
    for path in ("/api/processes", ECHO, "/api/jobs", f"/api/jobs/{job}"):
        page = local.get(path, headers={"Accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html"), path
        assert "ทวนคำ" in page.text or "echo" in page.text
    assert job[:8] in local.get("/api/jobs?f=html").text


def test_workers_of_the_service_do_not_import_what_only_jobs_need():
    """What a run needs is imported by the first run."""
    code = (
        "import sys, api.main; from twin.settings import Settings;"
        "api.main.create_app(Settings());"
        "late = ('procrastinate', 'httpx', 'scipy.sparse');"
        "print([name for name in late if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
