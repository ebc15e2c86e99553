"""Migrations go up, down and up again, and say the same as the models."""

from sqlalchemy import text

from twin.db.engine import make_engine
from twin.db.migrate import differences, downgrade, is_current, upgrade

OURS = (
    "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'v') AND relname <> 'schema_version'"
    " AND relnamespace::regnamespace::text IN ('twin', 'layer', 'tile', 'stage', 'stage_tile')"
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


def test_migrate_twice_changes_nothing(new_database):
    engine = make_engine(new_database("migrated_twice"))
    upgrade(engine)
    with engine.begin() as connection:
        assert is_current(connection)
    engine.dispose()
