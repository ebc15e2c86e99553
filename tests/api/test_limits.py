"""Limits: a bounded number in work, a short queue, then "come back later" and not a pile-up."""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from serving import run_server
from sqlalchemy import text

from api.middleware import BodyLimit
from api.observing.limits import LONG_BYTES, Limits
from api.observing.metrics import REJECTED, STREAMS, WAITING
from twin.db.engine import make_engine
from twin.settings import ApiSettings

SMALL = ApiSettings(max_in_flight=1, max_queued=1, max_queued_s=0.2, max_streams=1)


class Held:
    """An application whose answers wait until they are let go, for a number of requests at once."""

    def __init__(self, headers=((b"content-length", b"0"),), api=SMALL):
        self.go = asyncio.Event()
        self.headers = list(headers)
        self.in_work = 0
        self.limits = Limits(self.app, api)

    async def app(self, scope, receive, send):
        if scope["method"] == "POST":
            while (await receive()).get("more_body"):
                pass
        self.in_work += 1
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.headers})
            await self.go.wait()
            await send({"type": "http.response.body"})
        finally:
            self.in_work -= 1

    def ask(self, path="/api", method="GET", messages=(), headers=()):
        """Begin a request; its result is the status."""
        return asyncio.create_task(self._ask(path, method, list(messages), list(headers)))

    async def _ask(self, path, method, messages, headers):
        sent = []

        async def receive():
            if not messages:
                await asyncio.Event().wait()
            return messages.pop(0)

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "path": path, "method": method, "headers": headers}
        await self.limits(scope, receive, send)
        return sent[0]["status"]


def run(check):
    asyncio.run(asyncio.wait_for(check, 10))


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


def test_beyond_the_queue_is_refused_at_once_and_the_queue_is_served():
    async def check():
        held = Held()
        first, second = held.ask(), held.ask()
        await settle()
        assert WAITING.value == 1
        before = REJECTED["queue-full"].value
        assert await held.ask() == 503
        assert REJECTED["queue-full"].value == before + 1
        assert held.in_work == 1
        held.go.set()
        assert (await first, await second) == (200, 200)
        assert await held.ask() == 200
        assert WAITING.value == 0

    run(check())


def test_who_waited_too_long_is_refused_and_takes_no_place():
    async def check():
        held = Held()
        first = held.ask()
        await settle()
        assert await held.ask() == 503
        held.go.set()
        assert await first == 200
        assert await held.ask() == 200

    run(check())


def test_who_gives_up_in_the_queue_leaves_it():
    async def check():
        held = Held()
        first = held.ask()
        await settle()
        for _ in range(3):
            waiting = held.ask()
            await settle()
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        held.go.set()
        assert await first == 200
        assert await held.ask() == 200
        assert held.limits.queued == 0

    run(check())


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/assets/a.js"])
def test_health_metrics_and_files_are_never_refused(path):
    async def check():
        held = Held()
        asked = [held.ask() for _ in range(3)] + [held.ask(path) for _ in range(20)]
        await settle()
        assert held.in_work == 21
        held.go.set()
        assert (await asyncio.gather(*asked))[3:] == [200] * 20

    run(check())


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"content-length", b"%d" % (LONG_BYTES + 1))],
    ],
    ids=["length not known", "large"],
)
def test_long_answer_keeps_nobody_waiting_but_there_are_few_of_them(headers):
    async def check():
        held = Held(headers)
        download = held.ask()
        await settle()
        assert STREAMS.value == 1
        short = held.ask(path="/api/short")
        assert await short == 503  # also long, and there is one already
        held.headers = [(b"content-length", b"2")]
        short = held.ask()
        await settle()
        assert held.in_work == 2
        held.go.set()
        assert (await download, await short) == (200, 200)
        assert STREAMS.value == 0
        assert not held.limits.places.locked()

    run(check())


def test_who_listens_for_events_takes_no_place():
    async def check():
        held = Held([(b"content-type", b"text/event-stream; charset=utf-8")])
        listening = []
        for _ in range(10):
            listening.append(held.ask())
            await settle()
        assert held.in_work == 10
        assert STREAMS.value == 0
        held.go.set()
        assert await asyncio.gather(*listening) == [200] * 10
        assert not held.limits.places.locked()
        assert not held.limits.streams

    run(check())


