"""OWSLib reads the twin: landing page, collections, items by box and limit, definition."""

import pytest
from owslib.ogcapi.features import Features

from twin.testing import square


@pytest.fixture
def service(api):
    return Features(f"{api}/")


def test_landing_page_and_conformance(service):
    assert {link["rel"] for link in service.links} >= {"service-desc", "data", "conformance"}
    classes = service.conformance()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in classes
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30" in classes


def test_api_definition_is_found(service):
    definition = service.api()
    assert definition["openapi"].startswith("3.0.")
    assert "/api/collections/{collectionId}/items" in definition["paths"]


def test_collections_with_features(service):
    names = service.feature_collections()
    assert {"grid", "facility", "population"} <= set(names)
    assert "elevation" not in names
    assert service.collection("grid")["extent"]["spatial"]["bbox"][0][0] == pytest.approx(
        98.36, abs=0.1
    )


def test_items_by_limit_and_box(service):
    assert len(service.collection_items("grid", limit=5)["features"]) == 5
    bounds = square(1, 1).buffer(-0.0001).bounds
    found = service.collection_items("grid", bbox=list(bounds), limit=100)
    assert [feature["properties"]["people"] for feature in found["features"]] == [11]
    assert found["numberMatched"] == 1


def test_item_by_identifier(service):
    assert service.collection_item("grid", "123")["properties"]["people"] == 23
