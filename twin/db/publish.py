"""Putting a layer's rows in place: stage, then swap, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from psycopg import sql
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.schema import CreateTable, DropTable

from twin.crs import STORAGE_SRID
from twin.db.copying import copy_rows
from twin.db.layer_table import is_in_pieces, layer_table, piece_table, tile_table
from twin.spec import LayerSpec

#: A swap waits this long for readers of the old table, then gives up and may be tried again.
LOCK_TIMEOUT_MS = 10_000


def publish(connection: Connection, spec: LayerSpec, frame: pd.DataFrame) -> None:
    """Replace the layer's tables by new ones that hold `frame`.

    Everything happens in the transaction of `connection`: readers see the old layer until it
    commits, and the old layer stays whole if it does not.

    Parameters
    ----------
    frame
        Columns `id`, those of `spec`, and for vector layers the active geometry, EPSG:4326, of
        the layer's type. Rows are stored in Hilbert order, so that neighbours share pages.
    """
    staged = layer_table(spec, "stage")
    connection.execute(DropTable(staged, if_exists=True))
    staged.create(connection)
    connection.execute(select(func.twin.store_plain(str(staged))))
    _copy(connection, staged, _in_spatial_order(frame))
    if spec.kind == "vector":
        tiles = tile_table(spec, "stage_tile")
        connection.execute(DropTable(piece_table(spec, "stage_tile"), if_exists=True))
        connection.execute(DropTable(tiles, if_exists=True))
        connection.execute(CreateTable(tiles))
        connection.execute(select(func.twin.store_plain(str(tiles))))
        if is_in_pieces(spec):
            connection.execute(select(func.twin.tile_pieces(str(tiles))))
        connection.execute(select(func.twin.tile_fill(str(staged), str(tiles))))
        filled = [tiles, piece_table(spec, "stage_tile")] if is_in_pieces(spec) else [tiles]
        for table in filled:
            for index in table.indexes:
                index.create(connection)
            _analyse(connection, table)
    _analyse(connection, staged)
    connection.execute(select(func.set_config("lock_timeout", f"{LOCK_TIMEOUT_MS}ms", True)))
    connection.execute(select(func.twin.layer_swap(spec.id)))
    if spec.kind == "table":
        connection.execute(select(func.twin.table_watch(str(layer_table(spec)), spec.id)))


def drop_layer(connection: Connection, spec: LayerSpec) -> None:
    """Drop the tables of a layer that the edition no longer has."""
    connection.execute(DropTable(layer_table(spec), if_exists=True))
    if spec.kind == "vector":
        connection.execute(DropTable(piece_table(spec), if_exists=True))
        connection.execute(DropTable(tile_table(spec), if_exists=True))


def _in_spatial_order(frame: pd.DataFrame) -> pd.DataFrame:
    if isinstance(frame, gpd.GeoDataFrame) and len(frame):
        order = frame.hilbert_distance().argsort(kind="stable")
        frame = frame.iloc[order]
    return frame


def _copy(connection: Connection, table: Table, frame: pd.DataFrame) -> None:
    names = [column.name for column in table.columns]
    copy_rows(connection, table, names, _rows(frame, names))


def _rows(frame: pd.DataFrame, names: list[str]) -> Iterator[tuple[Any, ...]]:
    columns: list[list[Any]] = []
    for name in names:
        if name == "geom":
            geometry = shapely.set_srid(frame.geometry.array, STORAGE_SRID)
            columns.append(list(shapely.to_wkb(geometry, hex=True, include_srid=True)))
        elif name in frame:
            values = frame[name].astype(object)
            columns.append(list(values.where(values.notna(), None)))
        else:
            columns.append([None] * len(frame))
    return zip(*columns, strict=True)


def _analyse(connection: Connection, table: Table) -> None:
    statement = sql.SQL("ANALYZE {}.{}").format(
        sql.Identifier(str(table.schema)), sql.Identifier(table.name)
    )
    connection.exec_driver_sql(statement.as_string())
