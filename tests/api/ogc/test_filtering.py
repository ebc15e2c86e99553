"""What Features 2 and 3 and CQL2 ask for, by class.

Each in depth in tests/api/test_items.py and tests/db/test_cql2.py.
"""

from itertools import pairwise

import pytest
from shapely.geometry import shape

SPEC = "http://www.opengis.net/spec"
REL = "http://www.opengis.net/def/rel/ogc/1.0"
SCHEMA = "application/schema+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

#: A value of each kind of queryable, as the abstract tests have it.
VALUES = {
    "string": "'foo'",
    "integer": "1",
    "number": "3.14",
    "boolean": "true",
    "date": "DATE('2022-04-14')",
}
CQL2 = [
    "cql2-text",
    "cql2-json",
    "basic-cql2",
    "advanced-comparison-operators",
    "case-insensitive-comparison",
    "basic-spatial-functions",
    "basic-spatial-functions-plus",
    "spatial-functions",
    "temporal-functions",
    "arithmetic",
    "property-property",
]


@pytest.fixture
def ids(client):
    def find(collection, condition, **query):
        answer = client.get(
            f"/api/collections/{collection}/items", params={"filter": condition, **query}
        )
        assert answer.status_code == 200, (condition, answer.text)
        return {feature["id"] for feature in answer.json()["features"]}

    return find


@pytest.fixture
def queryables(client):
    """Collection, queryable and kind of all that have a simple value."""
    found = []
    for collection in ("grid", "facility", "population", "road"):
        schema = client.get(f"/api/collections/{collection}/queryables").json()
        found += [
            (collection, name, property_.get("format", property_["type"]))
            for name, property_ in schema["properties"].items()
            if "type" in property_
        ]
    return found


def test_classes_are_claimed(conforms_to):
    features = ["queryables", "queryables-query-parameters", "filter", "features-filter"]
    assert {f"{SPEC}/ogcapi-features-3/1.0/conf/{name}" for name in features} <= {*conforms_to}
    assert {f"{SPEC}/cql2/1.0/conf/{name}" for name in CQL2} <= {*conforms_to}
    assert f"{SPEC}/ogcapi-features-2/1.0/conf/crs" in conforms_to


def test_crs_every_system_a_collection_lists_is_one_that_items_come_in(client, follow):
    for collection in follow.json("/api/collections")["collections"]:
        if collection.get("itemType") != "feature":
            continue
        assert collection["crs"][0] == CRS84
        assert collection["storageCrs"] in collection["crs"]
        for uri in collection["crs"]:
            query = {"crs": uri, "limit": 1}
            response = client.get(f"/api/collections/{collection['id']}/items", params=query)
            assert response.headers["content-crs"] == f"<{uri}>"


def test_queryables_are_linked_from_collection_and_items(follow, find):
    for collection in follow.json("/api/collections")["collections"]:
        links = find(collection, f"{REL}/queryables")
        if collection["kind"] == "raster":
            assert not links
            continue
        (link,) = links
        response = follow.get(link["href"])
        assert response.headers["content-type"] == link["type"] == SCHEMA
        assert response.json()["$id"] == link["href"]
        assert 'rel="alternate"; type="text/html"' in response.headers["link"]
        for query in ("", "?f=html"):
            header = follow.get(f"/api/collections/{collection['id']}/items{query}").headers["link"]
            assert header == f'<{link["href"]}>; rel="{REL}/queryables"; type="{SCHEMA}"'


def test_queryables_query_parameters_each_takes_a_value_of_its_type(client, queryables):
    plain = {"string": "foo", "date": "2022-04-14"}
    for collection, name, kind in queryables:
        value = plain.get(kind, VALUES[kind])
        response = client.get(f"/api/collections/{collection}/items", params={name: value})
        assert response.status_code == 200, (collection, name)
        for feature in response.json()["features"]:
            assert feature["properties"].get(name, feature["id"]) in (True, 1, 3.14)


