"""`twin projects …`."""

import csv


def test_check_passes_the_announced_totals_and_lists_what_is_unverified(twin):
    told = twin("projects", "check")
    assert "✓ ยอดรวมตรงกับประกาศของจังหวัด | Totals agree with the announcement" in told.out
    assert "39 projects are unverified" in told.out


def test_export_then_import_changes_nothing(twin, tmp_path):
    file = tmp_path / "register.xlsx"
    assert twin("projects", "export", file).code == 0
    told = twin("projects", "import", file)
    assert told.code == 0
    assert "0 new, 0 changed, 39 as they were" in told.out


def test_import_with_a_fault_changes_nothing_and_names_the_cell(twin, tmp_path):
    file = tmp_path / "register.csv"
    twin("projects", "export", file)
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))
    broken = next(row for row in rows if row[0] == "ENV-01")
    broken[0] = "XYZ-1"
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        csv.writer(text).writerows(rows)
    told = twin("projects", "import", file)
    assert told.code == 1
    assert "nothing was imported" in told.out
    assert "XYZ-1" in told.out
    assert "39 as they were" not in told.out


def test_template_can_be_written_and_imports_nothing(twin, tmp_path):
    file = tmp_path / "form.xlsx"
    assert twin("projects", "template", file).code == 0
    assert file.stat().st_size > 5_000


def test_import_file_of_another_kind_says_which_are_read(twin, tmp_path):
    file = tmp_path / "register.pdf"
    file.write_text("x")
    told = twin("projects", "import", file)
    assert told.code == 1
    assert ".xlsx" in told.err
