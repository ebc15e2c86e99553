"""Abstract tests of OGC API Features, part 1 (17-069r4), one a requirement."""

import pytest
from lxml import etree

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
SPEC = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"


@pytest.fixture
def feature_collections(follow):
    listed = follow.json("/api/collections")["collections"]
    return [each for each in listed if each.get("itemType") == "feature"]


@pytest.fixture
def items_of(follow, find):
    def get(collection, query=""):
        href = find(collection, "items", GEOJSON)[0]["href"]
        return follow.json(f"{href}{query}")

    return get


def test_core_root_op_and_success(follow, find):
    landing = follow.json("/api")
    for rel in ("service-desc", "conformance", "data"):
        (link,) = find(landing, rel)
        assert follow.get(link["href"]).status_code == 200


def test_core_conformance_success(conforms_to):
    assert {f"{SPEC}/core", f"{SPEC}/geojson", f"{SPEC}/oas30"} <= set(conforms_to)


def test_core_fc_md_items_links(feature_collections, follow, find):
    assert {each["id"] for each in feature_collections} >= {"grid", "facility", "population"}
    for collection in feature_collections:
        for link in find(collection, "items"):
            response = follow.get(link["href"])
            assert response.status_code == 200
            assert response.headers["content-type"].startswith(link["type"])


def test_core_sfc_md_success(feature_collections, follow, find):
    for collection in feature_collections:
        (itself,) = find(collection, "self")
        assert follow.json(itself["href"])["links"] == collection["links"]


def test_core_crs84(feature_collections, items_of):
    for collection in feature_collections:
        assert collection["crs"][0] == CRS84
        for feature in items_of(collection)["features"]:
            position = feature["geometry"] and feature["geometry"]["coordinates"]
            while position and isinstance(position[0], list):
                position = position[0]
            assert not position or (98 < position[0] < 99 and 7 < position[1] < 9)


@pytest.fixture
def parameters(client):
    document = client.get("/api/openapi.json").json()
    items = document["paths"]["/api/collections/{collectionId}/items"]["get"]
    return {each["name"]: each for each in items["parameters"]}


def test_core_fc_limit_definition(parameters):
    """QGIS and GDAL read from here how many items they may ask for."""
    limit = parameters["limit"]
    assert (limit["in"], limit["style"], limit["explode"]) == ("query", "form", False)
    assert not limit.get("required")
    schema = limit["schema"]
    assert schema["type"] == "integer"
    assert 1 == schema["minimum"] <= schema["default"] <= schema["maximum"]


def test_core_fc_bbox_definition(parameters):
    bbox = parameters["bbox"]
    assert (bbox["in"], bbox["style"], bbox["explode"]) == ("query", "form", False)
    assert not bbox.get("required")
    assert (bbox["schema"]["type"], bbox["schema"]["items"]) == ("array", {"type": "number"})
    sizes = [(each["minItems"], each["maxItems"]) for each in bbox["schema"]["oneOf"]]
    assert sizes == [(4, 4), (6, 6)]


def test_core_fc_time_definition(parameters):
    time = parameters["datetime"]
    assert (time["in"], time["style"], time["explode"]) == ("query", "form", False)
    assert not time.get("required")
    assert time["schema"]["type"] == "string"


def test_core_fc_response_only_what_meets_every_condition(client):
    path = "/api/collections/facility/items"
    extent = client.get("/api/collections/facility").json()["extent"]["spatial"]
    west, south, east, north = extent["bbox"][0]
    half = f"{west},{south},{west + 0.6 * (east - west)},{south + 0.6 * (north - south)}"
    found = {
        query: client.get(f"{path}?{query}").json()["numberMatched"]
        for query in (f"bbox={half}", "amenity=school", f"bbox={half}&amenity=school")
    }
    assert list(found.values()) == [2, 2, 1]


