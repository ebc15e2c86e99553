"""Faults on the terminal. Kept apart: it needs the data frame library."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from sqlalchemy import Connection, select

from api.commands.console import out
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
    """Print faults grouped by rule, Thai first."""
    if not faults:
        return
    table = Table("กฎ | rule", "ผล | severity", "จำนวน | count", "แถว | rows", "ตัวอย่าง | example")
    for group in fault_table(faults):
        rows = ", ".join(map(str, group.rows))
        told = f"{group.example.message_th}\n{group.example.message_en}"
        title = f"{group.title.th}\n{group.title.en}"
        table.add_row(title, group.severity, f"{group.count:,}", rows, told)
    out.print(table)
