"""Jobs as rows: accepted with their place in the queue, begun once, changed by nobody else."""

import hashlib
from datetime import timedelta

import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import func, text, update

from twin.db.engine import connect
from twin.db.models import Job
from twin.errors import BusyError, InvalidInputError, NoSuchJobError
from twin.jobs import store
from twin.jobs.record import Asked, Failure
from twin.types import Text

ASKED = Asked("echo", {"message": "x"}, "raw")
HALF = Text("ครึ่งทาง", "half-way")
FAILURE = Failure("too-large", Text("มากไป", "too much"), "inputs.points")

#: Of the schema that migration 0005 runs.
SCHEMA_SHA256 = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"


def accept(connection, asked=ASKED):
    return store.accept(connection, asked, 100).id


def queued(connection):
    found = text("SELECT args ->> 'job_id' FROM job.procrastinate_jobs ORDER BY id")
    return [*connection.scalars(found)]


def test_schema_of_the_queue_is_the_one_that_was_migrated():
    """Another release of procrastinate may bring another: then a migration must bring it too.

    A new Alembic migration runs those files of its `sql/migrations` that are newer than
    03.04.00_50 with `search_path` set to `job`, where the database has not got them: on a new one
    migration 0005 has run the newer schema already. Then this digest is that of the newer schema.
    """
    found = hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest()
    assert found == SCHEMA_SHA256


def test_queue_has_a_schema_of_its_own(connection):
    found = text(
        "SELECT DISTINCT relnamespace::regnamespace::text FROM pg_class"
        " WHERE relname LIKE 'procrastinate%'"
    )
    assert [*connection.scalars(found)] == ["job"]


def test_job_and_its_place_in_the_queue_come_together_or_not_at_all(connection):
    with connection.begin_nested() as attempt:
        job = accept(connection)
        assert queued(connection) == [str(job)]
        attempt.rollback()
    assert queued(connection) == []
    with pytest.raises(NoSuchJobError):
        store.read(connection, job)


def test_job_is_accepted_as_asked(connection):
    found = store.read(connection, accept(connection))
    assert (found.process, found.inputs, found.response) == ("echo", {"message": "x"}, "raw")
    assert (found.status, found.progress, found.attempt) == ("accepted", 0, 0)
    assert found.started_at is found.finished_at is None


def test_accept_beyond_the_queue_is_refused(connection):
    accept(connection)
    running = accept(connection)
    store.begin(connection, running)
    assert store.accept(connection, ASKED, 2)
    with pytest.raises(BusyError, match="2 jobs wait"):
        store.accept(connection, ASKED, 2)


def test_job_is_begun_once(connection):
    job = accept(connection)
    assert store.begin(connection, job) == 1
    assert store.begin(connection, job) is None
    assert store.read(connection, job).status == "running"


def test_result_is_kept_as_it_was_written(connection):
    job = accept(connection)
    store.begin(connection, job)
    written = '{"z":1.50,"a":"\\u0000ไทย"}'
    assert store.succeed(connection, job, 1, written)
    assert store.read_result(connection, job) == written
    found = store.read(connection, job)
    assert (found.status, found.progress) == ("successful", 100)
    assert found.finished_at is not None


def test_failure_is_told(connection):
    job = accept(connection)
    store.begin(connection, job)
    assert store.fail(connection, job, 1, FAILURE)
    found = store.read(connection, job)
    assert (found.status, found.error_code, found.error_parameter) == (
        "failed",
        "too-large",
        "inputs.points",
    )
    assert (found.message_th, found.message_en) == FAILURE.text
    assert store.read_result(connection, job) == "null"


@pytest.mark.parametrize("ended", ["dismissed", "successful", "failed", "begun again"])
def test_what_an_earlier_attempt_says_changes_nothing(connection, ended):
    job = accept(connection)
    store.begin(connection, job)
    if ended == "dismissed":
        store.dismiss(connection, job)
    elif ended == "successful":
        store.succeed(connection, job, 1, "1")
    elif ended == "failed":
        store.fail(connection, job, 1, FAILURE)
    else:
        assert store.put_back(connection, job, is_lost=True) == 1
        assert store.begin(connection, job) == 2
    before = store.read(connection, job)
    assert not store.tell(connection, job, 1, 50, HALF)
    assert not store.succeed(connection, job, 1, '"late"')
    assert not store.fail(connection, job, 1, FAILURE)
    assert store.read(connection, job) == before
    assert store.read_result(connection, job) in ("null", "1")


def test_progress_is_told(connection):
    job = accept(connection)
    store.begin(connection, job)
    assert store.tell(connection, job, 1, 50, HALF)
    found = store.read(connection, job)
    assert (found.progress, found.message_th, found.message_en) == (50, *HALF)


def test_put_back_job_waits_again(connection):
    job = accept(connection)
    store.begin(connection, job)
    store.tell(connection, job, 1, 50, HALF)
    assert store.put_back(connection, job, is_lost=False) == 0
    found = store.read(connection, job)
    assert (found.status, found.progress, found.started_at) == ("accepted", 0, None)
    assert store.put_back(connection, job, is_lost=True) == 1
    store.dismiss(connection, job)
    assert store.put_back(connection, job, is_lost=True) is None


def test_dismissed_job_leaves_the_queue(connection):
    waiting, other = accept(connection), accept(connection)
    assert store.dismiss(connection, waiting).status == "dismissed"
    assert queued(connection) == [str(other)]
    assert store.begin(connection, waiting) is None


def test_dismissed_job_that_runs_is_called_off_in_the_queue(connection):
    job = accept(connection)
    connection.execute(text("UPDATE job.procrastinate_jobs SET status = 'doing'"))
    store.begin(connection, job)
    assert store.dismiss(connection, job).status == "dismissed"
    asked = text("SELECT abort_requested FROM job.procrastinate_jobs")
    assert connection.scalar(asked) is True


def test_jobs_that_ended_long_ago_are_removed(connection):
    old, fresh, running = (accept(connection) for _ in range(3))
    for job in (old, fresh):
        store.begin(connection, job)
        store.succeed(connection, job, 1, "1")
    store.begin(connection, running)
    long_ago = func.now() - timedelta(days=3)
    connection.execute(update(Job).where(Job.id == old).values(finished_at=long_ago))
    connection.execute(update(Job).where(Job.id == running).values(created_at=long_ago))
    assert store.prune(connection, 2) == 1
    assert store.read(connection, fresh)
    assert store.read(connection, running)
    with pytest.raises(NoSuchJobError):
        store.read(connection, old)


def test_job_that_is_in_no_queue_fails(connection):
    kept, lost, done = (accept(connection) for _ in range(3))
    store.begin(connection, lost)
    store.begin(connection, done)
    store.succeed(connection, done, 1, "1")
    gone = text("DELETE FROM job.procrastinate_jobs WHERE args ->> 'job_id' <> :kept")
    connection.execute(gone, {"kept": str(kept)})
    assert store.fail_orphans(connection, FAILURE) == 1
    states = [store.read(connection, job).status for job in (kept, lost, done)]
    assert states == ["accepted", "failed", "successful"]


def test_process_names_its_inputs_by_json(connection):
    """What JSONB cannot hold is refused as the input it is."""
    with pytest.raises(InvalidInputError), connect(connection.engine) as other:
        accept(other, Asked("echo", {"message": "\0"}, "raw"))
