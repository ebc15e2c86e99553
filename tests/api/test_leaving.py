"""A client that leaves takes its query with it, and nobody else's."""

import asyncio
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest
from serving import serve
from sqlalchemy import Connection, func, literal, select, text

from api.observing.leaving import Leaving
from twin.db import leases
from twin.db.engine import connect, database_url, make_engine
from twin.db.pool import compile_query, open_pool

AREA = {"type": "Polygon", "coordinates": [[[97, 7], [99, 7], [99, 9], [97, 9], [97, 7]]]}
WAITING = text(
    "SELECT pid, query FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture(scope="module")
def served(toy):
    with serve(toy) as base:
        yield base


@pytest.fixture
def locked(toy):
    """A layer that nobody can read meanwhile, so that each query of it waits."""
    engine = make_engine(toy.db.url)
    with engine.connect() as holder, engine.connect() as watcher:
        holder.execute(text("LOCK TABLE layer.facility IN ACCESS EXCLUSIVE MODE"))
        yield Lock(holder, watcher)
    engine.dispose()


@dataclass
class Lock:
    """A lock on a layer, and who waits for it."""

    holder: Connection
    watcher: Connection

    def count_waiting(self):
        with self.watcher.begin():
            return len(self.watcher.execute(WAITING).all())

    def end(self):
        self.holder.rollback()


def wait_for(state, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if state():
            return True
        time.sleep(0.02)
    return False


#: A page that was asked for before is kept, and asks the database nothing.
NEW_LIMITS = itertools.count(100)


def get_items(base):
    limit = next(NEW_LIMITS)
    return httpx.get(f"{base}/api/collections/facility/items?limit={limit}", timeout=1)


def post_within(base):
    body = {"geometry": AREA, "layers": ["facility"]}
    return httpx.post(f"{base}/api/query/within", json=body, timeout=1)


def identify(base):
    place = {"lon": 98.36, "lat": 7.9, "layers": "facility"}
    return httpx.get(f"{base}/api/query/identify", params=place, timeout=1)


@pytest.mark.parametrize("ask", [get_items, post_within, identify])
def test_client_that_leaves_cancels_its_statement(served, locked, ask):
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, served)
        assert wait_for(locked.count_waiting, 5), "the query does not wait for the lock"
        with pytest.raises(httpx.ReadTimeout):
            asked.result()
    assert wait_for(lambda: not locked.count_waiting(), 2), "the query outlived its client"
    locked.end()
    assert ask(served).status_code == 200
    assert 'status="left"' in httpx.get(f"{served}/metrics").text


def test_client_that_stays_keeps_its_statement_when_another_leaves(served, locked):
    with ThreadPoolExecutor(2) as pool:
        staying = pool.submit(
            httpx.get, f"{served}/api/collections/facility/items?limit=1", timeout=20
        )
        assert wait_for(lambda: locked.count_waiting() == 1, 5)
        leaving = pool.submit(get_items, served)
        assert wait_for(lambda: locked.count_waiting() == 2, 5)
        assert isinstance(leaving.exception(), httpx.ReadTimeout)
        assert wait_for(lambda: locked.count_waiting() == 1, 2)
        locked.end()
        assert staying.result().status_code == 200


def test_connection_given_back_is_never_cancelled(toy):
    """Leave at every moment around the return of a connection: the next statement never fails."""
    engine = make_engine(toy.db.url, pool_size=1)
    failures = []

    def ask(lease, delay_s):
        leaver = threading.Timer(delay_s, lease.leave)
        leaver.start()
        try:
            with connect(engine) as connection:
                connection.execute(text("SELECT pg_sleep(0.004)"))
        except leases.LeftError:
            pass
        except Exception as error:
            failures.append(error)
        return leaver

    for step in range(40):
        with leases.Lease() as lease:
            leaver = ask(lease, step * 0.0004)
        try:
            with connect(engine) as connection:
                assert connection.execute(text("SELECT 1 FROM pg_sleep(0.002)")).scalar() == 1
        finally:
            leaver.join()
    engine.dispose()
    assert not failures


def test_lease_that_was_left_starts_no_statement(toy):
    engine = make_engine(toy.db.url)
    with leases.Lease() as lease, connect(engine) as connection:
        connection.execute(text("SELECT 1"))
        lease.is_left = True
        with pytest.raises(leases.LeftError):
            connection.execute(text("SELECT 2"))
    with leases.Lease() as lease:
        assert not lease.leave()
        with pytest.raises(leases.LeftError), connect(engine):
            pass
    with connect(engine) as connection:
        assert connection.execute(text("SELECT 3")).scalar() == 3
    engine.dispose()


SCOPE = {"type": "http", "method": "POST", "headers": [(b"content-length", b"3")]}


def run_app(app, messages, scope=SCOPE):
    """Run an application behind the middleware on messages that come 10 ms apart; None waits."""
    sent = []

    async def receive():
        await asyncio.sleep(0.01)
        message = messages.pop(0) if messages else None
        if message is None:
            await asyncio.Event().wait()
        return message

    async def send(message):
        sent.append(message)

    asyncio.run(asyncio.wait_for(Leaving(app)(scope, receive, send), 5))
    return sent


def body(content, more_body=False):
    return {"type": "http.request", "body": content, "more_body": more_body}


def test_body_reaches_the_application_whole_and_the_client_is_watched_after_it():
    told = []

    async def app(_scope, receive, _send):
        told.append(await receive())
        told.append(await receive())
        told.append(await receive())

    run_app(app, [body(b"ab", more_body=True), body(b"c"), {"type": "http.disconnect"}])
    assert [message["type"] for message in told] == ["http.request"] * 2 + ["http.disconnect"]
    assert b"".join(message.get("body", b"") for message in told) == b"abc"


def test_request_without_body_has_an_empty_one():
    told = []

    async def app(_scope, receive, send):
        told.append(await receive())
        await send({"type": "http.response.start"})

    sent = run_app(app, [body(b"")], {"type": "http", "method": "GET", "headers": []})
    assert told == [body(b"")]
    assert len(sent) == 1


def test_client_that_leaves_within_its_body_is_told_to_the_application():
    told = []

    async def app(_scope, receive, _send):
        told.append(await receive())
        told.append(await receive())

    run_app(app, [body(b"a", more_body=True), {"type": "http.disconnect"}])
    assert told[1]["type"] == "http.disconnect"


def test_nothing_is_sent_to_who_has_left_and_their_fault_is_no_fault():
    async def app(_scope, receive, send):
        await receive()
        while (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.start"})
        raise RuntimeError

    assert run_app(app, [body(b"abc"), {"type": "http.disconnect"}]) == []


async def until(state):
    while not state():
        await asyncio.sleep(0.01)


GET = {"type": "http", "method": "GET", "headers": []}
SLEEP = compile_query(select(func.pg_sleep(literal(20.0))))
SHORT = compile_query(select(func.pg_sleep(literal(0.5))))
ONE = compile_query(select(literal(1).label("one")))


def with_pool(toy, check):
    """Run a check with a pool of a single connection."""

    async def run():
        async with open_pool(
            database_url(toy.db.url), size=1, max_waiting=9, statement_timeout_ms=30_000
        ) as pool:
            await asyncio.wait_for(check(pool), 10)

    asyncio.run(run())


def client_of(pool, app):
    """Return a task that answers a client, and what makes that client leave."""
    gone = asyncio.Event()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_message):
        pass

    async def run(scope, receive, send):
        await app(pool, scope, receive, send)

    return asyncio.create_task(Leaving(run)(GET, receive, send)), gone


def test_asyncpg_statement_ends_when_its_client_leaves(toy):
    async def app(pool, _scope, _receive, _send):
        await pool.fetch(SLEEP)

    async def check(pool):
        task, gone = client_of(pool, app)
        await until(lambda: pool.in_use)
        gone.set()
        await task
        assert not task.cancelled()
        assert (await pool.fetchrow(ONE))["one"] == 1

    with_pool(toy, check)


def test_asyncpg_connection_that_another_waits_for_is_his_when_a_client_leaves(toy):
    async def app(pool, _scope, _receive, _send):
        await pool.fetch(SLEEP)

    async def check(pool):
        leaver, gone = client_of(pool, app)
        await until(lambda: pool.in_use)
        stayer = asyncio.create_task(pool.fetchrow(ONE))
        await until(lambda: pool.waiting)
        gone.set()
        assert (await stayer)["one"] == 1
        await leaver

    with_pool(toy, check)


def test_work_shared_by_several_requests_goes_on_when_one_of_them_leaves(toy):
    async def check(pool):
        shared = []

        async def app(pool, _scope, _receive, _send):
            shared.append(asyncio.create_task(pool.fetchrow(SHORT)))
            await asyncio.shield(shared[0])

        task, gone = client_of(pool, app)
        await until(lambda: pool.in_use)
        gone.set()
        await task
        assert await shared[0]

    with_pool(toy, check)
