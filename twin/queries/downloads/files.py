"""Downloads as files: GeoPackage and FlatGeobuf by GDAL, GeoParquet by Arrow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyogrio
from pyproj import CRS
from sqlalchemy import Connection, Engine, func, literal_column, select, text

from twin.db.engine import connect
from twin.queries.catalogue import Described
from twin.queries.downloads.batches import GEOMETRY, has_geometry, read_batches, schema_of
from twin.queries.downloads.formats import FileFormat, Format, Note
from twin.queries.downloads.geoparquet import write_geoparquet
from twin.queries.downloads.job import require_room
from twin.queries.item_query import Asked, ItemQuery, read_query

#: GDAL keeps the spatial index of a FlatGeobuf in memory while it writes: it goes without beyond.
MAX_INDEXED: Final = 500_000

Batches = Iterator[pa.RecordBatch]


class FileJob:
    """A file to make: which items, in which format.

    Parameters
    ----------
    note
        What the file says about itself.

    Raises
    ------
    InvalidInputError
        The query cannot be used.
    """

    def __init__(self, layer: Described, query: ItemQuery, wanted: FileFormat, note: Note) -> None:
        self.layer = layer
        self.wanted = wanted
        self.note = note
        self.asked: Asked = read_query(layer, query)
        self.stop = threading.Event()
        self.fault: Exception | None = None

    def write(self, engine: Engine, folder: Path, timeout_ms: int) -> Path:
        """Write the file into a folder, from one moment of the database; return its path.

        Parameters
        ----------
        timeout_ms
            For each piece.

        Raises
        ------
        Stopped
            `stop` was set meanwhile.
        BusyError
            The disk is nearly full.
        """
        path = folder / f"{self.layer.spec.id}{self.wanted.suffix}"
        with connect(engine) as connection:
            # Held by the count and the cursor alike, until the file is written.
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            connection.execute(
                select(
                    func.set_config("statement_timeout", str(timeout_ms), literal_column("true"))
                )
            )
            batches = read_batches(connection, self.layer, self.asked, self.stop)
            try:
                _WRITERS[self.wanted.name](self, connection, self._guarded(batches, folder), path)
            except Exception as error:
                # GDAL tells of what the batches met in words of its own.
                raise self.fault or error from error
        return path

    def _guarded(self, batches: Batches, folder: Path) -> Batches:
        try:
            for batch in batches:
                require_room(folder)
                yield batch
        except Exception as error:
            self.fault = error
            raise

    @property
    def crs(self) -> CRS:
        """The reference system of the file."""
        return CRS.from_epsg(self.asked.shape.view.crs.srid)

    def reader(self, batches: Batches) -> pa.RecordBatchReader:
        """Return the batches as GDAL reads them."""
        return pa.RecordBatchReader.from_batches(schema_of(self.layer, self.asked), batches)

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

    def is_small(self, connection: Connection) -> bool:
        """Tell whether there are no more items than GDAL can index in memory."""
        clauses = self.asked.shape.conditions.clauses(self.layer, lambda geometry: geometry)
        some = select(self.layer.rows.c.id).where(*clauses).limit(MAX_INDEXED + 1).subquery()
        number = connection.scalar(select(func.count()).select_from(some), dict(self.asked.values))
        return (number or 0) <= MAX_INDEXED


def _write_geopackage(job: FileJob, _connection: Connection, batches: Batches, path: Path) -> None:
    told = job.note.members()
    pyogrio.write_arrow(
        job.reader(batches),
        path,
        layer=job.layer.spec.id,
        driver="GPKG",
        **job.geometry(),
        layer_metadata=told,
        layer_options={"IDENTIFIER": told["title"], "DESCRIPTION": job.note.line()},
    )


def _write_flatgeobuf(job: FileJob, connection: Connection, batches: Batches, path: Path) -> None:
    told = job.note.members()
    pyogrio.write_arrow(
        job.reader(batches),
        path,
        layer=job.layer.spec.id,
        driver="FlatGeobuf",
        **job.geometry(),
        layer_options={
            "TITLE": told["title"],
            "DESCRIPTION": job.note.line(),
            "SPATIAL_INDEX": "YES" if job.is_small(connection) else "NO",
            "TEMPORARY_DIR": str(path.parent),
        },
    )


def _write_geoparquet(job: FileJob, _connection: Connection, batches: Batches, path: Path) -> None:
    crs = None if not has_geometry(job.layer, job.asked) else job.crs
    write_geoparquet(path, schema_of(job.layer, job.asked), batches, crs, job.note.members())


_WRITERS: Final[Mapping[Format, Callable[[FileJob, Connection, Batches, Path], None]]] = {
    "gpkg": _write_geopackage,
    "flatgeobuf": _write_flatgeobuf,
    "geoparquet": _write_geoparquet,
}
