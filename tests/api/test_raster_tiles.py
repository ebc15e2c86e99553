"""Raster tiles, TileJSON and legends over HTTP, style by style."""

import pytest
from pictures import pixels, place_in_tile

from twin.testing import centre

ADDRESS, _ = place_in_tile(centre(2, 2), 14)
TILE = f"{ADDRESS.z}/{ADDRESS.x}/{ADDRESS.y}.png"


def test_every_style_the_tilejson_names_can_be_fetched(client):
    styles = client.get("/raster/elevation.json").json()["styles"]
    assert styles[:4] == ["relief", "hillshade", "hypsometric", "terrain-rgb"]
    pictures = set()
    for style in styles:
        told = client.get("/raster/elevation.json", params={"style": style}).json()
        assert told["style"] == style
        path = told["tiles"][0].removeprefix(f"http://testserver{client.prefix}")
        response = client.get(path.format(z=ADDRESS.z, x=ADDRESS.x, y=ADDRESS.y))
        assert response.headers["content-type"] == "image/png"
        assert pixels(response.content).shape == (4, 256, 256)
        pictures.add(response.headers["etag"])
    assert len(pictures) == len(styles)


def test_style_not_named_is_the_first(client):
    told = client.get("/raster/elevation.json").json()
    assert told["style"] == "relief"
    assert told["tiles"] == [
        f"http://testserver{client.prefix}/raster/elevation/{{z}}/{{x}}/{{y}}.png"
    ]
    plain = client.get(f"/raster/elevation/{TILE}").content
    assert plain == client.get(f"/raster/elevation/{TILE}?style=relief").content


@pytest.mark.parametrize("path", [f"/{TILE}", ".json", "/legend.json"])
@pytest.mark.parametrize("style", ["sepia", "classes", "", "relief,viridis", "\x00"])
def test_unknown_style_is_400_and_told_which_there_are(client, path, style):
    response = client.get(f"/raster/elevation{path}", params={"style": style})
    assert response.status_code == 400
    problem = response.json()
    assert problem["parameter"] == "style"
    for text in (problem["detail"], problem["detail_th"]):
        assert "hillshade" in text
        assert "viridis" in text


def test_legend_of_classes_has_titles_in_both_languages_and_colours(client):
    legend = client.get("/raster/land_cover/legend.json").json()
    assert (legend["style"], legend["styles"], legend["stops"]) == ("classes", ["classes"], [])
    assert [one["value"] for one in legend["classes"]] == [1, 2, 3, 4]
    assert legend["classes"][2] == {
        "value": 3,
        "color": "#0000ff",
        "titles": {"th": "แหล่งน้ำ", "en": "Water"},
    }


@pytest.mark.parametrize("style", [None, "hypsometric", "viridis"])
def test_legend_of_a_ramp_has_stops_with_values_and_unit(client, style):
    params = {"style": style} if style else {}
    legend = client.get("/raster/elevation/legend.json", params=params).json()
    assert (legend["unit"], legend["classes"], legend["notes"]) == ("m", [], None)
    values = [stop["value"] for stop in legend["stops"]]
    assert (values[0], values[-1]) == (0, 40)
    assert values == sorted(values)
    assert all(len(stop["color"]) == 7 for stop in legend["stops"])


@pytest.mark.parametrize("style", ["hillshade", "terrain-rgb"])
def test_legend_of_what_has_no_key_says_what_it_is(client, style):
    legend = client.get(f"/raster/elevation/legend.json?style={style}").json()
    assert (legend["classes"], legend["stops"]) == ([], [])
    assert legend["notes"]["th"]
    assert legend["notes"]["en"]


def test_legend_colours_are_those_of_the_tile(client):
    legend = client.get("/raster/elevation/legend.json?style=hypsometric").json()
    tile = pixels(client.get(f"/raster/elevation/{TILE}?style=hypsometric").content)
    _, (row, column) = place_in_tile(centre(2, 2), 14)
    (color,) = [stop["color"] for stop in legend["stops"] if stop["value"] == 20]
    expected = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    assert tile[:3, row, column].astype(int).tolist() == pytest.approx(expected, abs=6)


def test_legend_is_linked_from_tilejson_and_collection(client):
    told = client.get("/raster/elevation.json?style=magma").json()
    base = f"http://testserver{client.prefix}"
    assert told["legend_url"] == f"{base}/raster/elevation/legend.json?style=magma"
    links = client.get("/api/collections/elevation").json()["links"]
    (href,) = [link["href"] for link in links if link["rel"] == "legend"]
    legend = client.get(href.removeprefix(base)).json()
    assert (legend["layer"], legend["style"]) == ("elevation", "relief")


@pytest.mark.parametrize("layer", ["grid", "nothing"])
def test_legend_of_what_is_no_raster_is_404(client, layer):
    assert client.get(f"/raster/{layer}/legend.json").status_code == 404
