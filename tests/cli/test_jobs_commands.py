"""`twin jobs`: what runs, what waits, what became of it."""

import json

import pytest
from rich.cells import cell_len

from twin.db.database import open_engine
from twin.jobs import store
from twin.jobs.record import Asked, Failure
from twin.settings import DbSettings, Settings
from twin.types import Text


@pytest.fixture(scope="module")
def queue(new_database, open_folder):
    """Settings of a twin that no worker takes jobs of."""
    address = new_database("jobs_commands").set(drivername="postgresql").render_as_string()
    return Settings(home=open_folder / "jobs_commands", db=DbSettings(url=address))


@pytest.fixture(autouse=True)
def told_of_it(environment, queue):
    """Let commands find that twin."""
    environment.setenv("TWIN_HOME", str(queue.home))
    environment.setenv("TWIN_DB__URL", queue.db.url)


@pytest.fixture
def jobs(queue):
    """One job that waits, one that has a result, one that failed."""
    asked = [Asked("echo", {"message": name}, "raw") for name in ("รอ", "done", "failed")]
    with open_engine(queue) as engine, engine.begin() as connection:
        ids = [store.accept(connection, each, 1000).id for each in asked]
        for job in ids[1:]:
            store.begin(connection, job)
        store.succeed(connection, ids[1], 1, '{"b":1,"a":"ไทย"}')
        failure = Failure("too-large", Text("มากไป", "too much"))
        store.fail(connection, ids[2], 1, failure)
    yield ids
    with open_engine(queue) as engine, engine.begin() as connection:
        for job in ids:
            try:
                store.dismiss(connection, job)
            except store.NoSuchJobError:
                continue


def test_list_shows_the_newest_first(twin, jobs):
    told = twin("jobs", "list", "--limit", 3)
    assert told.code == 0
    assert all(str(job) in told.out for job in jobs)
    assert "รอคิว" in told.out
    assert "too much" in told.out
    only = twin("jobs", "list", "--status", "failed", "--process", "echo").out
    assert str(jobs[2]) in only
    assert str(jobs[0]) not in only


def test_list_refuses_a_status_that_there_is_not(twin):
    told = twin("jobs", "list", "--status", "x")
    assert told.code == 1
    assert "accepted" in told.err


def test_show_tells_of_a_job_and_prints_its_result_alone(twin, jobs):
    waiting, done, failed = jobs
    told = twin("jobs", "show", waiting)
    assert '{"message": "รอ"}' in told.out
    assert "accepted 0 %" in told.out
    assert "too-large" in twin("jobs", "show", failed).out
    result = twin("jobs", "show", done, "--result").out
    assert result == '{"b":1,"a":"ไทย"}\n'
    assert json.loads(result) == {"b": 1, "a": "ไทย"}


def test_dismiss_calls_a_job_off_and_removes_one_that_ended(twin, jobs):
    waiting, done, _ = jobs
    assert "Dismissed" in twin("jobs", "dismiss", waiting).out
    assert "dismissed" in twin("jobs", "show", waiting).out
    assert twin("jobs", "dismiss", done).code == 0
    assert twin("jobs", "show", done).code == 1


@pytest.mark.parametrize("command", ["show", "dismiss"])
@pytest.mark.parametrize("job", ["none", "0b5cb4ba-9d52-4d4d-a5f8-1f4c9d3cf3b5"])
def test_job_that_is_not_there_is_told(twin, command, job):
    told = twin("jobs", command, job)
    assert told.code == 1
    assert "ไม่มีงานนี้" in told.err
    assert "There is no job" in told.err


@pytest.mark.parametrize("width", [80, 60])
def test_list_fits_a_narrow_terminal(twin, environment, jobs, width):
    environment.setenv("COLUMNS", str(width))
    lines = twin("jobs", "list").out.splitlines()
    assert max(map(cell_len, lines)) <= width
    told = "\n".join(lines)
    assert all(str(job) in told for job in jobs)
    for one in ("successful 100 %", "failed", "รอคิว", "Waiting for its turn", "too much"):
        assert one in told
    assert "…" not in told
