"""Health: ready, and each reason not to be."""

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.main import create_app
from twin.db.engine import make_engine
from twin.testing import publish_toy


def test_live_and_ready(client):
    assert client.get("/health/live").json() == {"status": "ok", "reasons": []}
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")


def settings_for(toy, address):
    return toy.model_copy(update={"db": toy.db.model_copy(update={"url": address})})


def reasons(client):
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    for reason in response.json()["reasons"]:
        assert reason["names"]["th"]
        assert reason["names"]["en"]
    return [reason["code"] for reason in response.json()["reasons"]]


def test_ready_needs_layers_and_the_newest_schema(toy, new_database):
    address = new_database("not_ready").set(drivername="postgresql").render_as_string()
    with TestClient(create_app(settings_for(toy, address))) as client:
        assert reasons(client) == ["layers"]
        engine = make_engine(address)
        with engine.begin() as connection:
            publish_toy(connection)
        assert client.get("/health/ready").status_code == 200
        with engine.begin() as connection:
            connection.execute(text("UPDATE twin.schema_version SET version_num = '0001'"))
        assert reasons(client) == ["schema"]
        engine.dispose()


@pytest.fixture
def lonely(toy):
    """The service in front of a database that does not answer."""
    settings = settings_for(toy, "postgresql://nobody@127.0.0.1:1/none")
    with TestClient(create_app(settings)) as client:
        yield client


def test_ready_needs_a_database(lonely):
    assert lonely.get("/health/live").status_code == 200
    assert reasons(lonely) == ["database"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/collections",
        "/api/projects",
        "/api/search?q=a",
        "/tiles/base/14/0/0.mvt",
        "/tiles/base.json",
    ],
)
def test_database_down_is_503_with_retry_after(lonely, path, caplog):
    response = lonely.get(path)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    problem = response.json()
    assert problem["code"] == "database-unavailable"
    assert "127.0.0.1" not in response.text
    assert [record.levelname for record in caplog.records if record.name == "twin.api"] == ["ERROR"]
