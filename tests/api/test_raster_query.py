"""Measuring on rasters over HTTP; the figures themselves are tested on `twin.rasters`."""

import numpy as np
import pytest
from starlette.testclient import TestClient

from api.main import create_app
from twin.db.database import open_engine
from twin.settings import DbSettings, Settings
from twin.spec import Title
from twin.testing import (
    centre,
    make_columns,
    make_raster_spec,
    publish_raster,
    publish_toy,
    square,
)

MIDDLE = {"lon": centre(2, 2).x, "lat": centre(2, 2).y}


def line(*places):
    return {"type": "LineString", "coordinates": [[place.x, place.y] for place in places]}


def area(*cells):
    return {
        "type": "Polygon",
        "coordinates": [[list(corner) for corner in square(*cells).exterior.coords]],
    }


def test_elevation_at_a_point_with_its_source(client):
    answer = client.get("/api/query/elevation", params=MIDDLE).json()
    assert answer["point"] == [MIDDLE["lon"], MIDDLE["lat"]]
    assert answer["value"] == 20
    source = answer["source"]
    assert (source["layer"], source["unit"]) == ("elevation", "m")
    assert source["descriptions"].keys() == {"th", "en"}


@pytest.mark.parametrize(("lon", "lat"), [(0, 0), (180, 90), (98.3, 7)])
def test_elevation_where_nothing_is_known_is_null(client, lon, lat):
    answer = client.get("/api/query/elevation", params={"lon": lon, "lat": lat}).json()
    assert answer["value"] is None


def test_profile_has_samples_and_a_summary(client):
    body = {"geometry": line(centre(2, 0), centre(2, 4)), "samples": 5}
    answer = client.post("/api/query/profile", json=body).json()
    assert [sample["value"] for sample in answer["samples"]] == pytest.approx(
        [0, 10, 20, 30, 40], abs=0.01
    )
    assert answer["samples"][0]["point"] == pytest.approx([*centre(2, 0).coords[0]], abs=1e-6)
    assert answer["samples"][-1]["distance_m"] == answer["length_m"]
    assert answer["step_m"] == pytest.approx(100, rel=1e-3)
    assert (answer["min"], answer["max"]) == (
        pytest.approx(0, abs=0.01),
        pytest.approx(40, abs=0.01),
    )
    assert (answer["ascent"], answer["descent"]) == (pytest.approx(40, abs=0.01), 0)
    assert answer["mean_slope_percent"] == pytest.approx(10, rel=1e-2)


def test_profile_where_nothing_is_known_has_nulls(client):
    body = {"geometry": line(centre(20, 0), centre(30, 4)), "samples": 2}
    answer = client.post("/api/query/profile", json=body).json()
    assert [sample["value"] for sample in answer["samples"]] == [None, None]
    assert {answer[name] for name in ("min", "max", "mean", "ascent", "mean_slope_percent")} == {
        None
    }


def test_zonal_of_all_rasters(client):
    answer = client.post("/api/query/zonal", json={"geometry": area(0, 1, 2, 2)}).json()
    elevation, cover = answer["zones"]
    assert (elevation["source"]["layer"], cover["source"]["layer"]) == ("elevation", "land_cover")
    assert elevation["statistics"]["mean"] == pytest.approx(15, abs=0.01)
    assert elevation["area_m2"] == pytest.approx(40_000, rel=1e-3)
    assert elevation["classes"] is None
    assert [(one["value"], one["share"]) for one in cover["classes"]] == [
        (1, pytest.approx(0.5, abs=1e-3)),
        (2, pytest.approx(0.5, abs=1e-3)),
    ]
    assert cover["classes"][1]["titles"] == {"th": "พืชพรรณ", "en": "Vegetation"}


def test_zonal_of_many_polygons_counts_them_together(client):
    parts = [area(0, 0)["coordinates"], area(3, 3)["coordinates"]]
    body = {"geometry": {"type": "MultiPolygon", "coordinates": parts}, "layers": ["elevation"]}
    (zone,) = client.post("/api/query/zonal", json=body).json()["zones"]
    assert zone["statistics"]["sum"] == pytest.approx(30, abs=0.01)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("elevation?lat=7.9", "lon"),
        ("elevation?lon=98.3&lat=nan", "lat"),
        ("elevation?lon=98.3&lat=7.9&layer=land_cover", "layer"),
        ("elevation?lon=98.3&lat=7.9&layer=%00", "layer"),
        ("elevation?lon=98.3&lat=7.9&colour=red", "colour"),
        ("land-cover?by=village", "by"),
        ("land-cover?from=never", "from"),
        ("land-cover?to=1e9", "to"),
        ("land-cover?year=2018", "year"),
    ],
)
def test_question_malformed_parameter_is_named(client, path, parameter):
    response = client.get(f"/api/query/{path}")
    assert response.status_code == 400
    assert response.json()["parameter"] == parameter
    assert response.json()["detail_th"]


HUGE = {"type": "Polygon", "coordinates": [[[90, 0], [110, 0], [110, 20], [90, 20], [90, 0]]]}
LONG = {"type": "LineString", "coordinates": [[98, 7], [110, 7]]}
BOW_TIE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}
POINT = {"type": "Point", "coordinates": [98.3, 7.9]}
FAR = {"type": "LineString", "coordinates": [[980, 7], [98, 7]]}
SHORT = line(centre(0, 0), centre(1, 1))
STILL = {"type": "LineString", "coordinates": [[98, 7], [98, 7]]}


