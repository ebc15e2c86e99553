"""OGC API Tiles: tile matrix sets, and vector tiles of the dataset and of each collection."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response

from api.caching import answer
from api.deps import STRICT, CollectionId, EngineDep
from api.formats import PAGE, FormatDep, negotiated, own_links
from api.models.tilesets import TileMatrixSet, TileMatrixSetItem, TileMatrixSets, TileSet, TileSets
from api.openapi import binary, problems
from api.parsing import split_names
from api.tileparams import TileAddressDep, TileMatrixSetId
from api.tilesets import Place, bilingual_title, tileset_item, vector_tileset
from twin.db.engine import connect
from twin.queries.catalogue import get_layer
from twin.tiles.dataset import covered, get_dataset_tileset
from twin.tiles.matrix import SET_IDS, get_address, get_matrix_set
from twin.tiles.tilejson import TITLES
from twin.tiles.vector import COMPOSITES, get_tileset, read_tile

MVT: Final = "application/vnd.mapbox-vector-tile"

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
def get_dataset_tileset_document(
    request: Request, engine: EngineDep, set_id: TileMatrixSetId, chosen: Chosen, wanted: FormatDep
) -> Response:
    """Describe the tiles of the dataset, or of the collections that are named."""
    get_matrix_set(set_id)
    names = split_names(chosen)
    with connect(engine) as connection:
        tileset = get_dataset_tileset(connection, names)
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
def get_dataset_tile(
    request: Request,
    engine: EngineDep,
    address: TileAddressDep,
    chosen: Chosen,
    _f: VectorFormat = None,
) -> Response:
    """Return one vector tile of the dataset, or of the collections that are named."""
    with connect(engine) as connection:
        tileset = get_dataset_tileset(connection, split_names(chosen))
        zooms = range(tileset.min_zoom, tileset.max_zoom + 1)
        content = read_tile(connection, tileset, get_address(*address, covered(tileset), zooms))
    return answer(request, content, MVT)


@router.get(
    "/api/collections/{collectionId}/tiles",
    response_model=TileSets,
    responses={200: PAGE},
    operation_id=".collection.vector.getTileSetsList",
)
def get_collection_tilesets(
    request: Request, engine: EngineDep, collection_id: CollectionId, wanted: FormatDep
) -> Response:
    """Return the vector tilesets of a collection."""
    with connect(engine) as connection:
        layer = get_layer(connection, collection_id)
        get_tileset(connection, layer.id)
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
def get_collection_tileset(
    request: Request,
    engine: EngineDep,
    collection_id: CollectionId,
    set_id: TileMatrixSetId,
    wanted: FormatDep,
) -> Response:
    """Describe the vector tiles of a collection."""
    get_matrix_set(set_id)
    with connect(engine) as connection:
        layer = get_layer(connection, collection_id)
        tileset = get_tileset(connection, layer.id)
    title = bilingual_title(layer.described)
    document = vector_tileset(request, title, tileset, _collection(collection_id))
    return negotiated(request, wanted, document, "tileset.html", sparse=True)


@router.get(
    "/api/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    response_class=Response,
    responses=TILE,
    operation_id=".collection.vector.getTile",
)
def get_collection_tile(
    request: Request,
    engine: EngineDep,
    collection_id: CollectionId,
    address: TileAddressDep,
    _f: VectorFormat = None,
) -> Response:
    """Return one vector tile of a collection."""
    with connect(engine) as connection:
        layer = get_layer(connection, collection_id)
        tileset = get_tileset(connection, layer.id)
        zooms = range(tileset.min_zoom, tileset.max_zoom + 1)
        content = read_tile(connection, tileset, get_address(*address, covered(tileset), zooms))
    return answer(request, content, MVT)


def _dataset(names: list[str]) -> Place:
    query = {"collections": ",".join(names)} if names else {}
    tilejson = f"/tiles/{names[0]}.json" if len(names) == 1 else None
    return Place("/api/tiles", "vector", MVT, tilejson, query)


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
