"""A filter as a condition in SQL: what is true or false, and joined by `and`, `or`, `not`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from twin.queries.catalogue import Described
from twin.queries.cql2.operands import (
    KIND_NAMES,
    Operand,
    Scope,
    arguments,
    operand,
    operand_of,
    operation,
    unsupported,
    wrong_kind,
)
from twin.queries.cql2.reading import Filter, fault, read_filter, told
from twin.queries.cql2.spatial import SPATIAL, is_spatially
from twin.queries.cql2.temporal import TEMPORAL, is_temporally
from twin.queries.filters import Literal

Condition = ColumnElement[bool]


def condition(layer: Described, wanted: Filter, constant: Literal) -> Condition:
    """Return the condition of a filter on a layer's items.

    Parameters
    ----------
    constant
        Puts a constant geometry into the statement.

    Raises
    ------
    InvalidInputError
        The filter cannot be read, names what the layer has not, compares what cannot be compared
        or uses an operator that is not supported; told which.
    """
    return _truth(Scope(layer, wanted.crs, constant), read_filter(wanted))


def _truth(scope: Scope, node: Any) -> Condition:  # noqa: ANN401 (any JSON)
    if isinstance(node, bool):
        return true() if node else false()
    if not isinstance(node, dict) or "op" not in node:
        return operand_of(scope, node, "boolean")
    name = operation(node)
    if name in SPATIAL:
        return is_spatially(scope, name, node)
    if name in TEMPORAL:
        return is_temporally(scope, name, node)
    if name not in _CONDITIONS:
        raise unsupported(node)
    return _CONDITIONS[name](scope, node)


def _and(scope: Scope, node: Mapping[str, Any]) -> Condition:
    return and_(*(_truth(scope, arg) for arg in arguments(node)))


def _or(scope: Scope, node: Mapping[str, Any]) -> Condition:
    return or_(*(_truth(scope, arg) for arg in arguments(node)))


def _not(scope: Scope, node: Mapping[str, Any]) -> Condition:
    return not_(_truth(scope, arguments(node, 1)[0]).self_group())


def _compared(scope: Scope, node: Mapping[str, Any]) -> Condition:
    first, second = arguments(node, 2)
    left, right = operand(scope, first), operand(scope, second)
    name = operation(node)
    _require_comparable(node, left, right)
    if left.kind == "geometry":
        raise fault("geometries are compared by `s_equals`", "เปรียบเทียบรูปทรงด้วย `s_equals`")
    return _COMPARISONS[name](left.sql, right.sql)


def _require_comparable(node: Mapping[str, Any], left: Operand, right: Operand) -> None:
    if left.kind == right.kind:
        return
    first, second = node["args"][:2]
    if {left.kind, right.kind} == {"text", "date"}:
        text = first if left.kind == "text" else second
        raise wrong_kind(text, "text", "date")
    raise fault(
        f"{told(first)} is {KIND_NAMES[left.kind].en} and {told(second)} is"
        f" {KIND_NAMES[right.kind].en}; `{operation(node)}` cannot compare them",
        f"{told(first)} เป็น{KIND_NAMES[left.kind].th} แต่ {told(second)} เป็น"
        f"{KIND_NAMES[right.kind].th} จึงใช้ `{operation(node)}` เปรียบเทียบไม่ได้",
    )


def _like(scope: Scope, node: Mapping[str, Any]) -> Condition:
    text, pattern = (operand_of(scope, arg, "text") for arg in arguments(node, 2))
    return text.like(pattern)


def _between(scope: Scope, node: Mapping[str, Any]) -> Condition:
    first, *ends = arguments(node, 3)
    value = operand(scope, first)
    if value.kind not in ("number", "date"):
        raise wrong_kind(first, value.kind, "number")
    low, high = (operand_of(scope, end, value.kind) for end in ends)
    return value.sql.between(low, high)


def _in(scope: Scope, node: Mapping[str, Any]) -> Condition:
    first, wanted = arguments(node, 2)
    value = operand(scope, first)
    if not isinstance(wanted, list) or not wanted or value.kind == "geometry":
        raise fault(
            f"`in` needs a value and a list of values, not {told(node['args'])}",
            f"`in` ต้องมีค่าและรายการค่า ไม่ใช่ {told(node['args'])}",
        )
    return value.sql.in_([operand_of(scope, each, value.kind) for each in wanted])


def _is_null(scope: Scope, node: Mapping[str, Any]) -> Condition:
    return operand(scope, arguments(node, 1)[0]).sql.is_(None)


_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Condition]]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}
_CONDITIONS: Final[Mapping[str, Callable[[Scope, Mapping[str, Any]], Condition]]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    **dict.fromkeys(_COMPARISONS, _compared),
    "like": _like,
    "between": _between,
    "in": _in,
    "isnull": _is_null,
}
