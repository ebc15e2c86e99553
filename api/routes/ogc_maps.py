"""OGC API Tiles: map tiles of the raster layers."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from api.deps import STRICT, CatalogueDep, CollectionId, FrontDep, SettingsDep
from api.formats import PAGE, FormatDep, negotiated, own_links
from api.models.tilesets import TileSet, TileSets
from api.openapi import binary, problems
from api.tileparams import LastCatalogueDep, TileMatrixSetId, TileNameDep, TileResponse
from api.tilesets import Place, bilingual_title, map_tileset, tileset_item
from api.tiling.ready import PNG
from twin.crs import PROVINCE_BBOX
from twin.queries.catalogue import PublishedLayer
from twin.rasters.files import raster_file
from twin.rasters.styles import require_style, styles_of
from twin.tiles.matrix import get_address, get_matrix_set
from twin.types import BBox

router = APIRouter(tags=["tiles"], dependencies=STRICT, responses=problems(400, 404))

Style = Annotated[
    str | None,
    Query(description="One of the collection's styles; default: the first", examples=["relief"]),
]
MapFormat = Annotated[Literal["png"] | None, Query(alias="f", description="Only `png`")]


@router.get(
    "/api/collections/{collectionId}/map/tiles",
    response_model=TileSets,
    responses={200: PAGE},
    operation_id=".collection.map.getTileSetsList",
)
async def get_map_tilesets(
    request: Request,
    catalogue: CatalogueDep,
    settings: SettingsDep,
    collection_id: CollectionId,
    wanted: FormatDep,
) -> Response:
    """Return the map tilesets of a raster layer: one a style, its default first."""
    layer = catalogue.get(collection_id)
    raster_file(layer, settings.raster_dir)
    title = bilingual_title(layer.described)
    default, *others = styles_of(layer.spec)
    styles = [(default, None), *((style, style) for style in others)]
    found = TileSets(
        title=title,
        tilesets=[
            tileset_item(request, f"{title}: {name}", _place(collection_id, style))
            for name, style in styles
        ],
        links=own_links(request, _place(collection_id).list_path),
    )
    return negotiated(request, wanted, found, "tilesets.html", sparse=True)


@router.get(
    "/api/collections/{collectionId}/map/tiles/{tileMatrixSetId}",
    response_model=TileSet,
    responses={200: PAGE},
    operation_id=".collection.map.getTileSet",
)
async def get_map_tileset(
    request: Request,
    catalogue: CatalogueDep,
    settings: SettingsDep,
    collection_id: CollectionId,
    set_id: TileMatrixSetId,
    wanted: FormatDep,
    style: Style = None,
) -> Response:
    """Describe the map tiles of a raster layer in one of its styles."""
    get_matrix_set(set_id)
    layer = catalogue.get(collection_id)
    raster_file(layer, settings.raster_dir)
    name = require_style(layer.spec, style)
    document = map_tileset(request, layer, _covered(layer), _place(collection_id, style), name)
    return negotiated(request, wanted, document, "tileset.html", sparse=True)


@router.get(
    "/api/collections/{collectionId}/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    response_class=Response,
    responses={
        200: binary(PNG, "A tile of 256 pixels, transparent where there is no value"),
        204: {"description": "The raster does not reach into this tile"},
        304: {"description": "The tile is as the client has it"},
    },
    operation_id=".collection.map.getTile",
)
async def get_map_tile(
    front: FrontDep,
    catalogue: LastCatalogueDep,
    settings: SettingsDep,
    collection_id: CollectionId,
    name: TileNameDep,
    style: Style = None,
    _f: MapFormat = None,
) -> Response:
    """Return one picture of a raster layer in one of its styles."""
    layer = catalogue.get(collection_id)
    raster_file(layer, settings.raster_dir)
    if style:
        require_style(layer.spec, style)
    zooms = range(layer.spec.min_zoom, layer.spec.max_zoom + 1)
    address = get_address(*name, _covered(layer), zooms)
    ready = await front.fetch_raster(layer.id, address, style)
    return TileResponse(front, f"{layer.id} {style}", ready)


def _covered(layer: PublishedLayer) -> BBox:
    return layer.bbox or BBox(*PROVINCE_BBOX)


def _place(collection_id: str, style: str | None = None) -> Place:
    folder = f"/api/collections/{collection_id}/map/tiles"
    query = {"style": style} if style else {}
    return Place(folder, "map", PNG, f"/raster/{collection_id}.json", query)
