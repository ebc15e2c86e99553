"""The log: one object a line whatever is sent, each with the name of its request."""

import io
import json
import logging
import logging.config
import re
from contextlib import contextmanager

import httpx
import pytest
from serving import run_server
from starlette.testclient import TestClient

from api.main import create_app
from api.observing.logs import logging_config, make_formatter
from twin.settings import LogSettings

GENERATED = re.compile(r"[0-9a-f]{16}")


@pytest.fixture
def service(toy):
    """A service with a route that fails, logging as its settings say."""

    def make(**log):
        app = create_app(toy.model_copy(update={"log": LogSettings(**log)}))

        @app.get("/api/failing")
        def fail():
            logging.getLogger("twin.test").warning("about to fail")
            raise RuntimeError("the reason\nwhy")

        return TestClient(app)

    return make


@contextmanager
def writing(*, is_terminal):
    """Give a stream that our log is written to, as to standard error."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(make_formatter(is_terminal=is_terminal))
    logger = logging.getLogger("twin")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler.stream
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture
def written():
    """The log as a file has it."""
    with writing(is_terminal=False) as stream:
        yield stream


@pytest.fixture
def shown():
    """The log as a terminal has it."""
    with writing(is_terminal=True) as stream:
        yield stream


@pytest.fixture
def logged(written):
    """Read the log."""
    return lambda: [json.loads(line) for line in written.getvalue().split("\n")[:-1]]


@pytest.fixture
def requests_logged(logged):
    """Read the log of requests."""
    return lambda: [line for line in logged() if line["logger"] == "twin.access"]


def test_request_line_says_what_happened(service, requests_logged):
    with service() as client:
        response = client.get("/api/collections/facility/items?limit=2")
    (line,) = requests_logged()
    assert list(line)[:4] == ["time", "level", "event", "logger"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["time"])
    assert (line["level"], line["event"]) == ("info", "request")
    assert (line["method"], line["status"]) == ("GET", 200)
    assert line["path"] == "/api/collections/facility/items"
    assert line["route"] == "/api/collections/{collectionId}/items"
    assert line["client"] == "testclient"
    assert line["bytes"] == int(response.headers["content-length"])
    assert line["duration_ms"] > line["db_ms"] > 0
    assert line["request_id"] == response.headers["x-request-id"]


def test_failure_is_logged_once_with_its_reason_and_named_everywhere(service, logged):
    with service() as client:
        response = client.get("/api/failing", headers={"X-Request-ID": "from-the-proxy.7"})
    assert response.status_code == 500
    assert response.headers["x-request-id"] == response.json()["request_id"] == "from-the-proxy.7"
    assert response.headers["access-control-allow-origin"] == "*"
    told = logged()
    assert {line["request_id"] for line in told} == {"from-the-proxy.7"}
    assert [(line["logger"], line["level"]) for line in told] == [
        ("twin.test", "warning"),
        ("twin.api", "error"),
        ("twin.access", "error"),
    ]
    assert "the reason\nwhy" in told[1]["exception"]
    assert "Traceback" in told[1]["exception"]


def test_a_clients_fault_is_no_error(service, requests_logged):
    with service() as client:
        client.get("/api/collections/none")
        client.get("/nothing")
    assert [(line["status"], line["level"]) for line in requests_logged()] == [(404, "info")] * 2


@pytest.mark.parametrize(
    ("access", "paths"),
    [
        ("failed", ["/api/failing"]),
        ("most", ["/api", "/api/failing", "/tiles/none.json"]),
        ("all", ["/api", "/api/failing", "/tiles/none.json", "/tiles/base.json", "/health/live"]),
    ],
)
def test_which_requests_are_written(service, requests_logged, access, paths):
    with service(access=access) as client:
        for path in ("/api", "/api/failing", "/tiles/none.json", "/tiles/base.json"):
            client.get(path)
        client.get("/health/live")
    assert [line["path"] for line in requests_logged()] == paths


@pytest.mark.parametrize(
    "given",
    ["", " ", "a b", "x" * 65, "-a", "a\x1b[31m", 'a"b', "é".encode(), "a;b", "../a"],
)
def test_request_id_that_is_not_sane_is_replaced(service, given):
    with service() as client:
        named = client.get("/api", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert GENERATED.fullmatch(named)


def test_every_request_has_a_name_of_its_own(service):
    with service() as client:
        names = {client.get("/api").headers["x-request-id"] for _ in range(5)}
        refused = client.get("/api", headers={"Host": "a b"})
    assert len(names) == 5
    assert refused.json()["request_id"] == refused.headers["x-request-id"]


FORGED = '/x%0A{"level":"error","event":"forged"}%0D%1B[31m%E2%80%A8%7F%C2%85'


def test_nobody_can_forge_a_line(service, requests_logged, written, shown):
    with service() as client:
        client.get(FORGED)
    (line,) = requests_logged()
    assert line["event"] == "request"
    assert line["path"] == '/x\n{"level":"error","event":"forged"}\r\x1b[31m\u2028\x7f\x85'
    assert written.getvalue().isascii()
    assert len(written.getvalue().splitlines()) == 1
    assert len(shown.getvalue().splitlines()) == 1
    assert "\x1b[31m" not in shown.getvalue().replace("\x1b[31m\x1b[1m", "")


def test_terminal_shows_the_traceback_as_it_is(service, shown):
    with service() as client:
        client.get("/api/failing")
    assert 'File "' in shown.getvalue()
    assert "RuntimeError: the reason\nwhy" in shown.getvalue()


def test_level_of_the_settings_is_that_of_our_loggers(capsys):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    loggers = [logging.getLogger(name) for name in ("twin", "uvicorn")]
    states = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    try:
        logging.config.dictConfig(logging_config(LogSettings(level="warning")))
        logging.getLogger("twin.access").info("not told")
        logging.getLogger("twin.api").warning("told %s", "once")
        logging.getLogger("somebody.else").info("not told")
        told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    finally:
        root.handlers, root.level = handlers, level
        for logger, state in zip(loggers, states, strict=True):
            logger.handlers, logger.level, logger.propagate = state
    assert [(line["event"], line["logger"]) for line in told] == [("told once", "twin.api")]


def test_server_writes_json_alone_to_standard_error(toy):
    environment = {"TWIN_HOME": str(toy.home), "TWIN_DB__URL": toy.db.url}
    with run_server("serve", environment) as (base, server):
        httpx.get(f"{base}/api", headers={"X-Request-ID": "seen"})
        server.terminate()
        server.wait(30)
        told = server.stdout.read().splitlines()
    written = [json.loads(line) for line in told if not line.startswith("▸")]
    assert [line["path"] for line in written if line.get("request_id") == "seen"] == ["/api"]
    assert "uvicorn.error" in {line["logger"] for line in written}
    assert not any("color_message" in line for line in written)
    assert {line["level"] for line in written} == {"info"}


@pytest.mark.parametrize(
    "path",
    ["/api/query/identify?lon=98.36&lat=7.9", "/api/collections/facility/items"],
)
def test_server_timing_tells_database_and_total(service, path):
    with service() as client:
        response = client.get(path)
    told = dict(part.split(";dur=") for part in response.headers["server-timing"].split(", "))
    assert float(told["total"]) >= float(told["db"]) > 0
    assert float(told["pool"]) > 0
    assert response.headers["timing-allow-origin"] == "*"


def test_server_timing_is_not_told_where_nothing_was_asked(service):
    with service() as client:
        assert "server-timing" not in client.get("/health/live").headers
