"""Both editions over HTTP: every answer fits its model, and says what kind of data it is."""

import pytest
from mapbox_vector_tile import decode
from starlette.testclient import TestClient

from api.main import create_app
from api.models.collections import Collections
from api.models.geojson import ItemCollection, NearCollection
from api.models.projects import ProgrammeModel, ProjectCollection, ProjectDetail
from api.models.query import Identified, SearchResults
from api.models.selection import Selected

OLD_TOWN = {"lon": 98.39, "lat": 7.885}
#: The tile of zoom 11 that holds the town of Phuket.
TOWN = "11/1583/978"


@pytest.fixture(
    scope="module", params=["starter", pytest.param("phuket", marks=pytest.mark.real_data)]
)
def edition(request):
    """The service with one edition loaded; its name is `client.edition`."""
    settings = request.getfixturevalue(request.param)
    with TestClient(create_app(settings)) as client:
        client.edition = request.param
        yield client


def test_edition_is_ready_and_named(edition):
    assert edition.get("/health/ready").status_code == 200
    answer = Collections.model_validate(edition.get("/api/collections").json())
    assert answer.edition == edition.edition
    kinds = {collection.id: collection.provenance for collection in answer.collections}
    if edition.edition == "starter":
        assert (kinds["tambon"], kinds["road"]) == ("approximate", "synthetic")
    else:
        assert {"approximate", "synthetic"}.isdisjoint(kinds.values())


def test_edition_items_fit_their_model(edition):
    for collection in edition.get("/api/collections").json()["collections"]:
        if collection["kind"] == "raster":
            continue
        answer = edition.get(f"/api/collections/{collection['id']}/items?limit=3").json()
        page = ItemCollection.model_validate(answer)
        assert page.numberMatched == collection["featureCount"]
        names = [column["name"] for column in collection["columns"]]
        for feature in page.features:
            assert list(feature.properties) == names
            expected = collection["geometryType"]
            assert (feature.geometry.type if feature.geometry else None) == expected


def test_edition_projects_fit_their_model(edition):
    answer = ProjectCollection.model_validate(edition.get("/api/projects").json())
    assert answer.numberMatched == 39
    placed = [feature for feature in answer.features if feature.geometry]
    assert len(placed) >= 10
    for feature in answer.features:
        detail = ProjectDetail.model_validate(edition.get(f"/api/projects/{feature.id}").json())
        assert detail.properties.facts
        assert bool(detail.geometry) == bool(feature.geometry)
        for site in detail.properties.sites:
            assert bool(site.marker) == bool(site.geometry_type and site.rule != "province")
    programme = ProgrammeModel.model_validate(edition.get("/api/programme").json())
    assert sum(domain.placed for domain in programme.domains) == len(placed)


def test_edition_answers_questions_about_the_old_town(edition):
    here = Identified.model_validate(
        edition.get("/api/query/identify", params={**OLD_TOWN, "radius_m": 500}).json()
    )
    assert here.amphoe.code == "8301"
    assert here.tambon.code.startswith("8301")
    assert [f.distance_m for f in here.features] == sorted(f.distance_m for f in here.features)
    assert len(here.rasters) == (4 if edition.edition == "phuket" else 0)
    near = NearCollection.model_validate(
        edition.get("/api/query/nearest", params={**OLD_TOWN, "layer": "facility"}).json()
    )
    assert near.numberReturned == 5
    ring = [[98.38, 7.87], [98.40, 7.87], [98.40, 7.89], [98.38, 7.89], [98.38, 7.87]]
    body = {"geometry": {"type": "Polygon", "coordinates": [ring]}}
    for path in ("within", "intersects"):
        Selected.model_validate(edition.post(f"/api/query/{path}", json=body).json())
    found = SearchResults.model_validate(edition.get("/api/search?q=patong").json())
    assert "830202" in [result.id for result in found.results]


@pytest.mark.parametrize(
    ("tileset", "layers"),
    [
        ("base", {"land", "tambon", "tambon_label", "road"}),
        ("facilities", {"place", "facility"}),
        ("projects", {"project_site"}),
    ],
)
def test_edition_tiles_hold_the_layers_of_the_contract(edition, tileset, layers):
    tile = decode(edition.get(f"/tiles/{tileset}/{TOWN}.mvt").content)
    assert layers <= set(tile)


@pytest.mark.real_data
@pytest.mark.parametrize(
    "layer", ["elevation", "land_cover_2018", "land_cover_2022", "land_cover_2025"]
)
def test_rasters_of_the_real_data_are_drawn(edition, layer):
    if edition.edition == "phuket":
        tile = edition.get(f"/raster/{layer}/{TOWN}.png")
        assert tile.content.startswith(b"\x89PNG")
    else:
        assert edition.get(f"/raster/{layer}/{TOWN}.png").status_code == 404
