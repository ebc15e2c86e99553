"""Pages of a layer's items, as the JSON text that the database wrote.

The service asks through asyncpg, everybody else through SQLAlchemy: a question is a generator that
yields the statements it needs and is sent the row of each, so that both follow the same steps.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Table,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql import ClauseElement

from twin.db.explain import Explain
from twin.db.pool import Pool, Query, compile_query
from twin.errors import NotFoundError
from twin.queries.catalogue import Described
from twin.queries.filters import MAX_INTEGER, in_place, once
from twin.queries.item_query import Conditions, ItemQuery, Shape, View, read_query
from twin.queries.item_text import feature_text
from twin.queries.keyset import SortKey, in_order, is_after, place_json, write_token
from twin.types import Json

#: Up to here matches are counted one by one; beyond, the planner's estimate is told.
MAX_COUNTED: Final = 10_000

#: Items looked through for one page before all that match are sorted instead.
MAX_WALKED: Final = 20_000

#: All properties, with the geometry in longitude and latitude.
WHOLE: Final = View()

_CEILING: Final = literal_column(str(MAX_COUNTED + 1), Integer)
_LIMIT: Final = bindparam("limit", type_=Integer)
_IDS: Final = ARRAY(BigInteger)


@dataclass(frozen=True)
class Page:
    """Items in the order asked for.

    Parameters
    ----------
    number_matched
        How many there are in all.
    is_estimated
        The number is the planner's estimate: there are more than `MAX_COUNTED`.
    text
        The features as JSON in UTF-8, divided by commas.
    next
        Token of the place after which the next page begins; None on the last one.
    """

    number_matched: int
    is_estimated: bool
    number_returned: int
    text: bytes
    next: str | None

    @cached_property
    def features(self) -> list[Json]:
        """The items as GeoJSON features."""
        features: list[Json] = json.loads(b"[" + self.text + b"]")
        return features


class Prepared:
    """A statement, and its text for asyncpg."""

    def __init__(self, statement: ClauseElement) -> None:
        self.statement = statement

    @cached_property
    def query(self) -> Query:
        """The text for asyncpg, compiled when it is first needed."""
        return compile_query(self.statement)


@dataclass(frozen=True)
class Ask:
    """A statement to run, and the values of its parameters."""

    prepared: Prepared
    values: Mapping[str, object]


Asking = Generator[Ask, Any, Page]


@dataclass(frozen=True, eq=False)
class Statements:
    """The statements of questions of one shape, each made when it is first needed."""

    layer: Described
    shape: Shape

    @cached_property
    def gather(self) -> Prepared:
        """Find all that match, up to `MAX_COUNTED`, and show a page of them; the usual case."""
        sort = self.shape.sort
        matched = self._matched(sort).subquery("matched")
        ids = func.array_agg(aggregate_order_by(matched.c.id, *in_order(matched, sort)))
        after = self._after(matched)
        gathered = select(
            func.count().label("number"),
            (ids if after is None else ids.filter(after)).label("ids"),
        ).cte("gathered")
        number = gathered.c.number
        page = _first_of(gathered.c.ids, _LIMIT + 1)
        few = select(number, case((number < _CEILING, page)).label("ids"))
        return self._shown(few.select_from(gathered))

    @cached_property
    def list(self) -> Prepared:
        """Show a page of all items, and count them up to `MAX_COUNTED`."""
        all_of = self._matched(()).subquery("all_of")
        return self._counted(self._sorted(), select(func.count()).select_from(all_of))

    @cached_property
    def walk(self) -> Prepared:
        """Look through the next `MAX_WALKED` items by `id`, until the page is full.

        Where those that match are many, and lie everywhere, that is soon.
        """
        table = self.layer.rows
        block = select(table).order_by(table.c.id).limit(literal_column(str(MAX_WALKED)))
        after = self._after(table)
        rows = (block if after is None else block.where(after)).subquery("block")
        # The same layer, seen through the block: conditions must not reach its index.
        seen = Described(self.layer.spec, cast("Table", rows), None)
        clauses = self.shape.conditions.clauses(seen, once)
        page = select(rows.c.id).where(*clauses).order_by(rows.c.id).limit(_LIMIT + 1)
        return self._counted(page)

    @cached_property
    def sort(self) -> Prepared:
        """Find and sort all that match, however many, and show a page of them."""
        return self._counted(self._sorted())

    @cached_property
    def estimate(self) -> Prepared:
        """Ask the planner how many match."""
        clauses = self.shape.conditions.clauses(self.layer, in_place)
        return Prepared(Explain(select(self.layer.rows.c.id).where(*clauses)))

    def _matched(self, sort: tuple[SortKey, ...]) -> Select[Any]:
        table = self.layer.rows
        columns = [table.c.id, *(table.c[key.name] for key in sort if key.name != "id")]
        clauses = self.shape.conditions.clauses(self.layer, once)
        return select(*columns).where(*clauses).limit(_CEILING)

    def _after(self, rows: FromClause) -> ColumnElement[bool] | None:
        """Return the condition that an item comes after the place asked for, if one was."""
        nulls = self.shape.nulls
        return None if nulls is None else is_after(self.layer, rows, self.shape.sort, nulls)

    def _sorted(self) -> Select[Any]:
        """Return the ids of a page of all that match, and one more: whether there is another."""
        # A name of its own, or the items shown would be taken for those looked through.
        table, sort = self.layer.rows, self.shape.sort
        columns = [table.c.id, *(table.c[key.name] for key in sort if key.name != "id")]
        looked = select(*columns).where(*self.shape.conditions.clauses(self.layer, once))
        rows = looked.subquery("looked")
        page = select(rows.c.id).order_by(*in_order(rows, sort)).limit(_LIMIT + 1)
        after = self._after(rows)
        return page if after is None else page.where(after)

    def _counted(self, page: Select[Any], number: Select[Any] | None = None) -> Prepared:
        """Show the items of a page, beside the number of all where it is told."""
        told = null() if number is None else number.scalar_subquery()
        ids = func.array(page.scalar_subquery(), type_=_IDS)
        return self._shown(select(told.label("number"), ids.label("ids")))

    def _shown(self, page: Select[Any]) -> Prepared:
        """Show the items whose ids a page holds, all but the one more."""
        table, order = self.layer.rows, in_order(self.layer.rows, self.shape.sort)
        one = page.cte("page").prefix_with("MATERIALIZED")
        text = feature_text(self.layer, self.shape.view).label("text")
        shown = _first_of(one.c.ids, _LIMIT)
        texts = select(text).where(table.c.id == any_(shown)).order_by(*order).subquery("texts")
        joined = func.string_agg(texts.c.text, literal_column("','"))
        features = select(func.convert_to(joined, literal_column("'UTF8'"))).scalar_subquery()
        last = select(place_json(table, self.shape.sort)).where(table.c.id == one.c.ids[_LIMIT])
        return Prepared(
            select(
                one.c.number.label("number_matched"),
                func.coalesce(func.cardinality(one.c.ids), 0).label("found"),
                last.scalar_subquery().label("last"),
                features.label("features"),
            )
        )


def _first_of(ids: ColumnElement[Any], count: ColumnElement[Any]) -> ColumnElement[Any]:
    first: ColumnElement[Any] = ids[slice(literal_column("1"), count)]
    return first


@lru_cache(maxsize=512)
def _statements(layer: Described, shape: Shape) -> Statements:
    return Statements(layer, shape)


@lru_cache(maxsize=256)
def _one_statement(layer: Described, view: View) -> Prepared:
    table = layer.rows
    text = feature_text(layer, view, is_open=True)
    return Prepared(select(text).where(table.c.id == bindparam("id", type_=BigInteger)))


def find_items(connection: Connection, layer: Described, query: ItemQuery) -> Page:
    """Return the page of items that fit the query.

    Raises
    ------
    NotFoundError
        The layer is a raster.
    InvalidInputError
        The query names an unknown property, or a value or a condition cannot be used.
    """
    asking = _page(layer, query)
    try:
        ask = next(asking)
        while True:
            row = connection.execute(ask.prepared.statement, dict(ask.values)).one()  # type: ignore[call-overload]
            ask = asking.send(row)
    except StopIteration as end:
        page: Page = end.value
        return page


async def fetch_items(pool: Pool, layer: Described, query: ItemQuery) -> Page:
    """Return the page of items that fit the query; raises as `find_items` does."""
    asking = _page(layer, query)
    try:
        ask = next(asking)
        while True:
            row = await pool.fetchrow(ask.prepared.query, **ask.values)
            ask = asking.send(row)
    except StopIteration as end:
        page: Page = end.value
        return page


def get_item(connection: Connection, layer: Described, item_id: int, view: View = WHOLE) -> Json:
    """Return one item as a GeoJSON feature.

    Raises
    ------
    NotFoundError
        There is no item with that id, or the layer is a raster.
    """
    statement = _one_statement(layer, view).statement
    found = None
    if abs(item_id) <= MAX_INTEGER:
        found = connection.scalar(statement, {"id": item_id})  # type: ignore[call-overload]
    if found is None:
        raise _no_item(layer)
    feature: Json = json.loads(found + "}")
    return feature


async def fetch_item(pool: Pool, layer: Described, item_id: int, view: View = WHOLE) -> str:
    """Return one item as the text of a feature without its closing brace; raises as `get_item`."""
    prepared = _one_statement(layer, view)
    row = None
    if abs(item_id) <= MAX_INTEGER:
        row = await pool.fetchrow(prepared.query, id=item_id)
    if row is None:
        raise _no_item(layer)
    text: str = row[0]
    return text


def _page(layer: Described, query: ItemQuery) -> Asking:
    asked = read_query(layer, query)
    statements = _statements(layer, asked.shape)
    values = {**asked.values, "limit": query.limit}
    is_open = asked.shape.conditions == Conditions()
    row = yield Ask(statements.list if is_open else statements.gather, values)
    number, is_estimated = row[0], row[0] > MAX_COUNTED
    if is_estimated:
        (plan,) = yield Ask(statements.estimate, asked.values)
        number = max(number, _planned_rows(plan))
        if not is_open:
            row = yield from _beyond(statements, values)
    _, found, last, text = row
    return Page(
        number_matched=number,
        is_estimated=is_estimated,
        number_returned=min(found, query.limit),
        text=bytes(text or b""),
        next=write_token(query.sort, _as_text(last)) if found > query.limit else None,
    )


def _beyond(statements: Statements, values: Mapping[str, object]) -> Generator[Ask, Any, Any]:
    """Return the row of a page of more matches than can be gathered."""
    if not statements.shape.sort:
        row = yield Ask(statements.walk, values)
        if row[1] > values["limit"]:
            return row
    row = yield Ask(statements.sort, values)
    return row


def _planned_rows(plan: Any) -> int:  # noqa: ANN401 (JSON, read by one driver and not by the other)
    read = json.loads(plan) if isinstance(plan, str) else plan
    return int(read[0]["Plan"]["Plan Rows"])


def _as_text(place: Any) -> str:  # noqa: ANN401 (JSON, read by one driver and not by the other)
    return place if isinstance(place, str) else json.dumps(place)


def _no_item(layer: Described) -> NotFoundError:
    return NotFoundError(
        f"Collection `{layer.spec.id}` has no item with this id.",
        f"ชุดข้อมูล `{layer.spec.id}` ไม่มีรายการที่มีรหัสนี้",
        parameter="itemId",
    )
