"""Opening the twin's database: the given server, or the private cluster, with the newest schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError

from twin.db.embedded import Cluster
from twin.db.engine import database_url, make_engine, translated
from twin.settings import Settings


@contextmanager
def open_database(settings: Settings) -> Iterator[URL]:
    """Give the address of the database, keeping the private cluster up for the block.

    Raises
    ------
    SetupError
        There is no usable PostgreSQL, or `TWIN_DB__URL` is malformed.
    """
    if settings.db.url:
        yield database_url(settings.db.url)
        return
    with Cluster(settings.home).use() as url:
        yield url


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """Give an engine that may write, on a database brought to the newest schema.

    Raises
    ------
    SetupError
        There is no usable PostGIS, or its disk is full.
    DatabaseUnavailableError
        The server does not answer, or went away meanwhile.
    """
    with open_database(settings) as url:
        engine = make_engine(url)
        try:
            upgrade_schema(engine)
            yield engine
        except DBAPIError as error:
            raise translated(error) from error
        finally:
            engine.dispose()


def upgrade_schema(engine: Engine) -> None:
    """Bring the database to the newest schema, by Alembic: whoever only reads does not load that.

    Raises
    ------
    SetupError, DatabaseUnavailableError
        As `twin.db.migrate.upgrade`.
    """
    import_module("twin.db.migrate").upgrade(engine)


def database_address(settings: Settings) -> URL:
    """Return the address of the database without starting anything."""
    if settings.db.url:
        return database_url(settings.db.url)
    return Cluster(settings.home).url
