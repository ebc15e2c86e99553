"""Other spellings of names, for search alone; both editions share them."""

from __future__ import annotations

import csv
from importlib import resources

from sqlalchemy import Connection, delete, insert

from twin.db.models import Alias


def load_aliases(connection: Connection) -> int:
    """Put the spellings of `layers/starter/aliases.csv` in place; return how many there are."""
    path = resources.files("layers") / "starter" / "aliases.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    connection.execute(delete(Alias))
    connection.execute(insert(Alias), rows)
    return len(rows)
