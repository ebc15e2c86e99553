"""What items can be asked for over HTTP: reference systems, filters, order, properties, pages."""

import json

import jsonschema
import pytest
from pyproj import Transformer
from shapely import transform
from shapely.geometry import shape

from twin.crs import OFFERED_CRS
from twin.testing import square

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CELL = square(1, 1)


def get(client, path="grid/items", **query):
    response = client.get(f"/api/collections/{path}", params=query)
    assert response.status_code == 200, response.text
    return response


def only(client, **query):
    """The one item found, as a shape."""
    response = get(client, **query)
    (feature,) = response.json()["features"]
    return response, shape(feature["geometry"])


@pytest.mark.parametrize("path", ["grid/items", "grid/items/111"])
@pytest.mark.parametrize("crs", OFFERED_CRS)
def test_coordinates_come_in_the_system_and_the_order_of_its_axes(client, path, crs):
    query = {"crs": crs} | ({"code": "1-1"} if path == "grid/items" else {})
    response = get(client, path, **query)
    assert response.headers["content-crs"] == f"<{crs}>"
    answer = response.json()
    feature = answer["features"][0] if "features" in answer else answer
    found = shape(feature["geometry"])
    code = "OGC:CRS84" if crs == CRS84 else f"EPSG:{OFFERED_CRS[crs].srid}"
    # Both ends in the order of their authority: pyproj knows nothing of ours.
    there = Transformer.from_crs("OGC:CRS84", code)
    expected = transform(CELL, there.transform, interleaved=False)
    assert found.symmetric_difference(expected).area < 2e-4 * expected.area
    assert found.bounds == pytest.approx(expected.bounds, abs=2e-3 if "EPSG/0/3" in crs else 1e-7)


def test_lat_lon_order_is_that_of_epsg_4326(client):
    _, found = only(client, code="1-1", crs=f"{EPSG}4326")
    west, south, east, north = found.bounds
    assert 7 < west < east < 8
    assert 98 < south < north < 99


@pytest.mark.parametrize(
    "crs",
    [
        "https://www.opengis.net/def/crs/EPSG/0/32647",
        "urn:ogc:def:crs:EPSG::32647",
        "urn:ogc:def:crs:EPSG:0:32647",
    ],
)
def test_other_spellings_of_a_system_are_understood(client, crs):
    assert get(client, crs=crs).headers["content-crs"] == f"<{EPSG}32647>"


@pytest.mark.parametrize("name", ["crs", "bbox-crs", "filter-crs"])
@pytest.mark.parametrize("crs", ["", "EPSG:4326", "4326", f"{EPSG}24047", f"{EPSG}4326 ", "%00"])
def test_system_that_is_not_offered_is_refused_by_name(client, name, crs):
    response = client.get("/api/collections/grid/items", params={name: crs})
    assert (response.status_code, response.json()["parameter"]) == (400, name)


def test_box_and_geometry_can_be_in_different_systems(client):
    _, found = only(
        client,
        **{"bbox": "430149,873149,430151,873151", "bbox-crs": f"{EPSG}32647", "crs": f"{EPSG}3857"},
    )
    assert found.centroid.x > 10_000_000


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"filter": "people > 42"}, [143, 144]),
        ({"filter": "people > 42", "filter-lang": "cql2-text"}, [143, 144]),
        (
            {
                "filter": '{"op": ">", "args": [{"property": "people"}, 42]}',
                "filter-lang": "cql2-json",
            },
            [143, 144],
        ),
        (
            {
                "filter": "S_INTERSECTS(geom, POINT(430150 873150))",
                "filter-crs": f"{EPSG}32647",
            },
            [111],
        ),
        ({"filter": "code LIKE '4-%'", "bbox": "98,7,99,9", "people": "44"}, [144]),
        ({"filter": "people > 42", "sortby": "-people"}, [144, 143]),
        ({"filter": "people < 2", "sortby": "+people"}, [100, 101]),
        ({"filter": "people < 2 OR people > 43", "sortby": "-share, code"}, [144, 101, 100]),
    ],
)
def test_items_are_filtered_and_sorted(client, query, expected):
    answer = get(client, **query).json()
    assert [feature["id"] for feature in answer["features"]] == expected
    assert answer["numberMatched"] == len(expected)
    assert answer["numberMatchedIsEstimated"] is False