@pytest.mark.parametrize(
    ("path", "body", "status", "parameter"),
    [
        ("zonal", {"geometry": HUGE}, 413, "geometry"),
        ("zonal", {"geometry": BOW_TIE}, 400, "geometry"),
        ("zonal", {"geometry": POINT}, 422, "geometry"),
        ("zonal", {"geometry": area(1, 1), "layers": ["grid"]}, 400, "layers"),
        ("zonal", {"geometry": area(1, 1), "layers": ["a\x00"]}, 400, "layers"),
        ("zonal", {"geometry": area(1, 1), "layers": ["elevation"] * 21}, 422, "layers"),
        ("zonal", {"geometry": area(1, 1), "limit": 1}, 422, "limit"),
        ("zonal", {}, 422, "geometry"),
        ("profile", {"geometry": LONG}, 413, "geometry"),
        ("profile", {"geometry": FAR}, 400, "geometry"),
        ("profile", {"geometry": STILL}, 400, "geometry"),
        ("profile", {"geometry": area(1, 1)}, 422, "geometry.type"),
        ("profile", {"geometry": SHORT, "samples": 1}, 422, "samples"),
        (
            "profile",
            {"geometry": SHORT, "samples": 1001},
            422,
            "samples",
        ),
        ("profile", {"geometry": SHORT, "layer": "grid"}, 400, "layer"),
    ],
)
def test_drawing_that_cannot_be_measured_is_told_why(client, path, body, status, parameter):
    response = client.post(f"/api/query/{path}", json=body)
    assert response.status_code == status, response.text
    problem = response.json()
    assert problem["parameter"] == parameter
    assert problem["detail_th"]


def test_drawing_of_too_many_vertices_is_413(client):
    many = [[98 + n / 1e6, 7 + n % 2 / 10] for n in range(20_001)]
    body = {"geometry": {"type": "LineString", "coordinates": many}}
    response = client.post("/api/query/profile", json=body)
    assert response.status_code == 413
    assert "20001" in response.json()["detail"]


def test_land_cover_that_is_not_loaded_is_404(client):
    response = client.get("/api/query/land-cover")
    assert response.status_code == 404
    assert response.json()["detail_th"]


@pytest.fixture(scope="module")
def cover_client(new_database, open_folder):
    """The service on the toy island with the land cover of two years."""
    address = new_database("cover").set(drivername="postgresql").render_as_string()
    settings = Settings(home=open_folder / "cover", db=DbSettings(url=address))
    values = {"1": Title(th="สิ่งปลูกสร้าง", en="Built-up"), "2": Title(th="พืชพรรณ", en="Vegetation")}
    column = make_columns(cover="integer")[0].model_copy(update={"values": values})
    with open_engine(settings) as engine, engine.begin() as connection:
        publish_toy(connection)
        for year, classes in ((2018, [2, 2, 2, 2, 0]), (2025, [1, 2, 2, 1, 1])):
            spec = make_raster_spec(
                f"land_cover_{year}", column, {"colors": {"1": "#ff0000", "2": "#00ff00"}}
            )
            grid = np.tile(np.array(classes), (5, 1))
            publish_raster(connection, settings.raster_dir, spec, grid, nodata=0)
    with TestClient(create_app(settings)) as client:
        yield client


def test_land_cover_by_tambon(cover_client):
    answer = cover_client.get("/api/query/land-cover").json()
    assert answer["by"] == "tambon"
    assert answer["caveats"].keys() == {"th", "en"}
    assert [one["year"] for one in answer["years"]] == [2018, 2025]
    assert answer["years"][0]["source"]["descriptions"]["en"] == "Toy data for tests"
    assert [one["color"] for one in answer["classes"]] == ["#ff0000", "#00ff00"]
    west, east = answer["units"]
    assert west["names"] == {"th": "ฝั่งตะวันตก", "en": "West-Side"}
    assert west["areas_m2"] == [[0, near(100_000)], [near(50_000), near(50_000)]]
    assert east["areas_m2"] == [[0, near(100_000)], [near(100_000), near(50_000)]]
    assert east["change_m2"] == [[0, 0], [near(50_000), near(50_000)]]
    # What was unknown in the first year did not become built-up.
    assert east["difference_m2"] == [near(50_000), near(-50_000)]


def near(area_m2):
    return pytest.approx(area_m2, rel=1e-4)


def test_land_cover_of_one_year_by_amphoe(cover_client):
    answer = cover_client.get("/api/query/land-cover?by=amphoe&from=2025").json()
    (unit,) = answer["units"]
    assert unit["code"] == "8301"
    assert unit["areas_m2"] == [[near(150_000), near(100_000)]]


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        ("from=2019", 400, "from"),
        ("to=2019", 400, "to"),
        ("from=2025&to=2018", 400, "to"),
        ("from=99999999999999999999", 400, "from"),
        ("by=province", 404, "by"),
    ],
)
def test_land_cover_that_is_not_there_is_told(cover_client, query, status, parameter):
    response = cover_client.get(f"/api/query/land-cover?{query}")
    assert response.status_code == status
    assert response.json()["parameter"] == parameter
    assert response.json()["detail_th"]
