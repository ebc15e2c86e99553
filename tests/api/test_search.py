"""Search over HTTP: Thai and English, spellings, aliases, ranks."""

import pytest


def found(client, text, **query):
    response = client.get("/api/search", params={"q": text, **query})
    assert response.status_code == 200, response.text
    return [(result["kind"], result["id"]) for result in response.json()["results"]]


@pytest.mark.parametrize(
    "text",
    ["ฝั่งตะวันตก", "ตำบลฝั่งตะวันตก", "West-Side", "west side", "WESTSIDE", "west‑side", " west side "],
)
def test_search_finds_a_tambon_however_it_is_spelt(client, text):
    assert found(client, text)[0] == ("tambon", "830101")


@pytest.mark.parametrize("text", ["โรงเรียนน้ำใส", "โรงเรียนน้ําใส", "น้ำใส"])
def test_search_knows_both_ways_to_write_sara_am(client, text):
    assert found(client, text) == [("facility", "3")]


def test_search_finds_by_alias(client):
    assert found(client, "sunrise") == [("tambon", "830102")]


def test_search_puts_exact_names_before_beginnings_before_parts(client):
    assert found(client, "โรงเรียนหนึ่ง")[0] == ("facility", "1")
    facilities = [id_ for kind, id_ in found(client, "โรงเรียน") if kind == "facility"]
    assert facilities == ["3", "1"]
    kinds = [kind for kind, _ in found(client, "เกาะจำลอง")]
    assert kinds == ["amphoe"]


def test_search_result_tells_where_and_what(client):
    (result,) = client.get("/api/search", params={"q": "Central Hospital"}).json()["results"]
    assert result["names"] == {"th": "โรงพยาบาลกลาง", "en": "Central Hospital"}
    assert result["details"] == {"th": "โรงพยาบาล", "en": "Hospital"} or result["collection"]
    assert result["collection"] == "facility"
    assert len(result["bbox"]) == 4
    west, south, east, north = result["bbox"]
    assert west <= result["point"][0] <= east
    assert south <= result["point"][1] <= north


def test_search_finds_projects_and_roads(client):
    assert ("project", "ENV-02") in found(client, "ENV-02")
    assert found(client, "ถนนสายหลัก")[-1] == ("road", "10")


def test_search_keeps_to_its_limit(client):
    assert len(found(client, "a", limit=3)) == 3


@pytest.mark.parametrize("text", ["", "  ", "-", "ไม่มีที่ใดชื่อนี้", "%", "_", "\\", "'; DROP TABLE x"])
def test_search_for_nothing_finds_nothing(client, text):
    assert found(client, text) == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "q"),
        ("q=%00", "q"),
        ("q=" + "x" * 201, "q"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=101", "limit"),
        ("q=a&page=2", "page"),
    ],
)
def test_search_malformed_parameter_is_named(client, query, parameter):
    response = client.get(f"/api/search?{query}")
    assert response.status_code == 400
    assert response.json()["parameter"] == parameter
