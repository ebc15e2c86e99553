"""Edits over HTTP: fresh at once, at every zoom, on every worker, and only where they changed."""

import asyncio
import json
import subprocess
import threading
import time

import geopandas as gpd
import httpx
import pytest
from serving import TWIN, run_server
from sqlalchemy import text
from starlette.testclient import TestClient
from tiling import WAIT_S, metres, names_in, path_of, tile_at, wait_for

from api.main import create_app
from api.tiling.events import EventHub
from twin.db.database import open_engine
from twin.db.engine import make_engine
from twin.db.publish import publish
from twin.queries.catalogue import list_layers
from twin.testing import centre, publish_toy, publish_toy_projects
from twin.tiles.address import Address

ZOOMS = range(6, 17)


@pytest.fixture(scope="module")
def twin(new_database, open_folder, toy):
    """A toy island of its own, whose layers may be edited."""
    address = new_database("fresh").set(drivername="postgresql").render_as_string()
    db = toy.db.model_copy(update={"url": address})
    settings = toy.model_copy(update={"db": db, "home": open_folder / "fresh"})
    with open_engine(settings) as engine, engine.begin() as connection:
        publish_toy(connection)
        publish_toy_projects(connection)
    return settings


@pytest.fixture(scope="module")
def editor(twin):
    engine = make_engine(twin.db.url)
    yield engine
    engine.dispose()


@pytest.fixture
def edit(editor):
    def run(statement, **values):
        with editor.begin() as connection:
            connection.execute(text(statement), values)

    return run


@pytest.fixture(scope="module")
def client(twin):
    with TestClient(create_app(twin)) as client:
        client.front = client.app.tiles
        yield client


def heard(client, doing):
    """Do something that changes tiles, and wait until the service has heard of it."""
    before = client.front.tiles.heard
    doing()
    wait_for(lambda: client.front.tiles.heard > before)


def test_moved_facility_leaves_no_ghost_at_any_zoom_of_any_tileset(client, edit):
    old, new = centre(2, 2), centre(2000, 1500)
    tilesets = ("facility", "facilities", "base,facilities")
    for zoom in ZOOMS:
        for tileset in tilesets:
            assert "Central Hospital" in names_in(client.get(path_of(tileset, tile_at(old, zoom))))
            client.get(path_of(tileset, tile_at(new, zoom)))
    move = "UPDATE layer.facility SET geom = ST_SetSRID(ST_MakePoint(:x, :y), 4326) WHERE id = 2"
    heard(client, lambda: edit(move, x=new.x, y=new.y))
    for zoom in ZOOMS:
        for tileset in tilesets:
            here = names_in(client.get(path_of(tileset, tile_at(old, zoom))))
            there = names_in(client.get(path_of(tileset, tile_at(new, zoom))))
            is_same_tile = tile_at(old, zoom) == tile_at(new, zoom)
            assert ("Central Hospital" in here) == is_same_tile
            assert "Central Hospital" in there
    heard(client, lambda: edit(move, x=old.x, y=old.y))
    assert "Central Hospital" in names_in(client.get(path_of("facility", tile_at(old, 16))))


def test_edit_leaves_other_tiles_and_other_layers_alone(client, edit):
    far = path_of("land", tile_at(centre(0, 0), 14))
    beside = path_of("facility", Address(16, 0, 0))
    touched = path_of("facility", tile_at(centre(0, 0), 16))
    for path in (far, beside, touched):
        client.get(path)
    heard(client, lambda: edit("UPDATE layer.facility SET name_en = 'A' WHERE id = 1"))
    kept = [client.front.memory.get(path) is not None for path in (far, beside, touched)]
    assert kept == [True, True, False]
    assert "A" in names_in(client.get(touched))


def test_edit_beside_a_tile_is_seen_in_its_margin(client, edit):
    home = tile_at(centre(2, 2), 16)
    west_m = home.x * 2 * 20037508.342789244 / 2**16 - 20037508.342789244
    size_m = 2 * 20037508.342789244 / 2**16
    inside_margin, y = west_m - size_m * 60 / 4096, metres(centre(2, 2))[1]
    path = path_of("facility", home)
    before = client.get(path)
    assert before.status_code == 200
    added = (
        "INSERT INTO layer.facility (id, code, amenity, name_th, name_en, geom)"
        " VALUES (99, 'F99', 'school', 'ขอบ', 'Margin',"
        " ST_Transform(ST_SetSRID(ST_MakePoint(:x, :y), 3857), 4326))"
    )
    heard(client, lambda: edit(added, x=inside_margin, y=y))
    assert "Margin" in names_in(client.get(path))
    heard(client, lambda: edit("DELETE FROM layer.facility WHERE id = 99"))
    assert "Margin" not in names_in(client.get(path))


