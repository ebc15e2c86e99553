"""What is noted while tags are read: one fault a column and reason, with a count and an example."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from layers.faults import Fault, fault
from layers.readers.osm.tags import NOTES, Told
from twin.types import Text


class _First(NamedTuple):
    row: int
    value: str | None


class Notes:
    """Notes on values, collected over all rows."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._first: dict[tuple[str, str], _First] = {}

    def take(self, column: str, row: int, value: str | None, told: Told) -> Any:  # noqa: ANN401 (a cell value)
        """Return the value of a column, and keep the note that it needs."""
        if told.note:
            key = (column, told.note)
            self._counts[key] += 1
            self._first.setdefault(key, _First(row, value))
        return told.value

    def faults(self) -> list[Fault]:
        """Return the notes, as faults of the whole file."""
        found = []
        for (column, note), count in self._counts.items():
            first = self._first[column, note]
            th, en = NOTES[note]
            shown = f" “{first.value}”" if first.value is not None else ""
            text = Text(
                f"{count} แถว{th} เช่น{shown} ในแถวที่ {first.row}",
                f"{count} rows: {en}, e.g.{shown} in row {first.row}",
            )
            found.append(fault(None, column, "value_converted", first.value, text))
        return found
