"""Processes of OGC API Processes: what can be asked for, and asking for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from api.deps import STRICT, ContextDep, RunsDep, SettingsDep
from api.describing import description, summary
from api.executing import prefers_job, read_inputs, run_at_once, wanted_response
from api.formats import PAGE, FormatDep, negotiated, own_links
from api.jobs import job_path, results, status_info
from api.links import JSON, absolute
from api.models.common import Link
from api.models.processes import Execute, ProcessDescription, ProcessList, StatusInfo
from api.openapi import WRITES, problems
from api.writing import check_writer
from twin.db.engine import connect
from twin.jobs import store
from twin.jobs.process import Context
from twin.jobs.record import Asked, Record
from twin.studies.processes import PROCESSES, get_process

router = APIRouter(tags=["processes"], dependencies=STRICT, responses=problems(400))

#: How much may be asked for at once, if nothing is said.
_LIMIT: Final = 100

_EXECUTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The results, where the process ran at once",
        "content": {JSON: {"schema": {}}},
    },
    201: {
        "description": "A job, where it is run in the background",
        "model": StatusInfo,
        "headers": {"Location": {"description": "The job", "schema": {"type": "string"}}},
    },
    204: {"description": "It ran, and no output was asked for"},
    **problems(401, 403, 404, 413, 415, 422, 500, 502),
}


ProcessId = Annotated[
    str, Path(alias="processId", description="Id of a process", examples=["echo"])
]


Prefer = Annotated[
    str | None, Header(description="`respond-async`: run it in the background, as a job")
]


async def is_wanted_as_job(
    request: Request, settings: SettingsDep, process_id: ProcessId, prefer: Prefer = None
) -> bool:
    """Tell whether a process is to be run as a job, and refuse whoever may not ask for one."""
    is_job = get_process(process_id).is_long or prefers_job(prefer)
    if is_job:
        check_writer(request, settings.api.admin_token)
    return is_job


IsJobDep = Annotated[bool, Depends(is_wanted_as_job)]


@router.get(
    "/api/processes",
    response_model=ProcessList,
    responses={200: PAGE},
    operation_id="getProcesses",
)
async def get_processes(
    request: Request,
    wanted: FormatDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most processes of a page")] = _LIMIT,
    offset: Annotated[int, Query(ge=0, le=1000, description="Processes to pass over")] = 0,
) -> Response:
    """Return what can be asked for."""
    known = [*PROCESSES.values()]
    links = own_links(request, "/api/processes")
    if offset + limit < len(known):
        query = {**request.query_params, "offset": str(offset + limit)}
        href = absolute(request, "/api/processes", query)
        links.append(Link(href=href, rel="next", type=JSON))
    found = ProcessList(
        processes=[summary(request, process) for process in known[offset : offset + limit]],
        links=links,
    )
    return negotiated(request, wanted, found, "processes.html")


@router.get(
    "/api/processes/{processId}",
    response_model=ProcessDescription,
    responses={200: PAGE, **problems(404)},
    operation_id="getProcessDescription",
)
async def get_process_description(
    request: Request, process_id: ProcessId, wanted: FormatDep
) -> Response:
    """Return one process: what it needs and what it returns."""
    process = get_process(process_id)
    links = own_links(request, f"/api/processes/{process_id}")
    return negotiated(request, wanted, description(request, process, links), "process.html")


@router.post(
    "/api/processes/{processId}/execution",
    responses=_EXECUTED,
    openapi_extra=WRITES,
    operation_id="execute",
)
async def execute(
    request: Request,
    context: ContextDep,
    runs: RunsDep,
    process_id: ProcessId,
    is_job: IsJobDep,
    sent: Execute,
    prefer: Prefer = None,
) -> Response:
    """Run a process: at once, or as a job where that is preferred or the process takes long.

    Whoever may read may run it at once; a job needs the operator's token, or this machine.
    """
    process = get_process(process_id)
    form = wanted_response(sent)
    hosts = context.settings.jobs.input_hosts
    inputs = await run_sync(read_inputs, process, sent.inputs, hosts)
    if not is_job:
        result = await run_at_once(process, context, inputs, runs)
        return results(request, process.id, result, form)
    asked = Asked(process.id, inputs.model_dump(mode="json"), form)
    record = await run_sync(_accept, context, asked)
    response = Response(
        status_info(request, record).model_dump_json(), HTTPStatus.CREATED, media_type=JSON
    )
    response.headers["Location"] = absolute(request, job_path(record))
    if prefers_job(prefer):
        response.headers["Preference-Applied"] = "respond-async"
    return response


def _accept(context: Context, asked: Asked) -> Record:
    with connect(context.writer) as connection:
        return store.accept(connection, asked, context.settings.jobs.max_queued)
