"""Readers: one per family of formats, all giving the same `Raw`."""

from __future__ import annotations

from pathlib import Path

import shapely

from layers.manifest import Taken
from layers.osm_format import OSM_ENDINGS, osm_format
from layers.readers.osm import Progress, read_osm
from layers.readers.raw import Declared, Raw, require_content
from layers.readers.table import TABLE_SUFFIXES, read_table
from layers.readers.vector import VECTOR_SUFFIXES, read_features, read_parquet
from twin.errors import LayerFileError

__all__ = ["Declared", "Progress", "Raw", "read_vector"]

_PARQUET = (".parquet", ".geoparquet")


def read_vector(
    path: Path,
    source: Declared,
    area: shapely.Polygon | shapely.MultiPolygon | None = None,
    progress: Progress = lambda _step, _count: None,
) -> Raw:
    """Read a file of features or rows: OpenStreetMap data by their content, others by their name.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, (zipped) Shapefile, FlatGeobuf, GeoParquet, KML, CSV or Excel; OSM
        PBF, XML or Overpass JSON where `source` says what to take out of it.
    source
        What is declared of the file: CRS, inner layer or sheet, encoding, coordinate fields.
    area
        What OpenStreetMap data are cut to, EPSG:4326; None takes everything.
    progress
        Called while OpenStreetMap data are read: with what is read, and how many so far.

    Returns
    -------
    Raw
        Rows with the file's own field names and values; its own CRS, if it states one.

    Raises
    ------
    LayerFileError
        The file is missing, broken, of an unknown format, or holds several layers and none is
        named.
    """
    require_content(path)
    if osm_format(path):
        return read_osm(path, _taken(path, source), area, progress)
    suffix = path.suffix.lower()
    if suffix in _PARQUET:
        return read_parquet(path)
    if suffix in VECTOR_SUFFIXES:
        return read_features(path, source)
    if suffix in TABLE_SUFFIXES:
        return read_table(path, source)
    known = ", ".join([*VECTOR_SUFFIXES, *_PARQUET, *TABLE_SUFFIXES, *OSM_ENDINGS])
    raise LayerFileError(
        f"{path.name}: files ending in “{suffix}” cannot be read. Known: {known}.",
        f"{path.name}: อ่านไฟล์นามสกุล “{suffix}” ไม่ได้ ชนิดที่อ่านได้: {known}",
        parameter="path",
    )


def _taken(path: Path, source: Declared) -> Taken:
    if source.take is None:
        raise LayerFileError(
            f"{path.name}: OpenStreetMap data hold many things; name the layer to take from them"
            " (`--layer road` or `--layer facility`).",
            f"{path.name}: ข้อมูล OpenStreetMap มีหลายอย่าง โปรดระบุชั้นข้อมูลที่จะนำออกมา"
            " (`--layer road` หรือ `--layer facility`)",
            parameter="layer",
        )
    return source.take
