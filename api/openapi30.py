"""An OpenAPI 3.1 document said in OpenAPI 3.0, which is what OGC API clients read.

Nothing is made stricter. What 3.0 has no words for is left out, so that the document allows more
there than the service does; a test tries the outcome against the schema of OpenAPI 3.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from twin.types import Json

VERSION: Final = "3.0.3"

#: Keywords whose value is a schema, a list of schemas, or schemas by name.
_ONE: Final = ("items", "additionalProperties", "not")
_MANY: Final = ("allOf", "anyOf", "oneOf")

#: Keywords of JSON Schema that OpenAPI 3.0 does not know, and that say nothing it could say.
_UNKNOWN: Final = (
    "$id",
    "$schema",
    "$comment",
    "contentEncoding",
    "contentMediaType",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "unevaluatedProperties",
)
_BOUNDS: Final = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))

_NULL: Final = {"type": "null"}


def downgrade(document: Mapping[str, Any]) -> Json:
    """Return an OpenAPI 3.1 document as OpenAPI 3.0."""
    result = {key: _walk(key, value) for key, value in document.items()}
    result["openapi"] = VERSION
    info = dict(document["info"])
    # 3.0 has no summary: it becomes the first paragraph of the description.
    texts = (info.pop("summary", None), info.get("description"))
    info["description"] = "\n\n".join(text for text in texts if text)
    result["info"] = info
    return result


def _walk(key: str, value: Any) -> Any:  # noqa: ANN401 (any JSON)
    if key == "schema":
        return schema30(value)
    if key == "schemas":
        return {name: schema30(schema) for name, schema in value.items()}
    if key in ("example", "examples"):
        return value
    if isinstance(value, dict):
        return {name: _walk(name, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_walk("", inner) for inner in value]
    return value


def schema30(schema: Any) -> Any:  # noqa: ANN401 (a schema, or a bool)
    """Return a JSON Schema of 2020-12 as a Schema Object of OpenAPI 3.0.

    Examples
    --------
    >>> schema30({"anyOf": [{"type": "string"}, {"type": "null"}], "examples": ["a"]})
    {'example': 'a', 'type': 'string', 'nullable': True}
    >>> schema30({"const": 1})
    {'enum': [1]}
    >>> schema30({})
    {}
    """
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _reference(schema)
    result = {key: value for key, value in schema.items() if key not in _UNKNOWN}
    if "prefixItems" in schema:
        result.setdefault("items", {})
    _say_simply(result)
    _inner(result)
    _nullable(result)
    return result


def _reference(schema: Json) -> Json:
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    reference = {"$ref": schema["$ref"]}
    # In 3.0, whatever stands beside a reference is ignored.
    return {"allOf": [reference], **schema30(beside)} if beside else reference


def _say_simply(schema: Json) -> None:
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    examples = schema.pop("examples", None)
    if examples:
        schema.setdefault("example", examples[0])
    for exclusive, bound in _BOUNDS:
        if exclusive in schema and not isinstance(schema[exclusive], bool):
            schema[bound] = schema[exclusive]
            schema[exclusive] = True
    kinds = schema.get("type")
    if isinstance(kinds, list):
        del schema["type"]
        schema["anyOf"] = [{"type": kind} for kind in kinds]


def _inner(schema: Json) -> None:
    for key in _ONE:
        if key in schema:
            schema[key] = schema30(schema[key])
    for key in _MANY:
        if key in schema:
            schema[key] = [part if part == _NULL else schema30(part) for part in schema[key]]
    if "properties" in schema:
        schema["properties"] = {
            name: schema30(value) for name, value in schema["properties"].items()
        }


def _nullable(schema: Json) -> None:
    if schema.get("type") == "null":
        schema.update(_only_null())
    for key in ("anyOf", "oneOf"):
        parts = schema.get(key, [])
        if _NULL not in parts:
            continue
        others = [part for part in parts if part != _NULL]
        if len(others) == 1 and "type" in others[0]:
            del schema[key]
            _merge(schema, others[0])
        else:
            schema[key] = [*others, _only_null()]


def _merge(schema: Json, only: Json) -> None:
    for name, value in only.items():
        schema.setdefault(name, value)
    schema["nullable"] = True
    if "enum" in only:
        schema["enum"] = [*only["enum"], None]


def _only_null() -> Json:
    return {"type": "string", "nullable": True, "enum": [None]}
