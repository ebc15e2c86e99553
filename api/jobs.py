"""Jobs as their documents: what is known of one, and its results."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from api.describing import REL, RESULT
from api.errors import STATUS, problem
from api.formats import own_links
from api.links import JSON, absolute, link
from api.models.common import Bilingual
from api.models.processes import StatusInfo
from twin.errors import NotReadyError
from twin.jobs.record import Record, as_json
from twin.jobs.record import Response as Form
from twin.studies.processes import PROCESSES
from twin.types import Text

#: HTTP statuses of what jobs fail with, by our code.
_STATUS: Final = {error.code: status for error, status in STATUS.items()}


def job_path(record: Record) -> str:
    """Return where a job is."""
    return f"/api/jobs/{record.id}"


def status_info(request: Request, record: Record) -> StatusInfo:
    """Return what is known of a job."""
    path = job_path(record)
    links = own_links(request, path)
    if record.status == "successful":
        links.append(link(request, f"{REL}results", f"{path}/results", title="ผลลัพธ์ | Results"))
    links.append(link(request, "up", "/api/jobs", title="งานทั้งหมด | All jobs"))
    return StatusInfo(
        processID=record.process,
        jobID=str(record.id),
        status=record.status,
        progress=record.progress,
        message=f"{record.message_th} | {record.message_en}",
        messages=Bilingual(th=record.message_th, en=record.message_en),
        created=record.created_at,
        started=record.started_at,
        finished=record.finished_at,
        updated=record.updated_at,
        code=record.error_code,
        links=links,
    )


def results(request: Request, process_id: str, result: str, form: Form) -> Response:
    """Return the results of a run, its links as this client reaches them.

    Parameters
    ----------
    result
        JSON text.
    """
    if form == "none":
        return Response(status_code=HTTPStatus.NO_CONTENT)
    process = PROCESSES.get(process_id)
    if process and process.links:
        members = json.loads(result)
        members |= {name: absolute(request, members[name]) for name in process.links}
        result = as_json(members)
    if form == "document":
        result = f'{{"{RESULT}":{{"value":{result},"mediaType":"{JSON}"}}}}'
    return Response(result, media_type=JSON)


def failure(record: Record) -> Response:
    """Return why a job failed, as the answer in the place of its results."""
    code = record.error_code or "internal"
    status = _STATUS.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)
    return problem(status, code, Text(record.message_th, record.message_en), record.error_parameter)


def not_ready(record: Record) -> NotReadyError:
    """Return the fault of results that are not there."""
    if record.status == "dismissed":
        return NotReadyError(
            "The job was dismissed; it has no results.", "งานถูกยกเลิกแล้ว จึงไม่มีผลลัพธ์"
        )
    return NotReadyError(
        f"The job is not done yet ({record.progress} %); ask again later.",
        f"งานยังไม่เสร็จ ({record.progress} %) โปรดถามใหม่ภายหลัง",
    )
