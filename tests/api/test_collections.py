"""Collections and their items over HTTP."""

import pytest

from twin.crs import OFFERED_CRS

EPSG_3857 = "http://www.opengis.net/def/crs/EPSG/0/3857"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def test_collections_tell_what_planners_need(client):
    answer = client.get("/api/collections").json()
    assert answer["edition"] == "starter"
    assert {theme["id"] for theme in answer["themes"]} == {
        "base",
        "boundary",
        "transport",
        "facility",
        "people",
    }
    grid = next(each for each in answer["collections"] if each["id"] == "grid")
    assert grid["titles"] == {"th": "ชั้น grid", "en": "Layer grid"}
    assert (grid["itemType"], grid["geometryType"], grid["featureCount"]) == (
        "feature",
        "MultiPolygon",
        25,
    )
    assert (grid["provenance"], grid["validDate"], grid["revision"]) == (
        "synthetic",
        "2021-12-31",
        1,
    )
    assert grid["faults"] == {"noted": 0, "quarantined": 0}
    assert grid["crs"] == list(OFFERED_CRS)
    assert grid["storageCrs"] in grid["crs"]
    assert len(grid["extent"]["spatial"]["bbox"][0]) == 4
    assert [column["name"] for column in grid["columns"]] == ["code", "people", "share"]


def test_collection_kinds_differ_where_they_must(client):
    population = client.get("/api/collections/population").json()
    elevation = client.get("/api/collections/elevation").json()
    assert "extent" not in population
    assert population["geometryType"] is None
    assert {link["rel"].rpartition("/")[2] for link in population["links"]} >= {"self", "items"}
    assert not [link for link in population["links"] if "tile" in link["rel"]]
    assert "itemType" not in elevation
    assert (elevation["layerDataType"], "layerDataType" in population) == ("Coverage", False)
    relations = {link["rel"].rpartition("/")[2] for link in elevation["links"]}
    assert relations == {
        "self",
        "alternate",
        "describedby",
        "legend",
        "tilesets-map",
        "enclosure",
    }
    assert elevation["columns"][0]["unit"] == "m"


def test_collection_values_have_titles(client):
    facility = client.get("/api/collections/facility").json()
    amenity = next(column for column in facility["columns"] if column["name"] == "amenity")
    assert amenity["values"]["school"] == {"th": "โรงเรียน", "en": "School"}
    assert facility["label"] is None
    assert client.get("/api/collections/tambon").json()["label"] == {
        "th": "name_th",
        "en": "name_en",
    }


def test_every_link_of_a_collection_leads_somewhere(client):
    base = f"http://testserver{client.prefix}"
    for collection in client.get("/api/collections").json()["collections"]:
        for link in collection["links"]:
            if link["rel"] == "enclosure" and collection["id"] not in ("facility", "elevation"):
                continue  # some formats take a second; one layer of each kind stands for all
            response = client.get(link["href"].removeprefix(base))
            assert response.status_code == 200, link
            assert response.headers["content-type"].startswith(link["type"]), link


def test_downloads_are_told_once_each_and_only_where_a_format_can_hold_the_layer(client):
    offered = {}
    for collection in client.get("/api/collections").json()["collections"]:
        links = [link for link in collection["links"] if link["rel"] == "enclosure"]
        assert all("ดาวน์โหลด" in link["title"] and "Download" in link["title"] for link in links)
        formats = [link["href"].rpartition("f=")[2] for link in links]
        assert len(formats) == len(set(formats))
        offered.setdefault(collection["kind"], set()).update(formats)
        addresses = [link["href"] for link in collection["links"]]
        assert len(addresses) == len({*addresses})
    everything = {"geojson", "geojsonseq", "csv", "flatgeobuf", "gpkg", "geoparquet"}
    assert offered == {
        "vector": everything,
        "table": everything - {"flatgeobuf"},
        "raster": {"geotiff"},
    }


def test_items_are_geojson_with_their_crs_named(client):
    response = client.get("/api/collections/facility/items")
    assert response.headers["content-type"] == "application/geo+json"
    assert response.headers["content-crs"] == f"<{CRS84}>"
    answer = response.json()
    assert answer["type"] == "FeatureCollection"
    assert (answer["numberMatched"], answer["numberReturned"]) == (3, 3)
    assert answer["features"][0]["geometry"]["type"] == "Point"
    assert answer["features"][0]["properties"]["name_th"] == "โรงเรียนหนึ่ง"
    assert answer["timeStamp"].endswith("Z")


def test_items_pages_lead_through_all_of_them(client):
    base = f"http://testserver{client.prefix}"
    path, seen, pages = "/api/collections/grid/items?limit=7&bbox=98,7,99,9", [], 0
    while path:
        answer = client.get(path).json()
        seen += [feature["id"] for feature in answer["features"]]
        links = {link["rel"]: link["href"].removeprefix(base) for link in answer["links"]}
        assert ("next" in links) == (pages < 3)
        path = links.get("next")
        pages += 1
    assert pages == 4
    assert seen == sorted(seen)
    assert len(set(seen)) == 25


