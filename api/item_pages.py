"""Items as pages for people, from the same answers as the GeoJSON."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request, Response

from api.html import page
from twin.queries.catalogue import PublishedLayer
from twin.queries.pages import Page
from twin.types import Json


def items_page(
    request: Request,
    layer: PublishedLayer,
    found: Page,
    shown: Sequence[str] | None,
    links: Sequence[Json],
) -> Response:
    """Return a page of items as a table.

    Parameters
    ----------
    shown
        The properties asked for; None means all.
    """
    columns = [each for each in _columns(layer) if shown is None or each["name"] in shown]
    return _told(
        page(
            request,
            "items.html",
            collection=_collection(layer),
            columns=columns,
            items=found.features,
            number_returned=found.number_returned,
            number_matched=found.number_matched,
            is_estimate=found.is_estimated,
            links=links,
        )
    )


def item_page(
    request: Request, layer: PublishedLayer, feature: Json, links: Sequence[Json]
) -> Response:
    """Return one item with all its properties."""
    properties, geometry = feature["properties"], feature["geometry"]
    label = layer.spec.label
    names = {
        "th": (label and properties.get(label.th)) or f"{layer.spec.title.th} {feature['id']}",
        "en": (label and properties.get(label.en)) or f"{layer.spec.title.en} {feature['id']}",
    }
    item = {**feature, "geometry_type": geometry["type"] if geometry else None}
    return _told(
        page(
            request,
            "item.html",
            collection=_collection(layer),
            columns=_columns(layer),
            item=item,
            title=names,
            links=links,
        )
    )


def queryables_page(request: Request, layer: PublishedLayer, properties: Json) -> Response:
    """Return what items can be filtered by, as a table."""
    return _told(
        page(
            request,
            "queryables.html",
            collection=_collection(layer),
            properties=properties,
        )
    )


def _told(response: Response) -> Response:
    response.headers["Vary"] = "Accept"
    return response


def _collection(layer: PublishedLayer) -> Json:
    title = layer.spec.title
    return {"id": layer.id, "th": title.th, "en": title.en}


def _columns(layer: PublishedLayer) -> list[Json]:
    return [
        {
            "name": column.name,
            "th": column.title.th,
            "en": column.title.en,
            "unit": column.unit,
        }
        for column in layer.spec.columns
    ]