def test_core_fc_number_matched_and_returned(client):
    answer = client.get("/api/collections/grid/items?limit=3&bbox=98,7,99,9").json()
    assert (answer["numberMatched"], answer["numberReturned"]) == (25, 3)
    assert len(answer["features"]) == 3


def test_core_fc_limit_response(items_of, feature_collections):
    grid = next(each for each in feature_collections if each["id"] == "grid")
    for limit in (1, 7, 25, 10000):
        answer = items_of(grid, f"?limit={limit}")
        assert len(answer["features"]) == min(limit, 25)
        assert answer["numberReturned"] == len(answer["features"])
        assert answer["numberMatched"] == 25


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", ""])
def test_core_fc_limit_invalid(client, value):
    response = client.get(f"/api/collections/grid/items?limit={value}")
    assert (response.status_code, response.json()["parameter"]) == (400, "limit")


def test_core_fc_bbox_response(client):
    whole = client.get("/api/collections/grid").json()["extent"]["spatial"]["bbox"][0]
    path = "/api/collections/grid/items?bbox="
    everything = client.get(path + ",".join(map(str, whole))).json()
    assert everything["numberMatched"] == 25
    west, south, *_ = whole
    corner = client.get(f"{path}{west},{south},{west + 0.0005},{south + 0.0005}").json()
    assert corner["numberMatched"] == 1
    assert client.get(f"{path}0,0,1,1").json()["features"] == []
    with_heights = client.get(f"{path}{west},{south},0,{west + 0.0005},{south + 0.0005},9").json()
    assert with_heights["features"] == corner["features"]


@pytest.mark.parametrize("value", ["1,2,3", "a,b,c,d", "98,9,99,7", "1,2,3,4,5"])
def test_core_fc_bbox_invalid(client, value):
    response = client.get(f"/api/collections/grid/items?bbox={value}")
    assert (response.status_code, response.json()["parameter"]) == (400, "bbox")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("2020-12-31T00:00:00Z", 2),
        ("2020-01-01T00:00:00Z/2020-12-31T23:59:59Z", 2),
        ("2021-01-01/..", 2),
        ("../2020-12-31", 4),
    ],
)
def test_core_fc_time_response(client, value, number):
    answer = client.get("/api/collections/population/items", params={"datetime": value}).json()
    assert answer["numberMatched"] == number


@pytest.mark.parametrize("value", ["yesterday", "2021-01-01/2020-01-01", "2021-02-30"])
def test_core_fc_time_invalid(client, value):
    response = client.get("/api/collections/population/items", params={"datetime": value})
    assert (response.status_code, response.json()["parameter"]) == (400, "datetime")


def test_core_query_param_unknown(client):
    response = client.get("/api/collections/grid/items?no_such_property=1")
    assert (response.status_code, response.json()["parameter"]) == (400, "no_such_property")


def test_core_fc_links_and_rel_type(feature_collections, items_of, find, follow):
    for collection in feature_collections:
        answer = items_of(collection, "?limit=2")
        assert find(answer, "self", GEOJSON)
        for link in answer["links"]:
            assert link["type"]
            assert follow.get(link["href"]).status_code == 200


def test_core_fc_next_leads_to_every_item_once(feature_collections, items_of, find, follow):
    for collection in feature_collections:
        answer, seen = items_of(collection, "?limit=2"), []
        while True:
            seen += [feature["id"] for feature in answer["features"]]
            following = find(answer, "next", GEOJSON)
            if not following:
                break
            answer = follow.json(following[0]["href"])
        assert len(seen) == len(set(seen)) == collection["featureCount"]


def test_core_fc_time_stamp(feature_collections, items_of):
    for collection in feature_collections:
        assert items_of(collection)["timeStamp"].endswith("Z")


