"""From a bare table to rows of values, with every fault of header and cells told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from twin.errors import ProjectFileError
from twin.projects.columns import PROJECTS
from twin.projects.sheets import Sheet, SheetColumn
from twin.projects.values import Cell, CellError
from twin.types import Text

_NAME_IN_HEADER: Final = re.compile(r"\(([a-z_]+)\)$")


@dataclass(frozen=True)
class FileFault:
    """One thing wrong in a file, and where a person finds it.

    Parameters
    ----------
    row
        Row number as the spreadsheet shows it, from 1 (the header); None for a whole sheet.
    column
        Machine name of the column; None for a whole row.
    value
        What the cell holds, shortened.
    """

    sheet: str
    row: int | None
    column: str | None
    rule: str
    value: str | None
    message: Text


@dataclass
class Row:
    """One row as values by field; incomplete where a cell could not be read."""

    sheet: str
    number: int
    values: dict[str, Any]
    complete: bool = True


def read_rows(
    sheet: Sheet, tables: Mapping[str, Sequence[Sequence[Cell]]], faults: list[FileFault]
) -> list[Row]:
    """Read the rows of one sheet; empty rows are passed over, faults are added to `faults`.

    Raises
    ------
    ProjectFileError
        The file has no sheet `projects`.
    """
    table = tables.get(sheet.name)
    if table is None:
        if sheet is PROJECTS:
            raise ProjectFileError(
                "The workbook has no sheet “projects”; start from `twin projects template`.",
                "ไม่พบแผ่น “projects” โปรดเริ่มจากแม่แบบ `twin projects template`",
            )
        return []
    if not any(map(_is_filled, table)):
        return _without_header(sheet, faults)
    columns = _columns(sheet, table, faults)
    return [
        _row(sheet, number, cells, columns, faults)
        for number, cells in enumerate(table[1:], start=2)
        if _is_filled(cells)
    ]


def _is_filled(cells: Sequence[Cell]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in cells)


def _without_header(sheet: Sheet, faults: list[FileFault]) -> list[Row]:
    if sheet is PROJECTS:
        faults.append(
            FileFault(
                sheet.name,
                1,
                None,
                "header_missing",
                None,
                Text("แผ่นนี้ว่าง ไม่มีแถวชื่อคอลัมน์", "The sheet is empty; it has no header row."),
            )
        )
    return []


def _columns(
    sheet: Sheet, table: Sequence[Sequence[Cell]], faults: list[FileFault]
) -> dict[int, SheetColumn]:
    named: dict[str, SheetColumn] = {}
    for column in sheet.columns:
        for spelling in (column.name, column.header, column.title.th, column.title.en):
            named.setdefault(spelling.casefold(), column)
    found: dict[int, SheetColumn] = {}
    for index, cell in enumerate(table[0]):
        text = str(cell or "").strip()
        known = _recognise(text, named)
        if known is None:
            if text or any(index < len(row) and _is_filled([row[index]]) for row in table[1:]):
                faults.append(_unknown_column(sheet, index, text))
        elif known in found.values():
            faults.append(_header_fault(sheet, known, "column_twice"))
        else:
            found[index] = known
    missing = [column for column in sheet.columns if column not in found.values()]
    faults += [_header_fault(sheet, column, "column_missing") for column in missing]
    return found


def _recognise(text: str, named: Mapping[str, SheetColumn]) -> SheetColumn | None:
    if match := _NAME_IN_HEADER.search(text):
        return named.get(match[1])
    return named.get(text.casefold())


def _unknown_column(sheet: Sheet, index: int, text: str) -> FileFault:
    th = f"ไม่รู้จักคอลัมน์ที่ {index + 1} “{text}” ใช้ชื่อคอลัมน์ตามแม่แบบ"
    en = f"Column {index + 1}, “{text}”, is not known; keep the template's header."
    return FileFault(sheet.name, 1, text or None, "column_unknown", text or None, Text(th, en))


def _header_fault(sheet: Sheet, column: SheetColumn, rule: str) -> FileFault:
    message = {
        "column_missing": Text(
            f"ขาดคอลัมน์ “{column.header}”", f"The column “{column.header}” is missing."
        ),
        "column_twice": Text(
            f"มีคอลัมน์ “{column.header}” ซ้ำ", f"The column “{column.header}” is there twice."
        ),
    }[rule]
    return FileFault(sheet.name, 1, column.name, rule, None, message)


def _row(
    sheet: Sheet,
    number: int,
    cells: Sequence[Cell],
    columns: Mapping[int, SheetColumn],
    faults: list[FileFault],
) -> Row:
    row = Row(sheet.name, number, {column.field: column.default for column in sheet.columns})
    row.complete = len(columns) == len(sheet.columns)
    for index, column in columns.items():
        cell = cells[index] if index < len(cells) else None
        try:
            value = _read(column, cell)
        except CellError as error:
            row.complete = False
            shown = None if cell is None else str(cell)[:80]
            faults.append(
                FileFault(sheet.name, number, column.name, error.rule, shown, error.message)
            )
        else:
            row.values[column.field] = column.default if value is None else value
    return row


def _read(column: SheetColumn, cell: Cell) -> object:
    value = column.parse(cell)
    if value is None and column.required:
        raise CellError("value_missing", "ต้องไม่เว้นว่าง", "Must not be empty.")
    return value
