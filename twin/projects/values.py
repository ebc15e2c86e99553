"""From a cell of a sheet to a value: Thai digits, Buddhist years, commas, labels in two languages.

A parser takes what a spreadsheet or a CSV file holds (text, number, date, truth value or None) and
returns the value, or None for an empty cell. What it cannot read it refuses with `CellError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from twin.projects.model import CODE_PATTERN, CONTROL, FIRST_DAY, LAST_DAY, MAX_BUDGET_THB, MAX_TEXT
from twin.types import Text

Cell = str | int | float | bool | date | None
Parser = Callable[[Any], Any]

#: Buddhist Era minus Common Era, years.
BUDDHIST_OFFSET: Final = 543

_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_INVISIBLE: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_DASHES: Final = ("-", "–", "—")
_ERRORS: Final = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
_MARKED: Final = re.compile(
    rf"'*(?:[=+\-@\t\r]|(?:{'|'.join(map(re.escape, (*_DASHES, *_ERRORS)))})$)"
)
_DAY_MONTH_YEAR: Final = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4})")
_YEAR_MONTH_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_DAY_NAME_YEAR: Final = re.compile(
    r"(\d{1,2})\s*([^\W\d][\w.\u0e31-\u0e4e]*)\s*(?:พ\.?ศ\.?)?\s*(\d{4})"
)

_MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "มกราคม มค jan january",
            "กุมภาพันธ์ กพ feb february",
            "มีนาคม มีค mar march",
            "เมษายน เมย apr april",
            "พฤษภาคม พค may",
            "มิถุนายน มิย jun june",
            "กรกฎาคม กค jul july",
            "สิงหาคม สค aug august",
            "กันยายน กย sep september",
            "ตุลาคม ตค oct october",
            "พฤศจิกายน พย nov november",
            "ธันวาคม ธค dec december",
        ),
        start=1,
    )
    for name in names.split()
}


class CellError(ValueError):
    """A cell that cannot be read, and why."""

    def __init__(self, rule: str, th: str, en: str) -> None:
        super().__init__(en)
        self.rule = rule
        self.message = Text(th, en)


def escape_formula(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for something else.

    That is a formula, an error value or, among people, a dash for an empty cell.

    >>> escape_formula("=1+1"), escape_formula("'=1"), escape_formula("plain")
    ("'=1+1", "''=1", 'plain')
    """
    return f"'{text}" if _MARKED.match(text) else text


def unescape_formula(text: str) -> str:
    """Undo `escape_formula`.

    >>> unescape_formula("'=1+1"), unescape_formula("'plain'"), unescape_formula("")
    ('=1+1', "'plain'", '')
    """
    return text[1:] if text.startswith("'") and _MARKED.match(text) else text