def test_body_that_comes_slowly_keeps_nobody_waiting():
    async def check():
        held = Held()
        slow = [
            held.ask(
                method="POST",
                headers=[(b"content-length", b"10")],
                messages=[{"type": "http.request", "body": b"a", "more_body": True}],
            )
            for _ in range(5)
        ]
        await settle()
        quick = held.ask()
        await settle()
        assert held.in_work == 1
        held.go.set()
        assert await quick == 200
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        assert not held.limits.places.locked()

    run(check())


def test_body_that_has_come_takes_a_place():
    async def check():
        held = Held()
        whole = {"type": "http.request", "body": b"0123456789", "more_body": False}
        length = [(b"content-length", b"10")]
        first = held.ask(method="POST", headers=length, messages=[whole])
        second = held.ask(method="POST", headers=length, messages=[whole])
        await settle()
        assert held.in_work == 1
        assert await held.ask(method="POST", headers=length, messages=[whole]) == 503
        held.go.set()
        assert (await first, await second) == (200, 200)

    run(check())


def test_a_fault_of_the_application_gives_the_place_back():
    async def fail(_scope, _receive, _send):
        raise RuntimeError

    async def check():
        held = Held()
        limits = Limits(BodyLimit(fail, 10), SMALL)
        scope = {"type": "http", "path": "/api", "method": "GET", "headers": []}
        for _ in range(3):
            with pytest.raises(RuntimeError):
                await limits(scope, None, None)
        assert not limits.places.locked()
        held.go.set()

    run(check())


@pytest.fixture
def narrow(toy):
    """A service that works on one request at a time and lets one wait for four seconds."""
    environment = {
        "TWIN_HOME": str(toy.home),
        "TWIN_DB__URL": toy.db.url,
        "TWIN_API__MAX_IN_FLIGHT": "1",
        "TWIN_API__MAX_QUEUED": "1",
        "TWIN_API__MAX_QUEUED_S": "4",
    }
    with run_server("serve", environment) as (base, server):

        def written():
            lines = server.stdout.read().splitlines()
            return [json.loads(line) for line in lines if not line.startswith("▸")]

        yield base, written


def wait_for(base, sample):
    deadline = time.monotonic() + 5
    while sample not in httpx.get(f"{base}/metrics").text:
        assert time.monotonic() < deadline, sample
        time.sleep(0.02)


def test_overload_is_told_in_both_languages_and_the_service_stays_answerable(narrow, toy):
    base, written = narrow
    items = f"{base}/api/collections/facility/items"
    within = f"{base}/api/query/within"
    area = {"type": "Polygon", "coordinates": [[[97, 7], [99, 7], [99, 9], [97, 7]]]}
    engine = make_engine(toy.db.url)
    with ThreadPoolExecutor(2) as pool, engine.connect() as holder:
        holder.execute(text("LOCK TABLE layer.facility IN ACCESS EXCLUSIVE MODE"))
        first = pool.submit(httpx.get, items, timeout=20)
        wait_for(base, "twin_requests_in_flight 2.0")  # with the one that asks
        second = pool.submit(httpx.get, items, timeout=20)
        wait_for(base, "twin_requests_waiting 1.0")
        for refused in (httpx.get(items), httpx.post(within, json={"geometry": area})):
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            assert refused.headers["access-control-allow-origin"] == "*"
            problem = refused.json()
            assert problem["code"] == "busy"
            assert problem["detail_th"] != problem["detail"]
            assert problem["request_id"] == refused.headers["x-request-id"]
        assert httpx.get(f"{base}/health/ready").status_code == 200
        assert 'reason="queue-full"} 2.0' in httpx.get(f"{base}/metrics").text
        assert second.result().status_code == 503  # waited its time
        holder.rollback()
        assert first.result().status_code == 200
    assert httpx.get(items).status_code == 200
    engine.dispose()
    levels = {line["status"]: line["level"] for line in written() if line["event"] == "request"}
    assert levels == {200: "info", 503: "warning"}
