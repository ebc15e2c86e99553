"""Which schema a database has: told without Alembic, which is large and only changes it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, column, inspect, select, table

MIGRATIONS: Final = Path(__file__).with_name("migrations")

#: Where Alembic writes the version down.
SCHEMA, TABLE = "twin", "schema_version"

_VERSION: Final = select(table(TABLE, column("version_num"), schema=SCHEMA).c.version_num)


def newest() -> str:
    """Return the newest version; the files of `migrations/versions` begin with theirs."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).split("_")[0]


def is_current(connection: Connection) -> bool:
    """Tell whether the database has the newest schema."""
    if not inspect(connection).has_table(TABLE, schema=SCHEMA):
        return False
    return connection.scalars(_VERSION).all() == [newest()]
