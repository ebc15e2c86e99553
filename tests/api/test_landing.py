"""Landing page, conformance, OpenAPI document; links behind a prefix."""

import pytest
from starlette.testclient import TestClient

from api.main import app_from_environment, create_app


def test_landing_links_lead_somewhere_behind_the_prefix_too(client):
    landing = client.get("/api").json()
    base = f"http://testserver{client.prefix}"
    for link in landing["links"]:
        assert link["href"].startswith(f"{base}/"), link
        assert client.get(link["href"].removeprefix(base)).status_code == 200, link
    assert {"self", "service-desc", "conformance", "data"} <= {x["rel"] for x in landing["links"]}
    assert landing["titles"] == {"th": "ฝาแฝดดิจิทัลภูเก็ต", "en": "Phuket Twin"}


def test_landing_is_found_with_the_prefix_kept_or_stripped(client):
    kept = client.get(f"{client.prefix}/api")
    stripped = client.get("/api")
    assert kept.json() == stripped.json()


def test_openapi_names_the_prefix_and_problems(client):
    document = client.get("/api/openapi.json").json()
    servers = [server["url"] for server in document.get("servers", [])]
    assert servers == ([client.prefix] if client.prefix else [])
    items = document["paths"]["/api/collections/{collectionId}/items"]["get"]
    assert {"200", "400", "404", "413", "503"} == set(items["responses"])
    assert "application/geo+json" in items["responses"]["200"]["content"]
    assert list(items["responses"]["400"]["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in str(document)


def test_openapi_operations_are_told_and_have_tags(client):
    document = client.get("/api/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["tags"], path
            assert operation["summary"], path
            assert operation["description"], path


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_page_loads_from_a_content_network(client, path):
    assert client.get(path).status_code == 404


def test_app_from_environment_reads_the_settings(toy, monkeypatch):
    monkeypatch.setenv("TWIN_HOME", str(toy.home))
    monkeypatch.setenv("TWIN_DB__URL", toy.db.url)
    monkeypatch.setenv("TWIN_API__ROOT_PATH", "/from-environment")
    with TestClient(app_from_environment()) as client:
        assert "/from-environment/api" in client.get("/api").json()["links"][0]["href"]


def test_create_app_touches_no_database_before_it_runs(toy):
    db = toy.db.model_copy(update={"url": "postgresql://nobody@127.0.0.1:1/none"})
    assert create_app(toy.model_copy(update={"db": db})).title == "Phuket Twin"
