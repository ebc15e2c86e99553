"""Pages of items that were written before: sent again, until something changes."""

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from tiling import wait_for

from api.main import create_app
from twin.db.database import open_engine
from twin.db.engine import make_engine
from twin.testing import publish_toy, publish_toy_projects

PATH = "/api/collections/facility/items"


@pytest.fixture(scope="module")
def twin(new_database, open_folder, toy):
    address = new_database("kept").set(drivername="postgresql").render_as_string()
    db = toy.db.model_copy(update={"url": address})
    settings = toy.model_copy(update={"db": db, "home": open_folder / "kept"})
    with open_engine(settings) as engine, engine.begin() as connection:
        publish_toy(connection)
        publish_toy_projects(connection)
    return settings


@pytest.fixture
def client(twin):
    with TestClient(create_app(twin)) as client:
        wait_for(lambda: client.app.tiles.watcher.is_connected)
        yield client


@pytest.fixture
def edit(twin):
    engine = make_engine(twin.db.url)

    def run(statement):
        with engine.begin() as connection:
            connection.execute(text(statement))

    yield run
    engine.dispose()


def names(answer):
    return {each["properties"]["name_en"] for each in answer.json()["features"]}


def test_kept_page_is_packed_for_those_alone_who_take_it(client):
    path = "/api/collections/tambon/items"
    for accepted, told in (("gzip", "gzip"), ("gzip;q=0", None), ("gzip", "gzip")):
        page = client.get(path, headers={"Accept-Encoding": accepted})
        assert page.headers.get("content-encoding") == told, accepted


def test_page_asked_for_again_is_the_same_and_304_for_who_has_it(client):
    first = client.get(PATH)
    again = client.get(PATH)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    known = client.get(PATH, headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["etag"] == first.headers["etag"]
    for name in ("content-crs", "vary", "content-type", "link"):
        assert again.headers[name] == first.headers[name]


def test_edit_is_seen_in_the_next_page(client, edit):
    assert "Edited" not in names(client.get(PATH))
    edit("UPDATE layer.facility SET name_en = 'Edited' WHERE id = 1")
    wait_for(lambda: "Edited" in names(client.get(PATH)))


def test_edit_of_a_table_without_geometry_is_seen_at_once(client, edit):
    path = "/api/collections/population/items?limit=1"
    client.get(path)
    edit("UPDATE layer.population SET total = 4321 WHERE id = 0")
    assert client.get(path).json()["features"][0]["properties"]["total"] == 4321


@pytest.mark.parametrize(
    "headers", [{"Host": "other.example"}, {"Accept": "text/html"}, {"Accept-Encoding": "identity"}]
)
def test_who_asks_otherwise_gets_an_answer_of_their_own(client, headers):
    usual = client.get(PATH)
    other = client.get(PATH, headers=headers)
    assert other.status_code == 200
    if "Host" in headers:
        assert "other.example" in other.text
        assert "other.example" not in usual.text
    if "Accept" in headers:
        assert other.headers["content-type"].startswith("text/html")
    if "Accept-Encoding" in headers:
        assert "content-encoding" not in other.headers
    assert client.get(PATH).content == usual.content


def test_nothing_is_kept_while_changes_cannot_be_heard(client, edit):
    client.get(PATH)
    client.app.tiles.watcher.is_connected = False
    edit("UPDATE layer.facility SET name_en = 'Unheard' WHERE id = 2")
    answer = client.get(PATH)
    assert "Unheard" in names(answer)


def test_size_is_bounded(client):
    kept = client.app.state.kept
    kept._max_bytes = 10_000
    for number in range(1, 60):
        client.get(f"{PATH}?limit={number}")
    assert 0 < kept._bytes <= 10_000
