"""Downloads as text: one COPY, whose lines go to the client as the database writes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, cast, func, literal_column, select
from sqlalchemy import Text as SqlText

from twin.crs import CRS84
from twin.db.pool import Pool, Query, compile_query
from twin.errors import InvalidInputError
from twin.queries.catalogue import Described
from twin.queries.downloads.order import Order
from twin.queries.filters import once
from twin.queries.item_query import Asked, read_query
from twin.queries.item_text import feature_text, finite, shown_columns, shown_geometry
from twin.queries.keyset import in_order
from twin.spec import Column

#: In COPY's CSV form these stand for delimiter and quote: no JSON text holds them unescaped.
_UNUSED: Final = {"format": "csv", "delimiter": "\x02", "quote": "\x01"}
_COMMAS: Final = {"format": "csv", "header": True}

#: Makes Excel read UTF-8, Thai above all.
_BOM: Final = b"\xef\xbb\xbf"

#: A cell that begins with one of these is a formula to a spreadsheet.
_FORMULA: Final = literal_column("E'^[=+\\\\-@\\t\\r\\n]'", SqlText)
_APOSTROPHE: Final = literal_column("''''", SqlText)

#: Pieces that wait for a slow client; each is what one read of the socket brought.
_WAITING: Final = 4

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Lines:
    """A COPY, and what stands around and between its lines.

    Parameters
    ----------
    between
        Replaces the end of every line but the last.
    first
        Before the first line, if there is one.
    """

    query: Query
    values: Mapping[str, object]
    options: Options
    head: bytes = b""
    first: bytes = b""
    between: bytes = b"\n"
    last: bytes = b"\n"
    tail: bytes = b""


def write_lines(layer: Described, order: Order) -> Lines:
    """Return a download in a text format.

    Raises
    ------
    InvalidInputError
        The query cannot be used, or asks for GeoJSON in another system than CRS84.
    """
    asked = read_query(layer, order.query)
    if order.format == "csv":
        return Lines(compile_query(_cells(layer, asked)), asked.values, _COMMAS, head=_BOM)
    if order.query.crs != CRS84:
        raise InvalidInputError(
            "GeoJSON files are in CRS84 (RFC 7946); ask for another format to have another `crs`.",
            "ไฟล์ GeoJSON ใช้ CRS84 เท่านั้น (RFC 7946) หากต้องการ `crs` อื่นโปรดเลือกรูปแบบอื่น",
            parameter="crs",
        )
    statement = _selected(layer, asked, [feature_text(layer, asked.shape.view)])
    copied = compile_query(statement)
    if order.format == "geojsonseq":
        return Lines(copied, asked.values, _UNUSED, first=b"\x1e", between=b"\n\x1e")
    members = {"type": "FeatureCollection", "name": layer.spec.id, **order.note.members()}
    head = json.dumps(members, ensure_ascii=False)[:-1] + ', "features": [\n'
    return Lines(copied, asked.values, _UNUSED, head=head.encode(), between=b",\n", tail=b"]}\n")


async def stream_lines(pool: Pool, lines: Lines, timeout_ms: int) -> AsyncGenerator[bytes, None]:
    """Give a download piece by piece; leaving it cancels the statement.

    Parameters
    ----------
    timeout_ms
        For all of it, the client's own slowness included.
    """
    between, is_first, is_cut = lines.between, True, False
    async for piece in _copied(pool, lines, timeout_ms):
        # Pieces end where lines end. The end of the last line is held back: only when another
        # piece comes, or none, is it known what stands there.
        before = lines.head + lines.first if is_first else (between if is_cut else b"")
        is_first, is_cut = False, piece.endswith(b"\n")
        body = piece[:-1] if is_cut else piece
        yield before + (body if between == b"\n" else body.replace(b"\n", between))
    yield (lines.head if is_first else b"") + (lines.last if is_cut else b"") + lines.tail


async def _copied(pool: Pool, lines: Lines, timeout_ms: int) -> AsyncIterator[bytes]:
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)

    async def copy() -> None:
        async with pool.connection() as connection, connection.transaction():
            await connection.execute(
                "SELECT set_config('statement_timeout', $1, true)", str(timeout_ms)
            )
            await connection.copy_from_query(
                lines.query.text,
                *lines.query.arguments(lines.values),
                output=pieces.put,
                **lines.options,
            )
        await pieces.put(None)

    copying = asyncio.create_task(copy())
    try:
        while True:
            waiting = asyncio.create_task(pieces.get())
            await asyncio.wait((waiting, copying), return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():  # the copy failed
                waiting.cancel()
                await copying
            piece = await waiting
            if piece is None:
                return
            yield piece
    finally:
        copying.cancel()
        await asyncio.gather(copying, return_exceptions=True)


def _selected(layer: Described, asked: Asked, columns: list[ColumnElement[Any]]) -> Select[Any]:
    clauses = asked.shape.conditions.clauses(layer, once)
    order = in_order(layer.rows, asked.shape.sort)
    return select(*columns).where(*clauses).order_by(*order)


def _cells(layer: Described, asked: Asked) -> Select[Any]:
    table, view = layer.rows, asked.shape.view
    cells = [
        _cell(table.c[column.name], column).label(column.name)
        for column in shown_columns(layer, view)
    ]
    if layer.spec.geometry_type and view.has_geometry:
        # Whatever the order of its axes: x before y, as in every file.
        crs = view.crs._replace(is_lat_first=False)
        geom = shown_geometry(layer, crs)
        cells.append(func.ST_AsText(geom, literal_column(str(crs.decimals))).label("geometry"))
    return _selected(layer, asked, [table.c.id, *cells])


def _cell(value: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
    if column.type == "text":
        return case((value.op("~")(_FORMULA), _APOSTROPHE.op("||")(value)), else_=value)
    if column.type == "number":
        return finite(value)
    return cast(value, SqlText)
