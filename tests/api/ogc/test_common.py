"""Abstract tests of OGC API Common, parts 1 (19-072) and 2 (20-024), one a requirement."""

import pytest
from lxml import etree

JSON, HTML = "application/json", "text/html"
SPEC = "http://www.opengis.net/spec"
DOCUMENTS = [
    "/api",
    "/api/conformance",
    "/api/collections",
    "/api/collections/grid",
    "/api/collections/elevation",
    "/api/collections/population",
    "/api/tileMatrixSets",
    "/api/tileMatrixSets/WebMercatorQuad",
    "/api/tiles",
    "/api/tiles/WebMercatorQuad",
    "/api/collections/grid/tiles",
    "/api/collections/grid/tiles/WebMercatorQuad",
    "/api/collections/elevation/map/tiles",
    "/api/collections/elevation/map/tiles/WebMercatorQuad",
]


def test_landing_page_root_success(follow, find):
    landing = follow.json("/api")
    assert landing["title"]
    assert landing["description"]
    for rel in ("self", "alternate", "service-desc", "service-doc", "conformance", "data"):
        assert find(landing, rel), rel


def test_landing_page_api_definition_success(follow, find):
    landing = follow.json("/api")
    (definition,) = find(landing, "service-desc")
    response = follow.get(definition["href"])
    assert response.status_code == 200
    assert response.headers["content-type"] == definition["type"]
    (guide,) = find(landing, "service-doc")
    assert follow.get(guide["href"]).headers["content-type"].startswith(HTML)


def test_landing_page_conformance_success(follow, find):
    (link,) = find(follow.json("/api"), "conformance")
    classes = follow.json(link["href"])["conformsTo"]
    assert f"{SPEC}/ogcapi-common-1/1.0/conf/core" in classes
    assert len(classes) == len(set(classes))


def test_core_http_status_codes(client):
    assert client.get("/api/nothing").status_code == 404
    assert client.post("/api").status_code == 405
    assert client.get("/api", params={"unknown": "x"}).status_code == 400


@pytest.mark.parametrize("path", DOCUMENTS)
def test_core_query_param_invalid(client, path):
    for value in ("xml", "", "JSON", "%00"):
        response = client.get(f"{path}?f={value}")
        assert response.status_code == 400, value
        assert response.json()["parameter"] == "f"


@pytest.mark.parametrize("path", DOCUMENTS)
def test_core_query_param_unknown(client, path):
    response = client.get(path, params={"colour": "red"})
    assert (response.status_code, response.json()["parameter"]) == (400, "colour")


@pytest.mark.parametrize("path", DOCUMENTS)
def test_json_content(client, path):
    for options in ({"params": {"f": "json"}}, {"headers": {"Accept": JSON}}, {}):
        response = client.get(path, **options)
        assert response.headers["content-type"] == JSON
        assert response.json()["links"]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_html_content(client, path):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for options in ({"params": {"f": "html"}}, {"headers": {"Accept": browser}}):
        response = client.get(path, **options)
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        parsed = etree.fromstring(response.content, etree.HTMLParser())
        assert parsed.findtext(".//h1") is not None
        assert parsed.find(".//main//script") is None


@pytest.mark.parametrize("path", DOCUMENTS)
def test_links_name_the_document_itself_and_its_other_format(follow, find, path):
    document = follow.json(path)
    (itself,) = find(document, "self")
    assert (itself["type"], follow.json(itself["href"])) == (JSON, document)
    (alternate,) = find(document, "alternate")
    response = follow.get(alternate["href"])
    assert response.headers["content-type"].startswith(alternate["type"])
    page = etree.fromstring(response.content, etree.HTMLParser())
    (back,) = page.findall(".//head/link[@rel='alternate']")
    assert back.get("type") == JSON
    assert follow.json(back.get("href")) == document


def test_every_link_has_href_rel_and_type(client):
    for path in DOCUMENTS:
        for link in client.get(path).json()["links"]:
            assert link["href"]
            assert link["rel"]
            assert link["type"]
            assert None not in link.values(), path


def test_collections_rc_md_op_and_success(follow, find):
    (link,) = find(follow.json("/api"), "data")
    answer = follow.json(link["href"])
    assert find(answer, "self")
    assert find(answer, "alternate", HTML)
    for collection in answer["collections"]:
        assert collection["id"]
        assert collection["title"]
        assert collection["description"]
        assert collection["links"]


def test_collections_src_md_success(follow, find):
    for listed in follow.json("/api/collections")["collections"]:
        (itself,) = find(listed, "self")
        assert follow.json(itself["href"]) == listed


def test_collections_rc_md_extent(follow):
    for collection in follow.json("/api/collections")["collections"]:
        if collection["kind"] == "table":
            assert "extent" not in collection
            continue
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
        assert collection["extent"]["spatial"]["crs"].endswith("/CRS84")


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/*", HTML),
        ("text/html, application/json", JSON),
        ("text/html;q=0.2, application/json;q=0.1", HTML),
        ("TEXT/HTML", HTML),
        ("application/json;q=0, */*", HTML),
        ("text/html;q=nonsense", JSON),
        ("image/png", JSON),
        (";;,,", JSON),
    ],
)
def test_negotiation_gives_what_is_liked_best_and_says_that_it_varies(
    client, path, accept, media_type
):
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(media_type)
    assert "Accept" in response.headers["vary"].split(", ")


def test_negotiation_by_f_does_not_vary(client):
    response = client.get("/api?f=json", headers={"Accept": HTML})
    assert response.headers["content-type"] == JSON
    assert "Accept" not in response.headers.get("vary", "").split(", ")