def test_pages_of_a_filtered_sorted_list_lead_through_all_of_it(client):
    base = f"http://testserver{client.prefix}"
    query = {"filter": "NOT code = '0-0' AND code <> 'ก'", "sortby": "-share", "limit": "7"}
    answer, seen = get(client, **query).json(), []
    while True:
        seen += [feature["properties"]["people"] for feature in answer["features"]]
        links = {link["rel"]: link["href"] for link in answer["links"]}
        assert client.get(links["self"].removeprefix(base)).json()["features"] == answer["features"]
        if "next" not in links:
            break
        answer = client.get(links["next"].removeprefix(base)).json()
    assert len(seen) == 24
    assert seen == sorted(seen, reverse=True)


def test_only_the_properties_asked_for_are_shown(client):
    (feature,) = get(client, code="1-1", properties="share,code").json()["features"]
    assert list(feature["properties"].items()) == [("code", "1-1"), ("share", 1.1)]
    (feature,) = get(client, code="1-1", properties="", skipGeometry="true").json()["features"]
    assert (feature["properties"], feature["geometry"]) == ({}, None)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"filter": "colour = 1"}, "filter"),
        ({"filter": ""}, "filter"),
        ({"filter": "people / people ^ 1000 > 1 AND 10 ^ people ^ 200 > 1"}, "filter"),
        ({"filter": "code LIKE '0\\'"}, "filter"),
        ({"filter": "people = 1", "filter-lang": "cql-text"}, "filter-lang"),
        ({"filter-lang": ""}, "filter-lang"),
        ({"sortby": "colour"}, "sortby"),
        ({"sortby": ""}, "sortby"),
        ({"sortby": "people,-people"}, "sortby"),
        ({"properties": "colour"}, "properties"),
        ({"properties": "geom"}, "properties"),
        ({"skipGeometry": "yes"}, "skipGeometry"),
        ({"after": "x"}, "after"),
        ({"f": "xml"}, "f"),
        ({"people": "1", "offset": "5"}, "offset"),
    ],
)
def test_what_cannot_be_asked_is_named(client, query, parameter):
    response = client.get("/api/collections/grid/items", params=query)
    assert (response.status_code, response.json()["parameter"]) == (400, parameter)
    assert response.json()["detail_th"]


@pytest.mark.parametrize("query", [{"colour": "red"}, {"filter": "id = 1"}, {"bbox": "1,2,3,4"}])
def test_one_item_knows_no_other_parameter_than_the_system(client, query):
    response = client.get("/api/collections/grid/items/111", params=query)
    assert (response.status_code, response.json()["parameter"]) == (400, next(iter(query)))


def test_page_is_compressed_where_the_client_takes_it(client):
    plain = client.get("/api/collections/grid/items", headers={"Accept-Encoding": "identity"})
    packed = client.get("/api/collections/grid/items", headers={"Accept-Encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept, Accept-Encoding"
    assert packed.json()["features"] == plain.json()["features"]


def test_queryables_describe_what_filters_may_name(client):
    response = get(client, "facility/queryables")
    assert response.headers["content-type"] == "application/schema+json"
    schema = response.json()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    base = f"http://testserver{client.prefix}/api/collections/facility"
    assert schema["$id"] == f"{base}/queryables"
    properties = schema["properties"]
    assert list(properties) == ["id", "code", "amenity", "name_th", "name_en", "geom"]
    assert properties["geom"]["format"] == "geometry-point"
    assert properties["amenity"]["enum"] == ["school", "hospital"]
    assert properties["amenity"]["oneOf"][0] == {"const": "school", "title": "โรงเรียน | School"}
    assert "geom" not in get(client, "population/queryables").json()["properties"]
    dated = get(client, "population/queryables").json()["properties"]["reference_date"]
    assert (dated["type"], dated["format"]) == ("string", "date")
    sortable = get(client, "facility/sortables").json()["properties"]
    assert list(sortable) == ["id", "code", "amenity", "name_th", "name_en"]


@pytest.mark.parametrize("name", ["queryables", "sortables"])
def test_every_queryable_and_sortable_can_be_used(client, name):
    for layer in ("grid", "facility", "population", "road"):
        for each in get(client, f"{layer}/{name}").json()["properties"]:
            used = {"filter": f"{each} IS NULL"} if name == "queryables" else {"sortby": f"-{each}"}
            get(client, f"{layer}/items", **used)
    for missing in ("elevation", "nothing"):
        assert client.get(f"/api/collections/{missing}/{name}").status_code == 404


def test_filter_as_json_in_thai(client):
    condition = {"op": "=", "args": [{"property": "name_th"}, "โรงเรียนน้ำใส"]}
    query = {"filter": json.dumps(condition, ensure_ascii=False), "filter-lang": "cql2-json"}
    assert get(client, "facility/items", **query).json()["features"][0]["id"] == 3
