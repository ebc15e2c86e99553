"""Faults on the terminal. Kept apart: it needs the data frame library."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from api.commands.console import marked, out
from layers.faults import Fault, fault_table
from twin.db.models import Fault as FaultRow


def recorded_faults(connection: Connection, layer: str) -> list[Fault]:
    """Return the faults of a layer's last load, in the order of the file."""
    columns = (
        FaultRow.row,
        FaultRow.column,
        FaultRow.rule,
        FaultRow.severity,
        FaultRow.value,
        FaultRow.message_th,
        FaultRow.message_en,
    )
    rows = connection.execute(
        select(*columns).where(FaultRow.layer_id == layer).order_by(FaultRow.id)
    )
    return [Fault(**row) for row in rows.mappings()]


def print_faults(faults: Sequence[Fault]) -> None:
    """Print faults grouped by rule and column, each group with its first rows and an example."""
    for group in fault_table(faults):
        column = f" ({group.column})" if group.column else ""
        told = marked(
            "bad" if group.severity == "refuse" else "note",
            f"{group.title.th} | {group.title.en}{column} × {group.count:,}",
        )
        if group.rows:
            more = " …" if group.count > len(group.rows) else ""
            told.append(f"\n  แถว | rows {', '.join(map(str, group.rows))}{more}")
        told.append(f"\n  {group.example.message_th}\n  {group.example.message_en}")
        out.print(told, soft_wrap=True)
