"""Health, for operators and their tools."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.deps import STRICT, EngineDep
from api.models.query import Health
from api.openapi import problems
from twin.queries.readiness import find_obstacles

router = APIRouter(prefix="/health", tags=["health"], dependencies=STRICT, responses=problems(400))


@router.get("/live")
async def get_live() -> Health:
    """Tell that the process answers."""
    return Health(status="ok")


@router.get(
    "/ready", responses={503: {"description": "Not ready, with the reasons", "model": Health}}
)
def get_ready(engine: EngineDep, response: Response) -> Health:
    """Tell whether the database answers, has the newest schema, and holds layers."""
    obstacles = find_obstacles(engine)
    if not obstacles:
        return Health(status="ok")
    response.status_code = 503
    return Health.model_validate({"status": "unavailable", "reasons": obstacles})