def test_filter_is_joined_to_other_conditions_by_and(ids):
    assert ids("grid", "people > 42") == {143, 144}
    assert ids("grid", "people > 42", code="4-4") == {144}
    assert ids("grid", "people > 42", bbox="0,0,1,1") == set()


@pytest.mark.parametrize("order", ["{name} {op} {value}", "{value} {op} {name}"])
def test_basic_cql2_and_property_property_comparisons(ids, queryables, order):
    assert {kind for _, _, kind in queryables} == {*VALUES}
    for collection, name, kind in queryables:
        found = {
            op: ids(collection, order.format(name=name, op=op, value=VALUES[kind]))
            for op in ("=", "<>", "<", ">=", ">", "<=")
        }
        for one, other in (("=", "<>"), ("<", ">="), (">", "<=")):
            assert not found[one] & found[other], (collection, name)
        assert found["<="] == found["<"] | found["="]


def test_property_property_each_equals_itself(ids, queryables):
    for collection, name, _ in queryables:
        same = [ids(collection, f"{name} {op} {name}") for op in ("=", "<=", ">=")]
        assert all(one == other for one, other in pairwise(same))
        assert same[0] == ids(collection, f"{name} IS NOT NULL")
        assert not any(ids(collection, f"{name} {op} {name}") for op in ("<>", "<", ">"))


def test_property_property_compares_values_of_every_kind(ids):
    for value in (*VALUES.values(), "TIMESTAMP('2022-04-14T14:48:46Z')"):
        assert ids("facility", f"{value} <= {value}") == {1, 2, 3}
        assert not ids("facility", f"{value} < {value}")


def test_basic_spatial_functions_plus_takes_every_kind_of_geometry(ids, client):
    first, last = (
        shape(client.get(f"/api/collections/grid/items/{item}").json()["geometry"]).centroid
        for item in (100, 144)
    )
    west, south, east, north = first.x, first.y, last.x, last.y
    lower, upper = f"{west} {south}", f"{east} {north}"
    ring = f"(({lower},{east} {south},{upper},{west} {north},{lower}))"
    for wkt in (
        f"POINT({lower})",
        f"LINESTRING({lower},{upper})",
        f"POLYGON{ring}",
        f"MULTIPOINT(({lower}),({upper}))",
        f"MULTILINESTRING(({lower},{upper}))",
        f"MULTIPOLYGON({ring})",
        f"GEOMETRYCOLLECTION(POINT({lower}),LINESTRING({lower},{upper}))",
        f"BBOX({west},{south},{east},{north})",
    ):
        found = ids("grid", f"S_INTERSECTS(geom,{wkt})")
        assert 100 in found, wkt
        assert found == ids("grid", f"S_INTERSECTS({wkt},geom)")


@pytest.mark.parametrize(
    "name",
    ["INTERSECTS", "DISJOINT", "WITHIN", "CONTAINS", "TOUCHES", "CROSSES", "OVERLAPS", "EQUALS"],
)
def test_spatial_functions_each_is_known(ids, name):
    ids("road", f"S_{name}(geom, LINESTRING(98 7, 99 8))")


@pytest.mark.parametrize("queried", ["reference_date", "INTERVAL(reference_date, '2021-06-01')"])
@pytest.mark.parametrize(
    "name",
    [
        "AFTER",
        "BEFORE",
        "CONTAINS",
        "DISJOINT",
        "DURING",
        "EQUALS",
        "FINISHEDBY",
        "FINISHES",
        "INTERSECTS",
        "MEETS",
        "METBY",
        "OVERLAPPEDBY",
        "OVERLAPS",
        "STARTEDBY",
        "STARTS",
    ],
)
def test_temporal_functions_each_is_known(ids, name, queried):
    ids("population", f"T_{name}({queried}, INTERVAL('2021-01-01', '2021-12-31'))")
