"""Links of pages of items and of single ones: written for every request, so they are dicts."""

from __future__ import annotations

from typing import Final, NamedTuple

from fastapi import Request

from api.formats import HTML
from api.item_request import ItemRequest
from api.links import GEOJSON, JSON, SCHEMA_JSON, absolute, query_text
from twin.types import Json

QUERYABLES: Final = "http://www.opengis.net/def/rel/ogc/1.0/queryables"

_AS_PAGE: Final = "หน้าสำหรับอ่าน | As a page"


class Addresses(NamedTuple):
    """Where a page of items, its collection, and the next page are; the pages without `f`."""

    collection: str
    here: str
    next: str | None


def addresses(
    request: Request, collection_id: str, sent: ItemRequest, after: str | None
) -> Addresses:
    """Return the addresses of a page of items.

    Parameters
    ----------
    after
        Where the next page begins; None on the last one.
    """
    collection = absolute(request, f"/api/collections/{collection_id}")
    asked = {name: value for name, value in sent.sent.items() if name not in ("f", "after")}
    asked["limit"] = str(sent.query.limit)
    base = f"{collection}/items?{query_text(asked)}"
    here = base if sent.query.after is None else _going_on(base, sent.query.after)
    return Addresses(collection, here, _going_on(base, after) if after else None)


def page_links(found: Addresses, f: str | None) -> list[Json]:
    """Return the links of a page of items as GeoJSON.

    Parameters
    ----------
    f
        As the client sent it; None where the Accept header decided.
    """
    own = f"&f={f}" if f else ""
    links = [
        {"href": found.here + own, "rel": "self", "type": GEOJSON},
        _alternate(f"{found.here}&f=html"),
    ]
    if found.next:
        links.append({"href": found.next + own, "rel": "next", "type": GEOJSON})
    return [*links, _collection(found.collection)]


def item_links(request: Request, collection_id: str, item_id: int) -> list[Json]:
    """Return the links of one item as GeoJSON."""
    collection = absolute(request, f"/api/collections/{collection_id}")
    address = f"{collection}/items/{item_id}"
    crs = {name: value for name, value in request.query_params.items() if name == "crs"}
    own = f"{address}?{query_text(crs)}" if crs else address
    links = [{"href": own, "rel": "self", "type": GEOJSON}, _alternate(f"{address}?f=html")]
    return [*links, _collection(collection)]


def queryables_header(collection: str) -> str:
    """Return the Link header that tells what items can be filtered by."""
    return f'<{collection}/queryables>; rel="{QUERYABLES}"; type="{SCHEMA_JSON}"'


def _going_on(address: str, after: str) -> str:
    return f"{address}&{query_text({'after': after})}"


def _alternate(href: str) -> Json:
    return {"href": href, "rel": "alternate", "type": HTML, "title": _AS_PAGE}


def _collection(href: str) -> Json:
    return {"href": href, "rel": "collection", "type": JSON}
