"""Temporal operators on dates and intervals of dates, closed at both ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Date, and_, literal, literal_column, or_

from twin.queries.cql2.operands import Scope, Sql, arguments, operand_of, read_date
from twin.queries.cql2.reading import fault, told

_OPEN: Final = ("..", "")
_BEGINNING: Final = literal_column("'-infinity'::date", Date)
_END: Final = literal_column("'infinity'::date", Date)


class Period(NamedTuple):
    """First and last day; both the same for an instant."""

    first: Sql
    last: Sql


Relation = Callable[[Period, Period], ColumnElement[bool]]

#: Allen's relations, as CQL2 names them.
TEMPORAL: Final[Mapping[str, Relation]] = {
    "t_after": lambda a, b: a.first > b.last,
    "t_before": lambda a, b: a.last < b.first,
    "t_contains": lambda a, b: and_(a.first < b.first, a.last > b.last),
    "t_disjoint": lambda a, b: or_(a.last < b.first, a.first > b.last),
    "t_during": lambda a, b: and_(a.first > b.first, a.last < b.last),
    "t_equals": lambda a, b: and_(a.first == b.first, a.last == b.last),
    "t_finishedby": lambda a, b: and_(a.first < b.first, a.last == b.last),
    "t_finishes": lambda a, b: and_(a.first > b.first, a.last == b.last),
    "t_intersects": lambda a, b: and_(a.first <= b.last, a.last >= b.first),
    "t_meets": lambda a, b: a.last == b.first,
    "t_metby": lambda a, b: a.first == b.last,
    "t_overlappedby": lambda a, b: and_(a.first > b.first, a.first < b.last, a.last > b.last),
    "t_overlaps": lambda a, b: and_(a.first < b.first, a.last > b.first, a.last < b.last),
    "t_startedby": lambda a, b: and_(a.first == b.first, a.last > b.last),
    "t_starts": lambda a, b: and_(a.first == b.first, a.last < b.last),
}


def is_temporally(scope: Scope, name: str, node: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return the condition of a temporal operator.

    Raises
    ------
    InvalidInputError
        An argument is neither a date nor an interval.
    """
    first, second = (_period(scope, arg) for arg in arguments(node, 2))
    return TEMPORAL[name](first, second)


def _period(scope: Scope, node: Any) -> Period:  # noqa: ANN401 (any JSON)
    if not (isinstance(node, dict) and "interval" in node):
        day = operand_of(scope, node, "date")
        return Period(day, day)
    ends = node["interval"]
    if not isinstance(ends, list) or len(ends) != 2:  # noqa: PLR2004 (an interval has two ends)
        raise fault(f"{told(node)} is not an interval of two dates", f"{told(node)} ไม่ใช่ช่วงวันที่")
    first, last = ends
    return Period(_end(scope, first, _BEGINNING), _end(scope, last, _END))


def _end(scope: Scope, node: Any, where_open: Sql) -> Sql:  # noqa: ANN401 (any JSON)
    if node in _OPEN:
        return where_open
    if isinstance(node, str):
        return literal(read_date(node), Date)
    return operand_of(scope, node, "date")
