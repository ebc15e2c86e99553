"""Jobs from being asked for to their results, through the service as a user runs it."""

import os
import signal
from uuid import uuid4

import httpx
import pytest
from serving import serve
from working import child_of, make_settings, order, pause, processes_with, wait_for, wait_until

#: A question of the toy island.
TOY = {"question": {"demand": {"source": "layer", "layer": "grid", "weight": "people"}}}
OGC = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"


@pytest.fixture(scope="module")
def settings(new_database, open_folder):
    """Settings of a twin that nobody else uses."""
    return make_settings(new_database("jobs"), open_folder / "jobs")


@pytest.fixture(scope="module")
def base(settings):
    """The service with its worker, one job at a time."""
    with serve(settings, TWIN_API__WORKERS="1") as base:
        yield base


def results_of(job):
    return httpx.get(f"{job}/results")


def test_job_runs_tells_how_far_it_is_and_ends_with_its_result(base):
    job = pause(base, 2, "ยาว")
    assert httpx.get(job).json()["status"] in ("accepted", "running")
    running = wait_until(lambda: (told := httpx.get(job).json())["progress"] > 0 and told)
    assert running["status"] == "running"
    assert "seconds to wait" in running["messages"]["en"]
    assert "วินาที" in running["messages"]["th"]
    early = results_of(job)
    assert (early.status_code, early.json()["type"]) == (404, f"{OGC}result-not-ready")
    done = wait_for(job, "successful")
    assert done["progress"] == 100
    assert done["created"] <= done["started"] < done["finished"] <= done["updated"]
    (link,) = [x for x in done["links"] if x["rel"].endswith("/rel/ogc/1.0/results")]
    found = httpx.get(link["href"])
    assert found.json() == {"message": "ยาว", "sum": 0, "details": None}
    assert [*found.json()] == ["message", "sum", "details"]


def test_links_of_a_result_are_as_its_reader_reaches_the_service(base):
    job = order(base, "travel-time", inputs=TOY)
    document = order(base, "travel-time", inputs=TOY, response="document")
    wait_for(job, "successful")
    wait_for(document, "successful")
    told = results_of(job).json()
    assert results_of(document).json()["result"]["value"] == told
    assert told["tilejson"].startswith(f"{base}/raster/travel-time/")
    assert httpx.get(told["tilejson"]).json()["tiles"] == [told["tiles"]]
    here = base.replace("127.0.0.1", "localhost")
    assert results_of(job.replace(base, here)).json()["geotiff"].startswith(f"{here}/raster/")


def test_job_answers_in_the_form_that_was_asked_for(base):
    document = pause(base, 0, response="document")
    nothing = pause(base, 0, outputs={})
    wait_for(document, "successful")
    wait_for(nothing, "successful")
    assert results_of(document).json()["result"]["value"]["message"] == "x"
    assert (results_of(nothing).status_code, results_of(nothing).content) == (204, b"")


def test_dismissing_a_running_job_kills_it(base):
    job = pause(base, 600)
    child = child_of(job)
    told = httpx.delete(job).json()
    assert (told["status"], told["messages"]["en"]) == ("dismissed", "Dismissed")
    wait_until(lambda: child not in processes_with("twin.jobs.running"))
    assert httpx.get(job).json()["status"] == "dismissed"
    assert results_of(job).json()["code"] == "result-not-ready"
    after = pause(base, 0)
    assert wait_for(after, "successful")


def test_dismissing_a_job_that_waits_takes_it_out_of_the_queue(base):
    first, second, third = pause(base, 600), pause(base, 0), pause(base, 0)
    wait_for(first, "running")
    assert httpx.get(second).json()["status"] == "accepted"
    assert httpx.delete(second).json()["status"] == "dismissed"
    httpx.delete(first)
    wait_for(third, "successful")
    assert "started" not in httpx.get(second).json()


def test_dismissing_a_job_that_ended_removes_it(base):
    job = pause(base, 0)
    wait_for(job, "successful")
    assert httpx.delete(job).json()["status"] == "dismissed"
    for response in (httpx.get(job), results_of(job), httpx.delete(job)):
        assert (response.status_code, response.json()["type"]) == (404, f"{OGC}no-such-job")


def test_job_that_is_not_there(base):
    job = f"{base}/api/jobs/{uuid4()}"
    for response in (httpx.get(job), results_of(job), httpx.delete(job)):
        assert (response.status_code, response.json()["code"]) == (404, "no-such-job")
    assert httpx.get(f"{base}/api/jobs/none").status_code == 404


def test_killed_job_fails_and_the_next_one_runs(base):
    job = pause(base, 600)
    os.kill(child_of(job), signal.SIGKILL)
    failed = wait_for(job, "failed")
    assert "signal 9" in failed["messages"]["en"]
    assert failed["code"] == "internal"
    found = results_of(job)
    assert (found.status_code, found.json()["code"]) == (500, "internal")
    assert "signal 9" in found.json()["detail"]
    assert wait_for(pause(base, 0), "successful")


def test_jobs_are_listed_the_newest_first_and_filtered(base):
    old, new = pause(base, 0, "old"), pause(base, 0.5, "new")
    wait_for(old, "successful")
    done = wait_for(new, "successful")

    def listed(**query):
        response = httpx.get(f"{base}/api/jobs", params=query)
        assert response.status_code == 200, response.text
        return [job["jobID"] for job in response.json()["jobs"]]

    ids = [job.rpartition("/")[2] for job in (new, old)]
    assert listed(limit=2) == ids
    assert listed(limit=1, offset=1) == ids[1:]
    assert listed(processID="none") == []
    assert listed(processID=["echo", "none"], type="process")[:2] == ids
    assert listed(status="running") == []
    assert listed(status=["running", "successful"])[:2] == ids
    assert listed(datetime=done["created"]) == ids[:1]
    assert listed(datetime=f"{done['created']}/..") == ids[:1]
    assert listed(datetime="../2020-01-01") == []
    assert ids[0] in listed(minDuration=0.5)
    assert ids[0] not in listed(maxDuration=0.4)
    assert listed(minDuration=10_000) == []
    for query in ({"type": "x"}, {"status": "x"}, {"datetime": "x"}, {"limit": 0}, {"x": 1}):
        assert httpx.get(f"{base}/api/jobs", params=query).status_code == 400, query


def test_list_of_jobs_leads_to_its_next_page(base):
    jobs = {pause(base, 0) for _ in range(3)}
    for job in jobs:
        wait_for(job, "successful")
    found, href = set(), f"{base}/api/jobs?limit=2&status=successful"
    while href:
        page = httpx.get(href).json()
        found |= {job["jobID"] for job in page["jobs"]}
        href = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert {job.rpartition("/")[2] for job in jobs} <= found


def test_long_process_is_a_job_whether_asked_for_or_not(base):
    response = httpx.post(f"{base}/api/processes/opportunity/execution", json={"inputs": TOY})
    assert response.status_code == 201
    assert "preference-applied" not in response.headers
    job = response.headers["location"]
    wait_for(job, "successful")
    assert results_of(job).json()["looked_at"] == 10
    failed = order(base, "network", inputs={"layer": "none"})
    wait_for(failed, "failed")
    told = results_of(failed)
    assert (told.status_code, told.json()["code"], told.json()["parameter"]) == (
        404,
        "not-found",
        "inputs.layer",
    )
