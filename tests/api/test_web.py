"""The web application's files, their caching, and the headers around every answer."""

import pytest
from starlette.testclient import TestClient

from api.main import create_app


@pytest.fixture
def site(toy, tmp_path):
    """The service with a built front end of three files, and that folder."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>map</title>", encoding="utf-8")
    (tmp_path / "assets" / "index-abc123.js").write_text("export {}", encoding="utf-8")
    (tmp_path / "favicon.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path.parent / "secret.txt").write_text("secret", encoding="utf-8")
    with TestClient(create_app(toy.model_copy(update={"web_dir": tmp_path}))) as client:
        yield client, tmp_path


def test_start_page_is_served_with_its_state_in_the_query(site):
    client, _ = site
    response = client.get("/?lang=th&domain=energy&z=11")
    assert response.status_code == 200
    assert "<title>map</title>" in response.text
    assert response.headers["cache-control"] == "no-cache"


def test_names_with_a_hash_are_kept_for_ever(site):
    client, _ = site
    response = client.get("/assets/index-abc123.js")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/favicon.svg").headers["cache-control"] == "no-cache"
    assert client.get("/assets/missing.js").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/missing", "/assets", "/../secret.txt", "/%2e%2e/secret.txt", "/a%00b", "/" + "a" * 300],
)
def test_file_that_is_not_there_is_404(site, path):
    client, _ = site
    response = client.get(path)
    assert response.status_code == 404
    assert "secret" not in response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_front_end_not_built_is_told_in_both_languages(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "scripts/up" in response.text
    assert 'lang="th"' in response.text
    assert 'lang="en"' in response.text


def test_front_end_built_later_is_served_without_a_restart(toy, tmp_path):
    folder = tmp_path / "dist"
    with TestClient(create_app(toy.model_copy(update={"web_dir": folder}))) as client:
        assert client.get("/favicon.svg").status_code == 404
        assert "scripts/up" in client.get("/").text
        folder.mkdir()
        (folder / "index.html").write_text("built", encoding="utf-8")
        assert client.get("/").text == "built"


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/nothing", "/api/collections?colour=red", "/tiles/base.json"]
)
def test_every_answer_has_safe_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy


def test_only_embedded_maps_may_be_framed(client):
    assert "frame-ancestors *" in client.get("/embed/map").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in client.get("/embedded").headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/api", 200),
        ("/api/collections/facility/items", 200),
        ("/tiles/base.json", 200),
        ("/tiles/base/11/1583/978.mvt", 200),
        ("/api/collections/none", 404),
        ("/api/query/within", 405),
    ],
)
def test_head_is_answered_like_get_without_the_body(client, path, status):
    get, head = client.get(path), client.head(path)
    assert (get.status_code, head.status_code, head.content) == (status, status, b"")
    changing = {"date", "x-request-id", "server-timing"}
    if path.endswith("/items"):
        changing.add("content-length")
    assert {k: v for k, v in head.headers.items() if k not in changing} == {
        k: v for k, v in get.headers.items() if k not in changing
    }


@pytest.mark.parametrize("path", ["/api/projects", "/tiles/base.json", "/raster/none.json"])
def test_data_may_be_read_by_pages_of_other_sites(client, path):
    assert client.get(path).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/", "/health/live"])
def test_what_is_no_data_is_for_our_own_page(client, path):
    headers = client.get(path, headers={"Origin": "https://elsewhere.example"}).headers
    assert "access-control-allow-origin" not in headers
