"""A pool of asyncpg connections for the questions asked most: one text, prepared once, each time.

The statements are SQLAlchemy constructs like all others; each is compiled once to the text that
asyncpg sends, so that PostgreSQL plans it once for every connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

import asyncpg
from sqlalchemy import URL
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql import ClauseElement

from twin.db import leases, timing
from twin.db.engine import libpq_address
from twin.db.faults import NO_ANSWER, TOO_SLOW, UNUSABLE_GEOMETRY, UNUSABLE_VALUE
from twin.errors import BusyError, TwinError

_DIALECT: Final = asyncpg_dialect()  # type: ignore[no-untyped-call]

#: Seconds to reach the server.
_CONNECT_TIMEOUT_S: Final = 5


@dataclass(frozen=True)
class Query:
    """A statement as asyncpg sends it: constant text, and what its numbered parameters are called.

    Parameters
    ----------
    fixed
        Values that the statement brought along.
    """

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of `$1`, `$2`, …; KeyError where one is missing."""
        fixed = self.fixed
        return [values[name] if name in values else fixed[name] for name in self.names]


def compile_query(statement: ClauseElement) -> Query:
    """Return a SQLAlchemy statement as text for asyncpg.

    Values the statement holds go with it; `bindparam("name")` without a value are given to each
    call. Compile once and keep the result: it costs a millisecond.

    Examples
    --------
    >>> from sqlalchemy import Integer, bindparam, select
    >>> query = compile_query(select(bindparam("z", type_=Integer) + 1))
    >>> query.arguments({"z": 14})
    [14, 1]
    """
    compiled = statement.compile(dialect=_DIALECT)
    names = tuple(getattr(compiled, "positiontup", None) or ())
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    return Query(str(compiled), names, fixed)


@dataclass
class Pool:
    """Read-only connections; more than `max_waiting` callers in the queue are sent away.

    Parameters
    ----------
    pool
        Of asyncpg, opened by `open_pool`.
    max_waiting
        How many may wait for a connection.
    """

    pool: asyncpg.Pool
    size: int
    max_waiting: int
    _present: int = field(default=0, init=False)

    @property
    def in_use(self) -> int:
        """How many connections are at work."""
        return min(self._present, self.size)

    @property
    def waiting(self) -> int:
        """How many callers wait for a connection."""
        return max(0, self._present - self.size)

    async def fetch(self, query: Query, **values: Any) -> list[asyncpg.Record]:  # noqa: ANN401
        """Return the rows of a query; cancelling the task cancels the statement.

        Raises
        ------
        BusyError
            Too many wait already.
        DatabaseUnavailableError
            PostGIS does not answer.
        TooLargeError
            The statement ran into the time limit.
        """
        async with self.connection() as connection:
            with timing.measured("db"):
                rows: list[asyncpg.Record] = await connection.fetch(
                    query.text, *query.arguments(values)
                )
            return rows

    async def fetchrow(self, query: Query, **values: Any) -> asyncpg.Record | None:  # noqa: ANN401
        """Return the first row of a query, None where there is none; raises as `fetch` does."""
        async with self.connection() as connection:
            with timing.measured("db"):
                return await connection.fetchrow(query.text, *query.arguments(values))

    def state(self) -> tuple[int, int, int]:
        """Return how many connections are in use, how many may be, and how many callers wait."""
        return self.in_use, self.size, self.waiting

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection; database faults inside the block become those of `fetch`.

        Where a lease is in force, whoever ends it cancels what runs here.
        """
        if self._present >= self.size + self.max_waiting:
            raise _busy()
        self._present += 1
        started = perf_counter()
        try:
            with leases.task_held():
                async with self.pool.acquire() as lent:
                    timing.add("pool", perf_counter() - started)
                    yield lent
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            raise (translated(error) or error) from error
        finally:
            self._present -= 1


@asynccontextmanager
async def open_pool(
    address: URL, *, size: int, max_waiting: int, statement_timeout_ms: int
) -> AsyncIterator[Pool]:
    """Open a pool for the block; connections are made when they are first needed.

    Parameters
    ----------
    size
        Most connections.
    max_waiting
        Most callers that wait for one.
    statement_timeout_ms
        A statement that runs longer is cancelled; 0 means no limit.
    """
    pool = asyncpg.create_pool(
        libpq_address(address),
        min_size=0,
        max_size=size,
        timeout=_CONNECT_TIMEOUT_S,
        max_inactive_connection_lifetime=300,
        max_cacheable_statement_size=0,  # no limit: what looks into many layers is long
        reset=_nothing_to_reset,
        # Tiles alone have a statement for each band of each layer.
        statement_cache_size=512,
        max_cached_statement_lifetime=0,
        server_settings={
            "application_name": "phuket-twin",
            "default_transaction_read_only": "on",
            "jit": "off",
            # One plan for every value: planning costs more than most of these statements.
            "plan_cache_mode": "force_generic_plan",
            "search_path": "public",
            "statement_timeout": str(statement_timeout_ms),
            "timezone": "UTC",
        },
    )
    async with pool:
        yield Pool(pool, size, max_waiting)


def translated(error: BaseException) -> TwinError | None:
    """Return the fault of ours that a fault of asyncpg means; None where it means none."""
    if isinstance(error, asyncpg.QueryCanceledError):
        return TOO_SLOW()
    if isinstance(error, asyncpg.InternalServerError):  # PostGIS: TopologyException and the like
        return UNUSABLE_GEOMETRY()
    if isinstance(error, asyncpg.DataError):
        return UNUSABLE_VALUE()
    lost = (
        asyncpg.PostgresConnectionError,
        asyncpg.CannotConnectNowError,
        asyncpg.OperatorInterventionError,
        asyncpg.InsufficientResourcesError,
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InvalidCatalogNameError,
        asyncpg.InterfaceError,
        OSError,
        asyncio.TimeoutError,
    )
    return NO_ANSWER() if isinstance(error, lost) else None


async def _nothing_to_reset(_connection: Sequence[Any]) -> None:
    """Spare the round trip of a reset: these connections read, and set nothing."""


def _busy() -> BusyError:
    return BusyError("The service is busy; please try again.", "ระบบมีผู้ใช้มากในขณะนี้ โปรดลองอีกครั้ง")
