"""Summaries by area: how many items, how much of them, and the sums and means of their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    cast,
    distinct,
    func,
    literal_column,
    null,
    select,
    tuple_,
)

from twin.crs import STORAGE_SRID
from twin.errors import InvalidInputError, TooLargeError
from twin.queries.batch import require_areas
from twin.queries.catalogue import Described
from twin.queries.filters import equals
from twin.queries.parts import OUTSIDE, Measured, share_select
from twin.queries.written import finite
from twin.types import Text as Names

MAX_AREAS: Final = 1_000
MAX_GROUPS: Final = 200

_FIGURES: Final = ("sum", "avg", "min", "max")


@dataclass(frozen=True)
class Asked:
    """What to summarise of one layer.

    Parameters
    ----------
    where
        Column → value as text: only items with exactly these.
    columns
        Numeric columns to sum up.
    group_by
        A column by whose values the items are told apart; None: not told apart.
    """

    layer: Described
    where: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    group_by: str | None = None

    def __post_init__(self) -> None:
        types = {each.name: each.type for each in self.layer.spec.columns}
        numeric = [name for name, type_ in types.items() if type_ in ("integer", "number")]
        _check_known(self.layer, "columns", self.columns, numeric)
        _check_known(self.layer, "group_by", [self.group_by] if self.group_by else [], list(types))


@dataclass(frozen=True)
class Figures:
    """Of a numeric column: how many items have a value, and their sum, mean, least and greatest.

    Every item has the same weight, whatever its size; all but `count` are None where none has.
    """

    count: int
    sum: float | None
    mean: float | None
    min: float | None
    max: float | None


@dataclass(frozen=True)
class Summary:
    """Of the items of an area, or of one group among them.

    Parameters
    ----------
    count
        Items, each counted once: in the area with the greatest part of it.
    touching
        Items of which any part lies here.
    size
        Metres of lines, square metres of areas, cut at the border; 0 of points.
    """

    count: int = 0
    touching: int = 0
    size: float = 0.0
    columns: Mapping[str, Figures] = field(default_factory=dict)


@dataclass(frozen=True)
class Zone:
    """An area to summarise by: number from 1, code and names; None where it was drawn."""

    number: int
    id: int | None
    code: str | None
    names: Names | None


@dataclass(frozen=True)
class Grouped:
    """A summary, and those of the groups in it by value."""

    whole: Summary
    groups: Mapping[str | None, Summary]


@dataclass(frozen=True)
class LayerSummary:
    """The summaries of one layer; `outside` is None where an area was drawn."""

    asked: Asked
    zones: Sequence[tuple[Zone, Grouped]]
    outside: Grouped | None
    total: Grouped


def summarise(
    connection: Connection, asked: Iterable[Asked], by: Described | BaseGeometry
) -> list[LayerSummary]:
    """Return the summaries of each layer by the areas of a layer, or in a drawn area.

    Areas are in the order of their codes; those with nothing in them are there, with zeros.

    Raises
    ------
    InvalidInputError
        The layer to summarise by has no areas, or a column is unknown or of the wrong type.
    TooLargeError
        There are more than `MAX_AREAS` areas, or `MAX_GROUPS` groups.
    """
    zones = [Zone(1, None, None, None)]
    if isinstance(by, Described):
        require_areas([by], "areas")
        zones = _zones(connection, by)
    return [_summary(connection, each, by, zones) for each in asked]


def summary_statement(asked: Asked, by: Described | BaseGeometry) -> Select[Any]:
    """Return the statement of one layer's summary.

    Rows have the area's number and the group's value as text; both `is_all_areas` and
    `is_all_groups` tell whether the row is about all of them.
    """
    table = asked.layer.rows
    conditions = tuple(equals(asked.layer, name, value) for name, value in asked.where.items())
    measured = Measured(asked.layer, conditions)
    share = share_select(measured, _areas(by), has_outside=isinstance(by, Described)).subquery(
        "shares"
    )
    values = [
        finite(table.c[name], name).label(f"c{place}") for place, name in enumerate(asked.columns)
    ]
    value = cast(table.c[asked.group_by] if asked.group_by else null(), Text)
    rows = (
        measured.select(*share.c, value.label("value"), *values)
        .select_from(table.join(share, share.c.id == table.c.id))
        .subquery("rows")
    )
    figures: list[ColumnElement[Any]] = [
        getattr(func, name)(rows.c[f"c{place}"]).filter(rows.c.is_main)
        for place in range(len(asked.columns))
        for name in ("count", *_FIGURES)
    ]
    n, group = rows.c.n, rows.c.value
    sets = (tuple_(n, group), tuple_(n), tuple_(group), tuple_())
    return select(
        n,
        group,
        func.grouping(n).label("is_all_areas"),
        func.grouping(group).label("is_all_groups"),
        func.count().filter(rows.c.is_main),
        func.count(distinct(rows.c.id)),
        func.coalesce(func.sum(rows.c.size), literal_column("0::float8")),
        *figures,
    ).group_by(func.grouping_sets(*sets))


def _areas(by: Described | BaseGeometry) -> CTE:
    one = literal_column("1", Integer)
    if isinstance(by, BaseGeometry):
        drawn = func.ST_GeomFromWKB(by.wkb, STORAGE_SRID)
        areas = select(one.label("n"), drawn.label("geom"))
    else:
        table = by.rows
        order = [*(table.c[name] for name in by.spec.key), table.c.id]
        number = func.row_number().over(order_by=order)
        # Set anew, so that borders are read from where they are stored once, not for each item.
        whole = func.ST_SetSRID(table.c.geom, STORAGE_SRID)
        areas = select(number.label("n"), whole.label("geom"))
    return areas.cte("areas").prefix_with("MATERIALIZED")


def _zones(connection: Connection, by: Described) -> list[Zone]:
    table, label = by.rows, by.spec.label
    keys = [table.c[name] for name in by.spec.key]
    names = [table.c[label.th], table.c[label.en]] if label else [null(), null()]
    rows = connection.execute(
        select(table.c.id, cast(keys[0], Text), *names)
        .order_by(*keys, table.c.id)
        .limit(MAX_AREAS + 1)
    ).all()
    if len(rows) > MAX_AREAS:
        raise TooLargeError(
            f"`{by.spec.id}` has more than {MAX_AREAS} areas; summarise by a layer with fewer.",
            f"`{by.spec.id}` มีมากกว่า {MAX_AREAS} พื้นที่ โปรดเลือกชั้นข้อมูลที่มีพื้นที่น้อยกว่า",
            parameter="areas",
        )
    return [
        Zone(number, id_, code, Names(th, en) if label else None)
        for number, (id_, code, th, en) in enumerate(rows, start=1)
    ]


def _summary(
    connection: Connection, asked: Asked, by: Described | BaseGeometry, zones: Sequence[Zone]
) -> LayerSummary:
    rows = connection.execute(summary_statement(asked, by)).all()
    whole: dict[int | None, Summary] = {}
    groups: dict[int | None, dict[str | None, Summary]] = {}
    for n, value, is_all_areas, is_all_groups, *numbers in rows:
        place = None if is_all_areas else n
        summary = _read(asked, numbers)
        if is_all_groups:
            whole[place] = summary
        elif asked.group_by:
            groups.setdefault(place, {})[value] = summary
    if len(groups.get(None, {})) > MAX_GROUPS:
        raise TooLargeError(
            f"`{asked.group_by}` has more than {MAX_GROUPS} different values.",
            f"`{asked.group_by}` มีค่าต่างกันมากกว่า {MAX_GROUPS} ค่า",
            parameter="group_by",
        )

    def grouped(place: int | None) -> Grouped:
        return Grouped(whole.get(place, nothing), groups.get(place, {}))

    none = Figures(0, None, None, None, None)
    nothing = Summary(columns=dict.fromkeys(asked.columns, none))
    return LayerSummary(
        asked,
        [(zone, grouped(zone.number)) for zone in zones],
        grouped(OUTSIDE) if isinstance(by, Described) else None,
        grouped(None),
    )


def _read(asked: Asked, numbers: Sequence[Any]) -> Summary:
    count, touching, size, *figures = numbers
    width = 1 + len(_FIGURES)
    columns = {
        name: Figures(*(_plain(each) for each in figures[place * width : (place + 1) * width]))
        for place, name in enumerate(asked.columns)
    }
    return Summary(count, touching, float(size), columns)


def _plain(number: Any) -> Any:  # noqa: ANN401 (integers stay integers, decimals become floats)
    if number is None or isinstance(number, int):
        return number
    return int(number) if number == int(number) and not isinstance(number, float) else float(number)


def _check_known(
    layer: Described, parameter: str, wanted: Iterable[str], known: Sequence[str]
) -> None:
    if not set(wanted) <= set(known):
        names = ", ".join(known) or "–"
        raise InvalidInputError(
            f"`{parameter}` of `{layer.spec.id}` must be among: {names}.",
            f"`{parameter}` ของ `{layer.spec.id}` ต้องเป็นค่าใดค่าหนึ่งใน: {names}",
            parameter=parameter,
        )
