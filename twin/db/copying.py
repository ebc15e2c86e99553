"""Writing many rows at once, by COPY, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection as PsycopgConnection
from psycopg import sql
from sqlalchemy import Connection, FromClause, Table


def copy_rows(
    connection: Connection,
    table: FromClause,
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Append rows to a table.

    Parameters
    ----------
    names
        Columns, in the order of the values; geometry is hexadecimal EWKB.
    """
    if not isinstance(table, Table):
        raise TypeError(f"a table is required, not {type(table).__name__}")
    statement = sql.SQL("COPY {}.{} ({}) FROM STDIN").format(
        sql.Identifier(str(table.schema)),
        sql.Identifier(table.name),
        sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    driver = connection.connection.driver_connection
    if not isinstance(driver, PsycopgConnection):
        raise TypeError(f"psycopg is required, not {type(driver).__name__}")
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
