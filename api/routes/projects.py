"""The register of projects, as GeoJSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import STRICT, EngineDep, ProjectFilterDep
from api.geojson import GeoJSONResponse, dumps, respond
from api.models.projects import ProjectCollection, ProjectDetail
from api.openapi import problems
from api.projects import project_detail, project_feature
from twin.db.engine import connect
from twin.queries.projects import find_projects
from twin.queries.register import get_project
from twin.queries.text import MAX_TEXT, checked_text

router = APIRouter(
    prefix="/api/projects",
    tags=["projects"],
    dependencies=STRICT,
    responses=problems(400),
    default_response_class=GeoJSONResponse,
)


@router.get("", response_model=ProjectCollection)
def get_projects(
    engine: EngineDep,
    wanted: ProjectFilterDep,
    q: Annotated[str, Query(max_length=MAX_TEXT, description="Text to look for")] = "",
) -> GeoJSONResponse:
    """Return every project that fits, with counts by facet; a repeated parameter means *or*."""
    with connect(engine) as connection:
        found = find_projects(connection, wanted, checked_text(q, "q"))
    collection = {
        "type": "FeatureCollection",
        "features": [project_feature(project, found.shapes) for project in found.projects],
        "numberMatched": len(found.projects),
        "facets": found.facets,
        "agencies": [agency._asdict() for agency in found.agencies],
    }
    return respond(dumps(collection))


@router.get("/{code}", response_model=ProjectDetail, responses=problems(400, 404))
def get_one_project(
    engine: EngineDep, code: Annotated[str, Path(examples=["ENV-01"])]
) -> GeoJSONResponse:
    """Return one project with its sites and the source of every field."""
    with connect(engine) as connection:
        detail = get_project(connection, code)
    return respond(dumps(project_detail(detail)))
