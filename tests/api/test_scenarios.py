"""Scenarios over HTTP, on a toy island of their own; the client is on this machine."""

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from api.main import create_app
from twin.db.database import open_engine
from twin.db.models import Layer
from twin.settings import DbSettings, Settings
from twin.testing import centre, publish_toy, publish_toy_projects

NAMES = {"th": "คลินิกใหม่", "en": "New clinic"}
DEMAND = {"source": "layer", "layer": "grid", "weight": "people"}
NEW = {"id": "clinic", "names": NAMES, "question": {"demand": DEMAND}}


def at(column, row):
    point = centre(column, row)
    return [point.x, point.y]


CLINIC = {"kind": "add_facility", "point": at(1, 1), "names": NAMES, "cost_thb": 105_000}


@pytest.fixture(scope="module")
def own_settings(new_database, open_folder):
    address = new_database("scenario_api").set(drivername="postgresql").render_as_string()
    settings = Settings(home=open_folder / "scenario_api", db=DbSettings(url=address))
    with open_engine(settings) as engine, engine.begin() as connection:
        publish_toy(connection)
        publish_toy_projects(connection)
    return settings


@pytest.fixture(scope="module")
def here(own_settings):
    app = create_app(own_settings)
    address = "http://127.0.0.1:8000"
    with TestClient(app, base_url=address, client=("127.0.0.1", 50_000)) as client:
        yield client


@pytest.fixture
def clinic(here):
    created = here.post("/api/scenarios", json=NEW)
    assert created.status_code == 201
    yield created
    here.delete("/api/scenarios/clinic")


def add(here, change, **headers):
    return here.post("/api/scenarios/clinic/changes", json=change, headers=headers)


def test_created_scenario_is_told_with_its_address_and_tag(here, clinic):
    assert clinic.headers["location"] == "http://127.0.0.1:8000/api/scenarios/clinic"
    told = clinic.json()
    assert told["names"] == NAMES
    assert (told["is_stale"], told["moved"], told["changes"]) == (False, [], [])
    assert told["question"]["thresholds"] == [15.0]
    read = here.get("/api/scenarios/clinic")
    assert read.json() == told
    assert read.headers["etag"] == clinic.headers["etag"]
    listed = here.get("/api/scenarios").json()
    assert [row["id"] for row in listed["scenarios"]] == ["clinic"]
    assert listed["limit"] == 500


@pytest.mark.usefixtures("clinic")
def test_change_is_added_drawn_and_taken_out(here):
    added = add(here, CLINIC)
    assert added.status_code == 201
    assert added.json()["position"] == 1
    assert added.json()["title"] == NAMES
    told = here.get("/api/scenarios/clinic")
    assert told.headers["etag"] == added.headers["etag"]
    assert told.json()["changes"] == [added.json()]
    drawn = here.get("/api/scenarios/clinic/changes.geojson")
    assert drawn.headers["content-type"] == "application/geo+json"
    (feature,) = drawn.json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": pytest.approx(at(1, 1))}
    assert feature["properties"]["kind"] == "add_facility"
    assert here.delete("/api/scenarios/clinic/changes/1").status_code == 204
    assert here.delete("/api/scenarios/clinic/changes/1").status_code == 404
    assert here.get("/api/scenarios/clinic").json()["changes"] == []


@pytest.mark.usefixtures("clinic")
def test_change_that_another_needs_stays(here):
    add(here, CLINIC)
    assert add(here, {"kind": "remove_facility", "id": "added/1"}).status_code == 201
    refused = here.delete("/api/scenarios/clinic/changes/1")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert refused.json()["detail"].startswith("Change 2 (remove a facility (2)) needs change 1")
    assert len(here.get("/api/scenarios/clinic").json()["changes"]) == 2


def test_change_kept_by_somebody_else_meanwhile_is_not_lost(here, clinic):
    tag = clinic.headers["etag"]
    fresh = add(here, CLINIC, **{"If-Match": tag}).headers["etag"]
    for late in (
        add(here, CLINIC, **{"If-Match": tag}),
        here.patch("/api/scenarios/clinic", json={"note": "a"}, headers={"If-Match": tag}),
        here.delete("/api/scenarios/clinic", headers={"If-Match": tag}),
    ):
        assert late.status_code == 412
        assert late.json()["code"] == "changed"
        assert "มีผู้แก้ไข" in late.json()["detail_th"]
    patched = here.patch(
        "/api/scenarios/clinic", json={"note": "b"}, headers={"If-Match": f"W/{fresh}"}
    )
    assert (patched.status_code, patched.json()["note"]) == (200, "b")
    assert add(here, CLINIC, **{"If-Match": "*"}).status_code == 201


