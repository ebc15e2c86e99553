"""What pydantic or TOML refuses, told in Thai and English: what is wrong, where, what to do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic_core import PydanticCustomError

from twin.types import Text

_OBJECT: Final = Text("ต้องเป็นออบเจ็กต์ JSON `{{…}}`", "must be a JSON object, `{{…}}`")
_LIST: Final = Text("ต้องเป็นรายการ เช่น [1, 2]", "must be a list, e.g. [1, 2]")
_INTEGER: Final = Text("ต้องเป็นจำนวนเต็ม เช่น 3", "must be a whole number, e.g. 3")
_NUMBER: Final = Text("ต้องเป็นตัวเลข เช่น 1.5", "must be a number, e.g. 1.5")
_BOOLEAN: Final = Text("ต้องเป็น true หรือ false", "must be true or false")
_DAY: Final = Text(
    "ต้องเป็นวันที่ ปี-เดือน-วัน ปีเป็น ค.ศ. เช่น 2026-01-31", "must be a day, YYYY-MM-DD, e.g. 2026-01-31"
)
_MOMENT: Final = Text(
    "ต้องเป็นวันเวลา ปีเป็น ค.ศ. เช่น 2026-01-31T09:00:00Z",
    "must be a date and time, e.g. 2026-01-31T09:00:00Z",
)
_ADDRESS: Final = Text(
    "ต้องเป็นที่อยู่เว็บ เช่น https://example.org", "must be a web address, e.g. https://example.org"
)
_ONE_OF: Final = Text("ต้องเป็นค่าใดค่าหนึ่งใน {expected}", "must be one of {expected}")
_STRANGE: Final = Text(
    "ไม่รู้จักชื่อนี้ โปรดตัดออกหรือตรวจตัวสะกด", "is not a known name; remove it or mend its spelling"
)
_ABSENT: Final = Text("ต้องระบุค่า โปรดเพิ่ม", "is required; add it")

#: By pydantic's type of error; `{…}` are the limits that it tells.
_TEXTS: Final[Mapping[str, Text]] = {
    "missing": _ABSENT,
    "extra_forbidden": _STRANGE,
    "invalid_key": _STRANGE,
    "json_invalid": Text("ไม่ใช่ JSON ที่ถูกต้อง ({error})", "is not valid JSON: {error}"),
    "json_type": Text("ต้องเป็นข้อความ JSON", "must be JSON text"),
    "model_type": _OBJECT,
    "model_attributes_type": Text(
        "ต้องเป็นออบเจ็กต์ JSON `{{…}}` ที่ส่งด้วย Content-Type: application/json",
        "must be a JSON object, `{{…}}`, sent as Content-Type: application/json",
    ),
    "dict_type": _OBJECT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_from_float": _INTEGER,
    "int_parsing_size": Text("ตัวเลขใหญ่เกินไป โปรดลดลง", "is too large a number; give a smaller one"),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": Text(
        "ต้องเป็นตัวเลขที่มีค่าจำกัด ไม่ใช่ NaN หรืออนันต์", "must be a finite number, not NaN or infinity"
    ),
    "greater_than": Text("ต้องมากกว่า {gt}", "must be greater than {gt}"),
    "greater_than_equal": Text("ต้องไม่น้อยกว่า {ge}", "must be at least {ge}"),
    "less_than": Text("ต้องน้อยกว่า {lt}", "must be less than {lt}"),
    "less_than_equal": Text("ต้องไม่เกิน {le}", "must be at most {le}"),
    "multiple_of": Text("ต้องหารด้วย {multiple_of} ลงตัว", "must be a multiple of {multiple_of}"),
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "union_tag_invalid": Text(
        "{discriminator} ต้องเป็นค่าใดค่าหนึ่งใน {expected_tags}",
        "{discriminator} must be one of {expected_tags}",
    ),
    "union_tag_not_found": Text("ต้องระบุ {discriminator}", "needs {discriminator}; add it"),
    "string_type": Text('ต้องเป็นข้อความ เช่น "abc"', 'must be text, e.g. "abc"'),
    "string_unicode": Text("ต้องเป็นข้อความ Unicode ที่สมบูรณ์", "must be whole Unicode text"),
    "string_too_short": Text(
        "ต้องมีอย่างน้อย {min_length} ตัวอักษร", "must have at least {min_length} character(s)"
    ),
    "string_too_long": Text(
        "ต้องไม่เกิน {max_length} ตัวอักษร โปรดย่อ",
        "must have at most {max_length} character(s); shorten it",
    ),
    "string_pattern_mismatch": Text(
        "มีรูปแบบไม่ถูกต้อง ต้องตรงกับ {pattern}", "must match the pattern {pattern}"
    ),
    "too_short": Text(
        "ต้องมีอย่างน้อย {min_length} รายการ (มี {actual_length})",
        "must have at least {min_length} item(s), and has {actual_length}; add some",
    ),
    "too_long": Text(
        "ต้องไม่เกิน {max_length} รายการ โปรดลดลง",
        "must have at most {max_length} item(s); remove some",
    ),
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_scheme": _ADDRESS,
    "path_type": Text("ต้องเป็นที่อยู่ของไฟล์", "must be the path of a file"),
    "value_error": Text("ใช้ไม่ได้: {error}", "{error}"),
    "refused": Text("{th}", "{en}"),
}


def refused(en: str, th: str) -> PydanticCustomError:
    """Return what a validator raises where values do not go together; both say what to do.

    Examples
    --------
    >>> refused("give either", "ระบุอย่างใดอย่างหนึ่ง").message()
    'give either'
    """
    return PydanticCustomError("refused", "{en}", {"en": en, "th": th})


def tell_fault(fault: Mapping[str, Any]) -> Text:
    """Return what is wrong with a value and what to do, from one of pydantic's errors.

    Examples
    --------
    >>> tell_fault({"type": "missing"}).en
    'is required; add it'
    """
    known = _TEXTS.get(fault["type"])
    if known is None:
        return Text(f"ใช้ค่านี้ไม่ได้: {fault['msg']}", fault["msg"])
    limits = fault.get("ctx", {})
    thai = {name: str(value).replace(" or ", " หรือ ") for name, value in limits.items()}
    thai |= {name: str(limits[name]) for name in ("th", "error") if name in limits}
    return Text(known.th.format_map(thai), known.en.format_map(limits))


def tell_faults(faults: Iterable[Mapping[str, Any]], whole: str = "") -> Text:
    """Return all faults, each behind the path of its value.

    Parameters
    ----------
    whole
        What a fault of the whole is called, where it needs a name.
    """
    told = [(fault_path(fault) or whole, tell_fault(fault)) for fault in faults]
    return Text(
        "; ".join(f"{path}: {text.th}" if path else text.th for path, text in told),
        "; ".join(f"{path}: {text.en}" if path else text.en for path, text in told),
    )


def tell_unreadable(error: OSError | UnicodeDecodeError | tomllib.TOMLDecodeError) -> Text:
    """Return why a file of TOML cannot be read; where, in both languages.

    Examples
    --------
    >>> try:
    ...     tomllib.loads("a =")
    ... except tomllib.TOMLDecodeError as error:
    ...     tell_unreadable(error)
    Text(th='ไวยากรณ์ผิดที่ท้ายไฟล์ (Invalid value)', en='Invalid value (at end of document)')
    """
    if isinstance(error, FileNotFoundError):
        return Text("ไม่มีไฟล์นี้", "there is no such file")
    if isinstance(error, OSError):
        return Text(f"ระบบเปิดไฟล์ไม่ได้ ({error.strerror})", str(error.strerror))
    if isinstance(error, UnicodeDecodeError):
        return Text("ไม่ได้บันทึกเป็น UTF-8 โปรดบันทึกใหม่", "is not saved as UTF-8; save it anew")
    why, _, place = str(error).rpartition(" (at ")
    at = re.fullmatch(r"line (\d+), column (\d+)\)", place)
    where = f"บรรทัด {at[1]} คอลัมน์ {at[2]}" if at else "ท้ายไฟล์"
    return Text(f"ไวยากรณ์ผิดที่{where} ({why})", str(error))


def fault_path(fault: Mapping[str, Any], sent: object = None) -> str:
    """Return the path of the value that a fault is in, as it was sent; empty for the whole.

    Parameters
    ----------
    sent
        What was refused: pydantic puts the kinds of a union between its names, and they are left
        out. None: it is not known, and pydantic's place is taken as it is.

    Examples
    --------
    >>> place = ("add_facility", "point", 1)
    >>> fault_path({"loc": place, "type": "float_type"}, {"point": [98.3, "b"]})
    'point.1'
    """
    place = fault["loc"] if sent is None else _sent(fault, sent)
    return ".".join(map(str, place))


def _sent(fault: Mapping[str, Any], sent: Any) -> Iterator[int | str]:  # noqa: ANN401 (any JSON)
    for number, part in enumerate(fault["loc"], start=1):
        is_item = isinstance(part, int) and isinstance(sent, list | tuple) and part < len(sent)
        if is_item or (isinstance(sent, dict) and part in sent):
            sent = sent[part]
        elif number < len(fault["loc"]) or fault["type"] != "missing":
            continue
        yield part