def parse_text(cell: Cell) -> str | None:
    """Read text: trimmed, spaces made plain, invisible marks taken out; a lone dash is empty."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = _INVISIBLE.sub("", str(cell).replace("\r\n", "\n").replace("\r", "\n"))
    text = "\n".join(re.sub(r"[^\S\n]", " ", line) for line in text.split("\n"))
    text = text.strip()
    if text in _ERRORS:
        raise CellError(
            "cell_error",
            f"สูตรในช่องนี้ให้ผลผิดพลาด {text}",
            f"The formula in this cell fails: {text}.",
        )
    text = "" if text in _DASHES else unescape_formula(text).strip()
    if CONTROL.search(text):
        raise CellError(
            "text_characters",
            "มีอักขระควบคุมที่มองไม่เห็น โปรดพิมพ์ใหม่",
            "The text holds control characters; type it again.",
        )
    if len(text) > MAX_TEXT:
        raise CellError(
            "text_length",
            f"ข้อความยาว {len(text):,} อักขระ เกิน {MAX_TEXT:,}",
            f"The text is {len(text):,} characters long, more than {MAX_TEXT:,}.",
        )
    return text or None


def parse_number(low: float, high: float, *, whole: bool = False) -> Parser:
    """Make a parser of numbers from `low` to `high`; `whole` refuses fractions."""

    def parse(cell: Cell) -> float | int | None:
        text = parse_text(cell)
        if text is None:
            return None
        plain = text.translate(_THAI_DIGITS).replace(",", "").replace(" ", "")
        if not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", plain):
            raise CellError("number", f"“{text}” ไม่ใช่ตัวเลข", f"“{text}” is not a number.")
        number = float(plain)
        if not low <= number <= high:
            raise CellError(
                "number_range",
                f"ต้องอยู่ระหว่าง {low:,} ถึง {high:,}",
                f"Must lie between {low:,} and {high:,}.",
            )
        if not whole:
            return number
        if not number.is_integer():
            raise CellError("number_whole", "ต้องเป็นจำนวนเต็ม", "Must be a whole number.")
        return int(number)

    return parse


parse_budget: Final = parse_number(0, MAX_BUDGET_THB, whole=True)


def parse_date(cell: Cell) -> date | None:
    """Read a date: a date cell, 2018-02-28, 28/2/2561 or 28 ก.พ. 2561; years BE or CE, four digits.

    >>> parse_date("๒๘ ก.พ. ๒๕๖๑"), parse_date("2018-02-28"), parse_date("")
    (datetime.date(2018, 2, 28), datetime.date(2018, 2, 28), None)
    """
    if isinstance(cell, datetime | date):
        return _day(cell.year, cell.month, cell.day)
    text = parse_text(cell)
    if text is None:
        return None
    plain = text.translate(_THAI_DIGITS)
    if match := _YEAR_MONTH_DAY.fullmatch(plain):
        year, month, day = map(int, match.groups())
        return _day(year, month, day)
    if match := _DAY_MONTH_YEAR.fullmatch(plain):
        day, month, year = map(int, match.groups())
        return _day(year, month, day)
    if match := _DAY_NAME_YEAR.fullmatch(plain):
        name = match[2].replace(".", "").casefold()
        if name in _MONTHS:
            return _day(int(match[3]), _MONTHS[name], int(match[1]))
    raise CellError(
        "date",
        f"“{text}” ไม่ใช่วันที่ เขียนเช่น 28/2/2561 หรือ 2018-02-28 ปีสี่หลัก",
        f"“{text}” is not a date; write 28/2/2561 or 2018-02-28, years with four digits.",
    )


def _day(year: int, month: int, day: int) -> date:
    common = year - BUDDHIST_OFFSET if year > LAST_DAY.year else year
    try:
        found = date(common, month, day)
    except ValueError as error:
        raise CellError(
            "date", f"ไม่มีวันที่ {day}/{month}/{year}", f"There is no day {day}/{month}/{year}."
        ) from error
    if not FIRST_DAY <= found <= LAST_DAY:
        raise CellError(
            "date_range",
            f"ปี {year} อยู่นอกช่วงที่ใช้ได้ ({FIRST_DAY.year + BUDDHIST_OFFSET}–"
            f"{LAST_DAY.year + BUDDHIST_OFFSET}) โปรดเขียนปีสี่หลัก",
            f"The year {year} is not within {FIRST_DAY.year}–{LAST_DAY.year}; write four digits.",
        )
    return found


def parse_choice(labels: Mapping[str, Text]) -> Parser:
    """Make a parser of codes, told by the code, by either label, or as “label (code)”."""
    accepted = {}
    for code, label in labels.items():
        for spelling in (code, label.th, label.en, choice_label(code, label)):
            accepted[spelling.casefold()] = code

    def parse(cell: Cell) -> str | None:
        text = parse_text(cell)
        if text is None:
            return None
        plain = text.translate(_THAI_DIGITS).replace("–", "-").casefold()
        if plain not in accepted:
            known = " / ".join(choice_label(code, label) for code, label in labels.items())
            raise CellError(
                "choice",
                f"ไม่รู้จัก “{text}” ใช้ได้เฉพาะ: {known}",
                f"“{text}” is not one of: {known}.",
            )
        return accepted[plain]

    return parse


def choice_label(code: str, label: Text) -> str:
    """Return how a code is written in a sheet: the Thai label, then the code."""
    return f"{label.th} ({code})"


def parse_list(separators: str, pattern: str | None = None) -> Parser:
    """Make a parser of lists; each member must match `pattern`, if given."""

    def parse(cell: Cell) -> tuple[str, ...]:
        text = parse_text(cell)
        if pattern and text:
            text = text.translate(_THAI_DIGITS)
        members = _split(text or "", separators)
        for member in members:
            if pattern and not re.fullmatch(pattern, member):
                raise CellError(
                    "list_member", f"“{member}” ไม่ใช่รหัสที่ถูกต้อง", f"“{member}” is not a valid code."
                )
        return members

    return parse


def parse_clip(cell: Cell) -> tuple[float, float, float, float] | None:
    """Read west, south, east, north in degrees."""
    text = parse_text(cell)
    if text is None:
        return None
    degrees = parse_number(-180, 180)
    members = _split(text.translate(_THAI_DIGITS), ",;")
    if len(members) != 4:  # noqa: PLR2004 (the four sides)
        raise CellError(
            "clip",
            "กรอบต้องมีสี่ค่า: ตะวันตก, ใต้, ตะวันออก, เหนือ",
            "A clip has four values: west, south, east, north.",
        )
    west, south, east, north = (degrees(member) for member in members)
    return west, south, east, north


def parse_code(cell: Cell) -> str | None:
    """Read a project's code, such as ENV-01."""
    text = parse_text(cell)
    if text is None:
        return None
    code = text.translate(_THAI_DIGITS).upper()
    if not re.fullmatch(CODE_PATTERN, code):
        raise CellError(
            "code",
            f"“{text}” ไม่ใช่รหัสโครงการ รหัสคือรหัสด้านตามด้วยเลขสองหลัก เช่น ENV-01",
            f"“{text}” is not a project code: the domain's code and two digits, such as ENV-01.",
        )
    return code


def _split(text: str, separators: str) -> tuple[str, ...]:
    members: Iterable[str] = re.split(f"[{separators}]", text)
    return tuple(stripped for member in members if (stripped := member.strip()))
