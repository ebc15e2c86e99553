"""One column of a file turned into one typed column of a layer, with what was found on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd

from layers.normalise import (
    is_missing,
    is_pending,
    parse_boolean,
    parse_date,
    parse_integer,
    parse_number,
    parse_text,
    parse_year,
)
from twin.types import ColumnType

_PARSERS: Final[dict[ColumnType, Callable[[Any], Any]]] = {
    "text": parse_text,
    "integer": parse_integer,
    "number": parse_number,
    "date": parse_date,
    "boolean": parse_boolean,
}
_DTYPES: Final[dict[ColumnType, str]] = {
    "text": "object",
    "integer": "Int64",
    "number": "float64",
    "date": "object",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class Converted:
    """One column after conversion.

    Parameters
    ----------
    values
        Typed values, missing ones as None, NA or NaN.
    failed
        Index labels of cells that are not of the type; their value is missing.
    pending
        Index labels of cells that say in words that the value is missing.
    changed
        Index labels of cells that mean the same, written otherwise: digits, commas, era, spelling.
    """

    values: pd.Series
    failed: list[Any] = field(default_factory=list)
    pending: list[Any] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)


def convert(cells: pd.Series, kind: ColumnType, *, is_year: bool = False) -> Converted:
    """Convert one column of a file to its declared type.

    Parameters
    ----------
    cells
        Values as read: text from tables, typed values from other formats.
    is_year
        The integers are years, of either era.

    Examples
    --------
    >>> convert(pd.Series(["1,234", "-", "x"]), "integer").failed
    [2]
    """
    parse = parse_year if is_year else _PARSERS[kind]
    # Equal values of different types are different cells: True is not 1.
    known: dict[tuple[type, Any], tuple[Any, str]] = {}
    found: dict[str, list[Any]] = {"failed": [], "pending": [], "changed": [], "": []}
    values = []
    for label, read in cells.items():
        cell = read if pd.api.types.is_hashable(read) else str(read)
        key = (type(cell), cell)
        if key not in known:
            known[key] = _convert_cell(cell, kind, parse)
        value, outcome = known[key]
        values.append(value)
        if outcome:
            found[outcome].append(label)
    series = pd.Series(values, index=cells.index, dtype=_DTYPES[kind], name=cells.name)
    return Converted(series, found["failed"], found["pending"], found["changed"])


def _convert_cell(cell: Any, kind: ColumnType, parse: Callable[[Any], Any]) -> tuple[Any, str]:  # noqa: ANN401 (any cell value)
    if is_missing(cell):
        return None, "pending" if is_pending(cell) else ""
    try:
        value = parse(cell)
    except (ValueError, TypeError, OverflowError):
        return None, "failed"
    return value, "changed" if _is_rewritten(cell, value, kind) else ""


def _is_rewritten(cell: Any, value: Any, kind: ColumnType) -> bool:  # noqa: ANN401 (any cell value)
    if kind == "date":
        year = cell.year if isinstance(cell, date) else None
        return year != value.year if year else not str(cell).startswith(value.isoformat())
    if kind in ("integer", "number"):
        if not isinstance(cell, str):
            return bool(value != cell)
        try:
            return bool(float(cell) != value or not cell.strip().isascii() or "_" in cell)
        except ValueError:
            return True
    return kind == "text" and isinstance(cell, str) and cell.strip() != value
