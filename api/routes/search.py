"""Search by name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import STRICT, EngineDep
from api.models.query import SearchResults
from api.openapi import problems
from twin.db.engine import connect
from twin.queries.search import search
from twin.queries.text import MAX_TEXT

router = APIRouter(tags=["search"], dependencies=STRICT, responses=problems(400))


@router.get("/api/search")
def get_search(
    engine: EngineDep,
    q: Annotated[
        str,
        Query(max_length=MAX_TEXT, description="Thai or English", examples=["ป่าตอง", "Pa Tong"]),
    ],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> SearchResults:
    """Find projects, districts, sub-districts, places, facilities and roads by name or alias."""
    with connect(engine) as connection:
        results = search(connection, q, limit)
    return SearchResults.model_validate({"results": results})
