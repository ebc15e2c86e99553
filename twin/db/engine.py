"""Connections: one engine a process, read-only for serving, and translated database faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from time import perf_counter
from typing import Any, Final

import psycopg
from psycopg import errors as pg
from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from twin.db import leases, timing
from twin.db.faults import (
    DISK_FULL,
    NO_ANSWER,
    TOO_SLOW,
    UNUSABLE_GEOMETRY,
    UNUSABLE_TEXT,
    UNUSABLE_VALUE,
)
from twin.errors import SetupError

#: Seconds to wait for a connection where all are in use, before telling that we are busy.
POOL_TIMEOUT_S: Final = 2

#: Seconds that asking the server to cancel a statement may take.
CANCEL_TIMEOUT_S: Final = 2


def database_url(address: str | URL) -> URL:
    """Return the SQLAlchemy address, driven by psycopg 3, of a libpq one.

    Raises
    ------
    SetupError
        The address is not one of a PostgreSQL database.
    """
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise _bad_address() from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise _bad_address()
    return url.set(drivername="postgresql+psycopg")


def libpq_address(url: URL) -> str:
    """Return an address as libpq and its programs read it, `postgresql://…`, password included.

    Examples
    --------
    >>> libpq_address(make_url("postgresql+psycopg://me@/twin?host=/a b"))
    'postgresql://me@/twin?host=%2Fa%20b'
    """
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    base, mark, query = address.partition("?")
    return base + mark + query.replace("+", "%20")  # to libpq a plus is a plus, not a space


def make_engine(
    address: str | URL,
    *,
    pool_size: int = 2,
    statement_timeout_ms: int = 0,
    read_only: bool = False,
) -> Engine:
    """Make an engine; with `read_only` the database itself refuses to write.

    Parameters
    ----------
    pool_size
        Connections kept; as many again may be opened under load.
    statement_timeout_ms
        A statement that runs longer is cancelled; 0 means no limit.
    """
    options = f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC -c jit=off"
    options += " -c search_path=public"  # a role may be named like one of our schemas
    if read_only:
        options += " -c default_transaction_read_only=on"
    engine = create_engine(
        database_url(address),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=POOL_TIMEOUT_S,
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": 5, "application_name": "phuket-twin"},
    )
    event.listen(engine, "before_cursor_execute", _start_statement)
    event.listen(engine, "after_cursor_execute", _end_statement)
    event.listen(engine, "handle_error", _fail_statement)
    return engine


@contextmanager
def connect(engine: Engine) -> Iterator[Connection]:
    """Open a connection in a transaction that ends with the block.

    Where a lease is in force, whoever ends it cancels what runs here.

    Raises
    ------
    DatabaseUnavailableError
        PostGIS does not answer.
    TooLargeError
        A statement ran into the time limit.
    InvalidInputError
        PostGIS refused a geometry.
    LeftError
        Whoever asked has left.
    """
    leases.check()
    started = perf_counter()
    try:
        with engine.begin() as connection:
            timing.add("pool", perf_counter() - started)
            driver: Any = connection.connection.driver_connection
            with leases.held(partial(_cancel, driver)):
                yield connection
    except DBAPIError as error:
        leases.check()
        raise translated(error) from error


def pool_state(engine: Engine) -> tuple[int, int, int]:
    """Return how many connections are in use, how many may be, and how many requests wait.

    Nobody is counted as waiting: what may be in work at once is limited before it gets here.
    """
    pool = engine.pool
    if not isinstance(pool, QueuePool):
        return 0, 0, 0
    return pool.checkedout(), pool.size(), 0


def _cancel(driver: psycopg.Connection[Any]) -> None:
    with suppress(psycopg.Error):  # the connection is lost, and with it the statement
        driver.cancel_safe(timeout=CANCEL_TIMEOUT_S)


def _start_statement(connection: Connection, *_: object) -> None:
    leases.check()
    connection.info["twin_started"] = perf_counter()


def _end_statement(connection: Connection, *_: object) -> None:
    started = connection.info.pop("twin_started", None)
    if started is not None:
        timing.add("db", perf_counter() - started)


def _fail_statement(failed: ExceptionContext) -> None:
    if failed.connection is not None and not failed.connection.invalidated:
        _end_statement(failed.connection)


def translated(error: DBAPIError | pg.Error) -> Exception:
    """Return the fault of ours that a database error means; the error itself where none does."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, pg.QueryCanceled):
        return TOO_SLOW()
    if isinstance(cause, pg.DiskFull):
        return DISK_FULL()
    if isinstance(cause, pg.InternalError_):  # PostGIS: TopologyException and the like
        return UNUSABLE_GEOMETRY()
    if isinstance(cause, pg.DataError):
        return UNUSABLE_TEXT() if _has_nul(cause) else UNUSABLE_VALUE()
    is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if is_lost or isinstance(cause, pg.OperationalError):
        return NO_ANSWER()
    return error


def _has_nul(error: pg.DataError) -> bool:
    """Tell whether a text could not be sent, or kept as JSON, because of U+0000."""
    return isinstance(error, pg.UntranslatableCharacter) or "NUL" in str(error)


def _bad_address() -> SetupError:
    return SetupError(
        "TWIN_DB__URL must look like postgresql://user@host:5432/database.",
        "TWIN_DB__URL ต้องมีรูปแบบ postgresql://user@host:5432/database",
        parameter="TWIN_DB__URL",
    )
