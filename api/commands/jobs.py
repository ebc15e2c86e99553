"""`twin jobs …`: what runs, what waits, what became of it."""

from __future__ import annotations

import json
import logging.config
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Annotated
from uuid import UUID

import typer

from api.commands.console import grid, out, settings
from api.observing.logs import logging_config
from twin.db.database import open_engine
from twin.db.engine import connect
from twin.errors import InvalidInputError
from twin.jobs import store
from twin.jobs.listing import Wanted, find
from twin.jobs.record import STATUSES, Record, Status
from twin.types import Text

app = typer.Typer(no_args_is_help=True, help="งานเบื้องหลัง | Jobs.")

JobArgument = Annotated[str, typer.Argument(help="Id of the job.")]


@app.command("list")
def list_(
    process: Annotated[list[str] | None, typer.Option(help="Only of this process.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(help=f"Only these: {', '.join(STATUSES)}.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most jobs shown.")] = 20,
) -> None:
    """รายการงาน | List jobs, the newest first."""
    wanted = Wanted(process or (), _statuses(status or ()))
    with open_engine(settings()) as engine, connect(engine) as connection:
        found = find(connection, wanted, limit=limit)
    table = grid(("งาน", "Job"), ("สถานะ สร้างเมื่อ (UTC)", "Status, created (UTC)"))
    for job in found:
        table.add_row(
            f"{job.id}\n{job.process}\n{job.message_th}\n{job.message_en}",
            f"{job.status} {job.progress} %\n{job.created_at.astimezone(UTC):%Y-%m-%d %H:%M}",
        )
    out.print(table)


@app.command()
def show(
    job: JobArgument,
    result: Annotated[
        bool, typer.Option("--result", help="Print the result, and only it.")
    ] = False,
) -> None:
    """รายละเอียดของงาน | Show one job, or its result."""
    with open_engine(settings()) as engine, connect(engine) as connection:
        record = store.read(connection, job_id(job))
        if result:
            out.print(store.read_result(connection, record.id), soft_wrap=True)
            return
    for title, value in _told(record):
        out.print(f"{title.th} | {title.en}: {value}", soft_wrap=True)


@app.command()
def dismiss(job: JobArgument) -> None:
    """ยกเลิกงาน หรือลบงานที่จบแล้ว | Call a job off, or remove one that ended."""
    with open_engine(settings()) as engine, connect(engine) as connection:
        record = store.dismiss(connection, job_id(job))
    out.print(f"▸ {record.id}: {record.message_th} | {record.message_en}")


@app.command()
def work() -> None:
    """ทำงานที่รออยู่จนกว่าจะสั่งหยุด | Run jobs until interrupted, here or on another host."""
    told = settings()
    logging.config.dictConfig(logging_config(told.log))
    import_module("twin.jobs.working").work(told)


def job_id(text: str) -> UUID:
    """Return the id that a text is.

    Raises
    ------
    NoSuchJobError
        It is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise store.no_such_job() from None


def _statuses(names: Sequence[str]) -> list[Status]:
    if unknown := {*names} - {*STATUSES}:
        told, known = ", ".join(sorted(unknown)), ", ".join(STATUSES)
        raise InvalidInputError(
            f"{told}: there is no such status. Statuses: {known}.",
            f"{told}: ไม่มีสถานะนี้ สถานะที่มี: {known}",
            parameter="status",
        )
    return [status for status in STATUSES if status in names]


def _told(job: Record) -> list[tuple[Text, object]]:
    return [
        (Text("งาน", "Job"), job.id),
        (Text("กระบวนการ", "Process"), job.process),
        (Text("สถานะ", "Status"), f"{job.status} {job.progress} %"),
        (Text("ข้อความ", "Message"), f"{job.message_th} | {job.message_en}"),
        (Text("รหัสข้อผิดพลาด", "Error"), job.error_code or "–"),
        (Text("สร้างเมื่อ", "Created"), _moment(job.created_at)),
        (Text("เริ่มเมื่อ", "Started"), _moment(job.started_at)),
        (Text("จบเมื่อ", "Finished"), _moment(job.finished_at)),
        (Text("ข้อมูลเข้า", "Inputs"), json.dumps(job.inputs, ensure_ascii=False)),
    ]


def _moment(moment: datetime | None) -> str:
    return "–" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