def test_core_f_op_success_and_links(feature_collections, items_of, find, follow):
    for collection in feature_collections:
        first = items_of(collection, "?limit=1")["features"][0]
        response = follow.get(f"/api/collections/{collection['id']}/items/{first['id']}")
        assert response.headers["content-type"] == GEOJSON
        feature = response.json()
        assert (feature["geometry"], feature["properties"]) == (
            first["geometry"],
            first["properties"],
        )
        assert find(feature, "self", GEOJSON)
        (link,) = find(feature, "collection", JSON)
        assert follow.json(link["href"])["id"] == collection["id"]


def test_geojson_content(feature_collections, items_of):
    for collection in feature_collections:
        answer = items_of(collection)
        assert answer["type"] == "FeatureCollection"
        for feature in answer["features"]:
            assert feature["type"] == "Feature"
            assert {"id", "geometry", "properties"} <= set(feature)


@pytest.mark.parametrize("path", ["items", "items/123", "queryables", "sortables"])
def test_html_content_by_f_and_by_accept(client, path):
    address = f"/api/collections/grid/{path}"
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    chosen = client.get(f"{address}?f=html")
    liked = client.get(address, headers={"Accept": browser})
    assert chosen.text.count("<h1>") == 1
    for response in (chosen, liked):
        assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "Accept" in liked.headers["vary"].split(", ")
    assert "Accept" not in chosen.headers.get("vary", "").split(", ")
    assert "Accept" in client.get(address).headers["vary"].split(", ")
    for accept in ("", "*/*", "application/json", GEOJSON, "application/schema+json"):
        answer = client.get(address, headers={"Accept": accept})
        assert "json" in answer.headers["content-type"], accept


def test_html_is_an_alternate_of_geojson_and_the_other_way_round(follow, find):
    query = "people=12&bbox-crs=http%3A//www.opengis.net/def/crs/EPSG/0/4326&f=json"
    for path in (f"/api/collections/grid/items?{query}", "/api/collections/grid/items/112"):
        document = follow.json(path)
        (alternate,) = find(document, "alternate", HTML)
        response = follow.get(alternate["href"])
        assert response.headers["content-type"].startswith(HTML)
        page = etree.fromstring(response.content, etree.HTMLParser(encoding="utf-8"))
        (back,) = page.findall(".//head/link[@rel='alternate']")
        assert back.get("type") == GEOJSON
        found = follow.json(back.get("href"))
        ids = [
            [each["id"] for each in answer.get("features", [answer])]
            for answer in (document, found)
        ]
        assert ids[0] == ids[1] == [112]


def test_html_pages_show_every_item_once_and_stay_pages(follow):
    seen, address = [], "/api/collections/grid/items?f=html&limit=10&sortby=-people"
    while address:
        response = follow.get(address)
        assert response.headers["content-type"].startswith(HTML)
        page = etree.fromstring(response.content, etree.HTMLParser(encoding="utf-8"))
        seen += [int(link.text) for link in page.findall(".//tbody//th/a")]
        assert len(page.findall(".//thead//th")) == 4
        following = {link.get("href") for link in page.findall(".//a[@rel='next']")}
        address = following.pop() if following else None
        assert not following
    everything = follow.json("/api/collections/grid/items?sortby=-people")["features"]
    assert seen == [feature["id"] for feature in everything]


def test_html_shows_values_by_their_titles_and_only_the_properties_asked_for(client):
    page = client.get("/api/collections/facility/items?f=html&properties=amenity").text
    assert "โรงเรียน | School" in page
    assert "name_en" not in page
    item = client.get("/api/collections/facility/items/1?f=html")
    assert "โรงเรียน | School" in item.text
    assert ">Point<" in item.text
    table = client.get("/api/collections/population/items?f=html").text
    assert "ใช่ | Yes" in table


def test_html_of_what_is_wrong_or_missing_is_a_problem(client):
    for query, status in (("items?f=html&colour=red", 400), ("items/999999?f=html", 404)):
        response = client.get(f"/api/collections/grid/{query}")
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"


def test_html_class_is_claimed(conforms_to):
    assert f"{SPEC}/html" in conforms_to
