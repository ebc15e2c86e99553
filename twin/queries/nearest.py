"""The nearest items of some layers, asked on the pool or on a connection of SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import CompoundSelect, Connection, union_all

from twin.db.pool import Pool, Query, compile_query
from twin.errors import InvalidInputError, TooLargeError
from twin.queries.catalogue import Described, PublishedLayer, choose
from twin.queries.near import Hit, Search, depth_for, near_selects, read_hits
from twin.queries.place import ANY_DISTANCE_M, Point
from twin.types import Json

#: Most layers of one question about what is nearest.
MAX_LAYERS: Final = 10


def choose_some(
    published: Iterable[PublishedLayer], wanted: Sequence[str], parameter: str
) -> list[Described]:
    """Return the vector layers named in `wanted`, 1 to `MAX_LAYERS`.

    Raises
    ------
    InvalidInputError
        A name is unknown, or is no vector layer, or none is named.
    TooLargeError
        More are named.
    """
    if not wanted:
        raise InvalidInputError(
            f"`{parameter}` must name a vector layer.",
            f"`{parameter}` ต้องระบุชื่อชั้นข้อมูลเวกเตอร์",
            parameter=parameter,
        )
    layers = choose(published, wanted, parameter)
    if len(layers) > MAX_LAYERS:
        raise TooLargeError(
            f"`{parameter}` names {len(layers)} layers; at most {MAX_LAYERS} are accepted.",
            f"`{parameter}` ระบุ {len(layers)} ชั้นข้อมูล รับได้ไม่เกิน {MAX_LAYERS} ชั้น",
            parameter=parameter,
        )
    return layers


async def ask_nearest(
    pool: Pool, layers: Sequence[Described], point: Point, k: int, max_distance_m: float | None
) -> list[Hit]:
    """Return the `k` nearest items of the layers taken together, nearest first.

    Ties are in the order of the layers, then of `id`.

    Parameters
    ----------
    layers
        At least one.
    k
        1 to `MAX_COUNT`.
    max_distance_m
        Nothing farther than this; None means any distance.
    """
    query = _nearest_query(tuple(layers), depth_for(k))
    rows = await pool.fetch(query, **_nearest_values(point, k, max_distance_m))
    return read_hits(layers, rows)[:k]


def find_nearest(
    connection: Connection, layer: Described, point: Point, k: int, max_distance_m: float | None
) -> list[Hit]:
    """Return what `ask_nearest` returns for one layer, on a connection of SQLAlchemy."""
    statement = _nearest_statement((layer,), depth_for(k))
    rows = connection.execute(statement, _nearest_values(point, k, max_distance_m))
    return read_hits([layer], rows)


@lru_cache(maxsize=256)
def _nearest_query(layers: tuple[Described, ...], depth: int) -> Query:
    return compile_query(_nearest_statement(layers, depth))


@lru_cache(maxsize=256)
def _nearest_statement(layers: tuple[Described, ...], depth: int) -> CompoundSelect[Any]:
    return union_all(*near_selects(layers, Search(depth)))


def _nearest_values(point: Point, k: int, max_distance_m: float | None) -> Json:
    within_m = ANY_DISTANCE_M if max_distance_m is None else max_distance_m
    return {"lon": point.lon, "lat": point.lat, "within_m": within_m, "count": k}
