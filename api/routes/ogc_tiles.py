"""OGC API Tiles: tile matrix sets, and vector tiles of the dataset and of each collection."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response

from api.deps import STRICT, CatalogueDep, CollectionId, FrontDep
from api.formats import PAGE, FormatDep, negotiated, own_links
from api.models.tilesets import TileMatrixSet, TileMatrixSetItem, TileMatrixSets, TileSet, TileSets
from api.openapi import binary, problems
from api.parsing import split_names
from api.tileparams import (
    LastCatalogueDep,
    TileMatrixSetId,
    TileName,
    TileNameDep,
    TileResponse,
)
from api.tilesets import Place, bilingual_title, tileset_item, vector_tileset
from api.tiling.front import TileFront
from api.tiling.ready import MVT
from twin.tiles.dataset import covered, get_dataset_tileset
from twin.tiles.matrix import SET_IDS, get_address, get_matrix_set
from twin.tiles.tilejson import TITLES
from twin.tiles.tileset import COMPOSITES, Tileset, get_tileset

router = APIRouter(tags=["tiles"], dependencies=STRICT, responses=problems(400, 404))

_EVERYTHING: Final = "ทุกชั้นข้อมูล | Every layer"

Chosen = Annotated[
    list[str],
    Query(
        alias="collections",
        default_factory=list,
        description="Vector layers, or `base`, `facilities`, `projects`; none: everything",
        examples=[["base"]],
    ),
]
VectorFormat = Annotated[Literal["mvt"] | None, Query(alias="f", description="Only `mvt`")]

#: What a tile request may answer.
TILE: Final[dict[int | str, dict[str, object]]] = {
    200: binary(MVT, "A Mapbox Vector Tile"),
    204: {"description": "Nothing is drawn here"},
    304: {"description": "The tile is as the client has it"},
}


@router.get(
    "/api/tileMatrixSets",
    response_model=TileMatrixSets,
    responses={200: PAGE},
    operation_id="getTileMatrixSetsList",
)
async def get_tile_matrix_sets(request: Request, wanted: FormatDep) -> Response:
    """Return the tile matrix sets that tiles are offered in."""
    sets = TileMatrixSets(
        tileMatrixSets=[_matrix_set_item(request, set_id) for set_id in SET_IDS],
        links=own_links(request, "/api/tileMatrixSets"),
    )
    return negotiated(request, wanted, sets, "tilematrixsets.html")


@router.get(
    "/api/tileMatrixSets/{tileMatrixSetId}",
    response_model=TileMatrixSet,
    responses={200: PAGE},
    operation_id="getTileMatrixSet",
)
async def get_tile_matrix_set(
    request: Request, set_id: TileMatrixSetId, wanted: FormatDep
) -> Response:
    """Return one tile matrix set (OGC 17-083r4, JSON)."""
    members = get_matrix_set(set_id).model_dump(mode="json", exclude_none=True)
    links = own_links(request, f"/api/tileMatrixSets/{set_id}")
    found = TileMatrixSet.model_validate({**members, "links": links})
    return negotiated(request, wanted, found, "tilematrixset.html")


@router.get(
    "/api/tiles",
    response_model=TileSets,
    responses={200: PAGE},
    operation_id=".dataset.vector.getTileSetsList",
)
async def get_dataset_tilesets(request: Request, wanted: FormatDep) -> Response:
    """Return the tilesets of the dataset: everything, and what belongs together on a map."""
    titles = {name: f"{TITLES[name].th} | {TITLES[name].en}" for name in COMPOSITES}
    found = TileSets(
        title="ชุดแผ่นแผนที่ | Tilesets",
        tilesets=[
            tileset_item(request, _EVERYTHING, _dataset([])),
            *(tileset_item(request, titles[name], _dataset([name])) for name in COMPOSITES),
        ],
        links=own_links(request, "/api/tiles"),
    )
    return negotiated(request, wanted, found, "tilesets.html", sparse=True)


@router.get(
    "/api/tiles/{tileMatrixSetId}",
    response_model=TileSet,
    responses={200: PAGE},
    operation_id=".dataset.vector.getTileSet",
)
async def get_dataset_tileset_document(
    request: Request,
    catalogue: CatalogueDep,
    set_id: TileMatrixSetId,
    chosen: Chosen,
    wanted: FormatDep,
) -> Response:
    """Describe the tiles of the dataset, or of the collections that are named."""
    get_matrix_set(set_id)
    names = split_names(chosen)
    tileset = get_dataset_tileset(catalogue.layers, names)
    title = ", ".join(names) if names else _EVERYTHING
    if tileset.id in TITLES:
        title = f"{TITLES[tileset.id].th} | {TITLES[tileset.id].en}"
    document = vector_tileset(request, title, tileset, _dataset(names))
    return negotiated(request, wanted, document, "tileset.html", sparse=True)


@router.get(
    "/api/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    response_class=Response,
    responses=TILE,
    operation_id=".dataset.vector.getTile",
)
async def get_dataset_tile(
    front: FrontDep,
    catalogue: LastCatalogueDep,
    name: TileNameDep,
    chosen: Chosen,
    _f: VectorFormat = None,
) -> Response:
    """Return one vector tile of the dataset, or of the collections that are named."""
    return await _tile(front, get_dataset_tileset(catalogue.layers, split_names(chosen)), name)


@router.get(
    "/api/collections/{collectionId}/tiles",
    response_model=TileSets,
    responses={200: PAGE},
    operation_id=".collection.vector.getTileSetsList",
)
async def get_collection_tilesets(
    request: Request, catalogue: CatalogueDep, collection_id: CollectionId, wanted: FormatDep
) -> Response:
    """Return the vector tilesets of a collection."""
    layer = catalogue.get(collection_id)
    get_tileset(catalogue.layers, layer.id)
    place = _collection(collection_id)
    found = TileSets(
        title=bilingual_title(layer.described),
        tilesets=[tileset_item(request, bilingual_title(layer.described), place)],
        links=own_links(request, place.list_path),
    )
    return negotiated(request, wanted, found, "tilesets.html", sparse=True)


@router.get(
    "/api/collections/{collectionId}/tiles/{tileMatrixSetId}",
    response_model=TileSet,
    responses={200: PAGE},
    operation_id=".collection.vector.getTileSet",
)
async def get_collection_tileset(
    request: Request,
    catalogue: CatalogueDep,
    collection_id: CollectionId,
    set_id: TileMatrixSetId,
    wanted: FormatDep,
) -> Response:
    """Describe the vector tiles of a collection."""
    get_matrix_set(set_id)
    layer = catalogue.get(collection_id)
    tileset = get_tileset(catalogue.layers, layer.id)
    title = bilingual_title(layer.described)
    document = vector_tileset(request, title, tileset, _collection(collection_id))
    return negotiated(request, wanted, document, "tileset.html", sparse=True)


@router.get(
    "/api/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    response_class=Response,
    responses=TILE,
    operation_id=".collection.vector.getTile",
)
async def get_collection_tile(
    front: FrontDep,
    catalogue: LastCatalogueDep,
    collection_id: CollectionId,
    name: TileNameDep,
    _f: VectorFormat = None,
) -> Response:
    """Return one vector tile of a collection."""
    layer = catalogue.get(collection_id)
    return await _tile(front, get_tileset(catalogue.layers, layer.id), name)


async def _tile(front: TileFront, tileset: Tileset, name: TileName) -> Response:
    zooms = range(tileset.min_zoom, tileset.max_zoom + 1)
    address = get_address(*name, covered(tileset), zooms)
    short = f"/tiles/{tileset.id}/{address.z}/{address.x}/{address.y}.mvt"
    return TileResponse(front, short, await front.fetch(tileset.id, address))


def _dataset(names: list[str]) -> Place:
    query = {"collections": ",".join(names)} if names else {}
    tilejson = ",".join(names or COMPOSITES)
    return Place("/api/tiles", "vector", MVT, f"/tiles/{tilejson}.json", query)


def _collection(collection_id: str) -> Place:
    folder = f"/api/collections/{collection_id}/tiles"
    return Place(folder, "vector", MVT, f"/tiles/{collection_id}.json")


def _matrix_set_item(request: Request, set_id: str) -> TileMatrixSetItem:
    matrices = get_matrix_set(set_id)
    return TileMatrixSetItem(
        id=set_id,
        title=str(matrices.title),
        uri=str(matrices.uri),
        crs=str(matrices.crs.root),
        links=own_links(request, f"/api/tileMatrixSets/{set_id}"),
    )
