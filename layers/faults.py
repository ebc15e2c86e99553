"""What a check finds wrong: one fault a row and rule, told in Thai and English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from layers.manifest import Rule
from twin.spec import Title
from twin.types import Text

#: What the rules mean, for headings of reports.
RULE_TITLES: Final[dict[Rule, Title]] = {
    "geometry_missing": Title(th="ไม่มีตำแหน่ง", en="Geometry missing"),
    "geometry_empty": Title(th="รูปทรงว่าง", en="Geometry empty"),
    "geometry_invalid": Title(th="รูปทรงผิดรูป", en="Geometry invalid"),
    "geometry_type": Title(th="ชนิดรูปทรงไม่ตรง", en="Wrong geometry type"),
    "outside_province": Title(th="อยู่นอกจังหวัด", en="Outside the province"),
    "in_sea": Title(th="อยู่ในทะเล", en="In the sea"),
    "wrong_tambon": Title(th="รหัสตำบลไม่ตรงกับตำแหน่ง", en="Wrong sub-district code"),
    "duplicate_key": Title(th="รหัสซ้ำ", en="Duplicate key"),
    "duplicate_feature": Title(th="รายการซ้ำ", en="Duplicate feature"),
    "value_missing": Title(th="ไม่มีค่า", en="Value missing"),
    "value_type": Title(th="ค่าผิดชนิด", en="Wrong type of value"),
    "value_unknown": Title(th="ค่านอกรายการ", en="Value not in the list"),
    "value_converted": Title(th="แปลงค่าแล้ว", en="Value converted"),
    "total_row": Title(th="แถวผลรวมปนกับข้อมูล", en="Total row among the detail"),
    "text_encoding": Title(th="รหัสอักขระ", en="Text encoding"),
    "column_missing": Title(th="ไม่มีคอลัมน์", en="Column missing"),
    "column_unknown": Title(th="คอลัมน์ที่ไม่รู้จัก", en="Unknown column"),
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one row, or with the whole file.

    Parameters
    ----------
    row
        Data row or feature of the file, counted from 1, the header not counted; None: whole file.
    column
        The layer's column, or the file's field where no column is meant; None: the whole row.
    severity
        `refuse`: the row is not loaded; `note`: it is loaded as it is, or repaired.
    value
        The value as it stands in the file.
    """

    row: int | None
    column: str | None
    rule: Rule
    severity: Literal["refuse", "note"]
    value: str | None
    message_th: str
    message_en: str


@dataclass(frozen=True)
class FaultGroup:
    """All faults of one rule, column and severity, as one line of a printed table.

    Parameters
    ----------
    count
        Rows concerned; those of the whole file count one each.
    rows
        The first rows concerned, in order; empty where the whole file is meant.
    example
        The first fault of the group.
    """

    rule: Rule
    title: Title
    severity: Literal["refuse", "note"]
    column: str | None
    count: int
    rows: tuple[int, ...]
    example: Fault


def fault(
    row: int | None,
    column: str | None,
    rule: Rule,
    value: Any,  # noqa: ANN401 (any cell value)
    text: Text,
    *,
    refuse: bool = False,
) -> Fault:
    """Return a fault whose severity the source's policy decides, unless it must `refuse`."""
    is_null = pd.api.types.is_scalar(value) and pd.isna(value)
    shown = None if is_null else str(value)
    return Fault(row, column, rule, "refuse" if refuse else "note", shown, text.th, text.en)


def fault_table(faults: Iterable[Fault], rows: int = 5) -> list[FaultGroup]:
    """Group faults for printing: refusals first, then the most frequent.

    Parameters
    ----------
    rows
        How many row numbers a group lists at most.

    Examples
    --------
    >>> fault_table([])
    []
    """
    groups: dict[tuple[str, str | None, str], list[Fault]] = {}
    for found in faults:
        groups.setdefault((found.rule, found.column, found.severity), []).append(found)
    table = [_group(found, rows) for found in groups.values()]
    return sorted(table, key=lambda group: (group.severity != "refuse", -group.count, group.rule))


def _group(found: list[Fault], most: int) -> FaultGroup:
    rows = sorted({each.row for each in found if each.row is not None})
    return FaultGroup(
        rule=found[0].rule,
        title=RULE_TITLES[found[0].rule],
        severity=found[0].severity,
        column=found[0].column,
        count=len(rows) + sum(each.row is None for each in found),
        rows=tuple(rows[:most]),
        example=found[0],
    )
