"""What the OpenAPI 3.0 classes of OGC API Common, Features and Tiles ask for."""

import pytest
from jsonschema import Draft4Validator
from lxml import etree
from schemathesis.specs.openapi.definitions import OPENAPI_30

from api.openapi30 import downgrade, schema30

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


@pytest.fixture
def document(client):
    return client.get("/api/openapi.json").json()


def operations(document):
    return [
        (path, operation)
        for path, methods in document["paths"].items()
        for operation in methods.values()
    ]


def test_oas30_definition_is_openapi_3_0(document):
    assert document["openapi"] == "3.0.3"
    faults = [error.message for error in Draft4Validator(OPENAPI_30).iter_errors(document)]
    assert not faults


def test_oas30_media_type(client):
    for options in ({}, {"headers": {"Accept": OPENAPI}}):
        response = client.get("/api/openapi.json", **options)
        assert response.headers["content-type"] == OPENAPI


def test_oas30_completeness(document):
    """Every path that a document links to is described."""
    described = set(document["paths"])
    for path in ("/api", "/api/conformance", "/api/collections", "/api/tiles"):
        assert path in described
    assert "/api/collections/{collectionId}/items/{itemId}" in described


def test_oas30_exception_codes(document):
    for path, operation in operations(document):
        statuses = set(operation["responses"])
        assert "503" in statuses, path
        if operation.get("parameters") and path.startswith("/api/"):
            assert "400" in statuses, path
        if "{" in path:
            assert "404" in statuses, path


def test_oas30_server_is_where_the_client_reached_it(client, document):
    servers = document.get("servers", [{"url": ""}])
    assert servers == [{"url": client.prefix}]


def test_oas30_references_lead_somewhere(document):
    def references(node):
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known


@pytest.mark.parametrize(
    "suffix",
    [
        "getTileMatrixSetsList",
        "getTileMatrixSet",
        *(
            f".{kind}.get{what}"
            for kind in ("dataset.vector", "collection.vector", "collection.map")
            for what in ("TileSetsList", "TileSet", "Tile")
        ),
    ],
)
def test_tiles_oas30_operation_id(document, suffix):
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len([name for name in names if name.endswith(suffix)]) >= 1
    assert len(set(names)) == len(names)


def test_tiles_oas30_completeness(document):
    for folder in ("/api/tiles", "/api/collections/{collectionId}/tiles"):
        path = folder + "/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
        tile = document["paths"][path]["get"]
        names = [each["name"] for each in tile["parameters"] if each["in"] == "path"]
        assert [name for name in names if name.startswith("tile")] == [
            "tileMatrixSetId",
            "tileMatrix",
            "tileRow",
            "tileCol",
        ]
        assert "application/vnd.mapbox-vector-tile" in tile["responses"]["200"]["content"]


def test_oas30_impl_answers_what_it_describes(client, document):
    """Every operation that needs nothing but a path is answered as the document says."""
    asked = 0
    for path, methods in document["paths"].items():
        described = methods.get("get", {"parameters": [{"required": True, "in": "body"}]})
        needed = [each["in"] for each in described.get("parameters", []) if each.get("required")]
        filled = path.replace("{collectionId}", "grid").replace("{itemId}", "123")
        if "{" in filled or "/map/" in filled or set(needed) - {"path"} or path == "/tiles/changes":
            continue  # the last of them is a stream without an end
        response = client.get(filled)
        media = response.headers["content-type"].partition(";")[0]
        assert str(response.status_code) in described["responses"], path
        if response.status_code == 200:
            assert media in described["responses"]["200"]["content"], path
        asked += 1
    assert asked >= 12


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ({"const": "a"}, {"enum": ["a"]}),
        ({"examples": [1, 2], "type": "integer"}, {"example": 1, "type": "integer"}),
        ({"exclusiveMinimum": 0}, {"minimum": 0, "exclusiveMinimum": True}),
        ({"maximum": 5, "exclusiveMaximum": 5}, {"maximum": 5, "exclusiveMaximum": True}),
        (
            {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "title": "N"},
            {"type": "integer", "minimum": 1, "nullable": True, "title": "N"},
        ),
        (
            {"anyOf": [{"enum": ["a"], "type": "string"}, {"type": "null"}]},
            {"enum": ["a", None], "type": "string", "nullable": True},
        ),
        (
            {"anyOf": [{"$ref": "#/x"}, {"type": "null"}]},
            {"anyOf": [{"$ref": "#/x"}, {"type": "string", "nullable": True, "enum": [None]}]},
        ),
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        (
            {"type": ["string", "integer"]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        ),
        ({"type": "null"}, {"type": "string", "nullable": True, "enum": [None]}),
        (
            {"$ref": "#/x", "description": "A thing"},
            {"allOf": [{"$ref": "#/x"}], "description": "A thing"},
        ),
        (
            {"type": "array", "prefixItems": [{"type": "number"}], "maxItems": 1},
            {"type": "array", "items": {}, "maxItems": 1},
        ),
        (
            {"properties": {"const": {"const": 1}, "examples": {"type": "string"}}},
            {"properties": {"const": {"enum": [1]}, "examples": {"type": "string"}}},
        ),
        ({"additionalProperties": {"const": 1}}, {"additionalProperties": {"enum": [1]}}),
        ({"additionalProperties": False}, {"additionalProperties": False}),
        ({"items": {"examples": [[1]]}}, {"items": {"example": [1]}}),
        (True, True),
    ],
)
def test_downgrade_of_a_schema_says_the_same(newer, older):
    assert schema30(newer) == older


def test_downgrade_leaves_examples_and_the_original_alone():
    newer = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1", "summary": "Short", "description": "Long"},
        "paths": {"/a": {"get": {"content": {"x": {"examples": {"schema": {"const": 1}}}}}}},
    }
    older = downgrade(newer)
    assert older["paths"] == newer["paths"]
    assert older["info"]["description"] == "Short\n\nLong"
    assert newer["openapi"] == "3.1.0"
    assert "summary" in newer["info"]


def test_service_doc_shows_every_operation(client, document):
    response = client.get("/api/docs")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    page = etree.fromstring(response.content, etree.HTMLParser())
    shown = [code.text for code in page.findall(".//h3/code")]
    assert sorted(shown) == sorted(path for path, _ in operations(document))
    assert page.find(".//script") is None


def test_service_doc_asks_nothing_of_other_hosts(client):
    page = etree.fromstring(client.get("/api/docs").content, etree.HTMLParser())
    base = f"http://testserver{client.prefix}/"
    loaded = [*page.findall(".//link[@href]"), *page.findall(".//img")]
    assert loaded
    assert all(element.get("href", element.get("src")).startswith(base) for element in loaded)
    assert not page.findall(".//style")
    assert not page.xpath("//@style")
