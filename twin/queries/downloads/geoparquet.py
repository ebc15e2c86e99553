"""GeoParquet 1.1: Parquet whose metadata say where the geometry is and what it is in.

References
----------
OGC GeoParquet 1.1.0, https://geoparquet.org/releases/v1.1.0/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from twin.crs import STORAGE_SRID
from twin.queries.downloads.batches import GEOMETRY

_VERSION: Final = "1.1.0"


@dataclass
class _Seen:
    """What the geometries that went by were."""

    bounds: list[float] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def see(self, batch: pa.RecordBatch) -> None:
        geometries = shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False))
        west, south, east, north = map(float, shapely.total_bounds(geometries))
        old = self.bounds or [west, south, east, north]
        self.bounds = [
            min(old[0], west),
            min(old[1], south),
            max(old[2], east),
            max(old[3], north),
        ]
        self.kinds |= {_KINDS[number] for number in set(shapely.get_type_id(geometries))}


def write_geoparquet(
    path: Path,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    crs: CRS | None,
    note: Mapping[str, str],
) -> None:
    """Write batches as one file.

    Parameters
    ----------
    crs
        Of the column `geometry`; None where there is none, and the file is plain Parquet.
    note
        Kept in the metadata, name by name.
    """
    seen = _Seen()
    # With its own schema stored beside, Arrow would not look at the metadata that come last.
    with pq.ParquetWriter(path, schema, compression="zstd", store_schema=False) as writer:
        for batch in batches:
            if crs is not None:
                seen.see(batch)
            writer.write_batch(batch)
        geo = {} if crs is None else {"geo": json.dumps(_metadata(seen, crs))}
        writer.add_key_value_metadata({**note, **geo})


def _metadata(seen: _Seen, crs: CRS) -> dict[str, Any]:
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(seen.kinds)}
    if seen.bounds:
        column["bbox"] = seen.bounds
    if crs.to_epsg() != STORAGE_SRID:  # without it: OGC:CRS84, longitude first
        column["crs"] = crs.to_json_dict()
    return {"version": _VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


_KINDS: Final = {
    0: "Point",
    1: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}
