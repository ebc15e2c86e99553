"""Cells as people write them: Thai digits, Buddhist years, commas, labels, formulas."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.projects.labels import PHASES, STATUSES
from twin.projects.values import (
    CellError,
    choice_label,
    escape_formula,
    parse_budget,
    parse_choice,
    parse_clip,
    parse_code,
    parse_date,
    parse_list,
    parse_number,
    parse_text,
    unescape_formula,
)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ("-", None),
        ("–", None),
        ("'-", "-"),
        ("ภูเก็ต\u00a0สมาร์ท\u200bบัส ", "ภูเก็ต สมาร์ทบัส"),
        ("บรรทัด\r\nสอง", "บรรทัด\nสอง"),
        ("'=1+1", "=1+1"),
        ("'@import", "@import"),
        (402, "402"),
        (402.0, "402"),
        ("it's", "it's"),
    ],
)
def test_parse_text_cleans_cell(cell, expected):
    assert parse_text(cell) == expected


@pytest.mark.parametrize(
    ("cell", "rule"),
    [("a\x07b", "text_characters"), ("ก" * 4001, "text_length"), ("#REF!", "cell_error")],
)
def test_parse_text_refuses_what_cannot_be_shown(cell, rule):
    with pytest.raises(CellError) as caught:
        parse_text(cell)
    assert caught.value.rule == rule
    assert caught.value.message.th
    assert caught.value.message.en


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("๑๑,๐๐๐,๐๐๐", 11_000_000),
        ("35,200,000,000", 35_200_000_000),
        (55000000.0, 55_000_000),
        ("0", 0),
        (None, None),
        ("-", None),
    ],
)
def test_parse_budget_understands_thai_numbers(cell, expected):
    assert parse_budget(cell) == expected


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("10 ล้าน", "number"),
        (True, "number"),
        (-1, "number_range"),
        ("10.5", "number_whole"),
        (1e14, "number_range"),
        ("nan", "number"),
        ("1e999", "number_range"),
    ],
)
def test_parse_budget_refuses_other_cells(cell, rule):
    with pytest.raises(CellError) as caught:
        parse_budget(cell)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    "cell",
    [
        "2018-02-28",
        "2561-02-28",
        "28/2/2561",
        "28-02-2018",
        "28.2.2561",
        "๒๘/๐๒/๒๕๖๑",
        "28 ก.พ. 2561",
        "28 กุมภาพันธ์ 2561",
        "28 กุมภาพันธ์ พ.ศ. 2561",
        "28 Feb 2018",
        date(2018, 2, 28),
        date(2561, 2, 28),
        datetime(2018, 2, 28),  # noqa: DTZ001 (spreadsheets know no time zone)
    ],
)
def test_parse_date_reads_both_eras(cell):
    assert parse_date(cell) == date(2018, 2, 28)


def test_parse_date_leap_day_of_a_buddhist_year_is_found():
    assert parse_date("29/2/2567") == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("28/2/61", "date"),
        ("ปี 2561", "date"),
        ("2561", "date"),
        ("31/2/2561", "date"),
        ("29/2/2568", "date"),
        ("13/13/2561", "date"),
        (date(1967, 3, 1), "date_range"),
        ("1/1/2400", "date_range"),
    ],
)
def test_parse_date_refuses_what_is_not_certain(cell, rule):
    with pytest.raises(CellError) as caught:
        parse_date(cell)
    assert caught.value.rule == rule


@pytest.mark.parametrize("status", STATUSES)
def test_parse_choice_accepts_code_labels_and_both(status):
    parse = parse_choice(STATUSES)
    label = STATUSES[status]
    for cell in (status, label.th, label.en.upper(), choice_label(status, label)):
        assert parse(cell) == status


@pytest.mark.parametrize("cell", ["2565-2566", "2565–2566", "๒๕๖๕-๒๕๖๖", "2022-2023"])
def test_parse_choice_of_phase_accepts_both_eras(cell):
    assert parse_choice(PHASES)(cell) == "2022-2023"
    assert parse_choice(PHASES)(2564) == "2021"


def test_parse_choice_unknown_lists_what_is_allowed():
    with pytest.raises(CellError) as caught:
        parse_choice(STATUSES)("เสร็จแล้ว")
    assert "เสร็จสิ้น (finished)" in caught.value.message.th
    assert "เสร็จแล้ว" in caught.value.message.en


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("830101, ๘๓๐๑๐๒", ("830101", "830102")), (830101, ("830101",)), ("; ,", ()), (None, ())],
)
def test_parse_list_splits_codes(cell, expected):
    assert parse_list(",;", r"83\d{4}")(cell) == expected


def test_parse_list_names_the_member_that_does_not_fit():
    with pytest.raises(CellError, match="8301"):
        parse_list(",;", r"^83\d{4}$")("830101, 8301")


def test_parse_clip_reads_four_sides():
    assert parse_clip("98.28, 7.8; 98.42, ๘.๑") == (98.28, 7.8, 98.42, 8.1)
    assert parse_clip(None) is None
    with pytest.raises(CellError, match="four"):
        parse_clip("98, 7, 98")


@pytest.mark.parametrize(("cell", "expected"), [("env-๐๑", "ENV-01"), (" MOB-02 ", "MOB-02")])
def test_parse_code_is_forgiving_about_case_and_digits(cell, expected):
    assert parse_code(cell) == expected


@pytest.mark.parametrize("cell", ["ENV-1", "XXX-01", "ENV01", "ENV-001"])
def test_parse_code_refuses_other_forms(cell):
    with pytest.raises(CellError):
        parse_code(cell)


@given(st.text())
def test_escape_formula_is_undone_by_unescape(text):
    assert unescape_formula(escape_formula(text)) == text


@given(st.sampled_from("=+-@\t\r"), st.text())
def test_escape_formula_never_leaves_a_formula(first, rest):
    assert escape_formula(first + rest).startswith("'")


@given(st.floats(0, 100))
def test_parse_number_reads_back_what_python_writes(number):
    assert parse_number(0, 100)(repr(number)) == number
    assert parse_number(0, 100)(number) == number


@given(st.dates(date(1990, 1, 1), date(2200, 12, 31)))
def test_parse_date_reads_iso_and_buddhist_alike(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.day}/{day.month}/{day.year + 543}") == day
