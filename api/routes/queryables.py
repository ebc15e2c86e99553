"""What items can be filtered and sorted by (OGC API Features, part 3), as JSON Schema."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.deps import STRICT, CatalogueDep, CollectionId
from api.formats import HTML, PAGE, Format, SchemaFormatDep, say_varies
from api.geojson import dumps
from api.html import page
from api.item_pages import named
from api.links import SCHEMA_JSON, absolute
from api.openapi import problems
from twin.queries.catalogue import PublishedLayer
from twin.spec import Column
from twin.types import ColumnType, Json, Text

router = APIRouter(tags=["collections"], dependencies=STRICT, responses=problems(400, 404))

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Final[dict[ColumnType, Json]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "boolean": {"type": "boolean"},
}
_SCHEMA: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {SCHEMA_JSON: {"schema": {"type": "object"}}, **PAGE["content"]}}
}


_HEADINGS: Final = {
    "queryables": Text("เงื่อนไขที่ค้นได้", "Queryables"),
    "sortables": Text("คอลัมน์ที่เรียงลำดับได้", "Sortables"),
}


class SchemaResponse(Response):
    """A JSON Schema."""

    media_type = SCHEMA_JSON


@router.get(
    "/api/collections/{collectionId}/queryables", response_class=SchemaResponse, responses=_SCHEMA
)
async def get_queryables(
    request: Request, catalogue: CatalogueDep, collection_id: CollectionId, wanted: SchemaFormatDep
) -> Response:
    """Return what `filter` may name; other names are refused."""
    layer = catalogue.get(collection_id)
    properties = _sortable(layer)
    if layer.spec.geometry_type:
        properties["geom"] = _geometry(layer.spec.geometry_type)
    return _schema(request, layer, "queryables", properties, wanted)


@router.get(
    "/api/collections/{collectionId}/sortables", response_class=SchemaResponse, responses=_SCHEMA
)
async def get_sortables(
    request: Request, catalogue: CatalogueDep, collection_id: CollectionId, wanted: SchemaFormatDep
) -> Response:
    """Return what `sortby` may name."""
    layer = catalogue.get(collection_id)
    return _schema(request, layer, "sortables", _sortable(layer), wanted)


def _schema(
    request: Request, layer: PublishedLayer, name: str, properties: Json, wanted: Format
) -> Response:
    layer.described.rows  # noqa: B018 (a raster has no items)
    title = layer.spec.title
    address = absolute(request, f"/api/collections/{layer.id}/{name}")
    schema = {
        "$schema": _DIALECT,
        "$id": address,
        "type": "object",
        "title": f"{title.th} | {title.en}",
        "properties": properties,
        "additionalProperties": False,
    }
    response: Response
    if wanted == "html":
        told = {"collection": named(layer), "heading": _HEADINGS[name], "properties": properties}
        response = page(request, "queryables.html", **told)
    else:
        response = SchemaResponse(dumps(schema))
        # A schema has no place for links.
        response.headers["Link"] = f'<{address}?f=html>; rel="alternate"; type="{HTML}"'
    say_varies(request, response)
    return response


def _sortable(layer: PublishedLayer) -> Json:
    key = {"title": "รหัส | Identifier", "type": "integer", "x-ogc-role": "id"}
    return {"id": key, **{column.name: _property(column) for column in layer.spec.columns}}


def _property(column: Column) -> Json:
    schema = {"title": f"{column.title.th} | {column.title.en}", **_TYPES[column.type]}
    if column.unit:
        schema["x-ogc-unit"] = column.unit
    if column.values:
        schema["oneOf"] = [
            {"const": _code(value, column), "title": f"{title.th} | {title.en}"}
            for value, title in column.values.items()
        ]
        schema["enum"] = [_code(value, column) for value in column.values]
    return schema


def _code(value: str, column: Column) -> str | float:
    if column.type == "integer":
        return int(value)
    return float(value) if column.type == "number" else value


def _geometry(geometry_type: str) -> Json:
    kind = "any" if geometry_type == "Geometry" else geometry_type.lower()
    return {
        "title": "รูปทรง | Geometry",
        "format": f"geometry-{kind}",
        "x-ogc-role": "primary-geometry",
    }
