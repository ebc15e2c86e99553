"""Downloads as files: GeoPackage and FlatGeobuf by GDAL, GeoParquet by Arrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyogrio
from pyproj import CRS
from sqlalchemy import Connection, Engine, func, select, text

from twin.db.engine import connect
from twin.queries.catalogue import Described, describe
from twin.queries.downloads.batches import GEOMETRY, has_geometry, read_batches, schema_of
from twin.queries.downloads.formats import Format
from twin.queries.downloads.geoparquet import write_geoparquet
from twin.queries.downloads.order import Order
from twin.queries.downloads.workplace import require_room
from twin.queries.filters import in_place
from twin.queries.item_query import Asked, read_query

#: GDAL keeps the spatial index of a FlatGeobuf in memory while it writes: it goes without beyond.
MAX_INDEXED: Final = 500_000


@dataclass
class _Job:
    """An order being filled.

    Parameters
    ----------
    fault
        What went wrong with the database or the disk, which GDAL would tell in its own words.
    """

    order: Order
    path: Path
    connection: Connection
    layer: Described
    asked: Asked
    fault: Exception | None = field(default=None, init=False)

    @property
    def crs(self) -> CRS:
        return CRS.from_epsg(self.asked.shape.view.crs.srid)

    def batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in read_batches(self.connection, self.layer, self.asked):
                require_room(self.path.parent)
                yield batch
        except Exception as error:
            self.fault = error
            raise

    def reader(self) -> pa.RecordBatchReader:
        schema = schema_of(self.layer, self.asked)
        return pa.RecordBatchReader.from_batches(schema, self.batches())

    def geometry(self) -> dict[str, Any]:
        """Return what GDAL must know of the geometry."""
        if not has_geometry(self.layer, self.asked):
            return {}
        kind = self.layer.spec.geometry_type
        return {
            "geometry_name": GEOMETRY,
            "geometry_type": "Unknown" if kind == "Geometry" else kind,
            "crs": self.crs.to_wkt(),
        }

    def is_small(self) -> bool:
        """Tell whether there are no more items than GDAL should index in memory."""
        clauses = self.asked.shape.conditions.clauses(self.layer, in_place)
        some = select(self.layer.rows.c.id).where(*clauses).limit(MAX_INDEXED + 1).subquery()
        counted = select(func.count()).select_from(some)
        return (self.connection.scalar(counted, dict(self.asked.values)) or 0) <= MAX_INDEXED


def write_file(engine: Engine, order: Order, path: Path) -> None:
    """Write the file of an order, from one moment of the database.

    Raises
    ------
    InvalidInputError
        The query cannot be used.
    BusyError
        The disk is nearly full.
    TooLargeError
        A piece took longer than the order allows.
    """
    layer = describe(order.spec)
    asked = read_query(layer, order.query)
    with connect(engine) as connection:
        # One moment for the count and the cursor alike.
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        job = _Job(order, path, connection, layer, asked)
        try:
            _WRITERS[order.format](job)
        except Exception as error:
            raise job.fault or error from error


def _write_geopackage(job: _Job) -> None:
    told = job.order.note.members()
    pyogrio.write_arrow(
        job.reader(),
        job.path,
        layer=job.layer.spec.id,
        driver="GPKG",
        **job.geometry(),
        layer_metadata=told,
        layer_options={"IDENTIFIER": told["title"], "DESCRIPTION": job.order.note.line()},
    )


def _write_flatgeobuf(job: _Job) -> None:
    pyogrio.write_arrow(
        job.reader(),
        job.path,
        layer=job.layer.spec.id,
        driver="FlatGeobuf",
        **job.geometry(),
        layer_options={
            "TITLE": job.order.note.members()["title"],
            "DESCRIPTION": job.order.note.line(),
            "SPATIAL_INDEX": "YES" if job.is_small() else "NO",
            "TEMPORARY_DIR": str(job.path.parent),
        },
    )


def _write_geoparquet(job: _Job) -> None:
    crs = job.crs if has_geometry(job.layer, job.asked) else None
    schema = schema_of(job.layer, job.asked)
    write_geoparquet(job.path, schema, job.batches(), crs, job.order.note.members())


_WRITERS: Final[Mapping[Format, Callable[[_Job], None]]] = {
    "gpkg": _write_geopackage,
    "flatgeobuf": _write_flatgeobuf,
    "geoparquet": _write_geoparquet,
}
