"""Spatial questions over HTTP; the answers themselves are tested on `twin.queries`."""

import pytest

from twin.testing import centre, square

MIDDLE = {"lon": centre(2, 2).x, "lat": centre(2, 2).y}


def area(*cells):
    ring = [list(corner) for corner in square(*cells).exterior.coords]
    return {"type": "Polygon", "coordinates": [ring]}


def test_identify_tells_units_items_and_rasters(client):
    answer = client.get("/api/query/identify", params=MIDDLE).json()
    assert answer["point"] == [MIDDLE["lon"], MIDDLE["lat"]]
    assert answer["tambon"] == {
        "code": "830102",
        "names": {"th": "ฝั่งตะวันออก", "en": "East Side"},
    }
    assert answer["amphoe"]["code"] == "8301"
    assert {feature["collection"] for feature in answer["features"]} == {"grid", "road", "facility"}
    rasters = {raster["layer"]: raster for raster in answer["rasters"]}
    assert (rasters["elevation"]["value"], rasters["elevation"]["unit"]) == (20, "m")
    assert rasters["land_cover"]["titles_value"] == {"th": "แหล่งน้ำ", "en": "Water"}


def test_identify_looks_into_the_layers_asked_for(client):
    for layers in ("tambon,facility", ["tambon", "facility"]):
        answer = client.get("/api/query/identify", params={**MIDDLE, "layers": layers}).json()
        collections = {feature["collection"] for feature in answer["features"]}
        assert collections == {"tambon", "facility"}


def test_nearest_has_distances_among_the_properties(client):
    response = client.get("/api/query/nearest", params={**MIDDLE, "layer": "facility", "k": 2})
    assert response.headers["content-type"] == "application/geo+json"
    answer = response.json()
    assert answer["numberReturned"] == 2
    first, second = (feature["properties"] for feature in answer["features"])
    assert (first["code"], first["distance_m"]) == ("F2", pytest.approx(0, abs=0.01))
    assert second["distance_m"] == pytest.approx(200 * 2**0.5, rel=1e-3)


def test_within_and_intersects_answer_by_collection(client):
    body = {"geometry": area(1, 1, 2, 2), "layers": ["facility", "tambon"]}
    within = client.post("/api/query/within", json=body).json()["collections"]
    assert [(each["collection"], each["numberMatched"]) for each in within] == [
        ("facility", 1),
        ("tambon", 0),
    ]
    intersects = client.post("/api/query/intersects", json=body).json()["collections"]
    assert [(each["collection"], each["numberMatched"]) for each in intersects] == [
        ("facility", 1),
        ("tambon", 2),
    ]
    assert intersects[1]["features"][0]["geometry"]["type"] == "MultiPolygon"


def test_nearest_of_several_layers_names_their_collections(client):
    query = {**MIDDLE, "layer": "facility,road", "k": 2}
    answer = client.get("/api/query/nearest", params=query).json()
    assert {feature["collection"] for feature in answer["features"]} == {"facility", "road"}


def test_buffer_answers_with_its_area_and_items(client):
    geometry = {"type": "Point", "coordinates": [MIDDLE["lon"], MIDDLE["lat"]]}
    body = {"geometry": geometry, "distance_m": 120, "layers": ["facility", "grid"]}
    answer = client.post("/api/query/buffer", json=body).json()
    assert answer["geometry"]["type"] == "Polygon"
    assert [(each["collection"], each["numberMatched"]) for each in answer["collections"]] == [
        ("facility", 1),
        ("grid", 9),
    ]


def test_item_can_be_selected_by(client):
    shape = {"type": "Item", "collection": "tambon", "id": 830101}
    body = {"geometry": shape, "layers": ["facility"]}
    (facility,) = client.post("/api/query/within", json=body).json()["collections"]
    assert [each["id"] for each in facility["features"]] == [1]
    for wrong in ({"id": 1}, {"collection": "nothing"}, {"collection": "elevation"}):
        body = {"geometry": shape | wrong, "layers": ["facility"]}
        response = client.post("/api/query/within", json=body)
        assert (response.status_code, response.json()["parameter"][:8]) == (400, "geometry")


def test_summary_has_every_area_and_what_adds_up(client):
    body = {"layers": [{"collection": "grid", "columns": ["people"]}], "areas": "tambon"}
    (grid,) = client.post("/api/query/summary", json=body).json()["collections"]
    assert [each["code"] for each in grid["areas"]] == ["830101", "830102"]
    everything = [*grid["areas"], grid["outside"]]
    for name in ("count", "area_m2"):
        assert sum(each[name] for each in everything) == pytest.approx(grid["total"][name])
    assert grid["total"]["length_m"] is None
    assert grid["total"]["columns"]["people"]["sum"] == 550


