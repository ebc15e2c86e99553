"""Raster tiles and their TileJSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import STRICT, AddressDep, EngineDep, FrontDep, SettingsDep
from api.links import absolute
from api.models.tiles import TileJson
from api.openapi import binary, problems
from api.tiling.ready import PNG
from twin.db.engine import connect
from twin.queries.catalogue import get_layer
from twin.tiles.raster import raster_file
from twin.tiles.tilejson import raster_tilejson

router = APIRouter(
    prefix="/raster", tags=["tiles"], dependencies=STRICT, responses=problems(400, 404)
)

RasterId = Annotated[str, Path(description="A raster layer", examples=["elevation"])]


@router.get("/{layer}.json")
def get_raster_tilejson(
    request: Request, engine: EngineDep, settings: SettingsDep, layer: RasterId
) -> TileJson:
    """Describe the tiles of a raster layer (TileJSON 3.0.0)."""
    with connect(engine) as connection:
        found = get_layer(connection, layer)
    raster_file(found, settings.raster_dir)
    address = absolute(request, f"/raster/{layer}/{{z}}/{{x}}/{{y}}.png")
    return TileJson.model_validate(raster_tilejson(found, address))


@router.get(
    "/{layer}/{z}/{x}/{y}.png",
    response_class=Response,
    responses={
        200: binary(PNG, "A tile of 256 pixels, transparent where there is no value"),
        204: {"description": "The raster does not reach into this tile"},
        304: {"description": "The tile is as the client has it"},
    },
)
async def get_raster_tile(front: FrontDep, layer: RasterId, address: AddressDep) -> Response:
    """Return one tile in XYZ order: zoom, column, row."""
    return (await front.fetch_raster(layer, address, None)).response()
