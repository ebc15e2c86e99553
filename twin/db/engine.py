"""Connections: one engine a process, read-only for serving, and translated database faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors as pg
from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from twin.db.faults import DISK_FULL, NO_ANSWER, TOO_SLOW, UNUSABLE_GEOMETRY
from twin.errors import SetupError


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
    return create_engine(
        database_url(address),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": 5, "application_name": "phuket-twin"},
    )


@contextmanager
def connect(engine: Engine) -> Iterator[Connection]:
    """Open a connection in a transaction that ends with the block.

    Raises
    ------
    DatabaseUnavailableError
        PostGIS does not answer.
    TooLargeError
        A statement ran into the time limit.
    InvalidInputError
        PostGIS refused a geometry.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise translated(error) from error


def translated(error: DBAPIError | pg.Error) -> Exception:
    """Return the fault of ours that a database error means; the error itself where none does."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, pg.QueryCanceled):
        return TOO_SLOW()
    if isinstance(cause, pg.DiskFull):
        return DISK_FULL()
    if isinstance(cause, pg.InternalError_):  # PostGIS: TopologyException and the like
        return UNUSABLE_GEOMETRY()
    is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if is_lost or isinstance(cause, pg.OperationalError):
        return NO_ANSWER()
    return error


def _bad_address() -> SetupError:
    return SetupError(
        "TWIN_DB__URL must look like postgresql://user@host:5432/database.",
        "TWIN_DB__URL ต้องมีรูปแบบ postgresql://user@host:5432/database",
        parameter="TWIN_DB__URL",
    )
