"""Metrics: by route and never by path, exact, cheap, for operators alone, summed over workers."""

import os
import subprocess
import sys
import time

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from serving import run_server
from starlette.testclient import TestClient
from tiling import wait_for

from api.main import create_app
from api.observing import metrics
from twin.settings import ApiSettings

LOOPBACK = ("127.0.0.1", 50_000)


def samples(text):
    """Return the value of each sample by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture(scope="module")
def operator(toy):
    """A client on the machine itself."""
    with TestClient(create_app(toy), client=LOOPBACK) as client:
        yield client


def read(client, name, **labels):
    response = client.get("/metrics")
    assert response.status_code == 200
    return samples(response.text).get((name, tuple(sorted(labels.items()))), 0)


@pytest.fixture
def grows(operator):
    """Tell how much a sample grows by what is done."""

    def measure(act, name, **labels):
        before = read(operator, name, **labels)
        act()
        return read(operator, name, **labels) - before

    return measure


ITEMS = "/api/collections/{collectionId}/items"


def test_requests_are_counted_by_route_and_status_class(operator, grows):
    def ask():
        for path in ("facility/items", "tambon/items", "none/items", "facility/items?limit=x"):
            operator.get(f"/api/collections/{path}")

    labels = {"method": "GET", "route": ITEMS}
    assert grows(ask, "twin_requests_total", status="2xx", **labels) == 2
    assert grows(ask, "twin_requests_total", status="4xx", **labels) == 2
    assert grows(ask, "twin_request_seconds_count", route=ITEMS) == 4


def test_head_is_counted_as_head(operator, grows):
    labels = {"method": "HEAD", "route": "/api", "status": "2xx"}
    assert grows(lambda: operator.head("/api"), "twin_requests_total", **labels) == 1


def test_paths_and_methods_of_clients_make_no_series_of_their_own(operator, grows):
    def ask():
        for number in range(5):
            operator.get(f"/nothing/{number}")
        operator.request("BREW", "/nothing")

    assert grows(ask, "twin_requests_total", method="GET", route="other", status="4xx") == 5
    assert grows(ask, "twin_requests_total", method="other", route="other", status="4xx") == 1
    text = operator.get("/metrics").text
    assert "nothing" not in text
    assert "BREW" not in text


def test_statements_are_counted_by_what_they_are_for(operator, grows):
    def ask():
        operator.get("/api/collections/facility/items?limit=77")

    assert grows(ask, "twin_query_seconds_count", kind="get_items") >= 1


def test_pool_and_requests_in_flight(operator):
    states = ("in_use", "size", "waiting")

    def told():
        metrics.publish({"psycopg": lambda: (3, 8, 1)})  # as the service itself does by and by
        pool = "twin_pool_connections"
        return [read(operator, pool, pool="psycopg", state=state) for state in states]

    wait_for(lambda: told() == [3, 8, 1])
    assert read(operator, "twin_requests_in_flight") == 1  # this one


def test_tiles_and_sizes(grows):
    def serve_tiles():
        metrics.TILES["memory"].inc()
        metrics.TILES["304"].inc()
        metrics.TILE_BYTES.observe(10_000)
        metrics.TILE_BYTES.observe(10_000_000)

    assert grows(serve_tiles, "twin_tiles_total", tier="memory") == 1
    assert grows(serve_tiles, "twin_tile_bytes_bucket", le="10000.0") == 1
    assert grows(serve_tiles, "twin_tile_bytes_bucket", le="5000.0") == 0
    assert grows(serve_tiles, "twin_tile_bytes_bucket", le="+Inf") == 2
    assert grows(serve_tiles, "twin_tile_bytes_sum") == 10_010_000


def test_tiles_are_counted_by_tier_where_they_are_served(operator, grows):
    tile = "/tiles/facility/15/25330/15670.mvt"

    def tiers(act):
        before = {tier: read(operator, "twin_tiles_total", tier=tier) for tier in metrics.TILES}
        act()
        after = {tier: read(operator, "twin_tiles_total", tier=tier) for tier in metrics.TILES}
        return {tier: after[tier] - before[tier] for tier in after if after[tier] != before[tier]}

    answers = []
    assert tiers(lambda: answers.append(operator.get(tile))) in ({"miss": 1}, {"store": 1})
    labels = {"method": "GET", "route": metrics.TILE_ROUTE, "status": "2xx"}
    assert tiers(lambda: operator.get(tile)) == {"memory": 1}
    assert grows(lambda: operator.get(tile), "twin_requests_total", **labels) == 1
    known = {"If-None-Match": answers[0].headers["etag"]}
    assert tiers(lambda: operator.get(tile, headers=known)) == {"304": 1}
    none = "/tiles/none/15/25330/15670.mvt"
    labels["status"] = "4xx"
    assert grows(lambda: operator.get(none), "twin_requests_total", **labels) == 1
    refused = operator.get(none)
    assert refused.json()["request_id"] == refused.headers["x-request-id"]


def test_a_tile_that_was_made_tells_its_time(operator, grows):
    def ask():
        for x in range(3):
            told = operator.get(f"/tiles/road/16/{50_663 + x}/31342.mvt").headers
            assert float(told["server-timing"].split("db;dur=")[1].split(",")[0]) > 0

    assert grows(ask, "twin_query_seconds_count", kind="tile") >= 3


def test_another_peer_and_what_a_proxy_passes_on_see_nothing(toy, operator):
    with TestClient(create_app(toy), client=("203.0.113.9", 50_000)) as stranger:
        assert stranger.get("/metrics").status_code == 404
    for header in ("Forwarded", "X-Forwarded-For", "X-Real-IP"):
        response = operator.get("/metrics", headers={header: "203.0.113.9"})
        assert response.status_code == 404
        assert response.json()["code"] == "not-found"


def test_metrics_peers_may_be_another_network(toy):
    api = toy.api.model_copy(update={"metrics_peers": "10.0.0.0/8, ::1"})
    settings = toy.model_copy(update={"api": api})
    for host, status in (("10.1.2.3", 200), ("127.0.0.1", 404), ("testclient", 404)):
        with TestClient(create_app(settings), client=(host, 1)) as client:
            assert client.get("/metrics").status_code == status
    with pytest.raises(ValueError, match="metrics_peers"):
        ApiSettings(metrics_peers="everybody")


def test_other_sites_cannot_read_them(operator):
    response = operator.get("/metrics", headers={"Origin": "https://example.org"})
    assert "access-control-allow-origin" not in response.headers
    assert response.headers["cache-control"] == "no-store"


def test_openmetrics_for_those_who_ask(operator):
    response = operator.get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")


MEASURED = """
import timeit
from api.observing import metrics
memory, spread = metrics.TILES["memory"], metrics.TILE_BYTES
for step in (
    memory.inc,
    lambda: spread.observe(9_000),
    lambda: metrics.count_request("GET", metrics.TILE_ROUTE, 200, 0.00002),
):
    print(1e6 * min(timeit.repeat(step, number=20_000, repeat=5)) / 20_000)
