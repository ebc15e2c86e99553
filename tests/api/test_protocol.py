"""HTTP/1.1 as bytes on a connection: ready tiles sent at once, all else the long way."""

import asyncio
import json

import pytest
import uvloop
from serving import free_port
from tiling import path_of, tile_at
from uvicorn import Config, Server

from api.main import create_app
from api.observing.draining import Draining
from api.protocol import MAX_HEAD_BYTES, TileProtocol
from twin.testing import centre
from twin.tiles.address import Address

TILE = path_of("base", tile_at(centre(2, 2), 14))
EMPTY = path_of("base", Address(16, 1, 1))
PICTURE = "/raster/elevation/{0.z}/{0.x}/{0.y}.png".format(tile_at(centre(2, 2), 14))


class Counted(Draining):
    """The service, with a list of what was asked of the application, not answered before it."""

    def __init__(self, app):
        super().__init__(app)
        self.asked = []

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            self.asked.append((scope["method"], scope["path"]))
        await super().__call__(scope, receive, send)


def served(settings, check, keep_alive_s=20):
    """Run a check against the service on a port of its own; both share the event loop."""

    async def run():
        port = free_port()
        app = Counted(create_app(settings))
        config = Config(
            app,
            port=port,
            http=TileProtocol,
            ws="none",
            interface="asgi3",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=keep_alive_s,
        )
        server = Server(config)
        running = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        visit = Visit(port, app, server)
        try:
            await asyncio.wait_for(check(visit), 30)
        finally:
            for connection in visit.connections:
                connection.writer.close()
            server.should_exit = True
            await running

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


class Visit:
    """The service that runs, and connections to it."""

    def __init__(self, port, app, server):
        self.port = port
        self.app = app
        self.server = server
        self.connections = []

    async def connect(self):
        connection = Connection(*await asyncio.open_connection("127.0.0.1", self.port))
        self.connections.append(connection)
        return connection

    async def ready(self, *paths):
        """Have tiles lie ready, and return a connection."""
        connection = await self.connect()
        for path in paths:
            await connection.ask(path)
            assert self.app.tiles.ready(path) is not None
        self.app.asked.clear()
        return connection


