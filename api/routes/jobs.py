"""Jobs of OGC API Processes: the list of them, one, its results, and calling it off."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.deps import STRICT, WRITER, EngineDep, WriteEngineDep
from api.formats import PAGE, FormatDep, negotiated, own_links
from api.jobs import failure, not_ready, results, status_info
from api.links import absolute
from api.models.common import Link
from api.models.processes import JobList, StatusInfo
from api.openapi import WRITES, problems
from api.parsing import parse_moments
from twin.db.engine import connect
from twin.jobs import store
from twin.jobs.listing import Wanted, find
from twin.jobs.record import Status

router = APIRouter(tags=["processes"], dependencies=STRICT, responses=problems(400, 404))

#: Far beyond what anybody looks through.
_MAX_OFFSET: Final = 1_000_000

#: What a job's results are: whatever its process returns.
_RESULTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The results", "content": {"application/json": {"schema": {}}}},
    204: {"description": "No output was asked for"},
    **problems(401, 403, 413, 422, 500, 502),
}

JobId = Annotated[UUID, Path(alias="jobId", description="Id of a job")]


def _duration(alias: str, description: str) -> Any:  # noqa: ANN401 (what FastAPI returns)
    return Query(alias=alias, ge=0, le=1e9, allow_inf_nan=False, description=description)


async def get_wanted(
    _type: Annotated[
        list[Literal["process"]],
        Query(alias="type", default_factory=list, description="There is only `process`"),
    ],
    process: Annotated[
        list[str], Query(alias="processID", default_factory=list, description="Of these processes")
    ],
    status: Annotated[list[Status], Query(default_factory=list, description="In these states")],
    created: Annotated[
        str | None,
        Query(alias="datetime", description="Created then, or within `a/b`, `../b`, `a/..`"),
    ] = None,
    min_s: Annotated[float | None, _duration("minDuration", "Least seconds of work")] = None,
    max_s: Annotated[float | None, _duration("maxDuration", "Most seconds of work")] = None,
) -> Wanted:
    """Return which jobs are wanted."""
    return Wanted(process, status, parse_moments(created), min_s, max_s)


@router.get("/api/jobs", response_model=JobList, responses={200: PAGE}, operation_id="getJobs")
def get_jobs(
    request: Request,
    engine: EngineDep,
    wanted: FormatDep,
    which: Annotated[Wanted, Depends(get_wanted)],
    limit: Annotated[int, Query(ge=1, le=1000, description="Most jobs of a page")] = 20,
    offset: Annotated[int, Query(ge=0, le=_MAX_OFFSET, description="Jobs to pass over")] = 0,
) -> Response:
    """Return jobs, the newest first."""
    with connect(engine) as connection:
        found = find(connection, which, limit=limit + 1, offset=offset)
    links = own_links(request, "/api/jobs")
    if len(found) > limit:
        query = {**request.query_params, "offset": str(offset + limit)}
        href = absolute(request, "/api/jobs", query)
        links.append(Link(href=href, rel="next", type="application/json"))
    jobs = JobList(jobs=[status_info(request, job) for job in found[:limit]], links=links)
    return negotiated(request, wanted, jobs, "jobs.html")


@router.get(
    "/api/jobs/{jobId}", response_model=StatusInfo, responses={200: PAGE}, operation_id="getStatus"
)
def get_job(request: Request, engine: EngineDep, job_id: JobId, wanted: FormatDep) -> Response:
    """Return how far a job is, and what became of it."""
    with connect(engine) as connection:
        record = store.read(connection, job_id)
    return negotiated(request, wanted, status_info(request, record), "job.html")


@router.delete(
    "/api/jobs/{jobId}",
    dependencies=WRITER,
    response_model=StatusInfo,
    responses=problems(401, 403),
    openapi_extra=WRITES,
    operation_id="dismiss",
)
def dismiss_job(request: Request, engine: WriteEngineDep, job_id: JobId) -> StatusInfo:
    """Call a job off, also while it runs; one that ended before is removed with its results."""
    with connect(engine) as connection:
        record = store.dismiss(connection, job_id)
    return status_info(request, record)


@router.get("/api/jobs/{jobId}/results", responses=_RESULTS, operation_id="getResult")
def get_results(request: Request, engine: EngineDep, job_id: JobId) -> Response:
    """Return the results of a job, in the form that was asked for when it was ordered."""
    with connect(engine) as connection:
        record = store.read(connection, job_id)
        if record.status == "successful":
            result = store.read_result(connection, job_id)
            return results(request, record.process, result, record.response)
    if record.status == "failed":
        return failure(record)
    raise not_ready(record)
