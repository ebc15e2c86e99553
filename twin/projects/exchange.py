"""The register in and out of files: a template to fill in, an import that tells all, an export.

An Excel file has the sheets `projects`, `sites` and `sources`; a CSV file is the sheet `projects`
alone. An import goes by code: a project in the file replaces that of the same code, others stay.
Sites and sources of a project are replaced where the file has rows of them, else kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, exists, select

from twin.db.models import Domain
from twin.errors import SetupError
from twin.projects.columns import PROJECTS, SHEETS, SITES, SOURCES
from twin.projects.model import Entry, Fact, Record, Site, SiteArgs
from twin.projects.placement import PlacementReport, place_sites
from twin.projects.rows import FileFault, Row, read_rows
from twin.projects.rules import Breach, fact_breaches, record_breaches, site_breaches
from twin.projects.sheets import Sheet
from twin.projects.store import Changes, read_entries, write_entries
from twin.projects.tables import HELP_SHEET, LISTS_SHEET, read_tables, write_tables
from twin.projects.values import Cell
from twin.types import Text

_ARGUMENTS: Final = tuple(SiteArgs.model_fields)


@dataclass(frozen=True)
class ProjectsFile:
    """What a file holds: its entries, if it has no fault, and everything worth telling."""

    entries: tuple[Entry, ...]
    faults: tuple[FileFault, ...]
    notes: tuple[FileFault, ...]


@dataclass(frozen=True)
class ImportReport:
    """What an import found and did; with any fault it did nothing."""

    faults: tuple[FileFault, ...]
    notes: tuple[FileFault, ...]
    changes: Changes | None
    placement: PlacementReport | None

    @property
    def ok(self) -> bool:
        """Whether the file was imported."""
        return not self.faults


def write_template(path: Path) -> None:
    """Write an empty register file, .xlsx with help and drop-down lists, or .csv.

    Raises
    ------
    ProjectFileError
        The name has another ending, or the file cannot be written.
    """
    write_tables(path, {sheet.name: [] for sheet in SHEETS})


def export_register(connection: Connection, path: Path) -> int:
    """Write all projects to a file; importing it again changes nothing.

    Returns
    -------
    int
        Number of projects written. A CSV file leaves out sites and sources.

    Raises
    ------
    ProjectFileError
        The name ends neither in .xlsx nor in .csv, or the file cannot be written.
    """
    entries = read_entries(connection)
    write_entries_file(path, entries)
    return len(entries)


def write_entries_file(path: Path, entries: Sequence[Entry]) -> None:
    """Write entries to a file; fields of which nothing is known get no row in `sources`."""
    blank = Fact(field="name", confidence="unknown")
    write_tables(
        path,
        {
            PROJECTS.name: [_cells(PROJECTS, entry.record.model_dump()) for entry in entries],
            SITES.name: [
                _cells(SITES, {"code": entry.record.code, **site.model_dump(), **dict(site.args)})
                for entry in entries
                for site in entry.sites or ()
            ],
            SOURCES.name: [
                _cells(SOURCES, {"code": entry.record.code, **fact.model_dump()})
                for entry in entries
                for fact in entry.facts or ()
                if fact.model_copy(update={"field": "name"}) != blank
            ],
        },
    )


def _cells(sheet: Sheet, values: Mapping[str, Any]) -> list[Cell]:
    return [column.write(values[column.field]) for column in sheet.columns]


def import_file(connection: Connection, path: Path) -> ImportReport:
    """Import a register file, all of it or nothing, and place the sites anew.

    Everything is checked before anything is written; every fault is in the report, with sheet,
    row, column and rule. Writing happens within a savepoint of the caller's transaction.

    Raises
    ------
    ProjectFileError
        The file cannot be read at all.
    SetupError
        The database does not know the domains yet.
    """
    if not connection.scalar(select(exists().select_from(Domain))):
        raise SetupError(
            "The register is not set up yet; run `scripts/up` first.",
            "ยังไม่ได้ติดตั้งทะเบียนโครงการ โปรดเรียก `scripts/up` ก่อน",
        )
    file = read_projects_file(path)
    if file.faults:
        return ImportReport(file.faults, file.notes, None, None)
    with connection.begin_nested():
        changes = write_entries(connection, file.entries)
        placement = place_sites(connection)
    return ImportReport((), file.notes, changes, placement)


def read_projects_file(path: Path) -> ProjectsFile:
    """Read and check a register file without touching the database.

    Raises
    ------
    ProjectFileError
        The file cannot be read at all.
    """
    tables = read_tables(path)
    faults: list[FileFault] = []
    notes: list[FileFault] = []
    notes += _unused_sheets(tables)
    rows = {sheet.name: read_rows(sheet, tables, faults) for sheet in SHEETS}
    records = _records(rows[PROJECTS.name], faults, notes)
    known = {row.values.get("code") for row in rows[PROJECTS.name]}
    sites = _sites(rows[SITES.name], known, faults, notes)
    facts = _facts(rows[SOURCES.name], known, faults, notes)
    if faults:
        return ProjectsFile((), tuple(faults), tuple(notes))
    entries = [
        Entry(
            record=record,
            sites=tuple(sites[record.code]) or None,
            facts=tuple(facts[record.code]) or None,
        )
        for record in records
    ]
    return ProjectsFile(tuple(entries), (), tuple(notes))


def _unused_sheets(tables: Mapping[str, object]) -> list[FileFault]:
    used = {*(sheet.name for sheet in SHEETS), HELP_SHEET, LISTS_SHEET}
    message = Text("แผ่นนี้ไม่ถูกอ่าน", "This sheet is not read.")
    return [
        FileFault(name, None, None, "sheet_unused", None, message)
        for name in tables
        if name not in used
    ]


def _records(rows: Sequence[Row], faults: list[FileFault], notes: list[FileFault]) -> list[Record]:
    records = []
    _refuse_repeats(rows, ("code",), faults)
    for row in rows:
        _translate(row, ("name", "agencies", "status_note", "place"), notes)
        if row.complete:
            record = Record(**row.values)
            faults += [_fault(row, breach) for breach in record_breaches(record)]
            records.append(record)
    return records


def _sites(
    rows: Sequence[Row], known: set[str | None], faults: list[FileFault], notes: list[FileFault]
) -> dict[str, list[Site]]:
    sites: dict[str, list[Site]] = defaultdict(list)
    _refuse_repeats(rows, ("code", "position"), faults)
    _refuse_strangers(rows, known, faults)
    for row in rows:
        _translate(row, ("name", "note"), notes)
        if row.complete:
            values = dict(row.values)
            code = values.pop("code")
            args = SiteArgs(**{name: values.pop(name) for name in _ARGUMENTS})
            site = Site(**values, args=args)
            faults += [_fault(row, breach) for breach in site_breaches(site)]
            sites[code].append(site)
    return sites


def _facts(
    rows: Sequence[Row], known: set[str | None], faults: list[FileFault], notes: list[FileFault]
) -> dict[str, list[Fact]]:
    facts: dict[str, list[Fact]] = defaultdict(list)
    _refuse_repeats(rows, ("code", "field"), faults)
    _refuse_strangers(rows, known, faults)
    for row in rows:
        _translate(row, ("note",), notes)
        if row.complete:
            values = dict(row.values)
            code = values.pop("code")
            fact = Fact(**values)
            faults += [_fault(row, breach) for breach in fact_breaches(fact)]
            facts[code].append(fact)
    return facts


def _refuse_repeats(rows: Sequence[Row], key: Sequence[str], faults: list[FileFault]) -> None:
    first: dict[tuple[Any, ...], int] = {}
    for row in rows:
        values = tuple(row.values[field] for field in key)
        if None in values:
            continue
        if (earlier := first.setdefault(values, row.number)) != row.number:
            shown = " ".join(map(str, values))
            message = Text(
                f"“{shown}” ซ้ำกับแถว {earlier}", f"“{shown}” is already in row {earlier}."
            )
            faults.append(FileFault(row.sheet, row.number, key[-1], "repeated", shown, message))


def _refuse_strangers(rows: Sequence[Row], known: set[str | None], faults: list[FileFault]) -> None:
    for row in rows:
        code = row.values["code"]
        if code is not None and code not in known:
            message = Text(
                f"ไม่มีโครงการ {code} ในแผ่น {PROJECTS.name}",
                f"There is no project {code} in the sheet {PROJECTS.name}.",
            )
            faults.append(FileFault(row.sheet, row.number, "code", "code_unknown", code, message))


def _translate(row: Row, fields: Sequence[str], notes: list[FileFault]) -> None:
    for field in fields:
        thai, english = f"{field}_th", f"{field}_en"
        if row.values[thai] and not row.values[english]:
            row.values[english] = row.values[thai]
            message = Text(
                "ไม่มีภาษาอังกฤษ จะใช้ข้อความภาษาไทยทั้งสองภาษา",
                "No English text: the Thai one is used in both languages.",
            )
            notes.append(
                FileFault(row.sheet, row.number, english, "translation_missing", None, message)
            )


def _fault(row: Row, breach: Breach) -> FileFault:
    return FileFault(row.sheet, row.number, breach.column, breach.rule, None, breach.message)