def test_truncated_layer_is_empty_and_loaded_again_is_back(client, edit, editor):
    path = path_of("grid", tile_at(centre(2, 2), 14))
    assert client.get(path).status_code == 200
    with editor.connect() as connection:
        rows = gpd.read_postgis(text("SELECT * FROM layer.grid"), connection)
        (spec,) = [layer.spec for layer in list_layers(connection) if layer.id == "grid"]
    heard(client, lambda: edit("TRUNCATE layer.grid"))
    assert client.get(path).status_code == 204

    def load():
        with editor.begin() as connection:
            publish(connection, spec, rows)

    heard(client, load)
    wait_for(lambda: client.get(path).status_code == 200)


def test_renamed_project_is_renamed_in_tiles(client, edit):
    path = path_of("projects", tile_at(centre(2, 2), 14))
    assert "Renamed" not in names_in(client.get(path), "project_site")
    heard(client, lambda: edit("UPDATE twin.project SET name_en = 'Renamed' WHERE code = 'ENV-02'"))
    assert "Renamed" in names_in(client.get(path), "project_site")


def test_edit_while_changes_cannot_be_heard_is_not_missed(client, editor):
    path = path_of("facility", tile_at(centre(4, 4), 15))
    client.get(path)
    with editor.begin() as connection:
        connection.execute(text("UPDATE layer.facility SET name_en = 'B' WHERE id = 3"))
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = 'phuket-twin changes' AND datname = current_database()"
            )
        )
        assert ended.scalar_one() == 1
    wait_for(lambda: "B" in names_in(client.get(path)))
    wait_for(lambda: client.front.watcher.is_connected)


def test_edit_while_the_service_is_down_is_seen_when_it_is_back(twin, edit):
    path = path_of("facility", tile_at(centre(0, 0), 13))
    with TestClient(create_app(twin)) as client:
        client.get(path)
    edit("UPDATE layer.facility SET name_en = 'Overnight' WHERE id = 1")
    with TestClient(create_app(twin)) as client:
        assert "Overnight" in names_in(client.get(path))


def test_worker_that_hears_again_what_another_heard_keeps_no_tile_of_before(client, twin, edit):
    """It renews the layer's name; the other worker has to remove tiles under that name."""
    path = path_of("facility", tile_at(centre(0, 0), 13))
    client.get(path)
    heard(client, lambda: edit("UPDATE layer.facility SET name_en = 'Heard' WHERE id = 1"))
    client.get(path)
    store = client.front.tiles.store
    _xact, at_s = store.recall(b"horizon").decode().split()
    store.remember(b"horizon", f"1 {at_s}".encode())
    with TestClient(create_app(twin)) as started:
        assert "Heard" in names_in(started.get(path))
    heard(client, lambda: edit("UPDATE layer.facility SET name_en = 'After' WHERE id = 1"))
    with TestClient(create_app(twin)) as started:
        assert "After" in names_in(started.get(path))


def test_restored_backup_is_seen_by_a_running_service(client, twin, edit, tmp_path):
    path = path_of("facility", tile_at(centre(4, 4), 14))
    edit("UPDATE layer.facility SET name_en = 'In the archive' WHERE id = 3")
    environment = {"TWIN_HOME": str(twin.home), "TWIN_DB__URL": twin.db.url}
    archive = str(tmp_path / "twin.archive")
    subprocess.run([*TWIN, "db", "backup", archive], env=environment, check=True)
    heard(client, lambda: edit("UPDATE layer.facility SET name_en = 'Later' WHERE id = 3"))
    assert "Later" in names_in(client.get(path))
    subprocess.run([*TWIN, "db", "restore", archive], env=environment, check=True)
    wait_for(lambda: "In the archive" in names_in(client.get(path)))