class Connection:
    """One connection: requests as bytes, answers as status, headers, body."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    def send(self, path, *headers, method="GET", body=b"", version="1.1"):
        lines = [f"{method} {path} HTTP/{version}", "Host: twin", *headers]
        self.writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    async def answer(self, *, has_body=True):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        headers = dict(line.split(": ", 1) for line in head[1:-1])
        length = int(headers.get("content-length", 0)) if has_body else 0
        return int(head[0].split()[1]), headers, await self.reader.readexactly(length)

    async def ask(self, path, *headers, **more):
        self.send(path, *headers, **more)
        return await self.answer(has_body=more.get("method") != "HEAD")


def without(headers, *names):
    return {name: value for name, value in headers.items() if name not in ("date", *names)}


@pytest.mark.parametrize("path", [TILE, EMPTY, PICTURE])
@pytest.mark.parametrize("known", [False, True])
def test_ready_tile_is_sent_at_once_with_what_the_application_would_send(toy, path, known):
    async def check(visit):
        connection = await visit.ready(path)
        wishes = ["Accept-Encoding: gzip"]
        if known:
            wishes.append(f"If-None-Match: W/{visit.app.tiles.ready(path).main.etag.decode()}")
        status, headers, body = await connection.ask(path, *wishes)
        assert visit.app.asked == []
        with_body = [*wishes, "Content-Length: 1"]  # which is why it goes the long way
        long = await connection.ask(path, *with_body, body=b"x")
        assert visit.app.asked == [("GET", path)]
        assert (long[0], without(long[1]), long[2]) == (status, without(headers), body)
        assert status == (304 if known else 204 if path == EMPTY else 200)
        assert "date" in headers

    served(toy, check)


def test_form_of_a_ready_tile_suits_its_client(toy):
    async def check(visit):
        connection = await visit.ready(TILE)
        ready = visit.app.tiles.ready(TILE)
        packed = await connection.ask(TILE, "Accept-Encoding: gzip")
        plain = await connection.ask(TILE)
        assert (packed[1]["content-encoding"], packed[2]) == ("gzip", ready.main.body)
        assert ("content-encoding" in plain[1], plain[2]) == (False, ready.unpacked())
        assert visit.app.asked == []

    served(toy, check)


def test_prefix_is_no_part_of_a_tiles_name(toy):
    api = toy.api.model_copy(update={"root_path": "/twin"})

    async def check(visit):
        connection = await visit.ready(TILE)
        assert (await connection.ask(f"/twin{TILE}"))[0] == 200
        assert visit.app.asked == []

    served(toy.model_copy(update={"api": api}), check)


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"method": "HEAD"}, 200),
        ({"method": "POST", "headers": ["Content-Length: 0"]}, 405),
        ({"version": "1.0"}, 200),
        ({"headers": ["Connection: close"]}, 200),
        ({"headers": ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"]}, 200),
        ({"path": TILE.replace("base", "%62ase")}, 200),
        ({"path": f"{TILE}?x=1"}, 400),
        ({"path": f"http://twin{TILE}"}, 200),
    ],
    ids=["head", "post", "1.0", "close", "upgrade", "escaped", "parameter", "absolute"],
)
def test_all_else_is_for_the_application(toy, wish, status):
    wish = dict(wish)
    path, headers = wish.pop("path", TILE), wish.pop("headers", [])

    async def check(visit):
        connection = await visit.ready(TILE)
        answer = await connection.ask(path, *headers, **wish)
        assert answer[0] == status
        assert len(visit.app.asked) == 1
        if answer[1].get("connection") == "close":
            assert await connection.reader.read() == b""
        else:
            assert (await connection.ask(TILE))[0] == 200

    served(toy, check)


def test_answers_keep_the_order_of_requests_sent_together(toy):
    async def check(visit):
        connection = await visit.ready(TILE)
        for path in (TILE, "/api", TILE, "/health/live", TILE, TILE):
            connection.send(path)
        types = [(await connection.answer())[1]["content-type"] for _ in range(6)]
        tile, document = "application/vnd.mapbox-vector-tile", "application/json"
        assert types == [tile, document, tile, document, tile, tile]

    served(toy, check)


def test_long_answer_asked_for_with_a_tile_is_not_cut_off(toy):
    async def check(visit):
        connection = await visit.ready(TILE)
        (protocol,) = visit.server.server_state.connections
        connection.send(TILE)
        connection.send("/tiles/changes")
        assert (await connection.answer())[0] == 200
        assert (await connection.answer())[1]["content-type"].startswith("text/event-stream")
        assert protocol.timeout_keep_alive_task is None
        visit.app.app.let_go()

    served(toy, check)


def test_answers_that_a_client_does_not_read_do_not_pile_up(toy):
    count, most = 20_000, 2_000_000

    async def check(visit):
        connection = await visit.ready(TILE)
        (protocol,) = visit.server.server_state.connections
        full = b"".join(f"GET {TILE} HTTP/1.1\r\nHost: twin\r\n\r\n".encode() for _ in range(count))
        connection.writer.write(full)
        for _ in range(200):
            await asyncio.sleep(0.005)
            assert protocol.transport.get_write_buffer_size() < most
        for _ in range(count):
            assert (await connection.answer())[0] == 200
        assert 0 < len(visit.app.asked) < count

    served(toy, check)


def test_worker_that_ends_asks_for_other_connections(toy):
    async def check(visit):
        connection = await visit.ready(TILE)
        visit.app.is_ending = True
        _, headers, _ = await connection.ask(TILE)
        assert headers["connection"] == "close"
        assert await connection.reader.read() == b""

    served(toy, check)


def test_ready_tile_is_not_sent_while_changes_are_not_heard(toy):
    async def check(visit):
        connection = await visit.ready(TILE)
        visit.app.tiles.watcher.is_connected = False
        assert (await connection.ask(TILE))[0] == 200
        assert visit.app.asked == [("GET", TILE)]

    served(toy, check)


async def refused(connection, status):
    told = await connection.answer()
    problem = json.loads(told[2])
    assert (told[0], told[1]["content-type"]) == (status, "application/problem+json")
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["detail_th"]
    assert await connection.reader.read() == b""


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: twin\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["nonsense", "bytes", "two-lengths"],
)
def test_what_is_no_request_is_refused_in_both_languages(toy, sent):
    async def check(visit):
        connection = await visit.connect()
        connection.writer.write(sent)
        await refused(connection, 400)
        assert visit.app.asked == []

    served(toy, check)


@pytest.mark.parametrize("begin", [b"GET /", b"GET / HTTP/1.1\r\nX: "], ids=["path", "header"])
def test_head_that_does_not_end_is_refused(toy, begin):
    async def check(visit):
        connection = await visit.connect()
        connection.writer.write(begin)
        while not any(each.headers is not None for each in visit.server.server_state.connections):
            await asyncio.sleep(0.01)
        connection.writer.write(b"x" * (MAX_HEAD_BYTES + 1))
        await refused(connection, 431)

    served(toy, check)


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET / HTTP/1.1\r\nHo", b"ready"])
def test_connection_on_which_nothing_is_asked_is_closed(toy, sent):
    async def check(visit):
        connection = await visit.ready(TILE)
        if sent == b"ready":
            await connection.ask(TILE)
        else:
            connection.writer.write(sent)
        assert await connection.reader.read() == b""

    served(toy, check, keep_alive_s=1)
