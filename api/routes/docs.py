"""The API definition, for machines (OpenAPI 3.0) and for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.deps import STRICT
from api.html import page
from api.openapi import OPENAPI
from twin.types import Json

router = APIRouter(dependencies=STRICT, include_in_schema=False)

#: What the tags are called in Thai; one that is not here is shown as it is.
_TAGS: Final = {
    "landing": "หน้าแรกและมาตรฐาน",
    "collections": "ชุดข้อมูล",
    "tiles": "แผ่นแผนที่",
    "projects": "โครงการ",
    "search": "ค้นหา",
    "query": "การค้นเชิงพื้นที่",
    "processes": "กระบวนการ",
    "network": "โครงข่ายถนน",
    "scenarios": "สถานการณ์จำลอง",
    "health": "สถานะของระบบ",
}


@dataclass(frozen=True)
class Operation:
    """One operation as the page shows it."""

    method: str
    path: str
    text: str
    parameters: list[Json]
    answers: list[tuple[str, str, str]]
    body: str | None = None


@dataclass(frozen=True)
class Group:
    """The operations of one tag."""

    tag: str
    th: str
    operations: list[Operation] = field(default_factory=list)


@router.get("/api/openapi.json")
async def get_openapi(request: Request) -> Response:
    """Describe the API; the address it is served at is the one this client used."""
    document: Json = request.app.openapi()
    root_path = request.scope.get("root_path", "")
    if root_path:
        document = {**document, "servers": [{"url": root_path}]}
    return Response(json.dumps(document, ensure_ascii=False).encode(), media_type=OPENAPI)


@router.get("/api/docs")
async def get_docs(request: Request) -> Response:
    """Show the API as a page, made of the same document."""
    document: Json = request.app.openapi()
    return page(request, "docs.html", info=document["info"], groups=_groups(document))


def _groups(document: Json) -> list[Group]:
    groups: dict[str, Group] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = operation["tags"][0]
            shown = _operation(method.upper(), path, operation)
            groups.setdefault(tag, Group(tag, _TAGS.get(tag, tag))).operations.append(shown)
    return list(groups.values())


def _operation(method: str, path: str, operation: Json) -> Operation:
    answers = [
        (status, answer["description"], ", ".join(answer.get("content", {})))
        for status, answer in operation["responses"].items()
    ]
    body = operation.get("requestBody", {}).get("content")
    return Operation(
        method=method,
        path=path,
        text=operation["description"],
        parameters=[_parameter(each) for each in operation.get("parameters", [])],
        answers=answers,
        body=", ".join(body) if body else None,
    )


def _parameter(parameter: Mapping[str, Any]) -> Json:
    schema = parameter["schema"]
    return {
        "name": parameter["name"],
        "in": parameter["in"],
        "required": parameter.get("required", False),
        "type": _type(schema),
        "description": parameter.get("description", schema.get("description", "")),
        "example": parameter.get("example", schema.get("example")),
        "default": schema.get("default"),
    }


def _type(schema: Mapping[str, Any]) -> str:
    """Return the type of a parameter in a few words."""
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"] if value is not None)
    if schema.get("type") == "array":
        return f"{_type(schema['items'])}, …"
    if "allOf" in schema or "$ref" in schema:
        reference = schema.get("$ref") or schema["allOf"][0].get("$ref", "")
        return str(reference).rpartition("/")[2]
    bounds = [
        f"{sign} {schema[name]}"
        for name, sign in (("minimum", "≥"), ("maximum", "≤"))
        if name in schema
    ]
    return " ".join([str(schema.get("type", "")), *bounds]).strip()
