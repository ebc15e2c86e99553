"""Register files as bare tables: what a workbook or a CSV file holds, before anything is judged."""

from __future__ import annotations

import csv
import io
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import IllegalCharacterError, InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from twin.errors import ProjectFileError
from twin.projects.columns import PROJECTS, SHEETS
from twin.projects.sheets import Sheet
from twin.projects.values import Cell, choice_label, escape_formula

Table = Sequence[Sequence[Cell]]

#: A workbook unpacks to at most this much; a larger one is a mistake or an attack.
MAX_UNPACKED_BYTES: Final = 50_000_000
MAX_ROWS: Final = 20_000

#: Rows that offer a drop-down list below the header.
LISTED_ROWS: Final = 1_000
HELP_SHEET: Final = "คำแนะนำ Help"
LISTS_SHEET: Final = "lists"

#: Read before anything else: Thai, then English.
INSTRUCTIONS: Final = (
    (
        "แถวแรกของทุกแผ่นต้องคงชื่อคอลัมน์ไว้ครบ แต่ละแถวต่อจากนั้นคือหนึ่งโครงการ หนึ่งที่ตั้ง หรือหนึ่งแหล่งที่มา",
        "Keep the whole header row of every sheet; each row below is one project, site or source.",
    ),
    (
        "โปรแกรมตรวจทั้งไฟล์ก่อน ถ้ามีข้อผิดพลาดแม้แห่งเดียวจะไม่บันทึกสิ่งใด และแจ้งทุกแห่งพร้อมกัน",
        "The whole file is checked first; one fault and nothing is saved, and all are reported.",
    ),
    (
        "โครงการที่ไม่มีในไฟล์คงอยู่เดิม โครงการที่มีรหัสเดียวกันถูกแทนที่ทั้งแถว ช่องว่างหมายถึงไม่ทราบ",
        "Projects not in the file stay; one of the same code is replaced; an empty cell: unknown.",
    ),
    (
        "ที่ตั้งและแหล่งที่มาของโครงการถูกแทนที่เมื่อมีแถวของโครงการนั้นในแผ่น sites หรือ sources",
        "Sites and sources of a project are replaced where `sites` or `sources` has rows of it.",
    ),
    (
        "ข้อมูลที่เปลี่ยนโดยไม่มีแหล่งที่มาในแผ่น sources จะถูกทำเครื่องหมายว่าไม่ทราบแหล่งที่มา",
        "A value changed without rows in `sources` is marked as of unknown source.",
    ),
    (
        "ไฟล์ CSV มีเฉพาะแผ่น projects ส่วนที่ตั้งและแหล่งที่มาคงเดิม",
        "A CSV file holds the sheet `projects` only; sites and sources stay as they are.",
    ),
    (
        "ใช้เลขไทย จุลภาคคั่นหลักพัน ปี พ.ศ. หรือ ค.ศ. ได้ ปีต้องมีสี่หลัก",
        "Thai digits, thousands commas, Buddhist or Common Era years work; years have four digits.",
    ),
)

_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    EOFError,
    AttributeError,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    OSError,
)


def read_tables(path: Path) -> dict[str, list[list[Cell]]]:
    """Read a file's sheets by name, header row first; a CSV file is the sheet `projects`.

    Raises
    ------
    ProjectFileError
        The file is neither .xlsx nor .csv, cannot be read, or is too large.
    """
    readers = {".xlsx": _read_workbook, ".csv": _read_csv}
    reader = readers.get(path.suffix.casefold())
    if reader is None:
        raise ProjectFileError(
            f"{path.name}: only .xlsx and .csv files can be read.",
            f"{path.name}: อ่านได้เฉพาะไฟล์ .xlsx และ .csv",
        )
    tables = reader(path)
    for name, table in tables.items():
        if len(table) > MAX_ROWS:
            raise ProjectFileError(
                f"{path.name}: sheet {name} has more than {MAX_ROWS:,} rows.",
                f"{path.name}: แผ่น {name} มีเกิน {MAX_ROWS:,} แถว",
            )
    return tables


def _read_csv(path: Path) -> dict[str, list[list[Cell]]]:
    try:
        content = path.read_bytes()
        if len(content) > MAX_UNPACKED_BYTES:
            raise _too_large(path)
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp874")  # what Thai Excel saves as plain “CSV”
        rows: list[list[Cell]] = [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error) from error
    return {PROJECTS.name: rows}


