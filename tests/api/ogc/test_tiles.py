"""Abstract tests of OGC API Tiles, part 1 (20-057), one a requirement."""

import math

import mapbox_vector_tile
import pytest

from twin.testing import square

REL = "http://www.opengis.net/def/rel/ogc/1.0"
MVT, PNG, JSON = "application/vnd.mapbox-vector-tile", "image/png", "application/json"
SET = "WebMercatorQuad"
URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{SET}"
TILESETS = [
    f"/api/tiles/{SET}",
    f"/api/tiles/{SET}?collections=base",
    f"/api/tiles/{SET}?collections=facilities",
    f"/api/tiles/{SET}?collections=projects",
    f"/api/tiles/{SET}?collections=grid,facility",
    f"/api/collections/grid/tiles/{SET}",
    f"/api/collections/road/tiles/{SET}",
    f"/api/collections/elevation/map/tiles/{SET}",
    f"/api/collections/land_cover/map/tiles/{SET}",
]
#: A tile of the toy island: matrix, row, column.
ISLAND = "12/1957/3167"


def fill(template, matrix, row, column):
    for name, value in (("tileMatrix", matrix), ("tileRow", row), ("tileCol", column)):
        template = template.replace(f"{{{name}}}", str(value))
    return template


def decoded(response):
    assert response.headers["content-type"] == MVT
    return mapbox_vector_tile.decode(response.content, default_options={"y_coord_down": True})


def test_conformance_success(conforms_to):
    spec = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
    names = {
        "core",
        "tileset",
        "tilesets-list",
        "dataset-tilesets",
        "geodata-tilesets",
        "collections-selection",
        "mvt",
        "png",
        "oas30",
    }
    assert {name.removeprefix(f"{spec}/") for name in conforms_to if spec in name} == names


@pytest.mark.parametrize("path", TILESETS)
def test_core_tc_op_and_success(follow, find, path):
    tileset = follow.json(path)
    (item,) = find(tileset, "item")
    response = follow.get(fill(item["href"], *ISLAND.split("/")))
    assert response.status_code in (200, 204)
    if response.status_code == 200:
        assert response.headers["content-type"] == item["type"]


@pytest.mark.parametrize("path", TILESETS)
def test_core_tc_definitions_are_those_of_the_tile_matrix_set(follow, find, path):
    tileset = follow.json(path)
    (link,) = find(tileset, f"{REL}/tiling-scheme", JSON)
    matrices = {matrix["id"]: matrix for matrix in follow.json(link["href"])["tileMatrices"]}
    for limits in tileset["tileMatrixSetLimits"]:
        matrix = matrices[limits["tileMatrix"]]
        assert 0 <= limits["minTileRow"] <= limits["maxTileRow"] < matrix["matrixHeight"]
        assert 0 <= limits["minTileCol"] <= limits["maxTileCol"] < matrix["matrixWidth"]


@pytest.mark.parametrize("path", TILESETS)
def test_core_tc_error_beyond_the_limits_is_404_within_them_is_not(follow, find, path):
    tileset = follow.json(path)
    (item,) = find(tileset, "item")
    for limits in tileset["tileMatrixSetLimits"][::3]:
        matrix = limits["tileMatrix"]
        low = (limits["minTileRow"], limits["minTileCol"])
        high = (limits["maxTileRow"], limits["maxTileCol"])
        for row, column in (low, high):
            assert follow.get(fill(item["href"], matrix, row, column)).status_code in (200, 204)
        for row, column, parameter in (
            (low[0] - 1, low[1], "tileRow"),
            (high[0] + 1, high[1], "tileRow"),
            (low[0], low[1] - 1, "tileCol"),
            (high[0], high[1] + 1, "tileCol"),
        ):
            response = follow.get(fill(item["href"], matrix, row, column))
            assert response.status_code == 404
            assert response.json()["parameter"] == parameter


@pytest.mark.parametrize("path", TILESETS)
@pytest.mark.parametrize(
    "tile",
    [
        "99/0/0",
        "-1/0/0",
        "twelve/1957/3167",
        "012/1957/3167",
        "12/a/3167",
        "12/1957/1e3",
        "12/1.5/1",
    ],
)
def test_core_tc_error_of_no_tile_is_404(follow, find, path, tile):
    (item,) = find(follow.json(path), "item")
    response = follow.get(fill(item["href"], *tile.split("/")))
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("folder", [f"/api/tiles/{SET}", f"/api/collections/grid/tiles/{SET}"])
def test_mvt_content_format_by_name(client, folder):
    assert client.get(f"{folder}/{ISLAND}?f=mvt").headers["content-type"] == MVT
    refused = client.get(f"{folder}/{ISLAND}?f=png")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "f")


def test_png_content_format_by_name(client):
    folder = f"/api/collections/elevation/map/tiles/{SET}"
    tile = client.get(f"{folder}/{ISLAND}?f=png")
    assert tile.headers["content-type"] == PNG
    assert tile.content.startswith(b"\x89PNG\r\n\x1a\n")
    refused = client.get(f"{folder}/{ISLAND}?f=mvt")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "f")


