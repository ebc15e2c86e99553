"""Operands of comparisons: properties, literals, arithmetic, each with the type of its value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from typing import Literal as Choice

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Double,
    cast,
    collate,
    func,
    literal,
)
from sqlalchemy import Text as SqlText

from twin.crs import Crs
from twin.queries.catalogue import Described
from twin.queries.cql2.reading import fault, told
from twin.queries.filters import MAX_INTEGER, Literal
from twin.types import ColumnType, Text

Kind = Choice["text", "number", "date", "boolean", "geometry"]
Sql = ColumnElement[Any]

KINDS: Final[Mapping[ColumnType, Kind]] = {
    "text": "text",
    "integer": "number",
    "number": "number",
    "date": "date",
    "boolean": "boolean",
}
KIND_NAMES: Final[Mapping[Kind, Text]] = {
    "text": Text("ข้อความ", "a text"),
    "number": Text("ตัวเลข", "a number"),
    "date": Text("วันที่", "a date"),
    "boolean": Text("ค่าจริงเท็จ", "a truth value"),
    "geometry": Text("รูปทรง", "a geometry"),
}

#: Knows the case of all letters, whatever the locale of the database.
_ICU: Final = "und-x-icu"
_DOTLESS_I, _STAND_IN, _FINAL_SIGMA, _SIGMA = "\u0131", "\ue000", "\u03c2", "\u03c3"

#: Marks above and below letters of Latin, Greek and Cyrillic; none of Thai's.
_ACCENTS: Final = "[\u0300-\u036f]"


@dataclass(frozen=True)
class Scope:
    """What a filter is read for.

    Parameters
    ----------
    crs
        Of its geometries.
    constant
        Puts a constant geometry into the statement.
    """

    layer: Described
    crs: Crs
    constant: Literal


@dataclass(frozen=True)
class Operand:
    """A value in SQL, and what kind it is of."""

    kind: Kind
    sql: Sql


def operand(scope: Scope, node: Any) -> Operand:  # noqa: ANN401 (any JSON)
    """Return a scalar.

    Raises
    ------
    InvalidInputError
        It is none, or holds what is not supported.
    """
    if isinstance(node, bool):
        return Operand("boolean", literal(node, Boolean))
    if isinstance(node, str):
        return Operand("text", literal(plain_text(node), SqlText))
    if isinstance(node, int | float):
        return Operand("number", _number(node))
    if isinstance(node, dict):
        for name, read in _READERS.items():
            if name in node:
                return read(scope, node)
        if "type" in node or "bbox" in node:
            raise fault(
                f"{told(node)} is a geometry, which only operators such as `s_equals` compare",
                f"{told(node)} เป็นรูปทรง ซึ่งเปรียบเทียบได้ด้วยตัวดำเนินการเช่น `s_equals` เท่านั้น",
            )
    raise fault(f"{told(node)} is not a value", f"{told(node)} ไม่ใช่ค่า")


def operand_of(scope: Scope, node: Any, kind: Kind) -> Sql:  # noqa: ANN401 (any JSON)
    """Return a scalar that must be of a kind; raises as `operand` does, and where it is not."""
    value = operand(scope, node)
    if value.kind != kind:
        raise wrong_kind(node, value.kind, kind)
    return value.sql


def wrong_kind(node: Any, found: Kind, wanted: Kind) -> Exception:  # noqa: ANN401 (any JSON)
    """Return the refusal of a value of the wrong kind, with what to write where that helps."""
    hint = Text("", "")
    if (found, wanted) == ("text", "date"):
        hint = Text(" เขียนเป็น DATE('2021-12-31')", "; write DATE('2021-12-31')")
    return fault(
        f"{told(node)} is {KIND_NAMES[found].en}, not {KIND_NAMES[wanted].en}{hint.en}",
        f"{told(node)} เป็น{KIND_NAMES[found].th} ไม่ใช่{KIND_NAMES[wanted].th}{hint.th}",
    )


def arguments(node: Mapping[str, Any], number: int | None = None) -> list[Any]:
    """Return the arguments of an operation, of which there must be so many; None: one or more."""
    args = node.get("args")
    if not isinstance(args, list) or (len(args) != number if number else not args):
        needed = number or "1+"
        raise fault(
            f"`{operation(node)}` needs {needed} arguments",
            f"`{operation(node)}` ต้องมี {needed} ค่า",
        )
    return args


def operation(node: Mapping[str, Any]) -> str:
    """Return the name of an operation."""
    name = node.get("op")
    if not isinstance(name, str):
        raise fault(f"{told(node)} has no operator", f"{told(node)} ไม่มีตัวดำเนินการ")
    return name.lower()


def unsupported(node: Mapping[str, Any]) -> Exception:
    """Return the refusal of an operator."""
    name = told(node.get("op"))
    return fault(f"the operator {name} is not supported here", f"ไม่รองรับตัวดำเนินการ {name} ที่ตำแหน่งนี้")


def plain_text(value: str) -> str:
    """Return a text that the database can hold."""
    if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise fault(f"{told(value)} holds control characters", f"{told(value)} มีอักขระควบคุม")
    return value


def read_date(text: Any) -> date:  # noqa: ANN401 (any JSON)
    """Return a date, or the day of an instant in UTC, as `datetime` takes it."""
    try:
        if "T" not in text.upper():
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text.upper())
        if instant.tzinfo is None:
            raise ValueError(text)
        return instant.astimezone(UTC).date()
    except (ValueError, AttributeError, OverflowError) as error:
        raise fault(
            f"{told(text)} is neither a date such as 2021-12-31 nor a time such as"
            " 2021-12-31T00:00:00Z",
            f"{told(text)} ไม่ใช่วันที่ เช่น 2021-12-31 หรือเวลา เช่น 2021-12-31T00:00:00Z",
        ) from error


def _property(scope: Scope, node: Mapping[str, Any]) -> Operand:
    name, layer = node["property"], scope.layer
    if name in ("geom", "geometry") and layer.spec.geometry_type:
        return Operand("geometry", layer.rows.c.geom)
    if name == "id":
        return Operand("number", layer.rows.c.id)
    if not isinstance(name, str) or name not in layer.types:
        names = ", ".join([*layer.types, *(["geom"] if layer.spec.geometry_type else [])])
        raise fault(
            f"{told(node)} is no property of `{layer.spec.id}`; those are: {names}",
            f"{told(node)} ไม่ใช่คุณสมบัติของ `{layer.spec.id}` ที่มีคือ {names}",
        )
    return Operand(KINDS[layer.types[name]], layer.rows.c[name])


def _day(_scope: Scope, node: Mapping[str, Any]) -> Operand:
    text = node["date"] if "date" in node else node["timestamp"]
    return Operand("date", literal(read_date(text), Date))


def _number(value: float) -> Sql:
    if not math.isfinite(value):
        raise fault("a number is too large", "ตัวเลขมีค่ามากเกินไป")
    if float(value).is_integer() and abs(value) <= MAX_INTEGER:
        return literal(int(value), BigInteger)
    return literal(float(value), Double)


def _operation(scope: Scope, node: Mapping[str, Any]) -> Operand:
    name = operation(node)
    if name in ("casei", "accenti"):
        text = operand_of(scope, arguments(node, 1)[0], "text")
        return Operand("text", _TEXTS[name](text))
    if name not in _ARITHMETIC:
        raise unsupported(node)
    left, right = (operand_of(scope, arg, "number") for arg in arguments(node, 2))
    return Operand("number", _ARITHMETIC[name](cast(left, Double), cast(right, Double)))


def _without_accents(text: Sql) -> Sql:
    apart = func.pg_catalog.normalize(text, "NFD")
    return func.pg_catalog.normalize(func.regexp_replace(apart, _ACCENTS, "", "g"), "NFC")


def _without_case(text: Sql) -> Sql:
    """Return a text with full case folding (Unicode 5.18), which PostgreSQL has no name for.

    Through capitals, ß becomes ss; the two letters that capitals lose are seen to apart.
    """
    small = func.translate(func.lower(collate(text, _ICU)), _DOTLESS_I, _STAND_IN)
    folded = func.lower(func.upper(small))
    return func.translate(folded, f"{_FINAL_SIGMA}{_STAND_IN}", f"{_SIGMA}{_DOTLESS_I}")


def _divided(left: Sql, right: Sql) -> Sql:
    return left / func.nullif(right, 0)


_TEXTS: Final[Mapping[str, Callable[[Sql], Sql]]] = {
    "casei": _without_case,
    "accenti": _without_accents,
}
_ARITHMETIC: Final[Mapping[str, Callable[[Sql, Sql], Sql]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divided,
    "div": lambda left, right: func.trunc(_divided(left, right)),
    "%": lambda left, right: left - right * func.trunc(_divided(left, right)),
    "^": func.power,
}
_READERS: Final[Mapping[str, Callable[[Scope, Mapping[str, Any]], Operand]]] = {
    "property": _property,
    "date": _day,
    "timestamp": _day,
    "op": _operation,
}
