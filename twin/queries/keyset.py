"""The place in a sorted list after which a page goes on: the sort keys of its last item.

A page that goes on after a place, and not after a number of items, neither repeats nor misses an
item when others come and go in between.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, FromClause, and_, bindparam, false, func, or_

from twin.errors import InvalidInputError
from twin.queries.catalogue import Described
from twin.queries.filters import MAX_INTEGER, column_named, property_type
from twin.types import ColumnType

ID: Final = "id"
MAX_TOKEN: Final = 4_000


@dataclass(frozen=True)
class SortKey:
    """A property to sort by; items without a value come last in either direction."""

    name: str
    is_descending: bool = False


@dataclass(frozen=True)
class Place:
    """The values of the sort keys of an item, and its id."""

    values: tuple[object, ...]
    id: int

    @property
    def nulls(self) -> tuple[bool, ...]:
        """Which of the values are missing: what the condition's text depends on."""
        return tuple(value is None for value in self.values)

    def parameters(self) -> dict[str, object]:
        """Return what `is_after` asks for."""
        values = {_parameter(n): value for n, value in enumerate(self.values) if value is not None}
        return {**values, "after_id": self.id}


def check_sort(layer: Described, keys: Sequence[SortKey], parameter: str = "sortby") -> None:
    """Refuse to sort by what is not there, or by one thing twice.

    Raises
    ------
    InvalidInputError
        A property is unknown or named twice.
    """
    names = [key.name for key in keys]
    for name in names:
        if name != ID:
            property_type(layer, name, parameter)
    if len(set(names)) != len(names):
        raise InvalidInputError(
            f"`{parameter}` names a property twice.",
            f"`{parameter}` ระบุคุณสมบัติซ้ำ",
            parameter=parameter,
        )


def in_order(rows: FromClause, keys: Sequence[SortKey]) -> list[ColumnElement[Any]]:
    """Return what to order by: the keys, items without a value last, then `id`."""
    order: list[ColumnElement[Any]] = []
    for key in keys:
        column = rows.c[key.name]
        order.append((column.desc() if key.is_descending else column.asc()).nulls_last())
    if all(key.name != ID for key in keys):
        order.append(rows.c[ID].asc())
    return order


def is_after(
    layer: Described, rows: FromClause, keys: Sequence[SortKey], nulls: Sequence[bool]
) -> ColumnElement[bool]:
    """Return the condition that an item comes after a place; its parameters are the place's."""
    after_id = bindparam("after_id", type_=BigInteger)
    if not keys:
        return rows.c[ID] > after_id  # a bare comparison walks the primary key
    steps: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for number, (key, is_null) in enumerate(zip(keys, nulls, strict=True)):
        column = rows.c[key.name]
        if is_null:  # nothing comes after those without a value
            same.append(column.is_(None))
            continue
        kind: ColumnType = "integer" if key.name == ID else layer.types[key.name]
        value = column_named(_parameter(number), kind)
        beyond = column < value if key.is_descending else column > value
        steps.append(and_(*same, or_(beyond, column.is_(None))))
        same.append(column == value)
    if all(key.name != ID for key in keys):
        steps.append(and_(*same, rows.c[ID] > after_id))
    return or_(false(), *steps)


def place_json(rows: FromClause, keys: Sequence[SortKey]) -> ColumnElement[Any]:
    """Return the expression for an item's place, as `read_row` reads it."""
    return func.json_build_array(*(rows.c[key.name] for key in keys), rows.c[ID])


def write_token(keys: Sequence[SortKey], place: str) -> str:
    """Return a place, as the database wrote it, as a token for an address."""
    packed = json.dumps([_signature(keys), *json.loads(place)], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read_token(layer: Described, keys: Sequence[SortKey], token: str) -> Place:
    """Return the place of a token.

    Raises
    ------
    InvalidInputError
        It is none that `write_token` made for this layer and these keys.
    """
    try:
        if len(token) > MAX_TOKEN:
            raise ValueError(len(token))
        packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars="-_", validate=True)
        signature, *values, item_id = json.loads(packed)
        if signature != _signature(keys) or len(values) != len(keys):
            raise ValueError(signature)
        kinds: list[ColumnType] = [
            "integer" if key.name == ID else layer.types[key.name] for key in keys
        ]
        read = [_READERS[kind](value) for kind, value in zip(kinds, values, strict=True)]
        return Place(tuple(read), _whole(item_id))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidInputError(
            "`after` must be taken from the `next` link of a page with the same `sortby`.",
            "`after` ต้องมาจากลิงก์ `next` ของหน้าก่อนที่ใช้ `sortby` เดียวกัน",
            parameter="after",
        ) from error


def _parameter(number: int) -> str:
    return f"after_{number}"


def _signature(keys: Sequence[SortKey]) -> str:
    return ",".join(f"{'-' if key.is_descending else ''}{key.name}" for key in keys)


def _whole(value: Any) -> int:  # noqa: ANN401 (any JSON)
    if type(value) is not int or abs(value) > MAX_INTEGER:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:  # noqa: ANN401 (any JSON)
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(value)
    value.encode()  # half a surrogate pair is no text
    return value


def _truth(value: Any) -> bool:  # noqa: ANN401 (any JSON)
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _or_none(read: Any) -> Any:  # noqa: ANN401 (a reader of any JSON)
    return lambda value: None if value is None else read(value)


_READERS: Final[Mapping[ColumnType, Any]] = {
    "text": _or_none(_text),
    "integer": _or_none(_whole),
    "number": _or_none(float),  # PostgreSQL writes "NaN" and "Infinity", which Python reads
    "date": _or_none(date.fromisoformat),
    "boolean": _or_none(_truth),
}