def test_tiles_are_row_before_column(client):
    """The same tile as in XYZ order, where the column comes first."""
    ours = client.get(f"/api/collections/grid/tiles/{SET}/12/1957/3167")
    xyz = client.get("/tiles/grid/12/3167/1957.mvt")
    assert ours.content == xyz.content
    pictures = [
        client.get(path).content
        for path in (
            f"/api/collections/elevation/map/tiles/{SET}/12/1957/3167",
            "/raster/elevation/12/3167/1957.png",
        )
    ]
    assert pictures[0] == pictures[1]


def test_mvt_content_grid_maps_to_the_tile_from_its_top_left(client):
    """The island's corners are where the matrix says that they are."""
    tile = decoded(client.get(f"/api/collections/grid/tiles/{SET}/{ISLAND}"))
    matrices = client.get(f"/api/tileMatrixSets/{SET}").json()["tileMatrices"]
    matrix = next(each for each in matrices if each["id"] == "12")
    side = matrix["cellSize"] * matrix["tileWidth"]
    west, north = (
        matrix["pointOfOrigin"][0] + 3167 * side,
        matrix["pointOfOrigin"][1] - 1957 * side,
    )
    (name,) = [name for name in tile if not name.endswith("_label")]
    positions = [
        position
        for feature in tile[name]["features"]
        for part in rings(feature["geometry"])
        for position in part
    ]
    extent = tile[name]["extent"]
    seen_west = west + min(x for x, _ in positions) / extent * side
    seen_north = north - min(y for _, y in positions) / extent * side
    lon, _, _, lat = square(0, 0, 5, 5).bounds
    radius = 6378137
    assert seen_west == pytest.approx(math.radians(lon) * radius, abs=2 * side / extent)
    mercator = radius * math.asinh(math.tan(math.radians(lat)))
    assert seen_north == pytest.approx(mercator, abs=2 * side / extent)


def rings(geometry):
    """The rings of a decoded area."""
    if geometry["type"] == "Polygon":
        return geometry["coordinates"]
    return [ring for polygon in geometry["coordinates"] for ring in polygon]


def test_collections_selection_response_holds_only_what_was_chosen(client):
    tile = decoded(client.get(f"/api/tiles/{SET}/{ISLAND}?collections=grid,facility"))
    assert {name.removesuffix("_label") for name in tile} == {"grid", "facility"}
    everything = decoded(client.get(f"/api/tiles/{SET}/{ISLAND}"))
    assert {"project_site", "road"} <= set(everything)


@pytest.mark.parametrize("value", ["base", "facilities", "projects"])
def test_collections_selection_of_a_group_is_the_composite(client, value):
    ours = client.get(f"/api/tiles/{SET}/{ISLAND}?collections={value}")
    composite = client.get(f"/tiles/{value}/12/3167/1957.mvt")
    assert (ours.status_code, ours.content) == (composite.status_code, composite.content)


@pytest.mark.parametrize("value", ["nothing", "grid,nothing", "elevation", "population", "%00"])
def test_collections_selection_of_what_has_no_vector_tiles_is_400(client, value):
    for path in (f"/api/tiles/{SET}", f"/api/tiles/{SET}/{ISLAND}"):
        response = client.get(f"{path}?collections={value}")
        assert (response.status_code, response.json()["parameter"]) == (400, "collections")