def test_wide_edit_of_who_began_first_and_ended_last_is_seen(client, edit, editor, monkeypatch):
    monkeypatch.setattr("twin.tiles.service.MOST_REMOVED", 0)
    path = path_of("facility", tile_at(centre(0, 0), 13))
    with editor.begin() as slow:
        slow.execute(text("UPDATE layer.facility SET name_en = 'Slow' WHERE id = 1"))
        heard(client, lambda: edit("UPDATE layer.facility SET name_en = 'Quick' WHERE id = 3"))
        assert "Slow" not in names_in(client.get(path))
    wait_for(lambda: "Slow" in names_in(client.get(path)))


def test_wide_edit_is_seen_after_changes_are_counted_anew(client, edit, monkeypatch):
    """As they are where a backup was restored."""
    monkeypatch.setattr("twin.tiles.service.MOST_REMOVED", 0)
    path = path_of("facility", tile_at(centre(0, 0), 13))
    heard(client, lambda: edit("UPDATE layer.facility SET name_en = 'Counted' WHERE id = 1"))
    assert "Counted" in names_in(client.get(path))
    edit("DELETE FROM twin.change")
    edit("SELECT setval('twin.change_id_seq', 1, false)")
    heard(client, lambda: edit("UPDATE layer.facility SET name_en = 'Anew' WHERE id = 1"))
    wait_for(lambda: "Anew" in names_in(client.get(path)))


def test_tile_made_before_an_edit_was_heard_is_not_kept(client, editor):
    """A reader whose snapshot is older than the edit must not store what it saw."""
    path = path_of("facility", tile_at(centre(0, 0), 12))
    with editor.begin() as connection:
        connection.execute(text("LOCK TABLE tile.facility IN ACCESS EXCLUSIVE MODE"))
        reader = threading.Thread(target=lambda: client.get(path))
        reader.start()
        time.sleep(0.3)
        connection.execute(text("UPDATE layer.facility SET name_en = 'Locked' WHERE id = 1"))
    reader.join()
    wait_for(lambda: "Locked" in names_in(client.get(path)))


def test_events_tell_open_maps_what_changed(twin, editor):
    environment = {"TWIN_HOME": str(twin.home), "TWIN_DB__URL": twin.db.url}
    place = centre(0, 0)
    with run_server("serve", environment) as (base, _server):
        stream = httpx.stream("GET", f"{base}/tiles/changes", timeout=WAIT_S)
        with stream as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            lines = response.iter_lines()
            assert next(line for line in lines if line.startswith("event")) == "event: hello"
            with editor.begin() as connection:
                connection.execute(text("UPDATE layer.facility SET name_en = 'C' WHERE id = 1"))
            assert next(line for line in lines if line.startswith("event")) == "event: change"
            told = json.loads(next(lines).removeprefix("data: "))
            assert told["layer"] == "facility"
            assert told["boxes"][0] == pytest.approx([place.x, place.y, place.x, place.y])


def test_hello_says_for_how_long_nothing_has_changed():
    async def quiet_s(hub):
        hello = await anext(hub.listen())
        return json.loads(hello.split("data: ")[1])["quiet_s"]

    async def hear():
        hub = EventHub(2)
        await asyncio.sleep(0.3)
        before = await quiet_s(hub)
        hub.tell(None)
        return before, await quiet_s(hub)

    before, after = asyncio.run(hear())
    assert after < 0.2 < before < WAIT_S


def test_edit_is_fresh_on_every_worker(twin, editor):
    environment = {
        "TWIN_HOME": str(twin.home),
        "TWIN_DB__URL": twin.db.url,
        "TWIN_API__WORKERS": "2",
    }
    path = path_of("facility", tile_at(centre(0, 0), 16))
    with run_server("serve", environment) as (base, _server):
        # Connections that are kept open stay with the worker that took them.
        clients = [httpx.Client(base_url=base) for _ in range(12)]
        for name in ("one", "two", "three"):
            for each in clients:
                each.get(path)
            with editor.begin() as connection:
                statement = text("UPDATE layer.facility SET name_en = :name WHERE id = 1")
                connection.execute(statement, {"name": name})
            for each in clients:
                wait_for(lambda each=each, name=name: name in names_in(each.get(path)))
        for each in clients:
            each.close()
