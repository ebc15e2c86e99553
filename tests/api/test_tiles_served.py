"""Tiles as they are served: one query for a crowd, a database that is away, clients that leave."""

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import brotli
import httpx
import mapbox_vector_tile
import pytest
from serving import run_server
from sqlalchemy import text
from starlette.testclient import TestClient
from tiling import names_in, path_of, tile_at, wait_for

from api.main import create_app
from twin.db.database import open_engine
from twin.db.embedded import Cluster
from twin.db.engine import libpq_address, make_engine
from twin.settings import DbSettings, Settings, TileSettings
from twin.testing import centre, publish_toy, publish_toy_projects
from twin.tiles.address import Address


@pytest.fixture(scope="module")
def own_cluster(open_folder):
    """A private cluster that a test may stop, with the toy island in it."""
    cluster = Cluster(open_folder / "stoppable")
    cluster.start()
    address = libpq_address(cluster.url)
    settings = Settings(home=open_folder / "stoppable", db=DbSettings(url=address))
    with open_engine(settings) as engine, engine.begin() as connection:
        publish_toy(connection)
        publish_toy_projects(connection)
    yield cluster, settings
    cluster.stop()


@pytest.fixture
def editor(own_cluster):
    engine = make_engine(own_cluster[1].db.url)
    yield engine
    engine.dispose()


def count_calls(maker, calls):
    make = maker.make

    async def counted(layers, address):
        calls.append(address)
        return await make(layers, address)

    return counted


def test_hundred_clients_of_one_cold_tile_cost_one_query(own_cluster, editor):
    path = path_of("base", tile_at(centre(2, 2), 15))
    with TestClient(create_app(own_cluster[1])) as client:
        calls = []
        maker = client.app.tiles.tiles.maker
        maker.make = count_calls(maker, calls)
        client.app.tiles.tiles.store.clear()
        with editor.begin() as connection:
            connection.execute(text("LOCK TABLE tile.road IN ACCESS EXCLUSIVE MODE"))
            with ThreadPoolExecutor(100) as crowd:
                asked = [crowd.submit(client.get, path) for _ in range(100)]
                time.sleep(1.5)
                connection.rollback()
                answers = [each.result() for each in asked]
        assert len(calls) == 1
        assert {each.status_code for each in answers} == {200}
        assert len({each.content for each in answers}) == 1


def test_joined_layers_are_one_gzip_member_and_brotli_is_the_same(own_cluster):
    path = path_of("base", tile_at(centre(2, 2), 13))
    with TestClient(create_app(own_cluster[1])) as client:

        def raw(encoding):
            headers = {"Accept-Encoding": encoding}
            with client.stream("GET", path, headers=headers) as response:
                return response.headers, b"".join(response.iter_raw())

        headers, packed = raw("gzip")
        assert headers["content-encoding"] == "gzip"
        assert int(headers["content-length"]) == len(packed)
        content = gzip.decompress(packed)
        assert set(mapbox_vector_tile.decode(content)) >= {"land", "road", "tambon_label"}
        headers, plain = raw("identity")
        assert (headers.get("content-encoding"), plain) == (None, content)
        ready = client.app.tiles.memory.get(path)
        raw("br")
        raw("br")
        wait_for(lambda: path not in client.app.tiles.sender.packing)
        if ready.br is not None:  # small tiles may not get smaller
            headers, packed = raw("br")
            assert headers["content-encoding"] == "br"
            assert brotli.decompress(packed) == content
            assert headers["etag"] != ready.main.etag.decode()


