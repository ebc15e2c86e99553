"""Figures against budgets: a table to read, and a JSON list to keep."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from benchmarks.console import out


@dataclass(frozen=True)
class Budget:
    """A limit on our figure itself, or on its ratio to the peer's."""

    on: Literal["ours", "ratio"]
    sign: Literal["≥", "≤"]
    limit: float
    unit: str = "×"

    def __str__(self) -> str:
        """Return the budget as a person writes it."""
        return f"{self.sign} {self.limit:g} {self.unit}"

    def holds(self, value: float) -> bool:
        """Tell whether a value keeps the budget."""
        return value >= self.limit if self.sign == "≥" else value <= self.limit


@dataclass(frozen=True)
class Row:
    """One line of a bench; the ratio is ours divided by the peer's, whichever way is better."""

    what: str
    ours: float | None
    unit: str
    peer: float | None = None
    peer_name: str | None = None
    budgets: tuple[Budget, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's; None where one of them is missing."""
        return self.ours / self.peer if self.ours is not None and self.peer else None

    @property
    def ok(self) -> bool | None:
        """Whether every budget is kept; None where there is none."""
        if not self.budgets:
            return None
        values = {"ours": self.ours, "ratio": self.ratio}
        found = [(budget, values[budget.on]) for budget in self.budgets]
        return all(value is not None and budget.holds(value) for budget, value in found)

    def as_json(self) -> dict[str, Any]:
        """Return what the file holds."""
        own = asdict(self)
        budgets = own.pop("budgets")
        told = ", ".join(map(str, self.budgets)) or None
        return own | {"ratio": self.ratio, "budget": told, "ok": self.ok, "budgets": budgets}


def at_least(times: float) -> tuple[Budget, ...]:
    """Return a budget of so many times the peer's figure."""
    return (Budget("ratio", "≥", times),)


def at_most_times(times: float) -> tuple[Budget, ...]:
    """Return a budget of no more than so many times the peer's figure."""
    return (Budget("ratio", "≤", times),)


def at_most(limit: float, unit: str) -> tuple[Budget, ...]:
    """Return a budget on our figure itself."""
    return (Budget("ours", "≤", limit, unit),)


def write(folder: Path, name: str, rows: Sequence[Row], about: dict[str, Any]) -> Path:
    """Keep a bench's rows, and beside them what they were measured on; return the rows' file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    for file, content in (
        (path, [row.as_json() for row in rows]),
        (folder / f"{name}.about.json", about),
    ):
        file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return path


def show(name: str, rows: Sequence[Row]) -> None:
    """Print the rows as a table, then their notes."""
    table = Table(box=SIMPLE_HEAD, title=f"scripts/bench {name}", title_justify="left")
    table.add_column("วัดอะไร\nwhat", min_width=34)
    for head in ("ของเรา\nours", "คู่เทียบ\npeer"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("\npeer is", no_wrap=True)
    for head in ("หน่วย\nunit", "เท่า\nratio", "เป้า\nbudget"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("\nok")
    for row in rows:
        table.add_row(*_cells(row))
    out.print(table)
    for row in rows:
        if row.note:
            out.print(f"  {row.what}: {row.note}", style="dim", soft_wrap=True)


def _cells(row: Row) -> tuple[str | Text, ...]:
    signs = {None: Text(""), True: Text("✓", "green"), False: Text("✗", "bold red")}
    return (
        row.what,
        _number(row.ours),
        _number(row.peer),
        row.peer_name or "",
        row.unit,
        "–" if row.ratio is None else f"{_number(row.ratio)} ×",
        ", ".join(map(str, row.budgets)),
        signs[row.ok],
    )


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
