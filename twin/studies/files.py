"""Answers in files: GeoPackage, CSV, Excel and JSON, each written whole or not at all."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyogrio
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from twin.errors import InvalidInputError, SetupError
from twin.projects.values import escape_formula
from twin.studies.answer import Words
from twin.studies.tables import Cell, Kind, Table
from twin.types import Json, Text

_FORMATS: Final[Mapping[Kind, str]] = {
    "text": "General",
    "people": "#,##0",
    "share": "0.0%",
    "number": "#,##0.##",
    "degrees": "0.00000",
}
#: Widths of columns, characters: least and most.
_WIDTHS: Final = (8, 60)
#: Excel's limit for titles of sheets.
_LONGEST_TITLE: Final = 31


@dataclass(frozen=True, eq=False)
class Report:
    """An answer as files hold it.

    Parameters
    ----------
    answer
        As JSON.
    summary
        In one sentence.
    heads
        Tables of the first sheet, one below the other.
    sheets
        Further sheets by title.
    listed
        What a CSV file holds; None: nothing was asked for that it could.
    layers
        Of a GeoPackage, by name; some may be tables.
    titles
        Of the layers that areas are of, by their ids.
    """

    answer: Json
    summary: Words
    heads: tuple[Table, ...]
    sheets: Mapping[str, Table]
    listed: Table | None
    layers: Mapping[str, pd.DataFrame]
    titles: Mapping[str, Text]


def check_target(path: Path) -> None:
    """Refuse a file that could not be written; to be asked before anything long begins.

    Raises
    ------
    InvalidInputError
        Its suffix is of no known format, its folder is not there, or it is a folder.
    """
    if path.suffix.casefold() not in _WRITERS:
        known = ", ".join(_WRITERS)
        raise InvalidInputError(
            f"{path.name}: the name must end in one of {known}.",
            f"{path.name}: ชื่อไฟล์ต้องลงท้ายด้วย {known}",
            parameter="output",
        )
    if path.is_dir() or not path.resolve().parent.is_dir():
        raise InvalidInputError(
            f"{path}: the folder does not exist, or this is a folder.",
            f"{path}: ไม่มีโฟลเดอร์นี้ หรือชื่อนี้เป็นโฟลเดอร์",
            parameter="output",
        )


def write_file(path: Path, report: Report) -> None:
    """Write a report in the format of the file's suffix: .gpkg, .csv, .xlsx or .json.

    A CSV file is UTF-8 with a byte order mark, so that Excel reads Thai; text that a spreadsheet
    would run as a formula gets an apostrophe before it.

    Raises
    ------
    InvalidInputError
        As `check_target`; or a CSV file is wanted and there is nothing to list.
    SetupError
        The disk is full.
    OSError
        The folder cannot be written to.
    """
    check_target(path)
    with tempfile.TemporaryDirectory(dir=path.resolve().parent, prefix=".twin-") as folder:
        made = Path(folder) / path.name
        _WRITERS[path.suffix.casefold()](made, report)
        made.replace(path)


def _write_geopackage(path: Path, report: Report) -> None:
    told = {"DESCRIPTION": f"{report.summary.th} | {report.summary.en}"}
    try:
        for place, (name, frame) in enumerate(report.layers.items()):
            options: dict[str, Any] = {"append": place > 0, "layer_options": told}
            if name.startswith("areas_"):
                options |= {"geometry_type": "MultiPolygon", "promote_to_multi": True}
            pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", **options)
    except RuntimeError as error:  # of GDAL; the folder was just made, so it is the disk
        raise SetupError(
            f"{path.name}: cannot be written: {error}", f"{path.name}: เขียนไฟล์ไม่ได้: {error}"
        ) from error


def _write_csv(path: Path, report: Report) -> None:
    if report.listed is None:
        raise InvalidInputError(
            "A CSV file holds the table of areas, and none were asked for: name `areas`.",
            "ไฟล์ CSV เก็บตารางรายพื้นที่ แต่ไม่ได้ขอพื้นที่ไว้ โปรดระบุ `areas`",
            parameter="areas",
        )
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in report.listed.columns])
        writer.writerows([_safe(cell) for cell in row] for row in report.listed.rows)


def _write_json(path: Path, report: Report) -> None:
    text = json.dumps(report.answer, ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")


def _write_workbook(path: Path, report: Report) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    summary, first = book.create_sheet("สรุป summary"), 1
    for table in report.heads:
        _fill(summary, table, first=first)
        first = summary.max_row + 2
    for title, table in report.sheets.items():
        _fill(book.create_sheet(title[:_LONGEST_TITLE]), table, first=1)
    book.save(path)


def _fill(page: Worksheet, table: Table, *, first: int) -> None:
    """Write a table below a header, Thai first, from a row on."""
    for number, column in enumerate(table.columns, start=1):
        header = page.cell(first, number, f"{column.title.th}\n{column.title.en}")
        header.font = Font(bold=True)
        header.fill = PatternFill("solid", fgColor="DBE7EE")
        header.alignment = Alignment(wrap_text=True, vertical="top")
        for place, row in enumerate(table.rows, start=first + 1):
            told = column.words.get(row[number - 1])
            value = f"{told.th}\n{told.en}" if told else row[number - 1]
            cell = page.cell(place, number, _safe(value))
            cell.number_format = _FORMATS[column.kind]
            cell.alignment = Alignment(wrap_text=column.kind == "text", vertical="top")
        letter = get_column_letter(number)
        wide = max(page.column_dimensions[letter].width, _width(table, number - 1))
        page.column_dimensions[letter].width = wide
    if first == 1:
        page.freeze_panes = "A2"


def _width(table: Table, number: int) -> float:
    least, most = _WIDTHS
    titles = table.columns[number].title
    cells = (str(row[number]) for row in table.rows if isinstance(row[number], str))
    longest = max(map(len, (titles.th, titles.en, *cells)))
    return min(max(longest + 2, least), most)


def _safe(cell: Cell) -> Cell:
    return escape_formula(cell) if isinstance(cell, str) else cell


_WRITERS: Final[Mapping[str, Callable[[Path, Report], None]]] = {
    ".gpkg": _write_geopackage,
    ".csv": _write_csv,
    ".xlsx": _write_workbook,
    ".json": _write_json,
}
