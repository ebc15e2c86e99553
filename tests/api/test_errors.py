"""Faults as problems: every class has a status, only ours are logged, nothing inside is told."""

import logging
from html import escape

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.testclient import TestClient

from api.errors import STATUS
from api.main import create_app
from twin import errors


def all_errors():
    return {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.TwinError)
    } - {errors.TwinError}


def test_every_error_has_a_status():
    assert set(STATUS) == all_errors()


@pytest.fixture
def failing(toy):
    """The service with a route that raises what it is told to."""
    app = create_app(toy)
    state = {}

    @app.get("/api/failing")
    def fail():
        raise state["error"]

    with TestClient(app, raise_server_exceptions=False) as client:

        def get(error):
            state["error"] = error
            return client.get("/api/failing")

        yield get


@pytest.mark.parametrize("kind", sorted(all_errors(), key=lambda kind: kind.__name__))
def test_error_becomes_a_problem(failing, kind, caplog):
    with caplog.at_level(logging.INFO, logger="twin.api"):
        response = failing(kind("what was wrong", "ผิดอย่างไร", parameter="thing"))
    assert response.status_code == STATUS[kind]
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["code"], problem["parameter"]) == (kind.code, "thing")
    assert problem["status"] == STATUS[kind]
    is_ours = STATUS[kind] >= 500
    assert len([record for record in caplog.records if record.name == "twin.api"]) == is_ours
    if STATUS[kind] != 500:
        assert (problem["detail"], problem["detail_th"]) == ("what was wrong", "ผิดอย่างไร")


def test_unexpected_error_tells_nothing_inside_but_is_logged(failing, caplog):
    response = failing(RuntimeError("password=secret in /etc/twin"))
    assert response.status_code == 500
    assert response.json()["code"] == "internal"
    assert "secret" not in response.text
    assert "secret" in caplog.text
    assert "Traceback" in caplog.text


def test_setup_error_tells_nothing_inside(failing):
    response = failing(errors.SetupError("no file /var/lib/x", "ไม่มีไฟล์ /var/lib/x"))
    assert response.status_code == 500
    assert "/var/lib" not in response.text


def test_exhausted_pool_is_503(failing):
    response = failing(PoolTimeoutError("QueuePool limit of size 8 reached"))
    assert (response.status_code, response.json()["code"]) == (503, "busy")
    assert response.headers["retry-after"]
    assert "QueuePool" not in response.text


@pytest.mark.parametrize("host", ["", "a b", "[", "http://x", "a/b", "x:99999999", "é"])
def test_host_that_cannot_be_in_an_address_is_400(toy_client, host):
    response = toy_client.get("/api", headers={"Host": host.encode()})
    assert response.status_code == 400
    assert response.json()["parameter"] == "Host"


@pytest.mark.parametrize("host", ["twin.phuket.go.th", "127.0.0.1:8000", "[::1]:8000", "localhost"])
def test_host_is_taken_into_links(toy_client, host):
    links = toy_client.get("/api", headers={"Host": host}).json()["links"]
    assert links[0]["href"] == f"http://{host}/api"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/collections/nope", 404),
        ("/api/collections/grid?nope=1", 400),
        ("/embed/map", 404),
        ("/api/jobs/00000000-0000-0000-0000-000000000000", 404),
    ],
)
def test_problem_is_a_page_for_a_browser_and_json_for_programs(client, path, status):
    told = client.get(path)
    shown = client.get(path, headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    assert (told.status_code, shown.status_code) == (status, status)
    assert told.headers["content-type"] == "application/problem+json"
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert shown.text.index(escape(told.json()["detail_th"])) < shown.text.index(
        escape(told.json()["detail"])
    )


def test_problem_as_a_page_keeps_what_its_headers_say(client):
    wanted = {"Accept": "text/html", "Accept-Encoding": "identity"}
    shown = client.delete("/api/collections", headers=wanted)
    assert shown.status_code == 405
    assert "GET" in shown.headers["allow"]
    assert int(shown.headers["content-length"]) == len(shown.content)