@pytest.mark.usefixtures("clinic")
def test_result_is_computed_kept_and_told_to_be_stale_until_rebased(here, own_settings):
    add(here, CLINIC)
    computed = here.post("/api/scenarios/clinic/results", json={})
    assert computed.status_code == 201
    (row,) = computed.json()["comparison"]["thresholds"]
    assert (row["a"]["served"], row["b"]["served"], row["cost"]["per_person_thb"]) == (
        330,
        435,
        1000,
    )
    tag = here.get("/api/scenarios/clinic").headers["etag"]
    with open_engine(own_settings) as engine, engine.begin() as connection:
        content = {"content_sha256": "f" * 64, "revision": Layer.revision + 1}
        connection.execute(update(Layer).where(Layer.id == "facility").values(content))
    stale = here.get("/api/scenarios/clinic")
    assert stale.json()["is_stale"]
    assert [moved["id"] for moved in stale.json()["moved"]] == ["facility"]
    assert stale.headers["etag"] != tag
    (result,) = here.get("/api/scenarios/clinic/results").json()["results"]
    assert result["is_stale"]
    assert result["comparison"] == computed.json()["comparison"]
    rebased = here.post("/api/scenarios/clinic/rebase", json={}, headers={"If-Match": tag})
    assert rebased.status_code == 200
    assert not rebased.json()["is_stale"]
    told = here.get("/api/scenarios/clinic/results").json()
    assert [one["is_stale"] for one in told["results"]] == [False, True]
    assert told["limit"] == 50


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "", NEW, 409, "conflict"),
        ("POST", "", {**NEW, "id": "base"}, 422, "invalid-input"),
        ("POST", "", {**NEW, "id": "No"}, 422, "invalid-input"),
        ("POST", "", {"id": "x"}, 422, "invalid-input"),
        ("POST", "/clinic/changes", {"kind": "teleport"}, 422, "invalid-input"),
        ("POST", "/clinic/changes", {**CLINIC, "point": [98.3, 7.6]}, 400, "invalid-input"),
        ("POST", "/clinic/changes", {"kind": "remove_facility", "id": "x"}, 404, "not-found"),
        ("POST", "/nowhere/changes", CLINIC, 404, "not-found"),
        ("PATCH", "/nowhere", {}, 404, "not-found"),
        ("POST", "/nowhere/results", {}, 404, "not-found"),
        ("POST", "/nowhere/rebase", {}, 404, "not-found"),
        ("GET", "/nowhere", None, 404, "not-found"),
        ("GET", "/nowhere/results", None, 404, "not-found"),
        ("GET", "/nowhere/changes.geojson", None, 404, "not-found"),
        ("DELETE", "/nowhere", None, 404, "not-found"),
        ("GET", "?q=1", None, 400, "invalid-input"),
    ],
)
def test_refusals_are_told_in_both_languages(here, method, path, body, status, code):
    told = here.request(method, f"/api/scenarios{path}", json=body)
    assert (told.status_code, told.json()["code"]) == (status, code)
    assert told.json()["detail"] != told.json()["detail_th"]


@pytest.mark.usefixtures("clinic")
def test_elsewhere_may_read_but_not_write(own_settings):
    app = create_app(own_settings)
    with TestClient(app, base_url="http://twin.test", client=("192.0.2.7", 50_000)) as there:
        assert there.get("/api/scenarios/clinic").status_code == 200
        assert there.get("/api/scenarios/clinic/results").status_code == 200
        for method, path in (
            ("POST", ""),
            ("PATCH", "/clinic"),
            ("DELETE", "/clinic"),
            ("POST", "/clinic/changes"),
            ("DELETE", "/clinic/changes/1"),
            ("POST", "/clinic/results"),
            ("POST", "/clinic/rebase"),
        ):
            body = None if method == "DELETE" else {}
            told = there.request(method, f"/api/scenarios{path}", json=body)
            assert told.status_code == 403, path
