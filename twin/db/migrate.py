"""Bringing a database to the newest schema and back."""

from __future__ import annotations

from typing import Any, Final, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from geoalchemy2 import alembic_helpers
from psycopg import errors as pg
from psycopg import sql
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from twin.db.engine import translated
from twin.db.metadata import METADATA
from twin.db.version import MIGRATIONS, SCHEMA, TABLE
from twin.errors import SetupError

#: The extension that everything stands on.
EXTENSION: Final = "postgis"


def _is_our_schema(
    name: str | None,
    kind: Literal[
        "schema", "table", "column", "index", "unique_constraint", "foreign_key_constraint"
    ],
    _parents: Any,  # noqa: ANN401
) -> bool:
    return kind != "schema" or name == METADATA.schema


CONFIGURATION: Final[dict[str, Any]] = {
    "target_metadata": METADATA,
    "include_schemas": True,
    "include_name": _is_our_schema,
    "process_revision_directives": alembic_helpers.writer,
    "render_item": alembic_helpers.render_item,
    "version_table": TABLE,
    "version_table_schema": SCHEMA,
    "compare_type": True,
}


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; nothing is half-applied.

    Raises
    ------
    SetupError
        PostGIS is not installed on the server, or the role may not create it.
    DatabaseUnavailableError
        The server does not answer.
    """
    try:
        with engine.begin() as connection:
            # Two at once would both find no extension, and one of them fail to make it.
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("twin schema"))))
            create = sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(EXTENSION))
            connection.exec_driver_sql(create.as_string())
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS twin"))
            command.upgrade(_config(connection), "head")
    except DBAPIError as error:
        if isinstance(error.orig, (pg.FeatureNotSupported, pg.UndefinedFile)):
            raise _no_postgis() from error
        if isinstance(error.orig, pg.InsufficientPrivilege):
            raise _not_allowed() from error
        raise translated(error) from error


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Undo migrations down to `revision`; what the dropped tables held is lost."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def differences(connection: Connection) -> list[Any]:
    """Return what the models and the database disagree on; empty when migrations are complete."""
    return list(compare_metadata(_context(connection), METADATA))


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts=CONFIGURATION)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _no_postgis() -> SetupError:
    return SetupError(
        "The database server has no PostGIS. On Debian or Ubuntu install the package"
        " postgresql-NN-postgis-3 for its version NN, then run this again.",
        "เซิร์ฟเวอร์ฐานข้อมูลยังไม่มี PostGIS บน Debian หรือ Ubuntu ให้ติดตั้งแพ็กเกจ"
        " postgresql-NN-postgis-3 ตามรุ่น NN ของเซิร์ฟเวอร์ แล้วสั่งอีกครั้ง",
    )


def _not_allowed() -> SetupError:
    return SetupError(
        "This database role may not create the extension or schemas. Ask the administrator to run"
        " `CREATE EXTENSION postgis` and to grant CREATE on the database.",
        "บัญชีฐานข้อมูลนี้ไม่มีสิทธิ์สร้างส่วนขยายหรือสคีมา โปรดให้ผู้ดูแลระบบสั่ง"
        " `CREATE EXTENSION postgis` และให้สิทธิ์ CREATE บนฐานข้อมูล",
    )
