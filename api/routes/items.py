"""Items of a collection (OGC API Features): GeoJSON that the database wrote, or pages."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from api.deps import CatalogueDep, CollectionId, PoolDep, get_catalogue, get_kept, get_pool
from api.formats import PAGE, wants_html
from api.geojson import GeoJSONResponse, dumps
from api.item_links import addresses, item_links, page_links, queryables_header
from api.item_pages import item_page, items_page
from api.item_request import (
    CHOOSING,
    COLLECTION_ID,
    CRS_PARAMETER,
    FORMAT_PARAMETER,
    PAGING,
    read_crs,
    read_item_request,
)
from api.links import GEOJSON
from api.models.geojson import ItemCollection, ItemFeature
from api.openapi import problems
from api.plain import PlainRoute
from api.written import written
from twin.queries.item_query import View
from twin.queries.pages import fetch_item, fetch_items

router = APIRouter(
    tags=["collections"], responses=problems(400, 404, 413), default_response_class=GeoJSONResponse
)

_PARAMETERS: Final = {"parameters": [COLLECTION_ID, *PAGING, *CHOOSING, FORMAT_PARAMETER]}


async def get_items(request: Request) -> Response:
    """Return a page of items, with the number of all that match."""
    kept, collection_id = await get_kept(request), request.path_params["collectionId"]
    layer = (await get_catalogue(request)).get(collection_id)
    is_page = wants_html(request, GEOJSON)
    if not is_page and (known := kept.get(request)):
        return known.answer(request)
    heard = kept.heard
    sent = read_item_request(request)
    # The table of a page shows no geometries, which would be most of what is read.
    query = replace(sent.query, has_geometry=False) if is_page else sent.query
    page = await fetch_items(await get_pool(request), layer.described, query)
    where = addresses(request, collection_id, sent, page.next)
    if is_page:
        return items_page(request, layer, sent, page, where)
    members = {
        "links": page_links(where, sent.sent.get("f")),
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": page.number_matched,
        "numberMatchedIsEstimated": page.is_estimated,
        "numberReturned": page.number_returned,
    }
    head = b'{"type":"FeatureCollection","features":['
    tail = f"],{dumps(members)[1:]}".encode()
    body = b"".join((head, page.text, tail))
    response = written(request, body, query.crs, queryables_header(where.collection))
    return kept.put(request, heard, layer, response)


router.add_api_route(
    "/api/collections/{collectionId}/items",
    get_items,
    response_model=ItemCollection,
    responses={200: PAGE},
    openapi_extra=_PARAMETERS,
    route_class_override=PlainRoute,
)


@router.get(
    "/api/collections/{collectionId}/items/{itemId}",
    response_model=ItemFeature,
    responses={200: PAGE},
    openapi_extra={"parameters": [CRS_PARAMETER, FORMAT_PARAMETER]},
)
async def get_one_item(
    request: Request,
    pool: PoolDep,
    catalogue: CatalogueDep,
    collection_id: CollectionId,
    item_id: Annotated[int, Path(alias="itemId", examples=[830101])],
) -> Response:
    """Return one item."""
    layer = catalogue.get(collection_id)
    crs = read_crs(request)
    text = await fetch_item(pool, layer.described, item_id, View(crs=crs))
    if wants_html(request, GEOJSON):
        return item_page(request, layer, json.loads(text + "}"), crs)
    links = dumps(item_links(request, collection_id, item_id))
    return written(request, f'{text},"links":{links}}}'.encode(), crs)
