"""The OpenAPI document: what errors look like, and the answers that have no model of their own."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.models.common import Problem
from api.openapi30 import downgrade
from api.problem_page import PROBLEM
from twin.types import Json

_DESCRIPTIONS: Final = {
    400: "A parameter cannot be used; `parameter` names it.",
    401: "The operator's token is missing or wrong.",
    403: "May not be done from there.",
    404: "There is no such thing.",
    409: "There is one of that id already.",
    412: "It is not as `If-Match` says any more.",
    415: "The body is not sent as JSON.",
    413: "The request goes beyond a limit.",
    422: "The body cannot be used; `parameter` names the member.",
    500: "It failed by a fault of ours, which has been logged.",
    502: "Another service did not answer.",
    503: "The database does not answer; try again after `Retry-After` seconds.",
}

#: OpenAPI 3.0, and its media type.
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"

#: Parameters that OGC API Features words itself, by name; routes read them as text.
_WORDED: Final = {
    "bbox": {
        "schema": {
            "type": "array",
            "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
            "items": {"type": "number"},
        },
        "style": "form",
        "explode": False,
        "example": [98.28, 7.88, 98.31, 7.91],
    },
    "datetime": {"schema": {"type": "string"}, "style": "form", "explode": False},
    "limit": {"style": "form", "explode": False},
}
_ITEMS: Final = "/api/collections/{collectionId}/items"

#: The operator's token; what writes takes it, or a request from this machine itself.
TOKEN: Final = "operatorToken"  # noqa: S105 (its name in the document)
WRITES: Final[dict[str, Any]] = {"security": [{}, {TOKEN: []}]}

Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """Return OpenAPI responses for errors; 503 is always among them."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {PROBLEM: schema}}
        for status in (*statuses, 503)
    }


def binary(media_type: str, description: str) -> dict[str, Any]:
    """Return an OpenAPI response that is bytes."""
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {"description": description, "content": {media_type: schema}}


def install(app: FastAPI) -> None:
    """Make the application write its OpenAPI document our way; the docs route serves it."""

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> Json:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        license_info=app.license_info,
        tags=app.openapi_tags,
    )
    for operations in document["paths"].values():
        for operation in operations.values():
            _drop_default_errors(operation["responses"])
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    document["components"]["securitySchemes"] = {TOKEN: {"type": "http", "scheme": "bearer"}}
    schemas["Problem"] = Problem.model_json_schema()
    result = downgrade(document)
    for parameter in result["paths"].get(_ITEMS, {}).get("get", {}).get("parameters", []):
        worded = _WORDED.get(parameter["name"], {})
        if "example" in worded:
            parameter.pop("examples", None)  # a parameter has the one or the other
        parameter.update(worded)
    return result


def _drop_default_errors(responses: Json) -> None:
    content = responses.get("422", {}).get("content", {})
    if "HTTPValidationError" in str(content.get("application/json", "")):
        del responses["422"]
