"""What routes are given: the engine, the settings, and groups of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from fastapi.dependencies.models import Dependant
from sqlalchemy import Engine

from api.executing import Runs
from api.kept import KeptAnswers
from api.models.projects import Domain, Phase, Status
from api.tiling.events import EventHub
from api.tiling.front import TileFront
from api.writing import check_writer
from twin.db.pool import Pool
from twin.errors import InvalidInputError
from twin.jobs.process import Context
from twin.queries.held import HeldCatalogue, Snapshot
from twin.queries.place import Point
from twin.settings import Settings
from twin.tiles.address import Address
from twin.types import Confidence


async def get_engine(request: Request) -> Engine:
    """Return the read-only engine of this process."""
    engine: Engine = request.app.state.engine
    return engine


async def get_write_engine(request: Request) -> Engine:
    """Return the engine that may write: a few connections, for jobs and what people keep."""
    engine: Engine = request.app.state.write_engine
    return engine


async def get_settings(request: Request) -> Settings:
    """Return the settings the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


async def get_pool(request: Request) -> Pool:
    """Return the asyncpg connections of this process."""
    pool: Pool = request.app.state.pool
    return pool


async def get_catalogue(request: Request) -> Snapshot:
    """Return the catalogue as this process holds it."""
    held: HeldCatalogue = request.app.state.catalogue
    return await held.get()


async def get_front(request: Request) -> TileFront:
    """Return what answers requests for tiles."""
    front: TileFront = request.app.tiles
    return front


async def get_events(request: Request) -> EventHub:
    """Return what tells clients of changes."""
    hub: EventHub = request.app.state.events
    return hub


async def get_kept(request: Request) -> KeptAnswers:
    """Return the answers that were written before."""
    kept: KeptAnswers = request.app.state.kept
    return kept


async def get_runs(request: Request) -> Runs:
    """Return how many runs may be in work at once."""
    runs: Runs = request.app.state.runs
    return runs


RunsDep = Annotated[Runs, Depends(get_runs)]
KeptDep = Annotated[KeptAnswers, Depends(get_kept)]
FrontDep = Annotated[TileFront, Depends(get_front)]
EventsDep = Annotated[EventHub, Depends(get_events)]
PoolDep = Annotated[Pool, Depends(get_pool)]
CatalogueDep = Annotated[Snapshot, Depends(get_catalogue)]
EngineDep = Annotated[Engine, Depends(get_engine)]
SettingsDep = Annotated[Settings, Depends(get_settings)]

WriteEngineDep = Annotated[Engine, Depends(get_write_engine)]


async def get_context(
    settings: SettingsDep, engine: EngineDep, writer: WriteEngineDep, kept: KeptDep
) -> Context:
    """Return what the run of a process, or a study, may use."""
    return Context(settings, engine, writer, kept.news)


ContextDep = Annotated[Context, Depends(get_context)]


async def refuse_strangers(request: Request, settings: SettingsDep) -> None:
    """Refuse a request that may not write."""
    check_writer(request, settings.api.admin_token)


#: For every route that writes, among its `dependencies`.
WRITER = [Depends(refuse_strangers)]

CollectionId = Annotated[
    str, Path(alias="collectionId", description="Id of a collection", examples=["tambon"])
]
Lon = Annotated[
    float, Query(ge=-180, le=180, allow_inf_nan=False, description="Degrees", examples=[98.39])
]
Lat = Annotated[
    float, Query(ge=-90, le=90, allow_inf_nan=False, description="Degrees", examples=[7.885])
]


async def get_point(lon: Lon, lat: Lat) -> Point:
    """Return the place a question is about."""
    return Point(lon, lat)


PointDep = Annotated[Point, Depends(get_point)]


async def get_address(
    z: Annotated[
        int, Path(ge=0, description="Zoom", examples=[11], json_schema_extra={"maximum": 22})
    ],
    x: Annotated[int, Path(ge=0, description="Column from the west", examples=[1583])],
    y: Annotated[int, Path(ge=0, description="Row from the north", examples=[978])],
) -> Address:
    """Return the address of a tile; whether it exists is for the tileset to say."""
    return Address(z, x, y)


AddressDep = Annotated[Address, Depends(get_address)]


def _repeated(description: str) -> Any:  # noqa: ANN401 (what FastAPI returns)
    return Query(default_factory=list, description=description)


async def get_project_filter(
    domain: Annotated[list[Domain], _repeated("Domains")],
    phase: Annotated[list[Phase], _repeated("Phases; `unassigned`: no source says which")],
    status: Annotated[list[Status], _repeated("Statuses")],
    agency: Annotated[list[str], _repeated("Agencies, in either language")],
    amphoe: Annotated[list[str], _repeated("Codes of districts")],
    tambon: Annotated[list[str], _repeated("Codes of sub-districts")],
    confidence: Annotated[list[Confidence], _repeated("How sure the record is")],
) -> dict[str, list[str]]:
    """Return the accepted values by facet; an empty list accepts all."""
    return {
        "domain": [*domain],
        "phase": [*phase],
        "status": [*status],
        "agency": agency,
        "amphoe": amphoe,
        "tambon": tambon,
        "confidence": [*confidence],
    }


ProjectFilterDep = Annotated[dict[str, list[str]], Depends(get_project_filter)]


async def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not declare.

    Raises
    ------
    InvalidInputError
        There is one; `parameter` names it.
    """
    known = set(_query_names(request.scope["route"].dependant))
    for name in request.query_params:
        if name not in known:
            told = ", ".join(sorted(known)) or "–"
            raise InvalidInputError(
                f"There is no such parameter here. Parameters: {told}.",
                f"ไม่มีพารามิเตอร์ชื่อนี้ พารามิเตอร์ที่ใช้ได้: {told}",
                parameter=name,
            )


def _query_names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias
    for inner in dependant.dependencies:
        yield from _query_names(inner)


STRICT = [Depends(refuse_unknown_parameters)]
