"""Database faults become ours, in both languages; real servers raise them."""

import pytest
from sqlalchemy import text

from twin.db.engine import connect, database_url, make_engine
from twin.errors import (
    DatabaseUnavailableError,
    InvalidInputError,
    SetupError,
    TooLargeError,
)

RAISED = {
    "53100": SetupError,  # disk full
    "57014": TooLargeError,  # query cancelled
    "XX000": InvalidInputError,  # PostGIS: TopologyException
    "57P01": DatabaseUnavailableError,  # the administrator stops the server
}


@pytest.fixture
def engine(empty_url):
    engine = make_engine(empty_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("sqlstate", "expected"), RAISED.items())
def test_connect_database_fault_becomes_ours(engine, sqlstate, expected):
    statement = text(f"DO $$ BEGIN RAISE 'told' USING ERRCODE = '{sqlstate}'; END $$")
    with pytest.raises(expected) as raised, connect(engine) as connection:
        connection.execute(statement)
    assert raised.value.th != raised.value.en


def test_connect_statement_over_its_time_is_cancelled(empty_url):
    engine = make_engine(empty_url, statement_timeout_ms=100)
    with pytest.raises(TooLargeError), connect(engine) as connection:
        connection.execute(text("SELECT pg_sleep(5)"))
    engine.dispose()


def test_connect_no_server_is_unavailable():
    engine = make_engine("postgresql://twin@127.0.0.1:1/twin")
    with pytest.raises(DatabaseUnavailableError), connect(engine):
        pass
    engine.dispose()


@pytest.mark.parametrize("address", ["", "mysql://host/db", "not an address", "sqlite://"])
def test_database_url_of_another_kind_is_refused(address):
    with pytest.raises(SetupError, match="postgresql://"):
        database_url(address)


def test_database_url_is_driven_by_psycopg_3():
    assert database_url("postgresql://a@b/c").drivername == "postgresql+psycopg"