def _read_workbook(path: Path) -> dict[str, list[list[Cell]]]:
    try:
        content = io.BytesIO(path.read_bytes())
        with zipfile.ZipFile(content) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise _too_large(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of styles and extensions left aside
            book = load_workbook(content, read_only=True, data_only=True)
            try:
                return {_sheet_name(name): _rows(book[name]) for name in book.sheetnames}
            finally:
                book.close()
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error


def _sheet_name(name: str) -> str:
    plain = name.strip().casefold()
    return plain if plain in {sheet.name for sheet in SHEETS} else name


def _rows(sheet: object) -> list[list[Cell]]:
    if not hasattr(sheet, "iter_rows"):  # a sheet that holds only a chart
        return []
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # other programs write wrong ones
    return [list(row) for row in sheet.iter_rows(max_row=MAX_ROWS + 1, values_only=True)]


def write_tables(path: Path, tables: Mapping[str, Table]) -> None:
    """Write rows below the headers of their sheets: all into a workbook, `projects` into a CSV.

    The file appears whole or not at all. Text that a spreadsheet would run as a formula is
    written with an apostrophe before it.

    Raises
    ------
    ProjectFileError
        The name ends neither in .xlsx nor in .csv, or the file cannot be written.
    """
    writers: dict[str, Callable[[Path, Mapping[str, Table]], None]] = {
        ".xlsx": _write_workbook,
        ".csv": _write_csv,
    }
    writer = writers.get(path.suffix.casefold())
    if writer is None:
        raise ProjectFileError(
            f"{path.name}: the name must end in .xlsx or .csv.",
            f"{path.name}: ชื่อไฟล์ต้องลงท้ายด้วย .xlsx หรือ .csv",
        )
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".twin-") as folder:
            made = Path(folder) / path.name
            writer(made, tables)
            made.replace(path)
    except (OSError, IllegalCharacterError) as error:
        raise ProjectFileError(
            f"{path}: cannot be written: {error}", f"{path}: เขียนไฟล์ไม่ได้: {error}"
        ) from error


def _write_csv(path: Path, tables: Mapping[str, Table]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.header for column in PROJECTS.columns])
        writer.writerows([_safe(cell) for cell in row] for row in tables[PROJECTS.name])


def _write_workbook(path: Path, tables: Mapping[str, Table]) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in SHEETS:
        _fill(book.create_sheet(sheet.name), sheet, tables.get(sheet.name, ()))
    _write_help(book.create_sheet(HELP_SHEET))
    lists = book.create_sheet(LISTS_SHEET)
    lists.sheet_state = "hidden"
    _offer_lists(book, lists)
    book.save(path)


def _fill(page: Worksheet, sheet: Sheet, table: Table) -> None:
    page.append([column.header for column in sheet.columns])
    for row in table:
        page.append([_safe(cell) for cell in row])
    _style(page, [len(column.header) + 4 for column in sheet.columns])


def _style(page: Worksheet, widths: Sequence[int]) -> None:
    for number, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
        header = page.cell(1, number)
        header.font = Font(bold=True)
        header.fill = PatternFill("solid", fgColor="DBE7EE")
        header.alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "B2"


def _write_help(page: Worksheet) -> None:
    page.append(["แผ่น Sheet", "คอลัมน์ Column", "จำเป็น Required", "วิธีกรอก", "How to fill it in"])
    for th, en in INSTRUCTIONS:
        page.append([None, None, None, th, en])
    for sheet in SHEETS:
        for column in sheet.columns:
            required = "ใช่ yes" if column.required else None
            page.append([sheet.name, column.header, required, column.help.th, column.help.en])
    _style(page, (12, 36, 16, 70, 70))
    for row in page.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _offer_lists(book: Workbook, lists: Worksheet) -> None:
    listed = [(sheet, column) for sheet in SHEETS for column in sheet.columns if column.words]
    for number, (sheet, column) in enumerate(listed, start=1):
        words = column.words or {}
        lists.cell(1, number, f"{sheet.name}.{column.name}")
        for row, (code, label) in enumerate(words.items(), start=2):
            lists.cell(row, number, choice_label(code, label))
        letter = get_column_letter(number)
        rule = DataValidation(
            type="list",
            formula1=f"={LISTS_SHEET}!${letter}$2:${letter}${len(words) + 1}",
            allow_blank=not column.required,
            showErrorMessage=True,
            errorTitle=column.title.th,
            error="โปรดเลือกจากรายการ / Choose from the list.",
        )
        page = book[sheet.name]
        page.add_data_validation(rule)
        target = get_column_letter(sheet.columns.index(column) + 1)
        rule.add(f"{target}2:{target}{LISTED_ROWS}")


def _safe(cell: Cell) -> Cell:
    return escape_formula(cell) if isinstance(cell, str) else cell


def _too_large(path: Path) -> ProjectFileError:
    return ProjectFileError(
        f"{path.name}: larger than {MAX_UNPACKED_BYTES // 1_000_000} MB unpacked.",
        f"{path.name}: เมื่อคลายแล้วใหญ่เกิน {MAX_UNPACKED_BYTES // 1_000_000} MB",
    )


def _unreadable(path: Path, error: Exception) -> ProjectFileError:
    return ProjectFileError(
        f"{path.name}: cannot be read: {error}", f"{path.name}: อ่านไฟล์ไม่ได้: {error}"
    )