def test_head_of_a_tile_has_no_body(own_cluster):
    path = path_of("base", tile_at(centre(2, 2), 13))
    with TestClient(create_app(own_cluster[1])) as client:
        full = client.get(path, headers={"Accept-Encoding": "gzip"})
        head = client.head(path, headers={"Accept-Encoding": "gzip"})
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == full.headers["content-length"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/base/14/1/1.mvt?x=1", 400),
        ("/tiles/base,base/14/1/1.mvt", 400),
        ("/tiles/base,none/14/1/1.mvt", 404),
        (f"/tiles/{','.join(['base'] * 30)}/14/1/1.mvt", 400),
    ],
)
def test_tile_asked_for_wrongly_is_told(own_cluster, path, status):
    with TestClient(create_app(own_cluster[1])) as client:
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.json()["detail_th"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_tile_too_large_is_thinned_and_says_so(own_cluster, monkeypatch):
    monkeypatch.setattr("twin.tiles.making.MAX_PART_BYTES", 700)
    path = path_of("grid", tile_at(centre(2, 2), 14))
    with TestClient(create_app(own_cluster[1])) as client:
        client.app.tiles.tiles.store.clear()
        answer = client.get(path)
        shown = len(mapbox_vector_tile.decode(answer.content)["grid"]["features"])
        assert 0 < shown < 25
        assert answer.headers["x-tile-dropped"] == f"grid={25 - shown}"
        assert client.get(path).headers["x-tile-dropped"] == f"grid={25 - shown}"
        client.app.tiles.tiles.store.clear()


def test_cached_tiles_serve_while_the_database_is_away(own_cluster):
    cluster, settings = own_cluster
    seen, unseen = (path_of("base", tile_at(centre(2, 2), zoom)) for zoom in (14, 16))
    environment = {"TWIN_HOME": str(settings.home / "away"), "TWIN_DB__URL": settings.db.url}
    with run_server("serve", environment) as (base, _server), httpx.Client(base_url=base) as client:
        assert client.get(seen).status_code == 200
        cluster.stop()
        assert client.get(seen).status_code == 200
        answer = client.get(unseen)
        assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert client.get(seen).status_code == 200
        cluster.start()
        wait_for(lambda: client.get(unseen).status_code == 200)
        edit = make_engine(settings.db.url)
        with edit.begin() as connection:
            connection.execute(text("UPDATE layer.road SET name = 'After' WHERE id = 10"))
        edit.dispose()
        wait_for(lambda: b"After" in client.get(seen).content)


def test_tiles_survive_a_restart_without_a_query(own_cluster):
    path = path_of("base", tile_at(centre(2, 2), 14))
    with TestClient(create_app(own_cluster[1])) as client:
        before = client.get(path)
    with TestClient(create_app(own_cluster[1])) as client:
        calls = []
        maker = client.app.tiles.tiles.maker
        maker.make = count_calls(maker, calls)
        after = client.get(path)
    assert calls == []
    assert after.content == before.content


def test_client_that_leaves_cancels_its_query(own_cluster, editor):
    settings = own_cluster[1]
    environment = {"TWIN_HOME": str(settings.home / "left"), "TWIN_DB__URL": settings.db.url}
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database() AND application_name = 'phuket-twin'"
    )
    path = path_of("base", Address(16, 1, 1))

    def count():
        with editor.connect() as watch:
            return watch.scalar(waiting)

    with run_server("serve", environment) as (base, _server):
        with editor.connect() as other, other.begin():
            other.execute(text("LOCK TABLE tile.road IN ACCESS EXCLUSIVE MODE"))

            def leave():
                with pytest.raises(httpx.ReadTimeout):
                    httpx.get(base + path, timeout=1.5)

            leaving = threading.Thread(target=leave)
            leaving.start()
            wait_for(lambda: count() == 1)
            leaving.join()
            wait_for(lambda: count() == 0)
        assert httpx.get(base + path).status_code == 204


def test_memory_stays_within_its_weight(own_cluster):
    settings = own_cluster[1].model_copy(update={"tiles": TileSettings(memory_mb=1)})
    with TestClient(create_app(settings)) as client:
        memory = client.app.tiles.memory
        for x in range(1_000):
            client.get(path_of("facility", Address(16, x, 0)))
        assert memory.weight <= 1_000_000
        assert 0 < len(memory) < 1_000
        assert names_in(client.get(path_of("facility", tile_at(centre(2, 2), 16))))