def test_items_limit_beyond_the_greatest_is_the_greatest(client):
    answer = client.get("/api/collections/grid/items?limit=99999999999999999999").json()
    assert answer["numberReturned"] == 25
    assert "limit=1000" in answer["links"][0]["href"]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("amenity=school", 2),
        ("amenity=school&code=F1", 1),
        ("amenity=cinema", 0),
        ("name_th=โรงเรียนน้ำใส", 1),
        ("bbox=98.3,7.8,98.4,7.9", 2),
        ("bbox=98.3,7.8,0,98.4,7.9,100", 2),
        ("bbox=7.8,98.3,7.9,98.4&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326", 2),
        (
            "bbox=430000,873000,430100,873100&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/32647",
            1,
        ),
        ("datetime=2021-01-01/..", 3),
    ],
)
def test_items_are_filtered(client, query, number):
    answer = client.get(f"/api/collections/facility/items?{query}").json()
    assert (answer["numberMatched"], len(answer["features"])) == (number, number)


@pytest.mark.parametrize(
    ("datetime", "number"),
    [
        ("2020-12-31", 2),
        ("2020-12-31T23:00:00Z", 2),
        ("2020-12-31t00:00:00+07:00", 0),
        ("2020-06-01/2021-06-01", 2),
        ("../2020-12-31", 4),
        ("/2020-12-31", 4),
        ("2021-01-01/", 2),
    ],
)
def test_items_of_a_table_have_no_geometry_but_dates(client, datetime, number):
    answer = client.get("/api/collections/population/items", params={"datetime": datetime}).json()
    assert answer["numberMatched"] == number
    assert {feature["geometry"] for feature in answer["features"]} <= {None}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("bbox=1,2,3", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("bbox=", "bbox"),
        ("bbox=nan,7,99,9", "bbox"),
        ("bbox=98,7,inf,9", "bbox"),
        ("bbox=1e999,7,99,9", "bbox"),
        ("bbox=99,7,98,9", "bbox"),
        ("bbox=98,9,99,7", "bbox"),
        ("bbox=98,7,99,95", "bbox"),
        ("bbox=98,7,99,9,1,2,3,4", "bbox"),
        ("bbox=98,7,99,9&bbox-crs=EPSG:4326", "bbox-crs"),
        ("bbox-crs=%00", "bbox-crs"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=1e3", "limit"),
        ("offset=0", "offset"),
        ("datetime=yesterday", "datetime"),
        ("datetime=2021-13-01", "datetime"),
        ("datetime=2021-01-01T00:00:00", "datetime"),
        ("datetime=../..", "datetime"),
        ("datetime=2021-01-01/2020-01-01", "datetime"),
        ("datetime=a/b/c", "datetime"),
        ("datetime=%00", "datetime"),
        ("colour=red", "colour"),
        ("amenity=%00", "amenity"),
        ("geom=x", "geom"),
        ("id=one", "id"),
        ("%00=1", "\x00"),
    ],
)
def test_items_malformed_parameter_is_named(client, query, parameter):
    response = client.get(f"/api/collections/facility/items?{query}")
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["code"], problem["parameter"]) == ("invalid-input", parameter)
    assert problem["detail"]
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in problem["detail_th"])


@pytest.mark.parametrize(
    "path",
    [
        "/api/collections/nothing",
        "/api/collections/%00",
        "/api/collections/nothing/items",
        "/api/collections/elevation/items",
        "/api/collections/grid/items/5",
        "/api/collections/grid/items/abc",
        "/api/collections/grid/items/99999999999999999999999999",
        "/api/collections/elevation/items/1",
        "/api/nothing",
    ],
)
def test_what_is_not_there_is_404(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "not-found"


def test_item_has_links_to_itself_and_its_collection(client):
    item = client.get("/api/collections/grid/items/123").json()
    assert (item["id"], item["properties"]["people"]) == (123, 23)
    base = f"http://testserver{client.prefix}/api/collections/grid"
    assert {link["rel"]: link["href"] for link in item["links"]} == {
        "self": f"{base}/items/123",
        "alternate": f"{base}/items/123?f=html",
        "collection": base,
    }
    other = client.get("/api/collections/grid/items/123", params={"crs": EPSG_3857}).json()
    (itself,) = (link["href"] for link in other["links"] if link["rel"] == "self")
    assert client.get(itself.removeprefix(f"http://testserver{client.prefix}")).json() == other


def test_items_are_chosen_by_id_too(client):
    answer = client.get("/api/collections/grid/items?id=123").json()
    assert [feature["id"] for feature in answer["features"]] == [123]


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/conformance",
        "/api/collections",
        "/api/collections/grid",
        "/api/collections/grid/items/123",
        "/api/projects",
        "/api/projects/ENV-01",
        "/api/programme",
        "/health/live",
        "/tiles/base.json",
        "/raster/elevation.json",
        "/raster/elevation/legend.json",
    ],
)
def test_unknown_query_parameter_is_400(client, path):
    response = client.get(path, params={"colour": "red"})
    assert response.status_code == 400
    assert response.json()["parameter"] == "colour"
