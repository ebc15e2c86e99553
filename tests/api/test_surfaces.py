"""The travel-time surface over HTTP: asked for, drawn, read at a point, fetched, gone."""

import numpy as np
import pytest
from pictures import pixels, place_in_tile
from rasterio.io import MemoryFile
from starlette.testclient import TestClient

from api.main import create_app
from twin.rasters.styles import rgb
from twin.testing import SIDE, centre

RUN = "/api/processes/travel-time/execution"

#: The middle road of the island, along which the hospital is 0, 100 and 200 m away.
QUESTION = {
    "supply": {"filter": "amenity = 'hospital'"},
    "mode": "car",
    "unit": "metres",
    "thresholds": [50, 150],
}
BAND_BY_COLUMN = [2, 1, 0, 1, 2]


@pytest.fixture(scope="module")
def local(toy):
    """A client on the machine of the service."""
    machine = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50_000)}
    with TestClient(create_app(toy), **machine) as client:
        yield client


def run(client, question=QUESTION, **inputs):
    return client.post(RUN, json={"inputs": {"question": question, **inputs}})


@pytest.fixture(scope="module")
def surface(local):
    answer = run(local)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def told(local, surface):
    return local.get(surface["tilejson"]).json()


def test_the_answer_says_where_the_surface_is_and_how_much_land_is_in_each_band(surface):
    assert [band["area_km2"] for band in surface["bands"]] == [0.01, 0.02, 0.02]
    titles = [band["titles"]["en"] for band in surface["bands"]]
    assert titles == ["up to 50 metres", "50–150 metres", "more than 150 metres"]
    # The other four roads meet nothing that leads to the hospital.
    assert (surface["unreached_km2"], surface["unknown_km2"]) == (0.2, 0.0)
    told = surface["summary"]["en"]
    assert told.startswith("12% of the land is within 150 metres by car of a facility. ")
    assert surface["is_clipped"]
    assert surface["assumptions"]["direction"] == "to"


def test_land_far_from_any_street_is_told_as_unknown(local):
    found = run(local, {**QUESTION, "max_snap_m": 20}, cell_m=50).json()
    land = found["unreached_km2"] + sum(band["area_km2"] for band in found["bands"])
    share = found["unknown_km2"] / (land + found["unknown_km2"])
    assert share > 0
    assert f"; {share:.0%} is unknown, with no street within 20 m." in found["summary"]["en"]
    assert f"ไม่ทราบ {share:.0%}" in found["summary"]["th"]


def test_tiles_show_each_cell_in_the_colour_of_its_band(local, surface, told):
    colors = [rgb(band["color"]) for band in told["bands"]]
    for column in range(SIDE):
        for row in range(SIDE):
            address, pixel = place_in_tile(centre(column, row), 16)
            tile = local.get(surface["tiles"].format(**address._asdict()))
            there = (0, 0, 0, 0)
            if tile.status_code == 200:
                there = tuple(pixels(tile.content)[(slice(None), *pixel)])
            on_road = (*colors[BAND_BY_COLUMN[column]], 255)
            assert there == (on_road if row == 2 else (0, 0, 0, 0)), (column, row)


def test_tilejson_has_the_key_in_both_languages_and_absolute_addresses(told, surface):
    assert told["tilejson"] == "3.0.0"
    assert told["tiles"] == [surface["tiles"]]
    assert surface["tiles"].startswith("http://127.0.0.1:8000/raster/travel-time/")
    assert told["bands"][0]["titles"] == {"th": "ไม่เกิน 50 เมตร", "en": "up to 50 metres"}
    assert told["bands"][-1]["up_to"] is None
    assert told["titles"]["th"].startswith("การเดินทางโดยรถยนต์")
    assert "Toy island" in told["attribution"]
    west, south, east, north = told["bounds"]
    assert west < centre(0, 0).x < east
    assert south < centre(0, 0).y < north


def test_links_are_right_below_a_path_prefix(toy):
    machine = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50_000)}
    api = toy.api.model_copy(update={"root_path": "/twin"})
    with TestClient(create_app(toy.model_copy(update={"api": api})), **machine) as client:
        answer = client.post(f"/twin{RUN}", json={"inputs": {"question": QUESTION}}).json()
        for name in ("tilejson", "tiles", "geotiff"):
            assert answer[name].startswith("http://127.0.0.1:8000/twin/raster/travel-time/"), name
        assert client.get(answer["tilejson"]).json()["tiles"] == [answer["tiles"]]


