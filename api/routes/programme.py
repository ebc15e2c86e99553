"""The programme as a whole."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import STRICT, EngineDep
from api.models.projects import ProgrammeModel
from api.openapi import problems
from twin.db.engine import connect
from twin.queries.programme import read_programme

router = APIRouter(tags=["projects"], dependencies=STRICT, responses=problems(400))


@router.get("/api/programme")
def get_programme(engine: EngineDep) -> ProgrammeModel:
    """Return the announced and the recorded totals, and whether they agree."""
    with connect(engine) as connection:
        return ProgrammeModel.model_validate(read_programme(connection))
