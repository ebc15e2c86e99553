"""Tiles over HTTP: types, caching, compression, and what is not there."""

import gzip
import math

import mapbox_vector_tile
import pytest

from twin.testing import centre

PLACE = centre(2, 2)
X = int((PLACE.x + 180) / 360 * 2**14)
Y = int((1 - math.asinh(math.tan(math.radians(PLACE.y))) / math.pi) / 2 * 2**14)


def test_vector_tile_is_served_with_validators(client):
    response = client.get(f"/tiles/facility/14/{X}/{Y}.mvt")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert response.headers["cache-control"] == "public, no-cache"
    assert list(mapbox_vector_tile.decode(response.content)) == ["facility"]
    etag = response.headers["etag"]
    for known in (etag, f'"other", {etag}', "*"):
        headers = {"If-None-Match": known, "Accept-Encoding": "gzip"}
        again = client.get(f"/tiles/facility/14/{X}/{Y}.mvt", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    other = client.get(f"/tiles/facility/14/{X}/{Y}.mvt", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_vector_tile_is_compressed_for_those_who_can_read_it(client):
    path = f"/tiles/base/14/{X}/{Y}.mvt"
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as response:
        assert response.headers["content-encoding"] == "gzip"
        assert "accept-encoding" in response.headers["vary"].lower()
        packed = b"".join(response.iter_raw())
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content


def test_vector_tile_without_features_is_204(client):
    response = client.get("/tiles/facility/14/0/0.mvt")
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["cache-control"] == "public, no-cache"


def test_tile_answers_no_other_method_even_when_it_is_ready(client):
    path = f"/tiles/facility/14/{X}/{Y}.mvt"
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 405
    assert client.delete(path).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/nothing/14/0/0.mvt",
        "/tiles/elevation/14/0/0.mvt",
        "/tiles/base/5/0/0.mvt",
        "/tiles/base/17/0/0.mvt",
        "/tiles/base/14/16384/0.mvt",
        "/tiles/base/14/0/16384.mvt",
        "/tiles/base/-1/0/0.mvt",
        "/tiles/base/6.5/0/0.mvt",
        "/tiles/base/x/y/z.mvt",
        "/tiles/base/14/0/99999999999999999999999999.mvt",
        "/tiles/%00/14/0/0.mvt",
        "/tiles/nothing.json",
        "/raster/grid.json",
        "/raster/nothing/14/0/0.png",
        "/raster/grid/14/0/0.png",
        "/raster/elevation/17/0/0.png",
        "/raster/elevation/14/0/nan.png",
    ],
)
def test_tile_that_is_not_there_is_404(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["code"] == "not-found"


@pytest.mark.parametrize("tileset", ["base", "facilities", "projects", "grid", "tambon"])
def test_tilejson_names_tiles_that_can_be_fetched(client, tileset):
    told = client.get(f"/tiles/{tileset}.json").json()
    (template,) = told["tiles"]
    assert template == f"http://testserver{client.prefix}/tiles/{tileset}/{{z}}/{{x}}/{{y}}.mvt"
    path = template.removeprefix(f"http://testserver{client.prefix}").format(z=14, x=X, y=Y)
    content = client.get(path).content
    layers = {layer["id"] for layer in told["vector_layers"]}
    assert set(mapbox_vector_tile.decode(content)) <= layers


def test_raster_tile_is_served_with_validators(client):
    told = client.get("/raster/elevation.json").json()
    path = told["tiles"][0].removeprefix(f"http://testserver{client.prefix}")
    response = client.get(path.format(z=14, x=X, y=Y))
    assert response.headers["content-type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    headers = {"If-None-Match": response.headers["etag"]}
    assert client.get(path.format(z=14, x=X, y=Y), headers=headers).status_code == 304
    assert client.get(path.format(z=14, x=0, y=0)).status_code == 204