def test_a_tile_may_be_kept_for_ever_and_a_sea_tile_is_204(local, surface):
    address, _ = place_in_tile(centre(2, 2), 14)
    path = surface["tiles"].format(**address._asdict())
    tile = local.get(path)
    assert tile.headers["content-type"] == "image/png"
    assert tile.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = local.get(path, headers={"If-None-Match": tile.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert local.head(path).status_code == 200
    sea = local.get(surface["tiles"].format(**address._replace(x=address.x + 9)._asdict()))
    assert (sea.status_code, sea.content) == (204, b"")


@pytest.mark.parametrize(
    ("place", "value", "title"),
    [
        ((2, 2), 0.0, "up to 50 metres"),
        ((1, 2), 100.0, "50–150 metres"),
        ((0, 2), 200.0, "more than 150 metres"),
        ((2, 3), None, "No value"),
        ((9, 9), None, "No value"),
    ],
)
def test_the_value_at_a_point_is_that_of_its_cell(local, told, place, value, title):
    point = centre(*place)
    answer = local.get(told["value_url"], params={"lon": point.x, "lat": point.y}).json()
    assert answer["value"] == (None if value is None else pytest.approx(value, abs=0.2))
    assert answer["titles"]["en"].startswith(title)
    assert answer["unit"] == "metres"


def test_the_geotiff_holds_the_same_values(local, surface, told):
    answer = local.get(told["data_url"])
    assert answer.headers["content-type"] == "image/tiff; application=geotiff"
    assert "travel-time" in answer.headers["content-disposition"]
    with MemoryFile(answer.content) as file, file.open() as image:
        values = image.read(1)
        assert image.crs.to_epsg() == 32647
    on_road = np.isfinite(values)
    assert on_road.any(axis=1).sum() == 1
    np.testing.assert_allclose(values[on_road], [200, 100, 0, 100, 200], atol=0.2)
    part = local.get(surface["geotiff"], headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, answer.content[:4])


def test_the_same_question_has_the_same_address_and_another_has_another(local, surface):
    assert run(local).json()["digest"] == surface["digest"]
    # People are not in it; time, direction, cells and colours are.
    elder = {**QUESTION, "areas": ["amphoe"]}
    assert run(local, elder).json()["digest"] == surface["digest"]
    others = [
        run(local, {**QUESTION, "direction": "from"}),
        run(local, {**QUESTION, "unit": "minutes"}),
        run(local, cell_m=50),
        run(local, steps=[100]),
    ]
    assert len({answer.json()["digest"] for answer in others} | {surface["digest"]}) == 5


def test_a_surface_that_is_gone_is_404_and_told_how_to_get_it_again(local, toy):
    gone = run(local, steps=[1, 2, 3]).json()
    (toy.surface_dir / f"{gone['digest']}.tif").unlink()
    stem = gone["geotiff"].removesuffix(".tif")
    others = (f"{stem}/14/1/1.png", f"{stem}/value?lon=98&lat=8")
    for path in (gone["tilejson"], gone["geotiff"], *others):
        answer = local.get(path)
        assert answer.status_code == 404
        assert "`travel-time`" in answer.json()["detail"]
        assert "`travel-time`" in answer.json()["detail_th"]
    assert run(local, steps=[1, 2, 3]).json()["digest"] == gone["digest"]
    assert local.get(gone["tilejson"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("{stem}/19/1/1.png", 404),
        ("{stem}/3/9/1.png", 404),
        ("{stem}/value", 400),
        ("{stem}/value?lon=200&lat=8", 400),
        ("{stem}.json?style=viridis", 400),
        ("/raster/travel-time/legend.json", 404),
        ("/raster/travel-time/..%2Fraster%2Felevation.tif", 404),
    ],
)
def test_what_is_not_there_is_refused(local, surface, path, status):
    stem = surface["geotiff"].removesuffix(".tif")
    assert local.get(path.format(stem=stem)).status_code == status


@pytest.mark.parametrize(
    "inputs",
    [{"cell_m": 5}, {"cell_m": "NaN"}, {"steps": [10, 5]}, {"steps": [0]}, {"colour": "red"}],
)
def test_inputs_that_cannot_be_used_are_refused(local, inputs):
    answer = run(local, **inputs)
    assert answer.status_code == 422
    assert next(iter(inputs)) in answer.text
