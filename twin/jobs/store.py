"""Jobs as rows: from being accepted to a result, each step in one statement that can lose a race.

Whoever runs a job writes as its *attempt*: once the job was dismissed, or begun again by another
worker, nothing an earlier attempt says changes the row.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import (
    Connection,
    Text,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import JSON

from twin.db.models import Job
from twin.errors import BusyError, NoSuchJobError
from twin.jobs import queue
from twin.jobs.record import COLUMNS, Asked, Failure, Record
from twin.types import Text as Both

#: What people are told while nothing else is known.
WAITING: Final = Both("รอคิว", "Waiting for its turn")
BEGUN: Final = Both("เริ่มทำงาน", "Begun")
DONE: Final = Both("เสร็จแล้ว", "Done")
DISMISSED: Final = Both("ยกเลิกแล้ว", "Dismissed")
AGAIN: Final = Both(
    "บริการหยุดระหว่างทำงาน จะเริ่มใหม่ตั้งแต่ต้น", "The service stopped meanwhile; it will begin anew"
)

#: Key of the lock under which the queue is counted.
_LOCK: Final = "twin job queue"

_IS_OPEN: Final = Job.status.in_(("accepted", "running"))
_QUEUED: Final = table("procrastinate_jobs", column("id"), schema=queue.SCHEMA)


def accept(connection: Connection, asked: Asked, max_queued: int) -> Record:
    """Keep what was asked as a job and put it into the queue.

    Raises
    ------
    BusyError
        `max_queued` jobs wait already.
    """
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(_LOCK))))
    waiting = select(func.count()).select_from(Job).where(Job.status == "accepted")
    if connection.scalars(waiting).one() >= max_queued:
        raise BusyError(
            f"{max_queued} jobs wait already; please try again later.",
            f"มีงานรออยู่แล้ว {max_queued} งาน โปรดลองอีกครั้งภายหลัง",
        )
    job_id = uuid4()
    values = {
        "id": job_id,
        "process": asked.process,
        "inputs": asked.inputs,
        "response": asked.response,
        "queue_id": queue.put(connection, job_id),
        **_told(WAITING),
    }
    connection.execute(insert(Job).values(values))
    return read(connection, job_id)


def read(connection: Connection, job_id: UUID) -> Record:
    """Return a job, without its result.

    Raises
    ------
    NoSuchJobError
        There is none, or not any more.
    """
    row = connection.execute(select(*COLUMNS).where(Job.id == job_id)).one_or_none()
    if row is None:
        raise no_such_job()
    return Record(**row._mapping)


def read_result(connection: Connection, job_id: UUID) -> str:
    """Return the result of a job as JSON text, `null` where it has none."""
    found = connection.scalar(select(cast(Job.result, Text)).where(Job.id == job_id))
    return "null" if found is None else str(found)


def dismiss(connection: Connection, job_id: UUID) -> Record:
    """Call a job off; one that ended before is removed with its result.

    Returns
    -------
    Record
        What it was last, as dismissed.

    Raises
    ------
    NoSuchJobError
        There is none, or not any more.
    """
    found = connection.execute(
        update(Job)
        .where(Job.id == job_id, _IS_OPEN)
        .values(status="dismissed", finished_at=func.now(), **_told(DISMISSED))
        .returning(*COLUMNS)
    ).one_or_none()
    if found is not None:
        if found.queue_id is not None:
            queue.take_out(connection, found.queue_id)
        return Record(**found._mapping)
    removed = delete(Job).where(Job.id == job_id).returning(*COLUMNS)
    gone = connection.execute(removed).one_or_none()
    if gone is None:
        raise no_such_job()
    told = {"status": "dismissed", "message_th": DISMISSED.th, "message_en": DISMISSED.en}
    return Record(**{**gone._mapping, **told})


def begin(connection: Connection, job_id: UUID) -> int | None:
    """Begin a job that waits; return the number of this attempt, None where it waits no more."""
    return connection.scalar(
        update(Job)
        .where(Job.id == job_id, Job.status == "accepted")
        .values(
            status="running",
            progress=0,
            attempt=Job.attempt + 1,
            started_at=func.now(),
            **_told(BEGUN),
        )
        .returning(Job.attempt)
    )


def tell(connection: Connection, job_id: UUID, attempt: int, percent: int, text: Both) -> bool:
    """Note how far an attempt is; return False where it counts no more."""
    return _change(connection, job_id, attempt, progress=percent, **_told(text))


def succeed(connection: Connection, job_id: UUID, attempt: int, result: str) -> bool:
    """Keep the result of an attempt, JSON text; return False where it counts no more."""
    return _change(
        connection,
        job_id,
        attempt,
        status="successful",
        progress=100,
        result=cast(literal(result, Text()), JSON),
        finished_at=func.now(),
        **_told(DONE),
    )


def fail(connection: Connection, job_id: UUID, attempt: int, failure: Failure) -> bool:
    """Note why an attempt failed; return False where it counts no more."""
    return _change(connection, job_id, attempt, **_failed(failure))


def put_back(connection: Connection, job_id: UUID, *, is_lost: bool) -> int | None:
    """Let a job wait again; return how often its worker died, None where it ended meanwhile.

    Parameters
    ----------
    is_lost
        Its worker died, rather than being stopped.
    """
    return connection.scalar(
        update(Job)
        .where(Job.id == job_id, _IS_OPEN)
        .values(
            status="accepted",
            progress=0,
            started_at=None,
            lost=Job.lost + int(is_lost),
            **_told(AGAIN),
        )
        .returning(Job.lost)
    )


def fail_orphans(connection: Connection, failure: Failure) -> int:
    """Let jobs fail that should be in the queue and are not; return how many.

    A worker that lost the database just when its job died leaves such a one, and so does a backup
    without the queue.
    """
    is_queued = exists().where(_QUEUED.c.id == Job.queue_id)
    orphans = update(Job).where(_IS_OPEN, ~is_queued)
    return connection.execute(orphans.values(**_failed(failure))).rowcount


def prune(connection: Connection, keep_days: float) -> int:
    """Remove jobs that ended longer ago than that; return how many."""
    old = Job.finished_at < func.now() - timedelta(days=keep_days)
    return connection.execute(delete(Job).where(old)).rowcount


def no_such_job() -> NoSuchJobError:
    """Return the fault of a job that is not there."""
    return NoSuchJobError(
        "There is no job of this id, or not any more.", "ไม่มีงานนี้ หรือถูกลบไปแล้ว", parameter="jobId"
    )


def _change(connection: Connection, job_id: UUID, attempt: int, **values: Any) -> bool:  # noqa: ANN401
    mine = (Job.id == job_id, Job.attempt == attempt, Job.status == "running")
    return connection.execute(update(Job).where(*mine).values(**values)).rowcount == 1


def _failed(failure: Failure) -> dict[str, Any]:
    return {
        "status": "failed",
        "error_code": failure.code,
        "error_parameter": failure.parameter,
        "finished_at": func.now(),
        **_told(failure.text),
    }


def _told(text: Both) -> dict[str, Any]:
    return {"message_th": text.th, "message_en": text.en, "updated_at": func.now()}