@pytest.mark.parametrize("path", TILESETS)
def test_tileset_description(follow, find, path):
    tileset = follow.json(path)
    is_map = "/map/" in path
    assert tileset["dataType"] == ("map" if is_map else "vector")
    assert tileset["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
    assert tileset["tileMatrixSetURI"] == URI
    (item,) = find(tileset, "item")
    assert item["templated"] is True
    assert item["type"] == (PNG if is_map else MVT)
    for name in ("tileMatrix", "tileRow", "tileCol"):
        assert f"{{{name}}}" in item["href"]
    assert item["href"].index("{tileRow}") < item["href"].index("{tileCol}")
    west, south = tileset["boundingBox"]["lowerLeft"]
    east, north = tileset["boundingBox"]["upperRight"]
    assert west < east
    assert south < north
    assert tileset["layers"]
    assert None not in tileset.values()


@pytest.mark.parametrize("path", TILESETS)
def test_tileset_links_lead_somewhere(follow, path):
    tileset = follow.json(path)
    style = tileset.get("style", {"links": []})
    assert bool(style["links"]) == ("/map/" in path)
    for link in (*tileset["links"], *style["links"]):
        if not link.get("templated"):
            response = follow.get(link["href"])
            assert response.headers["content-type"].startswith(link["type"]), link


def test_tileset_of_a_map_links_to_the_colours_that_are_drawn(follow, find):
    tileset = follow.json(f"/api/collections/land_cover/map/tiles/{SET}")
    (link,) = find(tileset["style"], "legend")
    assert "#ff0000" in follow.get(link["href"]).text


def test_tilesets_of_a_map_are_one_a_style_and_differ(follow, find):
    tilesets = follow.json("/api/collections/elevation/map/tiles")["tilesets"]
    full = [follow.json(find(each, "self")[0]["href"]) for each in tilesets]
    names = [tileset["style"]["id"] for tileset in full]
    assert names[:2] == ["relief", "hillshade"]
    assert len(names) == len(set(names))
    pictures = [
        follow.get(fill(find(tileset, "item")[0]["href"], *ISLAND.split("/"))).content
        for tileset in full[:2]
    ]
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("path", ["", f"/{ISLAND}"])
def test_style_that_the_map_does_not_have_is_400(client, path):
    folder = f"/api/collections/elevation/map/tiles/{SET}"
    response = client.get(f"{folder}{path}?style=nothing")
    assert (response.status_code, response.json()["parameter"]) == (400, "style")


def test_tileset_layers_tell_their_attributes_and_levels(client):
    (layer,) = client.get(f"/api/collections/grid/tiles/{SET}").json()["layers"]
    assert (layer["id"], layer["dataType"], layer["geometryDimension"]) == ("grid", "vector", 2)
    tile = decoded(client.get(f"/api/collections/grid/tiles/{SET}/{ISLAND}"))
    attributes = set(tile["grid"]["features"][0]["properties"])
    assert attributes <= set(layer["propertiesSchema"]["properties"])
    assert int(layer["minTileMatrix"]) <= 12 <= int(layer["maxTileMatrix"])


@pytest.mark.parametrize(
    "path",
    ["/api/tiles", "/api/collections/grid/tiles", "/api/collections/elevation/map/tiles"],
)
def test_tilesets_list_tileset_links(follow, find, path):
    tilesets = follow.json(path)["tilesets"]
    assert tilesets
    for listed in tilesets:
        (itself,) = find(listed, "self", JSON)
        assert itself["href"].partition("?")[0] == f"{follow.base}{path}/{SET}"
        assert find(listed, f"{REL}/tiling-scheme")
        full = follow.json(itself["href"])
        for member in ("title", "dataType", "crs", "tileMatrixSetURI"):
            assert listed[member] == full[member]


def test_dataset_tilesets_landing_page_and_operation(follow, find):
    (link,) = find(follow.json("/api"), f"{REL}/tilesets-vector", JSON)
    assert link["href"] == f"{follow.base}/api/tiles"
    titles = [tileset["title"] for tileset in follow.json(link["href"])["tilesets"]]
    assert len(titles) == len(set(titles)) == 4


def test_geodata_tilesets_desc_links_and_operation(follow, find):
    for collection in follow.json("/api/collections")["collections"]:
        vector = find(collection, f"{REL}/tilesets-vector", JSON)
        maps = find(collection, f"{REL}/tilesets-map", JSON)
        kinds = {"vector": (1, 0), "raster": (0, 1), "table": (0, 0)}
        assert (len(vector), len(maps)) == kinds[collection["kind"]]
        for link in (*vector, *maps):
            tileset, *_ = follow.json(link["href"])["tilesets"]
            (itself,) = find(tileset, "self")
            assert follow.json(itself["href"])["layers"][0]["id"] == collection["id"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/collections/nothing/tiles",
        "/api/collections/elevation/tiles",
        "/api/collections/population/tiles",
        "/api/collections/grid/map/tiles",
        "/api/collections/population/map/tiles",
        "/api/collections/nothing/map/tiles",
        "/api/tiles/Nothing",
        "/api/tileMatrixSets/Nothing",
        "/api/tileMatrixSets/WGS1984Quad",
        "/api/collections/grid/tiles/Nothing",
        "/api/collections/elevation/map/tiles/Nothing",
        f"/api/tiles/Nothing/{ISLAND}",
        f"/api/collections/grid/tiles/Nothing/{ISLAND}",
        f"/api/collections/elevation/tiles/{SET}/{ISLAND}",
        f"/api/collections/grid/map/tiles/{SET}/{ISLAND}",
    ],
)
def test_what_has_no_tiles_is_404(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["detail_th"]


def test_tile_matrix_sets_list_and_definition(follow, find):
    (link,) = find(follow.json("/api"), f"{REL}/tiling-schemes")
    (listed,) = follow.json(link["href"])["tileMatrixSets"]
    assert (listed["id"], listed["uri"]) == (SET, URI)
    (itself,) = find(listed, "self")
    definition = follow.json(itself["href"])
    assert (definition["id"], definition["uri"]) == (SET, URI)
    assert definition["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
    assert definition["wellKnownScaleSet"].endswith("GoogleMapsCompatible")
    for zoom, matrix in enumerate(definition["tileMatrices"]):
        assert matrix["id"] == str(zoom)
        assert matrix["matrixWidth"] == matrix["matrixHeight"] == 2**zoom
        assert matrix["cellSize"] == pytest.approx(matrix["scaleDenominator"] * 0.00028)
        assert matrix["pointOfOrigin"] == pytest.approx([-20037508.3428, 20037508.3428])


def test_tile_is_kept_by_its_etag(client):
    path = f"/api/collections/grid/tiles/{SET}/{ISLAND}"
    etag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