"""


def test_a_step_on_the_hot_path_costs_less_than_1_5_microseconds(tmp_path):
    environment = {**os.environ, metrics.FOLDER: str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", MEASURED],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    steps_us = [float(line) for line in run.stdout.split()]
    assert max(steps_us) < 1.5, steps_us


WORKER = """
import os
from api.observing import metrics
metrics.TILES["store"].inc()
metrics.IN_FLIGHT.inc()
metrics.count_request("GET", "/api", 200, 0.2)
metrics.publish({"psycopg": lambda: (1, 8, 0)})
print(os.getpid())
if os.environ.get("EXPOSE"):
    print(metrics.expose("")[0].decode())
"""


def test_dead_workers_keep_their_counts_but_nothing_in_flight(tmp_path):
    def work(**more):
        environment = {**os.environ, metrics.FOLDER: str(tmp_path), **more}
        run = subprocess.run(
            [sys.executable, "-c", WORKER],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return run.stdout.split("\n", 1)

    (dead, _), (alive, text) = work(), work(EXPOSE="1")
    told = samples(text)
    assert told["twin_tiles_total", (("tier", "store"),)] == 2
    assert told["twin_request_seconds_sum", (("route", "/api"),)] == pytest.approx(0.4)
    assert told["twin_request_seconds_bucket", (("le", "0.25"), ("route", "/api"))] == 2
    assert told["twin_requests_in_flight", ()] == 1
    assert ("twin_worker_memory_bytes", (("pid", alive),)) in told
    assert ("twin_worker_memory_bytes", (("pid", dead),)) not in told


def test_two_workers_answer_with_the_numbers_of_both(toy):
    environment = {
        "TWIN_HOME": str(toy.home),
        "TWIN_DB__URL": toy.db.url,
        "TWIN_API__WORKERS": "2",
    }
    key = ("twin_requests_total", (("method", "GET"), ("route", "/api"), ("status", "2xx")))
    with run_server("serve", environment) as (base, server):
        for _ in range(20):
            assert httpx.get(f"{base}/api").status_code == 200
        time.sleep(metrics.PUBLISH_S + 0.3)
        told = [samples(httpx.get(f"{base}/metrics").text) for _ in range(4)]
        folder = toy.home / "metrics" / str(server.pid)
        assert folder.is_dir()
    assert [each[key] for each in told] == [20] * 4
    assert len([name for name, _ in told[0] if name == "twin_worker_memory_bytes"]) == 2
    assert not folder.exists()