def test_summary_by_group_has_titles(client):
    layers = [{"collection": "facility", "group_by": "amenity"}]
    body = {"layers": layers, "geometry": area(-1, -1, 7, 7)}
    (facility,) = client.post("/api/query/summary", json=body).json()["collections"]
    (drawn,) = facility["areas"]
    assert (drawn["code"], facility["outside"]) == (None, None)
    assert [(each["value"], each["names"]["en"], each["count"]) for each in drawn["groups"]] == [
        ("hospital", "Hospital", 1),
        ("school", "School", 2),
    ]


SPOT = {"type": "Point", "coordinates": [98, 8]}
POINTS = [{"id": "a", **MIDDLE}, MIDDLE, {"id": 7, "lon": 98.0, "lat": 7.0}]


def test_batch_of_nearest_comes_back_with_the_callers_ids(client):
    body = {"points": POINTS, "layer": "facility", "max_distance_m": 1000}
    results = client.post("/api/query/nearest/batch", json=body).json()["results"]
    assert [each["id"] for each in results] == ["a", 1, 7]
    assert [[near["properties"]["code"] for near in each["nearest"]] for each in results] == [
        ["F2"],
        ["F2"],
        [],
    ]


def test_batch_of_identify_tells_areas(client):
    results = client.post("/api/query/identify/batch", json={"points": POINTS}).json()["results"]
    assert [each["id"] for each in results] == ["a", 1, 7]
    assert results[0]["areas"]["tambon"]["properties"]["code"] == "830102"
    assert results[2]["areas"] == {"tambon": None, "amphoe": None}


@pytest.mark.parametrize(
    ("path", "body", "status", "parameter"),
    [
        ("nearest/batch", {"points": [], "layer": "facility"}, 422, "points"),
        ("nearest/batch", {"points": [{"lon": 181, "lat": 0}], "layer": "road"}, 422, "points"),
        ("nearest/batch", {"points": [MIDDLE], "layer": "nothing"}, 400, "layer"),
        ("nearest/batch", {"points": [MIDDLE], "layer": "road", "k": 11}, 422, "k"),
        ("nearest/batch", {"points": [MIDDLE], "layer": "road", "columns": ["x"]}, 400, "columns"),
        ("nearest/batch", {"points": [MIDDLE] * 10_001, "layer": "road"}, 413, "points"),
        ("identify/batch", {"points": [MIDDLE], "layers": ["road"]}, 400, "layers"),
        ("identify/batch", {"points": [MIDDLE], "layers": []}, 422, "layers"),
        ("buffer", {"geometry": area(0, 0)}, 422, "distance_m"),
        ("buffer", {"geometry": area(0, 0), "distance_m": 0}, 422, "distance_m"),
        ("buffer", {"geometry": area(0, 0), "distance_m": 50_001}, 422, "distance_m"),
        ("buffer", {"geometry": area(0, 0, 9999, 1), "distance_m": 1}, 413, "geometry"),
        ("summary", {"layers": []}, 422, "layers"),
        ("summary", {"layers": [{"collection": "nothing"}]}, 400, "collection"),
        ("summary", {"layers": [{"collection": "road"}], "areas": "road"}, 400, "areas"),
        ("summary", {"layers": [{"collection": "road", "columns": ["name"]}]}, 400, "columns"),
        ("summary", {"layers": [{"collection": "road", "group_by": "x"}]}, 400, "group_by"),
        ("summary", {"layers": [{"collection": "road", "where": {"x": 1}}]}, 400, "x"),
        (
            "summary",
            {"layers": [{"collection": "road"}], "geometry": SPOT},
            400,
            "geometry",
        ),
    ],
)
def test_question_with_a_malformed_body_is_named(client, path, body, status, parameter):
    response = client.post(f"/api/query/{path}", json=body)
    assert response.status_code == status, response.text
    assert response.json()["parameter"].startswith(parameter)
    assert response.json()["detail_th"]


def test_within_cuts_items_at_the_limit_but_counts_all(client):
    body = {"geometry": area(-1, -1, 7, 7), "layers": ["grid"], "limit": 4}
    (grid,) = client.post("/api/query/within", json=body).json()["collections"]
    assert (grid["numberMatched"], len(grid["features"])) == (25, 4)


def test_selection_without_layers_looks_into_all_vector_layers(client):
    answer = client.post("/api/query/intersects", json={"geometry": area(2, 2)}).json()
    assert [each["collection"] for each in answer["collections"]] == [
        "land",
        "amphoe",
        "tambon",
        "grid",
        "road",
        "facility",
    ]


