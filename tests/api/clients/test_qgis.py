"""Requests in the form that QGIS makes them, written by hand: OAPIF provider and vector tiles."""

import httpx
import mapbox_vector_tile
import pytest

REL = "http://www.opengis.net/def/rel/ogc/1.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@pytest.fixture
def qgis():
    with httpx.Client(headers={"User-Agent": "Mozilla/5.0 QGIS"}, timeout=30) as client:
        yield client


def href(document, rel, media_type=None):
    (found,) = [
        link["href"]
        for link in document["links"]
        if link["rel"] == rel and media_type in (None, link.get("type"))
    ]
    return found


def test_provider_finds_the_definition_and_the_collections(api, qgis):
    landing = qgis.get(api, headers={"Accept": "application/json"}).json()
    definition = qgis.get(
        href(landing, "service-desc"),
        headers={
            "Accept": "application/vnd.oai.openapi+json;version=3.0,"
            " application/openapi+json;version=3.0, application/json"
        },
    )
    assert definition.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    items = definition.json()["paths"]["/api/collections/{collectionId}/items"]["get"]
    (limit,) = [each for each in items["parameters"] if each["name"] == "limit"]
    assert limit["schema"]["maximum"] >= 1000
    listed = qgis.get(href(landing, "data"), headers={"Accept": "application/json"}).json()
    assert "grid" in [collection["id"] for collection in listed["collections"]]


def test_provider_reads_all_items_page_by_page(api, qgis):
    headers = {"Accept": "application/geo+json, application/json"}
    address, seen = f"{api}/collections/grid/items?limit=10", []
    while address:
        answer = qgis.get(address, headers=headers)
        assert answer.headers["content-type"] == "application/geo+json"
        page = answer.json()
        seen += [feature["id"] for feature in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        address = following[0] if following else None
    assert len(seen) == len(set(seen)) == 25


def test_provider_reads_what_the_canvas_shows(api, qgis):
    whole = qgis.get(f"{api}/collections/grid?f=json").json()["extent"]["spatial"]["bbox"][0]
    box = ",".join(str(value) for value in whole)
    for query in (f"limit=1000&bbox={box}", f"bbox={box}&bbox-crs={CRS84}&limit=1000"):
        page = qgis.get(f"{api}/collections/grid/items?{query}").json()
        assert page["numberReturned"] == 25


def test_vector_tile_layer_by_xyz_template(api, qgis):
    template = f"{api.removesuffix('/api')}/tiles/grid/{{z}}/{{x}}/{{y}}.mvt"
    address = template.format(z=12, x=3167, y=1957)
    tile = mapbox_vector_tile.decode(qgis.get(address).content)
    assert len(tile["grid"]["features"]) == 25


def test_vector_tile_layer_by_the_template_of_the_tileset(api, qgis):
    collection = qgis.get(f"{api}/collections/grid").json()
    tilesets = qgis.get(href(collection, f"{REL}/tilesets-vector")).json()["tilesets"]
    tileset = qgis.get(href(tilesets[0], "self")).json()
    address = href(tileset, "item").format(tileMatrix=12, tileRow=1957, tileCol=3167)
    tile = mapbox_vector_tile.decode(qgis.get(address).content)
    assert len(tile["grid"]["features"]) == 25


def test_people_find_the_pages_with_a_browser(api, qgis):
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    page = qgis.get(api, headers=browser)
    assert page.headers["content-type"].startswith("text/html")
    assert f'href="{api}/static/page.css"' in page.text
    assert qgis.get(f"{api}/static/page.css").headers["content-type"].startswith("text/css")
    assert qgis.get(f"{api}/static/fonts.css").headers["content-type"].startswith("text/css")
