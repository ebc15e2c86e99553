"""Readers: one per family of formats, all giving the same `Raw`."""

from __future__ import annotations

from pathlib import Path

from layers.readers.raw import Declared, Raw, require_content
from layers.readers.table import TABLE_SUFFIXES, read_table
from layers.readers.vector import VECTOR_SUFFIXES, read_features, read_parquet
from twin.errors import LayerFileError

__all__ = ["Declared", "Raw", "read_vector"]

_PARQUET = (".parquet", ".geoparquet")


def read_vector(path: Path, source: Declared) -> Raw:
    """Read a file of features or rows, by the ending of its name.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, (zipped) Shapefile, FlatGeobuf, GeoParquet, KML, CSV or Excel.
    source
        What is declared of the file: CRS, inner layer or sheet, encoding, coordinate fields.

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
    suffix = path.suffix.lower()
    if suffix in _PARQUET:
        return read_parquet(path)
    if suffix in VECTOR_SUFFIXES:
        return read_features(path, source)
    if suffix in TABLE_SUFFIXES:
        return read_table(path, source)
    known = ", ".join([*VECTOR_SUFFIXES, *_PARQUET, *TABLE_SUFFIXES])
    raise LayerFileError(
        f"{path.name}: files ending in “{suffix}” cannot be read. Known: {known}.",
        f"{path.name}: อ่านไฟล์นามสกุล “{suffix}” ไม่ได้ ชนิดที่อ่านได้: {known}",
        parameter="path",
    )
