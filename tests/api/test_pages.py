"""The pages for people: escaped, linked, in both languages, without a script."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from lxml import etree
from starlette.requests import Request
from starlette.testclient import TestClient

from api.formats import wants_html
from api.html import font_faces, page
from api.main import create_app
from api.models.common import Bilingual
from api.models.processes import JobList, StatusInfo
from twin.jobs.record import Status

COLLECTION = {"id": "grid", "th": "ตาราง", "en": "Grid"}
COLUMNS = [
    {"name": "people", "th": "ประชากร", "en": "People", "unit": "คน"},
    {"name": "name", "th": "ชื่อ", "en": "Name", "unit": None},
]
THAI = re.compile("[\u0e00-\u0e7f]")
EVIL = "<script>alert('x')</script>\"onload=\"x"


def ask(path="/api/collections/grid/items", query="", accept=""):
    """A request as routes are given it."""
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": path,
            "root_path": "",
            "scheme": "http",
            "server": ("testserver", 80),
            "query_string": query.encode(),
            "headers": [(b"host", b"testserver"), (b"accept", accept.encode())],
        }
    )


def parsed(response):
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    content = getattr(response, "content", None) or response.body
    return etree.fromstring(content, etree.HTMLParser(encoding="utf-8"))


def text_of(tree):
    return " ".join(" ".join(tree.itertext()).split())


def test_every_page_is_reached_from_the_landing_page_and_no_link_is_broken(client):
    base = f"http://testserver{client.prefix}"
    waiting, seen, pages = [f"{base}/api?f=html"], set(), []
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in seen or not address.startswith(f"{base}/"):
            continue
        if "/download?" in address and "/facility/" not in address:
            continue  # some formats take a second to make; one layer stands for all
        seen.add(address)
        response = client.get(address.removeprefix(base))
        assert response.status_code == 200, address
        if response.headers["content-type"].startswith("text/html"):
            pages.append(address.removeprefix(base))
            waiting += parsed(response).xpath("//@href")
    paths = {path.partition("?")[0] for path in pages}
    assert paths >= {
        "/api",
        "/api/conformance",
        "/api/docs",
        "/api/collections",
        "/api/collections/grid",
        "/api/collections/elevation",
        "/api/collections/grid/items",
        "/api/collections/grid/items/123",
        "/api/collections/grid/queryables",
        "/api/collections/grid/sortables",
        "/api/collections/population/items",
        "/api/collections/grid/tiles",
        "/api/collections/elevation/map/tiles/WebMercatorQuad",
        "/api/tiles",
        "/api/tiles/WebMercatorQuad",
        "/api/tileMatrixSets/WebMercatorQuad",
    }


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/conformance", "/api/collections", "/api/collections/grid", "/api/tiles"],
)
def test_page_is_for_everybody(client, path):
    tree = parsed(client.get(f"{path}?f=html"))
    assert tree.get("lang") == "th"
    assert len(tree.findall(".//h1")) == 1
    assert tree.find(".//nav").get("aria-label")
    assert tree.find(".//meta[@name='viewport']") is not None
    assert THAI.search(tree.findtext(".//title"))
    assert not tree.xpath("//script | //style | //@style | //@onclick")
    assert all(cell.get("scope") for cell in tree.findall(".//th"))


def test_page_says_that_data_are_synthetic(client):
    assert "ข้อมูลสังเคราะห์" in client.get("/api/collections/grid?f=html").text
    assert "สังเคราะห์" in client.get("/api/collections?f=html").text


def test_stylesheet_icon_and_fonts_are_our_own(client):
    tree = parsed(client.get("/api?f=html"))
    base = f"http://testserver{client.prefix}"
    loaded = [
        link.get("href").removeprefix(base)
        for link in tree.findall(".//head/link")
        if link.get("rel") != "alternate"
    ]
    assert len(loaded) == 3
    for path in loaded:
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["content-type"].split(";")[0] in ("text/css", "image/svg+xml")
    assert client.get("/api/static/../main.py").status_code == 404
    assert client.get("/api/static/nothing.css").status_code == 404


def test_fonts_are_those_of_the_built_front_end(tmp_path):
    name = "noto-sans-thai-thai-400-normal-abc.woff2"
    (tmp_path / name).write_bytes(b"")
    (tmp_path / "sarabun-thai-400-normal-abc.woff2").write_bytes(b"")
    assert font_faces(tmp_path).count("@font-face") == 1
    assert f"url(../../assets/{name})" in font_faces(tmp_path)
    assert font_faces(Path("/nonexistent")) == ""


@pytest.mark.parametrize(
    ("query", "accept", "wanted"),
    [
        ("", "", False),
        ("", "*/*", False),
        ("", "application/geo+json", False),
        ("", "text/html,*/*;q=0.8", True),
        ("f=html", "application/json", True),
        ("f=json", "text/html", False),
        ("f=csv", "text/html", False),
    ],
)
def test_wants_html(query, accept, wanted):
    assert wants_html(ask(query=query, accept=accept)) is wanted


def items(**changes):
    context = {
        "collection": COLLECTION,
        "columns": COLUMNS,
        "items": [
            {"id": 7, "properties": {"people": 1234, "name": EVIL}},
            {"id": 8, "properties": {"people": None}},
        ],
        "number_matched": 2500,
        "number_returned": 2,
        "is_estimate": False,
        "links": [
            {"rel": "self", "href": "http://testserver/here", "type": "text/html"},
            {"rel": "next", "href": "http://testserver/next", "type": "text/html"},
            {
                "rel": "alternate",
                "href": "http://testserver/csv",
                "type": "text/csv",
                "title": "CSV",
            },
        ],
    }
    return parsed(page(ask(query="limit=2&f=html"), "items.html", **context | changes))


def test_items_page_shows_a_table_with_links_and_pages():
    tree = items()
    assert tree.findall(".//tbody//a")[0].get("href") == (
        "http://testserver/api/collections/grid/items/7?f=html"
    )
    assert "2 of 2,500 items" in text_of(tree)
    assert {link.get("href") for link in tree.findall(".//a[@rel='next']")} == {
        "http://testserver/next"
    }
    assert not tree.findall(".//a[@rel='prev']")
    assert tree.find(".//head/link[@rel='alternate']").get("href") == (
        "http://testserver/api/collections/grid/items?limit=2&f=json"
    )
    assert [cell.text for cell in tree.findall(".//td")] == ["1234", EVIL, "–", "–"]
    assert not tree.findall(".//script")


def test_items_page_with_no_items_or_an_estimated_or_unknown_number():
    assert "No item matches." in text_of(items(items=[], number_returned=0, number_matched=0))
    assert "2 of about 2,500 items" in text_of(items(is_estimate=True))
    assert "2 รายการ items" in text_of(items(number_matched=None))


def test_item_page_shows_every_property():
    tree = parsed(
        page(
            ask("/api/collections/grid/items/7"),
            "item.html",
            collection=COLLECTION,
            columns=COLUMNS,
            title={"th": "ช่อง", "en": EVIL},
            item={"id": 7, "properties": {"people": 5, "name": None}, "geometry_type": "Polygon"},
            links=[{"rel": "collection", "href": "http://testserver/c", "type": "x"}],
        )
    )
    terms = [text_of(term) for term in tree.findall(".//dt")]
    values = [text_of(value) for value in tree.findall(".//dd")]
    assert dict(zip(terms, values, strict=True)) == {
        "รหัส Id": "7",
        "ประชากร People": "5 คน",
        "ชื่อ Name": "–",
        "รูปทรง Geometry": "Polygon",
    }
    assert not tree.findall(".//script")


def test_queryables_page_shows_each_with_its_values():
    tree = parsed(
        page(
            ask("/api/collections/grid/queryables"),
            "queryables.html",
            collection=COLLECTION,
            heading={"th": "เงื่อนไข", "en": "Queryables"},
            properties={
                "amenity": {"title": "ประเภท | Kind", "type": "string", "enum": ["a", "b"]},
                "kind": {"type": "integer", "oneOf": [{"const": 1, "title": "ก | A"}]},
                "area": {"type": "number", "x-ogc-unit": "ไร่"},
                "geom": {"format": "geometry-point"},
            },
        )
    )
    rows = [text_of(row) for row in tree.findall(".//tbody/tr")]
    assert rows == [
        "amenity ประเภท Kind string – a, b",
        "kind integer – 1 ก A",
        "area number ไร่ –",
        "geom geometry-point – –",
    ]


def test_page_of_another_site_s_text_is_escaped_in_addresses_too(client):
    response = client.get("/api?f=html", headers={"Host": "a.example"})
    assert "http://a.example" in response.text
    quoted = client.get('/api/tiles/WebMercatorQuad?f=html&collections=grid"><script>')
    assert "<script>" not in quoted.text


def test_pages_are_not_framed_and_load_nothing_from_elsewhere(toy):
    with TestClient(create_app(toy)) as client:
        policy = client.get("/api?f=html").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/api/docs", "//ul[@class='tags']//a/text()[1]"),
        ("/api?f=html", "//ul[@class='cards']//strong/span[1]/text()"),
        ("/api/processes/network?f=html", "//dt/span[1]/text() | //dd/span[1]/text()"),
    ],
)
def test_page_says_everything_in_thai_first(client, path, where):
    told = parsed(client.get(path)).xpath(where)
    assert len(told) > 3
    assert [text for text in told if not THAI.search(text)] == []


@pytest.mark.parametrize("path", ["grid", "elevation", "elevation/map/tiles/WebMercatorQuad"])
def test_extent_on_a_page_is_to_a_metre(client, path):
    tree = parsed(client.get(f"/api/collections/{path}?f=html"))
    (extent,) = tree.xpath("//dt[contains(., 'Extent')]/following-sibling::dd[1]")
    numbers = text_of(extent).split(", ")
    assert len(numbers) == 4
    assert [number for number in numbers if len(number.partition(".")[2]) > 5] == []


def test_page_of_a_process_folds_what_only_programs_read(client):
    tree = parsed(client.get("/api/processes/network?f=html"))
    assert '"properties"' in tree.xpath("string(//main/details)")
    assert "{" not in "".join(tree.xpath("//main//text()[not(ancestor::details)]"))


@pytest.mark.parametrize("status", get_args(Status))
def test_pages_of_jobs_tell_each_status_in_both_languages(status):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    done = Bilingual(th="ข้อความ", en="Words")
    job = StatusInfo(
        processID="echo",
        jobID="0b5cb4ba",
        status=status,
        progress=7,
        message="",
        messages=done,
        created=now,
        updated=now,
        links=[],
    )
    single = parsed(page(ask("/api/jobs/0b5cb4ba"), "job.html", it=job))
    several = parsed(page(ask("/api/jobs"), "jobs.html", it=JobList(jobs=[job], links=[])))
    (told,) = single.xpath("//dd[contains(., '7 %')]")
    assert told.xpath("string(span[@lang='th'])") != told.xpath("string(span[@lang='en'])")
    assert told.xpath("string(span[@lang='th'])") in text_of(several)
