"""Values as people type them in Thailand."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.convert import convert
from layers.normalise import (
    is_missing,
    is_pending,
    is_total_label,
    parse_boolean,
    parse_date,
    parse_integer,
    parse_number,
    parse_text,
    parse_year,
)

NEW_YEARS_EVE = date(2021, 12, 31)


@pytest.mark.parametrize(
    "cell", ["", " ", "-", "–", "รอประมวลผล", "n/a", "NaN", None, math.nan, pd.NaT]
)
def test_is_missing_ways_to_write_no_value_are_missing(cell):
    assert is_missing(cell)


@pytest.mark.parametrize("cell", [0, "0", False, "ไม่มีชื่อ", "--x"])
def test_is_missing_values_are_not(cell):
    assert not is_missing(cell)


def test_is_pending_tells_words_from_blanks():
    assert is_pending("รอประมวลผล")
    assert not is_pending("-")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,234", 1234),
        ("๑,๒๓๔.๕", 1234.5),
        ("-7.5", -7.5),
        ("−7.5", -7.5),
        ("1e3", 1000),
        (".5", 0.5),
        (12, 12),
        (np.int32(12), 12),
    ],
)
def test_parse_number_written_in_any_way_is_the_number(cell, number):
    assert parse_number(cell) == number


@pytest.mark.parametrize(
    "cell", ["1,23", "12,34,567", "1.2.3", "๑ คน", "inf", math.inf, "0x10", "1_000"]
)
def test_parse_number_of_something_else_is_refused(cell):
    with pytest.raises(ValueError, match=r".+"):
        parse_number(cell)


@pytest.mark.parametrize("cell", ["418,785", "๔๑๘๗๘๕", 418785.0, "418785.0"])
def test_parse_integer_of_whole_numbers_is_exact(cell):
    assert parse_integer(cell) == 418785


def test_parse_integer_beyond_float_precision_is_exact():
    assert parse_integer("9007199254740993") == 9007199254740993


@pytest.mark.parametrize("cell", ["12.5", 12.5, "12 คน", "1,23"])
def test_parse_integer_of_fractions_is_refused(cell):
    with pytest.raises(ValueError, match=r".+"):
        parse_integer(cell)


@given(st.integers(min_value=0, max_value=10**15))
def test_parse_integer_with_commas_and_thai_digits_round_trips(number):
    thai = f"{number:,}".translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    assert parse_integer(thai) == number


@pytest.mark.parametrize(
    "cell", ["2564", "๒๕๖๔", 2564, "พ.ศ. 2564", "พ.ศ.๒๕๖๔", "ปี 2564", "2021", 2021.0]
)
def test_parse_year_of_either_era_is_common_era(cell):
    assert parse_year(cell) == 2021


@pytest.mark.parametrize("cell", ["64", 64, 3000, "ปีนี้"])
def test_parse_year_that_nobody_can_tell_is_refused(cell):
    with pytest.raises(ValueError, match=r".+"):
        parse_year(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2021-12-31",
        "2564-12-31",
        "2021-12-31T00:00:00+07:00",
        "31/12/2564",
        "๓๑/๑๒/๒๕๖๔",
        "31.12.2021",
        "31 ธันวาคม 2564",
        "31 ธ.ค. 2564",
        "31 ธ.ค. พ.ศ. 2564",
        NEW_YEARS_EVE,
        datetime(2564, 12, 31, 8),  # noqa: DTZ001 (as a spreadsheet gives it)
    ],
)
def test_parse_date_in_any_writing_is_the_date(cell):
    assert parse_date(cell) == NEW_YEARS_EVE


def test_parse_date_leap_day_of_a_buddhist_year_is_read():
    # 2567 is no leap year by itself, 2024 is.
    assert parse_date("29/02/2567") == date(2024, 2, 29)


@pytest.mark.parametrize(
    "cell", ["31/12/64", "12/31/2564", "2564", "31 ฟู 2564", 44196, "29/02/2566"]
)
def test_parse_date_ambiguous_or_impossible_is_refused(cell):
    with pytest.raises(ValueError, match=r".+"):
        parse_date(cell)


@pytest.mark.parametrize(
    ("cell", "truth"), [("ใช่", True), ("Yes", True), (1, True), ("ไม่มี", False), (0.0, False)]
)
def test_parse_boolean_in_both_languages(cell, truth):
    assert parse_boolean(cell) is truth


def test_parse_boolean_of_a_maybe_is_refused():
    with pytest.raises(ValueError, match="อาจจะ"):
        parse_boolean("อาจจะ")


def test_parse_text_makes_what_looks_the_same_the_same():
    assert parse_text("เเหลมน\u0e4d\u0e32") == "แหลมน\u0e33"


def test_parse_text_keeps_thai_digits_inside_a_name():
    assert parse_text("หมู่ ๘") == "หมู่ ๘"


@pytest.mark.parametrize("label", ["รวม", " รวมทั้งสิ้น ", "รวมอำเภอเมือง", "Total", "grand total:"])
def test_is_total_label_of_totals_is_true(label):
    assert is_total_label(label)


@pytest.mark.parametrize("label", ["รวมแพทย์", "ถนนรวมใจ", "Total Energies", 5, None])
def test_is_total_label_of_names_is_false(label):
    assert not is_total_label(label)


def test_convert_reports_failed_pending_and_changed_by_row():
    cells = pd.Series(["1,234", "รอประมวลผล", "x", "7", "-"], index=[1, 2, 3, 4, 5])
    converted = convert(cells, "integer")
    assert (converted.failed, converted.pending, converted.changed) == ([3], [2], [1])
    assert converted.values.tolist() == [1234, pd.NA, pd.NA, 7, pd.NA]


def test_convert_year_column_notes_the_buddhist_years_only():
    converted = convert(pd.Series(["2564", "2021"]), "integer", is_year=True)
    assert converted.values.tolist() == [2021, 2021]
    assert converted.changed == [0]


def test_convert_dates_notes_only_what_was_written_otherwise():
    converted = convert(pd.Series(["2021-12-31", "31/12/2564"]), "date")
    assert converted.values.tolist() == [NEW_YEARS_EVE, NEW_YEARS_EVE]
    assert converted.changed == [1]


def test_convert_true_and_one_are_different_cells():
    assert convert(pd.Series([True, 1], dtype=object), "text").values.tolist() == ["True", "1"]


def test_convert_codes_read_as_numbers_are_digits_again():
    assert convert(pd.Series([830101.0, math.nan]), "text").values.tolist() == ["830101", None]


def test_convert_lists_in_cells_become_text():
    assert convert(pd.Series([["a"], {"b": 1}]), "text").values.tolist() == ["['a']", "{'b': 1}"]


def test_convert_no_rows_has_the_column_type():
    assert str(convert(pd.Series([], dtype=object), "integer").values.dtype) == "Int64"
