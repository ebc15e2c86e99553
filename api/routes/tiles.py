"""Vector tiles, their TileJSON, and what changes in them.

Requests for tiles are answered in front of FastAPI (`api.tiling.front`); the route here documents
them, and says what is wrong with those that the front does not take.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from api.deps import STRICT, AddressDep, CatalogueDep, EventsDep, FrontDep
from api.links import absolute
from api.models.tiles import VectorTileJson
from api.openapi import binary, problems
from api.tiling.ready import MVT
from twin.tiles.tilejson import vector_tilejson
from twin.tiles.tileset import get_tileset

router = APIRouter(
    prefix="/tiles", tags=["tiles"], dependencies=STRICT, responses=problems(400, 404)
)

TilesetId = Annotated[
    str,
    Path(
        description="`base`, `facilities`, `projects`, a vector layer, or several as `a,b,c`",
        examples=["base"],
    ),
]


@router.get(
    "/changes",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events with JSON: first `hello`, with the seconds for which"
            " nothing has changed, `quiet_s`; then each `change`, with `layer` and `boxes` (west,"
            " south, east, north, degrees; null: all of it)",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def get_changes(events: EventsDep) -> StreamingResponse:
    """Tell which tiles change, for as long as the client listens."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events.listen(), headers=headers, media_type="text/event-stream")


@router.get("/{tileset}.json")
async def get_tilejson(
    request: Request, catalogue: CatalogueDep, tileset: TilesetId
) -> VectorTileJson:
    """Describe a tileset (TileJSON 3.0.0)."""
    found = get_tileset(catalogue.layers, tileset)
    address = absolute(request, f"/tiles/{tileset}/{{z}}/{{x}}/{{y}}.mvt")
    return VectorTileJson.model_validate(vector_tilejson(found, address))


@router.get(
    "/{tileset}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={
        200: binary(MVT, "A Mapbox Vector Tile; `X-Tile-Dropped` says what did not fit into it"),
        204: {"description": "Nothing is drawn here"},
        304: {"description": "The tile is as the client has it"},
    },
)
async def get_tile(front: FrontDep, tileset: TilesetId, address: AddressDep) -> Response:
    """Return one tile in XYZ order: zoom, column, row."""
    return (await front.fetch(tileset, address)).response()
