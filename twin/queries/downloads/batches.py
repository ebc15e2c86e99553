"""Items as Arrow batches, read through a server-side cursor: one piece in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection, Select, func, literal_column, select

from twin.queries.catalogue import Described
from twin.queries.filters import in_place
from twin.queries.item_query import Asked
from twin.queries.item_text import finite, shown_columns, shown_geometry
from twin.queries.keyset import in_order
from twin.types import ColumnType

ROWS: Final = 5_000
GEOMETRY: Final = "geometry"

_TYPES: Final[dict[ColumnType, pa.DataType]] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


def schema_of(layer: Described, asked: Asked) -> pa.Schema:
    """Return the columns of the batches: `id`, the properties asked for, `geometry` as WKB."""
    columns = shown_columns(layer, asked.shape.view)
    fields = [pa.field("id", pa.int64(), nullable=False)]
    fields += [pa.field(column.name, _TYPES[column.type]) for column in columns]
    if has_geometry(layer, asked):
        fields.append(pa.field(GEOMETRY, pa.binary(), nullable=False))
    return pa.schema(fields)


def has_geometry(layer: Described, asked: Asked) -> bool:
    """Tell whether the batches have a geometry."""
    return layer.spec.geometry_type is not None and asked.shape.view.has_geometry


def read_batches(
    connection: Connection, layer: Described, asked: Asked
) -> Iterator[pa.RecordBatch]:
    """Give the items in batches of at most `ROWS`."""
    schema = schema_of(layer, asked)
    streamed = connection.execution_options(yield_per=ROWS)
    for rows in streamed.execute(_statement(layer, asked), dict(asked.values)).partitions():
        yield _batch(rows, schema)


def _statement(layer: Described, asked: Asked) -> Select[Any]:
    table, view = layer.rows, asked.shape.view
    columns: list[Any] = [table.c.id]
    for column in shown_columns(layer, view):
        value = table.c[column.name]
        columns.append(finite(value) if column.type == "number" else value)
    if has_geometry(layer, asked):
        crs = view.crs._replace(is_lat_first=False)
        columns.append(func.ST_AsBinary(shown_geometry(layer, crs), literal_column("'NDR'")))
    clauses = asked.shape.conditions.clauses(layer, in_place)
    return select(*columns).where(*clauses).order_by(*in_order(table, asked.shape.sort))


def _batch(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
