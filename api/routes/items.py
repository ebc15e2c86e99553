"""Items of a collection (OGC API Features), as the GeoJSON that the database wrote."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from api.deps import CatalogueDep, CollectionId, PoolDep
from api.formats import HTML, PAGE, Format, wants_html
from api.geojson import GeoJSONResponse, dumps
from api.item_pages import item_page, items_page
from api.item_request import (
    CHOOSING,
    CRS_PARAMETER,
    FORMAT_PARAMETER,
    PAGING,
    ItemRequest,
    read_crs,
    read_item_request,
)
from api.links import GEOJSON, absolute, link
from api.models.geojson import ItemCollection, ItemFeature
from api.openapi import problems
from api.written import written
from twin.queries.item_query import View
from twin.queries.pages import Page, fetch_item, fetch_items
from twin.types import Json

router = APIRouter(
    tags=["collections"], responses=problems(400, 404, 413), default_response_class=GeoJSONResponse
)

_TYPES: Final[dict[Format, str]] = {"json": GEOJSON, "html": HTML}

_PARAMETERS: Final = {"parameters": [*PAGING, *CHOOSING, FORMAT_PARAMETER]}


@router.get(
    "/api/collections/{collectionId}/items",
    response_model=ItemCollection,
    openapi_extra=_PARAMETERS,
    responses={200: PAGE},
)
async def get_items(
    request: Request, pool: PoolDep, catalogue: CatalogueDep, collection_id: CollectionId
) -> Response:
    """Return a page of items, with the number of all that match."""
    layer = catalogue.get(collection_id)
    sent = read_item_request(request)
    is_html = wants_html(request)
    query = replace(sent.query, has_geometry=False) if is_html else sent.query
    page = await fetch_items(pool, layer.described, query)
    links = _page_links(request, collection_id, sent, page, "html" if is_html else "json")
    if is_html:
        return items_page(request, layer, page, query.properties, links)
    members = {
        "links": links,
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": page.number_matched,
        "numberMatchedIsEstimated": page.is_estimated,
        "numberReturned": page.number_returned,
    }
    head = b'{"type":"FeatureCollection","features":['
    tail = f"],{dumps(members)[1:]}".encode()
    return written(request, b"".join((head, page.text, tail)), sent.query.crs)


@router.get(
    "/api/collections/{collectionId}/items/{itemId}",
    response_model=ItemFeature,
    openapi_extra={"parameters": [CRS_PARAMETER, FORMAT_PARAMETER]},
    responses={200: PAGE},
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
    path = f"/api/collections/{collection_id}"
    own = [
        link(request, "self", f"{path}/items/{item_id}", GEOJSON),
        link(request, "alternate", f"{path}/items/{item_id}", HTML, query={"f": "html"}),
        link(request, "collection", path),
    ]
    links = [each.model_dump(exclude_none=True) for each in own]
    if wants_html(request):
        return item_page(request, layer, json.loads(text + "}"), links)
    return written(request, f'{text},"links":{dumps(links)}}}'.encode(), crs)


def _page_links(
    request: Request, collection_id: str, sent: ItemRequest, page: Page, own: Format
) -> list[Json]:
    path = f"/api/collections/{collection_id}"
    asked = {**sent.sent, "limit": str(sent.query.limit)}
    other: Format = "json" if own == "html" else "html"
    pages = [("self", own, asked), ("alternate", other, {**asked, "f": other})]
    if page.next:
        further = {**asked, "after": page.next}
        pages.append(("next", own, {**further, "f": "html"} if own == "html" else further))
    links = [
        {"href": absolute(request, f"{path}/items", query), "rel": rel, "type": _TYPES[form]}
        for rel, form, query in pages
    ]
    return [*links, link(request, "collection", path).model_dump(exclude_none=True)]
