"""Questions about thousands of points at once: one statement, answers in the order asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ARRAY,
    Double,
    Integer,
    Select,
    TableValuedAlias,
    bindparam,
    column,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on

from twin.db.pool import Pool, Query, compile_query
from twin.errors import InvalidInputError, TooLargeError
from twin.queries.catalogue import Described
from twin.queries.near import Search, depth_for, nearest_rows
from twin.queries.place import ANY_DISTANCE_M, Place
from twin.queries.written import properties

MAX_POINTS: Final = 10_000

#: Most items of one point.
MAX_BATCH_COUNT: Final = 10

#: Most items of all points together.
MAX_ROWS: Final = 20_000

_ASKED: Final = Place(literal_column("asked.lon", Double), literal_column("asked.lat", Double))


class Places(NamedTuple):
    """Points by their coordinates in degrees; both lists have the same length."""

    lons: list[float]
    lats: list[float]


class Near(NamedTuple):
    """An item near a point; `properties` is a JSON object in text."""

    id: int
    distance_m: float
    properties: str


class Holding(NamedTuple):
    """An area that holds a point; `properties` is a JSON object in text."""

    id: int
    properties: str


@dataclass(frozen=True)
class NearQuestion:
    """What to look for near each point.

    Parameters
    ----------
    k
        1 to `MAX_BATCH_COUNT`.
    max_distance_m
        Nothing farther than this, geodesic metres; None means any distance.
    columns
        Properties to tell; None: those that identify and name an item.
    """

    layer: Described
    k: int
    max_distance_m: float | None = None
    columns: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        known = [each.name for each in self.layer.spec.columns]
        if not set(self.columns or ()) <= set(known):
            names = ", ".join(known)
            raise InvalidInputError(
                f"`columns` must name columns of `{self.layer.spec.id}`: {names}.",
                f"`columns` ต้องเป็นชื่อคอลัมน์ของ `{self.layer.spec.id}`: {names}",
                parameter="columns",
            )


async def ask_nearest_of_many(
    pool: Pool, places: Places, question: NearQuestion
) -> list[list[Near]]:
    """Return the nearest items of each point, nearest first, in the order of the points.

    Raises
    ------
    TooLargeError
        There are more than `MAX_POINTS` points, or they ask for more than `MAX_ROWS` items.
    """
    _check_number(len(places.lons), question.k)
    names = _identifying(question.layer) if question.columns is None else question.columns
    query = _nearest_query(question.layer, depth_for(question.k), names)
    far = question.max_distance_m
    rows = await pool.fetch(
        query, **places._asdict(), within_m=ANY_DISTANCE_M if far is None else far, count=question.k
    )
    answers: list[list[Near]] = [[] for _ in places.lons]
    for number, *hit in rows:
        answers[number - 1].append(Near(*hit))
    return answers


async def ask_holding(
    pool: Pool, places: Places, layers: Sequence[Described]
) -> list[dict[str, Holding]]:
    """Return, for each point, the area of each layer that holds it, by the layer's id.

    A point on a common border belongs to the area of the lower key.

    Raises
    ------
    InvalidInputError
        A layer has no areas.
    TooLargeError
        There are more than `MAX_POINTS` points.
    """
    require_areas(layers, "layers")
    _check_number(len(places.lons), len(layers))
    answers: list[dict[str, Holding]] = [{} for _ in places.lons]
    for layer, number, *area in await pool.fetch(_holding_query(tuple(layers)), **places._asdict()):
        answers[number - 1][layers[layer].spec.id] = Holding(*area)
    return answers


def require_areas(layers: Sequence[Described], parameter: str) -> None:
    """Refuse layers whose items are no areas.

    Raises
    ------
    InvalidInputError
        There is one; told which.
    """
    wrong = [each.spec.id for each in layers if each.spec.geometry_type != "MultiPolygon"]
    if wrong:
        names = ", ".join(wrong)
        raise InvalidInputError(
            f"`{parameter}` must name layers of areas, such as tambon; these are none: {names}.",
            f"`{parameter}` ต้องเป็นชั้นข้อมูลพื้นที่ เช่น tambon ชั้นต่อไปนี้ไม่ใช่: {names}",
            parameter=parameter,
        )


@lru_cache(maxsize=64)
def _nearest_query(layer: Described, depth: int, names: tuple[str, ...]) -> Query:
    asked = _points()
    hit = nearest_rows(layer, _ASKED, Search(depth), "batch").lateral("hit")
    distance = hit.c["_distance_m"]
    statement = (
        select(asked.c["_n"], hit.c.id, distance, properties(layer, hit, names))
        .select_from(asked.join(hit, true()))
        .order_by(asked.c["_n"], distance, hit.c.id)
    )
    return compile_query(statement)


@lru_cache(maxsize=64)
def _holding_query(layers: tuple[Described, ...]) -> Query:
    return compile_query(union_all(*(_holding(each, n) for n, each in enumerate(layers))))


def _holding(layer: Described, number: int) -> Select[Any]:
    """Return the statement of one layer: pairs by box, then, area by area, what is inside.

    In that order PostGIS reads and prepares the border of an area once for all its points.
    """
    table, asked = layer.rows, _points()
    place = _ASKED.geometry.label("_place")
    pairs = (
        select(asked.c["_n"], place, *table.c)
        .select_from(asked.join(table, table.c.geom.op("&&")(_ASKED.geometry)))
        .order_by(table.c.id)
        .offset(literal_column("0"))
        .subquery(f"pairs_{number}")
    )
    first = (
        select(*pairs.c)
        .where(func.ST_Intersects(pairs.c.geom, pairs.c["_place"]))
        .ext(distinct_on(pairs.c["_n"]))
        .order_by(pairs.c["_n"], *(pairs.c[name] for name in layer.spec.key))
        .subquery(f"first_{number}")
    )
    written = properties(layer, first, _identifying(layer))
    return select(literal_column(str(number), Integer), first.c["_n"], first.c.id, written)


def _points() -> TableValuedAlias:
    arrays = (bindparam(name, type_=ARRAY(Double)) for name in Places._fields)
    named = (column("lon", Double), column("lat", Double))
    points = func.unnest(*arrays).table_valued(*named, with_ordinality="_n")
    return points.render_derived(name="asked")


def _identifying(layer: Described) -> tuple[str, ...]:
    label = layer.spec.label
    names = {*layer.spec.key, *((label.th, label.en) if label else ())}
    return tuple(each.name for each in layer.spec.columns if each.name in names)


def _check_number(points: int, of_each: int) -> None:
    if points > MAX_POINTS or points * of_each > MAX_ROWS:
        raise TooLargeError(
            f"{points} points with {of_each} answers each are too many; at most {MAX_POINTS}"
            f" points and {MAX_ROWS} answers in all are accepted. Ask in several calls.",
            f"{points} จุด จุดละ {of_each} คำตอบ มากเกินไป รับได้ไม่เกิน {MAX_POINTS} จุด"
            f" และรวม {MAX_ROWS} คำตอบ โปรดแบ่งถามหลายครั้ง",
            parameter="points",
        )
