"""Values as people type them in Thailand, turned into typed ones; nothing is lost in silence.

Thai digits, thousands commas, Buddhist years and dates, Thai month names, the many ways to write
"no value". Each parser takes one cell and raises ValueError where the cell is not of its type.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from typing import Any, Final

import pandas as pd

THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")

#: Buddhist Era years are told from Common Era years by their size; BE = CE + 543.
BUDDHIST_YEARS: Final = range(2400, 2701)
BUDDHIST_OFFSET: Final = 543
#: Anything smaller is no four-digit year; two-digit years belong to nobody knows which era.
FIRST_YEAR: Final = 1000

_BLANK: Final = frozenset({"", "-", "–", "—", "−"})
#: Words that stand for a value that is not there yet; the first is the open-data portals' own.
_PENDING: Final = frozenset(
    {"รอประมวลผล", "ไม่มีข้อมูล", "ไม่ทราบ", "n/a", "#n/a", "null", "nan", "none"}
)

_NUMBER: Final = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([eE][+-]?\d+)?|[+-]?\.\d+")
_ERA: Final = re.compile(r"^(พ\.?\s*ศ\.?|ปี\s*พ\.?\s*ศ\.?|ปี|ค\.?\s*ศ\.?)\s*")
_NUMERIC_DATE: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO_DATE: Final = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})([T ].*)?")
_THAI_DATE: Final = re.compile(r"(\d{1,2})\s*([ก-๙.]+?)\s*(?:พ\.?ศ\.?)?\s*(\d{4})")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "มกราคม มค ม.ค.", "กุมภาพันธ์ กพ ก.พ.", "มีนาคม มีค มี.ค.", "เมษายน เมย เม.ย.",
            "พฤษภาคม พค พ.ค.", "มิถุนายน มิย มิ.ย.", "กรกฎาคม กค ก.ค.", "สิงหาคม สค ส.ค.",
            "กันยายน กย ก.ย.", "ตุลาคม ตค ต.ค.", "พฤศจิกายน พย พ.ย.", "ธันวาคม ธค ธ.ค.",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_TRUE: Final = frozenset({"true", "t", "yes", "y", "1", "ใช่", "มี", "จริง"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0", "ไม่ใช่", "ไม่มี", "เท็จ"})
_TOTAL: Final = re.compile(
    r"(รวม(ทั้งหมด|ทั้งสิ้น|ทั้งจังหวัด|จังหวัด|ทุกอำเภอ|ทุกตำบล|อำเภอ.*|ตำบล.*)?|ยอดรวม|ผลรวม"
    r"|(grand |sub-?)?totals?)\s*:?",
    re.IGNORECASE,
)


def is_missing(value: Any) -> bool:  # noqa: ANN401 (any cell value)
    """Tell whether a cell stands for no value.

    Examples
    --------
    >>> is_missing("  - "), is_missing("รอประมวลผล"), is_missing(None), is_missing(0)
    (True, True, True, False)
    """
    if isinstance(value, str):
        plain = value.strip().lower()
        return plain in _BLANK or plain in _PENDING
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def is_pending(value: Any) -> bool:  # noqa: ANN401 (any cell value)
    """Tell whether a cell says in words that its value is missing, rather than being blank."""
    return isinstance(value, str) and value.strip().lower() in _PENDING


def is_total_label(value: Any) -> bool:  # noqa: ANN401 (any cell value)
    """Tell whether a cell labels a row of totals.

    Examples
    --------
    >>> is_total_label("รวม"), is_total_label("Grand Total"), is_total_label("รวมแพทย์")
    (True, True, False)
    """
    return isinstance(value, str) and _TOTAL.fullmatch(value.strip()) is not None


def parse_number(value: Any) -> float:  # noqa: ANN401 (any cell value)
    """Return a finite number.

    Examples
    --------
    >>> parse_number("๑,๒๓๔.๕")
    1234.5
    """
    if isinstance(value, str):
        plain = _plain(value).replace("−", "-")
        if not _NUMBER.fullmatch(plain):
            raise ValueError(value)
        number = float(plain.replace(",", ""))
    else:
        number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def parse_integer(value: Any) -> int:  # noqa: ANN401 (any cell value)
    """Return a whole number; `12.0` is one, `12.5` is not."""
    if isinstance(value, str) and (plain := _plain(value).replace(",", "")).lstrip("+-").isdigit():
        parse_number(value)
        return int(plain)
    number = parse_number(value)
    if number != int(number):
        raise ValueError(value)
    return int(number)


def parse_year(value: Any) -> int:  # noqa: ANN401 (any cell value)
    """Return a year of the Common Era; two-digit years are refused, since nobody can tell them.

    Examples
    --------
    >>> parse_year("พ.ศ. ๒๕๖๔"), parse_year(2021)
    (2021, 2021)
    """
    plain = _ERA.sub("", _plain(value)) if isinstance(value, str) else value
    return _common_era(parse_integer(plain))


def parse_date(value: Any) -> date:  # noqa: ANN401 (any cell value)
    """Return a date; day before month, Buddhist or Common Era.

    Examples
    --------
    >>> parse_date("31 ธ.ค. 2564"), parse_date("31/12/2021") == parse_date("2564-12-31")
    (datetime.date(2021, 12, 31), True)
    """
    if isinstance(value, (datetime, date)):
        return _date(value.year, value.month, value.day)
    plain = _plain(str(value))
    if found := _ISO_DATE.fullmatch(plain):
        return _date(*(int(part) for part in found.groups()[:3]))
    if found := _NUMERIC_DATE.fullmatch(plain):
        day, month, year = (int(part) for part in found.groups())
        return _date(year, month, day)
    if (found := _THAI_DATE.fullmatch(plain)) and found[2] in _MONTHS:
        return _date(int(found[3]), _MONTHS[found[2]], int(found[1]))
    raise ValueError(value)


def parse_boolean(value: Any) -> bool:  # noqa: ANN401 (any cell value)
    """Return yes or no, however it is written."""
    if not isinstance(value, (str, int)):
        value = parse_integer(value)
    plain = str(value).strip().lower()
    if plain in _TRUE:
        return True
    if plain in _FALSE:
        return False
    raise ValueError(value)


def parse_text(value: Any) -> str:  # noqa: ANN401 (any cell value)
    """Return a text: trimmed, composed, Thai vowels in their one spelling, codes in Arabic digits.

    Examples
    --------
    >>> parse_text(830101.0), parse_text("๘๓๐๑๐๑"), parse_text(" เเหลมพันวา หมู่ ๘")
    ('830101', '830101', 'แหลมพันวา หมู่ ๘')
    """
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    text = unicodedata.normalize("NFC", str(value)).strip()
    # What looks the same must be the same: sara ae typed as two sara e, sara am in two parts.
    text = text.replace("เเ", "แ").replace("\u0e4d\u0e32", "\u0e33")
    return text.translate(THAI_DIGITS) if all("๐" <= letter <= "๙" for letter in text) else text


def _plain(text: str) -> str:
    return text.translate(THAI_DIGITS).strip()


def _common_era(year: int) -> int:
    if year in BUDDHIST_YEARS:
        return year - BUDDHIST_OFFSET
    if FIRST_YEAR <= year < BUDDHIST_YEARS.start:
        return year
    raise ValueError(year)


def _date(year: int, month: int, day: int) -> date:
    return date(_common_era(year), month, day)
