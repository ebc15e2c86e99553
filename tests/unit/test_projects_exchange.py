"""Register files: what is written is read back, and every fault is told where it is."""

import csv
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference

from twin.errors import ProjectFileError
from twin.projects import tables
from twin.projects.columns import PROJECTS, SHEETS, SITES, SOURCES
from twin.projects.exchange import (
    read_projects_file,
    write_template,
)
from twin.projects.model import (
    Fact,
    Record,
    Site,
    SiteArgs,
)

HEADERS = {sheet.name: [column.name for column in sheet.columns] for sheet in SHEETS}


def project_row(**cells):
    return {"code": "ENV-01", "domain": "ENV", "name_th": "ชื่อ", "name_en": "Name"} | cells


def site_row(**cells):
    defaults = {"code": "ENV-01", "position": 1, "name_th": "จุด", "name_en": "Spot"}
    return defaults | {"rule": "province"} | cells


def write_book(path, **sheets):
    """Write a workbook of dictionaries; a sheet without rows still has its header."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        page.append(HEADERS[name])
        for row in rows:
            page.append([row.get(column) for column in HEADERS[name]])
    book.save(path)
    return path


def write_csv(path, header, *rows, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def faults(path):
    return [(f.sheet, f.row, f.column, f.rule) for f in read_projects_file(path).faults]


def test_template_workbook_is_empty_and_read_without_fault(tmp_path):
    path = tmp_path / "template.xlsx"
    write_template(path)
    file = read_projects_file(path)
    assert file == type(file)((), (), ())


def test_template_workbook_has_header_lists_and_help(tmp_path):
    path = tmp_path / "template.xlsx"
    write_template(path)
    book = load_workbook(path)
    assert book.sheetnames == ["projects", "sites", "sources", tables.HELP_SHEET, "lists"]
    assert book["lists"].sheet_state == "hidden"
    assert book["projects"]["A1"].value == "รหัสโครงการ (code)"
    offered = {
        str(rule.sqref): rule.formula1 for rule in book["projects"].data_validations.dataValidation
    }
    listed = {column.name for column in PROJECTS.columns if column.words}
    assert listed == {"domain", "phase", "is_named", "status", "confidence"}
    assert len(offered) == len(listed)
    assert offered["J2:J1000"] == "=lists!$D$2:$D$8"
    assert [cell.value for cell in book["lists"]["D"]][:3] == [
        "projects.status",
        "ยังไม่เริ่ม (not_started)",
        "วางแผน (planned)",
    ]
    explained = {row[1] for row in book[tables.HELP_SHEET].iter_rows(values_only=True)}
    for sheet in SHEETS:
        assert {column.header for column in sheet.columns} <= explained


def test_template_csv_has_a_header_that_excel_reads_as_thai(tmp_path):
    path = tmp_path / "template.csv"
    write_template(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_projects_file(path).entries == ()


def test_columns_have_unique_names_and_texts_in_both_languages():
    for sheet in SHEETS:
        spellings = [
            spelling.casefold()
            for column in sheet.columns
            for spelling in {column.name, column.title.th, column.title.en.casefold()}
        ]
        assert len(spellings) == len(set(spellings))
        for column in sheet.columns:
            assert column.help.th
            assert column.help.en


def test_read_file_tells_every_fault_at_once(tmp_path):
    path = write_book(
        tmp_path / "faults.xlsx",
        projects=[
            project_row(budget_thb="สิบล้าน", status="เกือบเสร็จ", start_date="1/1/64"),
            project_row(code="ENV-02", domain="MOB", end_date="1/1/2564", start_date="2/1/2564"),
            project_row(code="ENV-01", name_th=None),
            project_row(code=None),
        ],
        sites=[
            site_row(rule="point", lon=98.3),
            site_row(rule="point", position=2, lon=100.5, lat=13.7),
            site_row(rule="province", position=2, roads="402"),
            site_row(code="GOV-09", rule="coast_buffer", distance_m=0),
        ],
        sources=[
            {"code": "ENV-02", "field": "ชื่อโครงการ", "confidence": "verified"},
            {"code": "ENV-02", "field": "colour", "confidence": "unknown", "note_en": "Only"},
        ],
    )
    assert set(faults(path)) == {
        ("projects", 2, "budget_thb", "number"),
        ("projects", 2, "status", "choice"),
        ("projects", 2, "start_date", "date"),
        ("projects", 3, "domain", "domain_of_code"),
        ("projects", 3, "end_date", "date_order"),
        ("projects", 4, "code", "repeated"),
        ("projects", 4, "name_th", "value_missing"),
        ("projects", 5, "code", "value_missing"),
        ("sites", 2, "lat", "outside_province"),
        ("sites", 3, "lon", "outside_province"),
        ("sites", 4, "position", "repeated"),
        ("sites", 4, "roads", "argument_unused"),
        ("sites", 5, "code", "code_unknown"),
        ("sites", 5, "distance_m", "argument_missing"),
        ("sites", 5, "distance_m", "distance"),
        ("sources", 2, "source", "source_missing"),
        ("sources", 3, "field", "choice"),
    }
    file = read_projects_file(path)
    assert file.entries == ()
    assert all(fault.message.th and fault.message.en for fault in file.faults)
    assert next(f.value for f in file.faults if f.rule == "number") == "สิบล้าน"


@pytest.mark.parametrize(
    ("site", "fault"),
    [
        ({"rule": "point", "lon": 98.3, "lat": 7.9, "tambon": "830101, 830102"}, "one_tambon"),
        ({"rule": "route", "roads": "402", "clip": "98.4, 7.8, 98.3, 8"}, "clip_order"),
        ({"rule": "route", "roads": "402", "bus_lines": "dragon"}, "argument_missing"),
        ({"rule": "area", "tambon": "8301"}, "list_member"),
        ({"rule": "coast_buffer", "distance_m": 60_000}, "number_range"),
        ({"rule": "unknown", "confidence": "sourced"}, "source_missing"),
        ({"rule": "unknown", "note_en": "English only"}, "translation_missing"),
        ({"rule": "unknown", "position": 0}, "number_range"),
    ],
)
def test_read_file_with_a_faulty_site_names_the_rule(tmp_path, site, fault):
    path = write_book(tmp_path / "site.xlsx", projects=[project_row()], sites=[site_row(**site)])
    assert [rule for _, _, _, rule in faults(path)] == [fault]


def test_read_file_with_a_lost_column_names_it(tmp_path):
    header = [name for name in HEADERS["projects"] if name != "budget_thb"]
    path = write_csv(tmp_path / "lost.csv", header, ["ENV-01", "ENV"])
    assert ("projects", 1, "budget_thb", "column_missing") in faults(path)
    assert ("projects", 2, "name_th", "value_missing") in faults(path)


def test_read_file_with_a_strange_or_doubled_column_names_it(tmp_path):
    header = [*HEADERS["projects"], "สี", "code", ""]
    row = ["ENV-01", "ENV", "", "ก", "A", *[""] * 13, "แดง", "ENV-01", "stray"]
    path = write_csv(tmp_path / "strange.csv", header, row)
    assert faults(path) == [
        ("projects", 1, "สี", "column_unknown"),
        ("projects", 1, "code", "column_twice"),
        ("projects", 1, None, "column_unknown"),
    ]


def test_read_file_knows_columns_by_thai_or_english_title(tmp_path):
    thai = [column.title.th for column in PROJECTS.columns]
    english = [column.title.en for column in PROJECTS.columns]
    row = ["ENV-01", "สิ่งแวดล้อม", "2564", "ก", "A", *[""] * 13]
    for header in (thai, english):
        file = read_projects_file(write_csv(tmp_path / "titles.csv", header, row))
        assert file.faults == ()
        assert file.entries[0].record.phase_id == "2021"


def test_read_file_empty_says_so(tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text("")
    assert faults(path) == [("projects", 1, None, "header_missing")]


def test_read_file_passes_over_empty_rows_and_keeps_row_numbers(tmp_path):
    path = write_book(
        tmp_path / "gaps.xlsx", projects=[{}, project_row(), {}, project_row(domain="XX")]
    )
    assert faults(path) == [
        ("projects", 5, "domain", "choice"),
        ("projects", 5, "code", "repeated"),
    ]


def test_read_file_without_english_uses_thai_and_says_so(tmp_path):
    row = project_row(name_en=None, agencies_th="จังหวัด; อบจ.", place_th="ป่าตอง")
    file = read_projects_file(write_book(tmp_path / "thai.xlsx", projects=[row]))
    record = file.entries[0].record
    assert record.name_en == "ชื่อ"
    assert record.agencies_en == ("จังหวัด", "อบจ.")
    assert record.place_en == "ป่าตอง"
    assert [(note.row, note.column) for note in file.notes] == [
        (2, "name_en"),
        (2, "agencies_en"),
        (2, "place_en"),
    ]


def test_read_file_with_unequal_agencies_is_refused(tmp_path):
    row = project_row(agencies_th="ก; ข", agencies_en="A")
    path = write_book(tmp_path / "pairs.xlsx", projects=[row])
    assert faults(path) == [("projects", 2, "agencies_en", "agencies_pair")]


def test_read_file_with_other_sheets_notes_them(tmp_path):
    path = write_book(tmp_path / "other.xlsx", projects=[project_row()])
    book = load_workbook(path)
    book.create_sheet("งานของฉัน")
    book["projects"].title = "sheet"
    book["sheet"].title = "Projects"
    book.save(path)
    file = read_projects_file(path)
    assert file.faults == ()
    assert [(note.sheet, note.rule) for note in file.notes] == [("งานของฉัน", "sheet_unused")]


def test_read_csv_in_windows_874_is_understood(tmp_path):
    row = ["ENV-01", "ENV", "", "ภูเก็ต", "A", *[""] * 13]
    path = write_csv(tmp_path / "old.csv", HEADERS["projects"], row, encoding="cp874")
    assert read_projects_file(path).entries[0].record.name_th == "ภูเก็ต"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("register.xlsx", b"not a workbook"),
        ("register.xlsx", b""),
        ("register.xls", b""),
        ("register", b""),
        ("register.csv", b"\xdb\xfc\x00\xff"),
    ],
)
def test_read_file_that_is_no_register_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ProjectFileError) as caught:
        read_projects_file(path)
    assert name in caught.value.en
    assert name in caught.value.th


def test_read_file_absent_is_refused(tmp_path):
    for suffix in (".csv", ".xlsx"):
        with pytest.raises(ProjectFileError, match="cannot be read"):
            read_projects_file(tmp_path / f"absent{suffix}")


def test_read_workbook_without_projects_is_refused(tmp_path):
    with pytest.raises(ProjectFileError, match="projects"):
        read_projects_file(write_book(tmp_path / "sites.xlsx", sites=[site_row()]))


def test_read_workbook_cut_short_is_refused(tmp_path):
    path = write_book(tmp_path / "whole.xlsx", projects=[project_row()])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ProjectFileError, match="cannot be read"):
        read_projects_file(path)


def test_read_workbook_that_unpacks_too_large_is_refused(tmp_path, monkeypatch):
    path = write_book(tmp_path / "bomb.xlsx", projects=[project_row()])
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    monkeypatch.setattr(tables, "MAX_UNPACKED_BYTES", unpacked - 1)
    with pytest.raises(ProjectFileError, match="larger"):
        read_projects_file(path)


def test_read_csv_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_UNPACKED_BYTES", 10)
    path = write_csv(tmp_path / "large.csv", HEADERS["projects"])
    with pytest.raises(ProjectFileError, match="larger"):
        read_projects_file(path)


def test_read_workbook_with_a_sheet_of_charts_passes_over_it(tmp_path):
    path = write_book(tmp_path / "chart.xlsx", projects=[project_row()])
    book = load_workbook(path)
    chart = BarChart()
    chart.add_data(Reference(book["projects"], min_col=1, min_row=1, max_row=2))
    book.create_chartsheet("กราฟ").add_chart(chart)
    book.save(path)
    file = read_projects_file(path)
    assert file.faults == ()
    assert len(file.entries) == 1


def test_read_file_with_too_many_rows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    path = write_book(tmp_path / "long.xlsx", projects=[project_row()] * 3)
    with pytest.raises(ProjectFileError, match="more than 2 rows"):
        read_projects_file(path)


@pytest.mark.parametrize("name", ["register.pdf", "missing/register.xlsx", "missing/register.csv"])
def test_write_file_that_cannot_be_is_refused(tmp_path, name):
    with pytest.raises(ProjectFileError):
        write_template(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_write_file_over_another_replaces_it_whole(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text("old")
    write_template(path)
    assert "old" not in path.read_text(encoding="utf-8-sig")
    assert list(tmp_path.iterdir()) == [path]


def test_sheets_carry_every_field_of_the_model():
    assert {column.field for column in PROJECTS.columns} == set(Record.model_fields)
    sites_fields = {"code", *Site.model_fields, *SiteArgs.model_fields} - {"args"}
    assert {column.field for column in SITES.columns} == sites_fields
    assert {column.field for column in SOURCES.columns} == {"code", *Fact.model_fields}
