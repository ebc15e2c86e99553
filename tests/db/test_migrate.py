"""Migrations go up, down and up again, and say the same as the models."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from twin.db import migrate
from twin.db.engine import make_engine
from twin.db.migrate import differences, downgrade, upgrade
from twin.db.version import MIGRATIONS, is_current, newest
from twin.errors import SetupError

OURS = (
    "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'v') AND relname <> 'schema_version'"
    " AND relnamespace::regnamespace::text"
    " IN ('twin', 'layer', 'tile', 'stage', 'stage_tile', 'job')"
)


def test_migrate_up_down_up_leaves_no_difference(new_database):
    engine = make_engine(new_database("migrations"))
    with engine.begin() as connection:
        assert is_current(connection)
        assert differences(connection) == []
    downgrade(engine)
    with engine.begin() as connection:
        assert not is_current(connection)
        assert connection.scalar(text(OURS)) == 0
    upgrade(engine)
    with engine.begin() as connection:
        assert is_current(connection)
        assert differences(connection) == []
    engine.dispose()


def test_newest_version_is_the_one_that_alembic_ends_with():
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [newest()]


def test_migrate_twice_changes_nothing(new_database):
    engine = make_engine(new_database("migrated_twice"))
    upgrade(engine)
    with engine.begin() as connection:
        assert is_current(connection)
    engine.dispose()


def test_migrate_without_postgis_on_the_server_says_what_to_install(new_database, monkeypatch):
    engine = make_engine(new_database("no_postgis"))
    downgrade(engine)
    monkeypatch.setattr(migrate, "EXTENSION", "postgis_that_is_not_installed")
    with pytest.raises(SetupError, match="postgresql-NN-postgis-3") as told:
        upgrade(engine)
    assert "PostGIS" in told.value.th
    with engine.begin() as connection:
        assert not is_current(connection)
        assert connection.scalar(text(OURS)) == 0
    engine.dispose()


def test_migrate_by_two_at_once_works_for_both(new_database):
    url = new_database("two_at_once")
    engine = make_engine(url)
    downgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS twin CASCADE"))
        connection.execute(text("DROP EXTENSION postgis CASCADE"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, [engine, engine]))
    with engine.begin() as connection:
        assert is_current(connection)
    engine.dispose()
