"""Items of a collection (OGC API Features), as GeoJSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request

from api.deps import STRICT, CollectionId, EngineDep, ItemRequest, ItemRequestDep
from api.geojson import GeoJSONResponse, feature, feature_collection, respond
from api.links import GEOJSON, absolute, link
from api.models.geojson import ItemCollection, ItemFeature
from api.openapi import problems
from twin.db.engine import connect
from twin.queries.catalogue import get_layer
from twin.queries.items import find_items, get_item
from twin.types import Json

router = APIRouter(
    tags=["collections"], responses=problems(400, 404), default_response_class=GeoJSONResponse
)

_PROPERTIES: Final = {
    "parameters": [
        {
            "name": "properties",
            "in": "query",
            "description": "Any property of the collection: only items with exactly this value,"
            " e.g. `amenity=hospital`",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
            "style": "form",
            "explode": True,
        }
    ]
}


@router.get(
    "/api/collections/{collectionId}/items",
    response_model=ItemCollection,
    openapi_extra=_PROPERTIES,
)
def get_items(
    request: Request, engine: EngineDep, collection_id: CollectionId, sent: ItemRequestDep
) -> GeoJSONResponse:
    """Return a page of items in the order of `id`, with the number of all that match."""
    with connect(engine) as connection:
        layer = get_layer(connection, collection_id).described
        page = find_items(connection, layer, sent.query)
    content = feature_collection(
        map(feature, page.items),
        links=_page_links(request, sent, page.number_matched),
        timeStamp=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        numberMatched=page.number_matched,
        numberReturned=len(page.items),
    )
    return respond(content)


@router.get(
    "/api/collections/{collectionId}/items/{itemId}",
    response_model=ItemFeature,
    dependencies=STRICT,
)
def get_one_item(
    request: Request,
    engine: EngineDep,
    collection_id: CollectionId,
    item_id: Annotated[int, Path(alias="itemId", examples=[830101])],
) -> GeoJSONResponse:
    """Return one item."""
    with connect(engine) as connection:
        layer = get_layer(connection, collection_id).described
        item = get_item(connection, layer, item_id)
    path = f"/api/collections/{collection_id}"
    links = [
        link(request, "self", f"{path}/items/{item_id}", GEOJSON),
        link(request, "collection", path),
    ]
    return respond(feature(item, links=[link.model_dump(exclude_none=True) for link in links]))


def _page_links(request: Request, sent: ItemRequest, matched: int) -> list[Json]:
    query = sent.query
    pages = {"self": query.offset}
    if query.offset + query.limit < matched:
        pages["next"] = query.offset + query.limit
    if query.offset > 0:
        pages["prev"] = max(0, query.offset - query.limit)
    return [
        {
            "href": absolute(
                request,
                request.scope["path"].removeprefix(request.scope.get("root_path", "")),
                {**sent.sent, "limit": str(query.limit), "offset": str(offset)},
            ),
            "rel": rel,
            "type": GEOJSON,
        }
        for rel, offset in pages.items()
    ]