@pytest.mark.parametrize(
    ("path", "query", "parameter"),
    [
        ("identify", "lat=7.9", "lon"),
        ("identify", "lon=98.3", "lat"),
        ("identify", "lon=nan&lat=7.9", "lon"),
        ("identify", "lon=98.3&lat=inf", "lat"),
        ("identify", "lon=181&lat=7.9", "lon"),
        ("identify", "lon=98.3&lat=-91", "lat"),
        ("identify", "lon=1e400&lat=7.9", "lon"),
        ("identify", "lon=98.3&lat=7.9&radius_m=-1", "radius_m"),
        ("identify", "lon=98.3&lat=7.9&radius_m=1e9", "radius_m"),
        ("identify", "lon=98.3&lat=7.9&layers=nothing", "layers"),
        ("identify", "lon=98.3&lat=7.9&layers=%00", "layers"),
        ("identify", "lon=98.3&lat=7.9&layers=population", "layers"),
        ("nearest", "lon=98.3&lat=7.9", "layer"),
        ("nearest", "lon=98.3&lat=7.9&layer=elevation", "layer"),
        ("nearest", "lon=98.3&lat=7.9&layer=facility&k=0", "k"),
        ("nearest", "lon=98.3&lat=7.9&layer=facility&k=101", "k"),
        ("nearest", "lon=98.3&lat=7.9&layer=facility&max_distance_m=nan", "max_distance_m"),
        ("nearest", "lon=98.3&lat=7.9&layer=facility&radius=1", "radius"),
    ],
)
def test_question_malformed_parameter_is_named(client, path, query, parameter):
    response = client.get(f"/api/query/{path}?{query}")
    assert response.status_code == 400
    assert response.json()["parameter"] == parameter


@pytest.mark.parametrize(
    ("body", "status", "parameter"),
    [
        ("", 422, None),
        ("{", 400, None),
        ("[" * 100_000, 400, None),
        ("null", 422, None),
        ("{}", 422, "geometry"),
        ('{"geometry": null}', 422, "geometry"),
        ('{"geometry": {"type": "Circle"}}', 422, "geometry"),
        ('{"geometry": {"type": "Point", "coordinates": [98.3]}}', 422, "geometry.coordinates"),
        ('{"geometry": {"type": "Point", "coordinates": [NaN, 7.9]}}', 422, "geometry.coordinates"),
        (
            '{"geometry": {"type": "Point", "coordinates": [1e400, 7.9]}}',
            422,
            "geometry.coordinates",
        ),
        ('{"geometry": {"type": "Point", "coordinates": [98.3, 7.9]}}', 400, "geometry"),
        ('{"geometry": {"type": "Point", "coordinates": [980, 7.9]}}', 400, "geometry"),
        (
            '{"geometry": {"type": "Polygon", "coordinates": [[[0,0],[1,1],[0,1],[1,0]]]}}',
            400,
            "geometry",
        ),
        (
            '{"geometry": {"type": "Polygon", "coordinates": [[[0,0],[1,1]]]}}',
            422,
            "geometry.coordinates",
        ),
        ('{"geometry": {"type": "Point", "coordinates": [0, 0]}, "limit": 0}', 422, "limit"),
        ('{"geometry": {"type": "Point", "coordinates": [0, 0]}, "colour": 1}', 422, "colour"),
        ('{"geometry": {"type": "Point", "coordinates": [0, 0]}, "\\ud800": 1}', 422, None),
    ],
)
def test_selection_malformed_body_is_named(client, body, status, parameter):
    response = client.post(
        "/api/query/within", content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code == status, response.text
    problem = response.json()
    assert (problem["parameter"] or "").startswith(parameter or "")
    assert problem["detail_th"]


def test_selection_of_unknown_layers_is_400(client):
    for name in ("nothing", "a\x00b", "\ud800"):
        content = (
            f'{{"geometry": {{"type": "Point", "coordinates": [0, 0]}}, "layers": ["{name}"]}}'
        )
        response = client.post(
            "/api/query/intersects",
            content=content.replace("\x00", "\\u0000").replace("\ud800", "\\ud800"),
            headers={"content-type": "application/json"},
        )
        assert response.status_code == 400
        assert response.json()["parameter"] == "layers"


def test_selection_too_large_is_413(client):
    many = [[98 + n / 1e6, 7 + n % 2 / 10] for n in range(20_001)]
    body = {"geometry": {"type": "LineString", "coordinates": many}}
    response = client.post("/api/query/intersects", json=body)
    assert response.status_code == 413
    assert response.json()["parameter"] == "geometry"
    assert "20001" in response.json()["detail"]


@pytest.mark.parametrize("told", [True, False], ids=["with length", "in pieces"])
def test_body_beyond_the_limit_is_413(client, told):
    body = b'{"geometry": "' + b"x" * 1_100_000 + b'"}'
    content = body if told else iter([body[:600_000], body[600_000:]])
    response = client.post(
        "/api/query/within", content=content, headers={"content-type": "application/json"}
    )
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail_th"]


def test_method_that_is_not_offered_is_405(client):
    response = client.get("/api/query/within")
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json()["code"] == "method-not-allowed"


def test_body_that_does_not_say_it_is_json_is_told_so(client):
    response = client.post("/api/query/within", content='{"geometry": null}')
    assert response.status_code == 422
    assert "Content-Type: application/json" in response.json()["detail"]
    assert "Content-Type: application/json" in response.json()["detail_th"]
