"""Items as pages for people: values by their titles, with their units, in a table or a list."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request, Response

from api.formats import HTML, say_varies
from api.html import page
from api.item_links import Addresses, queryables_header
from api.item_request import ItemRequest
from api.links import GEOJSON, absolute
from twin.crs import Crs
from twin.queries.catalogue import PublishedLayer
from twin.queries.pages import Page
from twin.spec import Column
from twin.types import Json

_QUERYABLES: Final = "เงื่อนไขที่ค้นได้ | What items can be filtered by"
_COLLECTION: Final = "ชุดข้อมูล | The collection"
_TRUTHS: Final = {True: "ใช่ | Yes", False: "ไม่ใช่ | No"}


def items_page(
    request: Request, layer: PublishedLayer, sent: ItemRequest, found: Page, where: Addresses
) -> Response:
    """Return a page of items as HTML."""
    columns = _columns(layer, sent.query.properties)
    links = [
        _link("alternate", where.here + "&f=geojson", GEOJSON, "รายการเหล่านี้ | These items"),
        _link("queryables", where.collection + "/queryables?f=html", HTML, _QUERYABLES),
        _link("collection", where.collection + "?f=html", HTML, _COLLECTION),
    ]
    if where.next:
        links.append(_link("next", where.next + "&f=html", HTML, "ถัดไป | Next"))
    response = page(
        request,
        "items.html",
        collection=named(layer),
        columns=[_shown(column) for column in columns],
        items=[
            {"id": feature["id"], "properties": _values(columns, feature)}
            for feature in found.features
        ],
        number_returned=found.number_returned,
        number_matched=found.number_matched,
        is_estimate=found.is_estimated,
        links=links,
    )
    response.headers["Link"] = queryables_header(where.collection)
    return _told(request, response, sent.query.crs)


def item_page(request: Request, layer: PublishedLayer, feature: Json, crs: Crs) -> Response:
    """Return one item as HTML."""
    address = absolute(request, f"/api/collections/{layer.id}")
    here = f"{address}/items/{feature['id']}"
    geometry = feature["geometry"]
    response = page(
        request,
        "item.html",
        collection=named(layer),
        columns=[_shown(column) for column in layer.spec.columns],
        item={
            "id": feature["id"],
            "properties": _values(layer.spec.columns, feature),
            "geometry_type": geometry and geometry["type"],
        },
        title=_title(layer, feature),
        links=[
            _link("json", f"{here}?f=geojson", GEOJSON, "รายการนี้ | This item"),
            _link("collection", address + "?f=html", HTML, _COLLECTION),
        ],
    )
    return _told(request, response, crs)


def named(layer: PublishedLayer) -> dict[str, str]:
    """Return a collection as templates name it."""
    return {"id": layer.id, "th": layer.spec.title.th, "en": layer.spec.title.en}


def _told(request: Request, response: Response, crs: Crs) -> Response:
    response.headers["Content-Crs"] = f"<{crs.uri}>"
    say_varies(request, response)
    return response


def _link(rel: str, href: str, media_type: str, title: str) -> Json:
    return {"rel": rel, "href": href, "type": media_type, "title": title}


def _columns(layer: PublishedLayer, names: tuple[str, ...] | None) -> list[Column]:
    return [column for column in layer.spec.columns if names is None or column.name in names]


def _shown(column: Column) -> Json:
    title = column.title
    return {"name": column.name, "th": title.th, "en": title.en, "unit": column.unit}


def _title(layer: PublishedLayer, feature: Json) -> dict[str, str]:
    """Return what an item is called: its label, or its collection and its id."""
    label, own = layer.spec.label, feature["properties"]
    names = {"th": own.get(label.th), "en": own.get(label.en)} if label else {}
    title = layer.spec.title
    return {
        "th": names.get("th") or names.get("en") or f"{title.th} {feature['id']}",
        "en": names.get("en") or names.get("th") or f"{title.en} {feature['id']}",
    }


def _values(columns: list[Column], feature: Json) -> dict[str, Any]:
    return {column.name: _value(column, feature["properties"][column.name]) for column in columns}


def _value(column: Column, value: Any) -> Any:  # noqa: ANN401 (any JSON)
    if isinstance(value, bool):
        return _TRUTHS[value]
    title = (column.values or {}).get(str(value))
    if title is None:
        return value
    return title.th if title.th == title.en else f"{title.th} | {title.en}"
