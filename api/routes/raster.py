"""Raster tiles in the styles of their layer, their TileJSON and their legend."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.deps import STRICT, AddressDep, EngineDep, FrontDep, SettingsDep
from api.links import absolute
from api.measures import legend_model
from api.models.raster import LegendModel
from api.models.tiles import RasterTileJson
from api.openapi import binary, problems
from api.tiling.ready import PNG
from twin.db.engine import connect
from twin.queries.catalogue import get_layer
from twin.rasters.files import raster_file
from twin.rasters.legend import make_legend
from twin.rasters.styles import require_style
from twin.tiles.tilejson import raster_tilejson

router = APIRouter(
    prefix="/raster", tags=["tiles"], dependencies=STRICT, responses=problems(400, 404)
)

RasterId = Annotated[str, Path(description="A raster layer", examples=["elevation"])]
Style = Annotated[
    str | None,
    Query(description="One of the styles in the TileJSON; default: the first", examples=["relief"]),
]


@router.get("/{layer}.json")
def get_raster_tilejson(
    request: Request,
    engine: EngineDep,
    settings: SettingsDep,
    layer: RasterId,
    style: Style = None,
) -> RasterTileJson:
    """Describe the tiles of a raster layer (TileJSON 3.0.0)."""
    with connect(engine) as connection:
        found = get_layer(connection, layer)
    raster_file(found, settings.raster_dir)
    asked = f"?style={require_style(found.spec, style)}" if style else ""
    told = raster_tilejson(
        found,
        absolute(request, f"/raster/{layer}/{{z}}/{{x}}/{{y}}.png") + asked,
        require_style(found.spec, style),
        absolute(request, f"/raster/{layer}/legend.json") + asked,
    )
    return RasterTileJson.model_validate(told)


@router.get("/{layer}/legend.json")
def get_raster_legend(
    engine: EngineDep, settings: SettingsDep, layer: RasterId, style: Style = None
) -> LegendModel:
    """Return the key to the colours: classes with titles, or stops with values and unit."""
    with connect(engine) as connection:
        found = get_layer(connection, layer)
    raster_file(found, settings.raster_dir)
    return legend_model(found, make_legend(found.spec, style))


@router.get(
    "/{layer}/{z}/{x}/{y}.png",
    response_class=Response,
    responses={
        200: binary(PNG, "A tile of 256 pixels, transparent where there is no value"),
        204: {"description": "The raster has nothing to show in this tile"},
        304: {"description": "The tile is as the client has it"},
    },
)
async def get_raster_tile(
    front: FrontDep, layer: RasterId, address: AddressDep, style: Style = None
) -> Response:
    """Return one tile in XYZ order: zoom, column, row."""
    return (await front.fetch_raster(layer, address, style)).response()
