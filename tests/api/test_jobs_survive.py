"""What becomes of jobs when limits are reached, and when services and workers stop or die."""

import os
import signal
import subprocess

import httpx
import pytest
from serving import TWIN, run_server, serve
from working import (
    child_of,
    make_settings,
    pause,
    processes_with,
    wait_for,
    wait_until,
    worker_of,
)


@pytest.fixture(scope="module")
def settings(new_database, open_folder):
    """Settings of a twin that nobody else uses."""
    return make_settings(new_database("jobs_survive"), open_folder / "jobs_survive")


@pytest.fixture
def environment(settings):
    return {
        "TWIN_HOME": str(settings.home),
        "TWIN_DB__URL": settings.db.url,
        "TWIN_API__WORKERS": "1",
    }


def moved(job, base):
    """The address of a job at a service that listens elsewhere."""
    return f"{base}{httpx.URL(job).path}"


def test_limits_of_a_job_are_told(settings):
    limits = {"TWIN_JOBS__TIMEOUT_S": "20", "TWIN_JOBS__MAX_RESULT_MB": "0.0001"}
    with serve(settings, TWIN_API__WORKERS="1", **limits) as base:
        large, slow = pause(base, 0, "x" * 200), pause(base, 600)
        for job, words in ((large, "0.0001 MB"), (slow, "20 seconds")):
            assert words in wait_for(job, "failed")["messages"]["en"]
            found = httpx.get(f"{job}/results")
            assert (found.status_code, found.json()["code"]) == (413, "too-large")
        wait_until(lambda: not processes_with(slow.rpartition("/")[2]))


def test_jobs_survive_a_restart_of_the_service(environment):
    with run_server("serve", environment) as (base, server):
        running, waiting = pause(base, 5), pause(base, 0)
        child = child_of(running)
        worker = worker_of(server)
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        left = {*processes_with("twin.jobs.running"), *processes_with("api.commands.working")}
        assert not {child, worker} & left
        assert "Traceback" not in server.stdout.read()
    with run_server("serve", {**environment, "TWIN_JOBS__WORKERS": "0"}) as (base, server):
        told = httpx.get(moved(running, base)).json()
        assert (told["status"], told["progress"]) == ("accepted", 0)
        assert "begin anew" in told["messages"]["en"]
        assert httpx.get(moved(waiting, base)).json()["status"] == "accepted"
        assert not processes_with(f"api.commands.working {server.pid}")
    with run_server("serve", environment) as (base, server):
        wait_for(moved(running, base), "successful")
        wait_for(moved(waiting, base), "successful")


@pytest.mark.slow
def test_job_whose_worker_dies_begins_anew_but_not_for_ever(environment):
    with run_server("serve", environment) as (base, server):
        job = pause(base, 600)
        child, worker = child_of(job), worker_of(server)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: child not in processes_with("twin.jobs.running"))
        again = wait_until(
            lambda: [x for x in processes_with(job.rpartition("/")[2]) if x != child]
        )
        assert wait_for(job, "running")
        os.kill(worker_of(server), signal.SIGKILL)
        wait_until(lambda: again[0] not in processes_with("twin.jobs.running"))
        failed = wait_for(job, "failed")
        assert "died twice" in failed["messages"]["en"]
        assert wait_for(pause(base, 0), "successful")


@pytest.mark.slow
def test_nothing_outlives_a_killed_service_and_its_jobs_run_later(environment):
    with run_server("serve", environment) as (base, server):
        job = pause(base, 3)
        child, worker = child_of(job), worker_of(server)
        api = processes_with("from api.cli import main; main() serve")
        for process in (server.pid, *api):
            os.kill(process, signal.SIGKILL)
        server.wait(30)
        wait_until(lambda: worker not in processes_with("api.commands.working"))
        wait_until(lambda: child not in processes_with("twin.jobs.running"))
    with run_server("serve", environment) as (base, server):
        wait_for(moved(job, base), "successful")


def test_jobs_run_by_another_command(environment):
    """As on another host: the service runs none itself."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWIN_")}
    with run_server("serve", {**environment, "TWIN_JOBS__WORKERS": "0"}) as (base, _):
        jobs = [pause(base, 600), pause(base, 600)]
        assert {httpx.get(job).json()["status"] for job in jobs} == {"accepted"}
        with subprocess.Popen(
            [*TWIN, "jobs", "work"],
            env={**inherited, **environment, "TWIN_JOBS__WORKERS": "2"},
            stderr=subprocess.PIPE,
            text=True,
        ) as worker:
            try:
                for job in jobs:
                    wait_for(job, "running")
            finally:
                worker.send_signal(signal.SIGINT)
                _, told = worker.communicate(timeout=30)
        assert worker.returncode == 0
        assert "Traceback" not in told
        for job in jobs:
            assert job.rpartition("/")[2] in told
            assert httpx.get(job).json()["status"] == "accepted"
            httpx.delete(job)
