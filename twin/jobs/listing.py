"""Looking jobs up, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Double, cast, func, select

from twin.db.models import Job
from twin.jobs.record import COLUMNS, Record, Status


@dataclass(frozen=True)
class Wanted:
    """Which jobs; nothing said, all of them.

    Parameters
    ----------
    created
        Earliest and latest moment, both included; None: open.
    min_s, max_s
        Seconds they have been running or ran; jobs that never began have none.
    """

    processes: Sequence[str] = ()
    statuses: Sequence[Status] = ()
    created: tuple[datetime | None, datetime | None] = (None, None)
    min_s: float | None = None
    max_s: float | None = None


def find(connection: Connection, wanted: Wanted, *, limit: int, offset: int = 0) -> list[Record]:
    """Return jobs, the newest first."""
    statement = (
        select(*COLUMNS)
        .where(*_conditions(wanted))
        .order_by(Job.created_at.desc(), Job.id)
        .limit(limit)
        .offset(offset)
    )
    return [Record(**row._mapping) for row in connection.execute(statement)]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    ends = func.coalesce(Job.finished_at, func.now())
    seconds = cast(func.extract("epoch", ends - Job.started_at), Double)
    earliest, latest = wanted.created
    if wanted.processes:
        yield Job.process.in_(wanted.processes)
    if wanted.statuses:
        yield Job.status.in_(wanted.statuses)
    if earliest is not None:
        yield Job.created_at >= earliest
    if latest is not None:
        yield Job.created_at <= latest
    if wanted.min_s is not None:
        yield seconds >= wanted.min_s
    if wanted.max_s is not None:
        yield seconds <= wanted.max_s
