"""Vector tiles and their TileJSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.caching import answer
from api.deps import STRICT, AddressDep, EngineDep
from api.links import absolute
from api.models.tiles import VectorTileJson
from api.openapi import binary, problems
from twin.db.engine import connect
from twin.tiles.tilejson import vector_tilejson
from twin.tiles.vector import get_tileset, read_tile

MVT = "application/vnd.mapbox-vector-tile"

router = APIRouter(
    prefix="/tiles", tags=["tiles"], dependencies=STRICT, responses=problems(400, 404)
)

TilesetId = Annotated[
    str,
    Path(description="`base`, `facilities`, `projects`, or a vector layer", examples=["base"]),
]


@router.get("/{tileset}.json")
def get_tilejson(request: Request, engine: EngineDep, tileset: TilesetId) -> VectorTileJson:
    """Describe a tileset (TileJSON 3.0.0)."""
    with connect(engine) as connection:
        found = get_tileset(connection, tileset)
    address = absolute(request, f"/tiles/{tileset}/{{z}}/{{x}}/{{y}}.mvt")
    return VectorTileJson.model_validate(vector_tilejson(found, address))


@router.get(
    "/{tileset}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={
        200: binary(MVT, "A Mapbox Vector Tile"),
        204: {"description": "Nothing is drawn here"},
        304: {"description": "The tile is as the client has it"},
    },
)
def get_tile(
    request: Request, engine: EngineDep, tileset: TilesetId, address: AddressDep
) -> Response:
    """Return one tile in XYZ order: zoom, column, row."""
    with connect(engine) as connection:
        content = read_tile(connection, get_tileset(connection, tileset), address)
    return answer(request, content, MVT)
