"""Copies of a layer side by side, made in the database: tables and indexes as the loader's."""

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Table,
    case,
    column,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.schema import CreateTable

from twin.db.layer_table import is_in_pieces, layer_table, piece_table, tile_table
from twin.db.models import Layer
from twin.spec import LayerSpec

#: Width of a tile of zoom 10, degrees: copies lie in their own tiles as the first lies in its.
STEP_DEG = 360 / 2**10


def multiply(connection: Connection, spec: LayerSpec, copies: int) -> None:
    """Replace a vector layer by `copies` of it, the first in its place, the others beside it."""
    old, staged, tiles = (
        layer_table(spec),
        layer_table(spec, "stage"),
        tile_table(spec, "stage_tile"),
    )
    connection.execute(CreateTable(staged))
    _copy_rows(connection, spec, old, staged, copies)
    connection.execute(CreateTable(tiles))
    filled = [staged, tiles]
    if is_in_pieces(spec):
        connection.execute(select(func.twin.tile_pieces(str(tiles))))
        filled.append(piece_table(spec, "stage_tile"))
    for table in filled:
        connection.execute(select(func.twin.store_plain(_quoted(table))))
    connection.execute(select(func.twin.tile_fill(str(staged), str(tiles))))
    for table in filled:
        for index in table.indexes:
            index.create(connection)
        connection.exec_driver_sql(f"ANALYZE {_quoted(table)}")
    connection.execute(select(func.twin.layer_swap(spec.id)))
    _tell_catalogue(connection, spec, old)


def _quoted(table: Table) -> str:
    return f'{table.schema}."{table.name}"'


def _copy_rows(
    connection: Connection, spec: LayerSpec, old: Table, staged: Table, copies: int
) -> None:
    numbers = func.generate_series(0, copies - 1).table_valued(column("number", Integer))
    series = numbers.render_derived(name="copies")
    copy = series.c.number
    rows = connection.scalar(select(func.max(old.c.id)))
    # Half to the west, half to the east: no copy crosses the edge of the world.
    shift_deg = case((copy > copies // 2, copy - copies), else_=copy) * STEP_DEG

    def value(own: Column[object]) -> ColumnElement[object]:
        if own.name == "geom":
            return func.ST_Translate(own, shift_deg, 0)
        if own.name != "id" and own.name not in spec.key:
            return own
        if isinstance(own.type, BigInteger):
            return own + copy * rows
        return func.concat(own, "/", copy)

    chosen = select(*map(value, old.columns)).select_from(old.join(series, true()))
    in_order = chosen.order_by(copy, literal_column(f"{old}.ctid"))
    connection.execute(insert(staged).from_select([c.name for c in old.columns], in_order))


def _tell_catalogue(connection: Connection, spec: LayerSpec, table: Table) -> None:
    box = select(func.ST_Extent(table.c.geom).label("box")).subquery()
    sides = [getattr(func, f"ST_{side}")(box.c.box) for side in ("XMin", "YMin", "XMax", "YMax")]
    bbox = list(connection.execute(select(*sides)).one())
    count = connection.scalar(select(func.count()).select_from(table))
    told = update(Layer).where(Layer.id == spec.id)
    connection.execute(told.values(feature_count=count, bbox=bbox))
