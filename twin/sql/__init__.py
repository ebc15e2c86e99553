"""Long SQL statements of a fixed shape, one a file, each with its contract in the header."""

from importlib import resources


def read_sql(name: str) -> str:
    """Return the text of `<name>.sql`."""
    return (resources.files("twin.sql") / f"{name}.sql").read_text(encoding="utf-8")
