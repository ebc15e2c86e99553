"""The asyncpg pool: constant text, faults as faults of ours, a queue with an end."""

import asyncio

import pytest
from asyncpg import InternalServerError, UndefinedTableError
from sqlalchemy import Integer, bindparam, select, text

from twin.db.pool import Query, compile_query, open_pool, translated
from twin.errors import (
    BusyError,
    DatabaseUnavailableError,
    InvalidInputError,
    TooLargeError,
)

NUMBER = bindparam("number", type_=Integer)
SLEEP = Query("SELECT pg_sleep(5)", (), {})


def run(url, work, **limits):
    async def inside():
        options = {"size": 2, "max_waiting": 8, "statement_timeout_ms": 0} | limits
        async with open_pool(url, **options) as pool:
            return await work(pool)

    return asyncio.run(inside())


def test_query_has_constant_text_and_its_own_constants():
    query = compile_query(select(NUMBER + 1).where(NUMBER < 10))
    assert query.text.count("$1") == 2
    assert query.arguments({"number": 3}) == [3, 1, 10]
    with pytest.raises(KeyError):
        query.arguments({})


def test_fetch_returns_rows(empty_url):
    query = compile_query(select((NUMBER + 1).label("next")))
    assert run(empty_url, lambda pool: pool.fetch(query, number=4))[0]["next"] == 5
    assert run(empty_url, lambda pool: pool.fetchrow(query, number=4))["next"] == 5


def test_writing_is_refused_by_the_database(empty_url):
    query = compile_query(text("CREATE TABLE layer.none ()"))
    with pytest.raises(Exception, match="read-only"):
        run(empty_url, lambda pool: pool.fetch(query))


def test_statement_that_runs_too_long_is_told(empty_url):
    with pytest.raises(TooLargeError):
        run(empty_url, lambda pool: pool.fetch(SLEEP), statement_timeout_ms=100)


def test_geometry_that_postgis_refuses_is_told():
    assert isinstance(translated(InternalServerError("TopologyException")), InvalidInputError)
    assert translated(UndefinedTableError("no such table")) is None


def test_server_that_is_away_is_told(empty_url):
    away = empty_url.set(query={"host": "/nowhere", "port": "5432"})
    with pytest.raises(DatabaseUnavailableError):
        run(away, lambda pool: pool.fetch(SLEEP))


def test_queue_is_bounded(empty_url):
    async def crowd(pool):
        tasks = [asyncio.ensure_future(pool.fetch(SLEEP)) for _ in range(3)]
        await asyncio.sleep(0.2)
        with pytest.raises(BusyError):
            await pool.fetch(SLEEP)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return pool.waiting

    assert run(empty_url, crowd, size=1, max_waiting=2) == 0


def test_cancelled_task_cancels_its_statement(empty_url):
    running = compile_query(
        text("SELECT count(*) FROM pg_stat_activity WHERE query = :query").bindparams(
            query=SLEEP.text
        )
    )

    async def leave(pool):
        task = asyncio.ensure_future(pool.fetch(SLEEP))
        await asyncio.sleep(0.3)
        before = (await pool.fetchrow(running))[0]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.1)
        active = compile_query(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE query = :query AND state = 'active'"
            ).bindparams(query=SLEEP.text)
        )
        return before, (await pool.fetchrow(active))[0]

    assert run(empty_url, leave) == (1, 0)
