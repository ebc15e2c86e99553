"""GeoJSON, GeoPackage, Shapefile, FlatGeobuf and KML through GDAL, GeoParquet through Arrow."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from layers.readers.encoding import (
    declared_codec,
    decode,
    detect_encoding,
    encoding_fault,
)
from layers.readers.raw import Declared, Raw, count_rows, one_of, unreadable

VECTOR_SUFFIXES = (".geojson", ".json", ".gpkg", ".fgb", ".kml", ".shp", ".zip")

#: Columns that GDAL adds to every KML placemark, whether the file has them or not.
_KML_DEFAULTS = {
    "id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility",
    "drawOrder", "icon",
}  # fmt: skip

#: Any bytes survive a reading as Latin-1, so that the true encoding can be told afterwards.
_LOSSLESS = "ISO-8859-1"

_FAULTS = (DataSourceError, DataLayerError, FeatureError, GeometryError, UnicodeDecodeError)


def read_features(path: Path, source: Declared) -> Raw:
    """Read a file through GDAL.

    Raises
    ------
    LayerFileError
        The file is broken, or holds several layers and none is named.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in (".shp", ".zip"):
            return _read_shapefile(path, source)
        layer = one_of([str(name) for name, _ in pyogrio.list_layers(path)], source.layer, path)
        frame = _read(path, layer=layer)
    except (*_FAULTS, zipfile.BadZipFile) as error:
        raise unreadable(path, error) from error
    if suffix == ".kml":
        unused = [name for name in frame if name in _KML_DEFAULTS and _is_default(frame[name])]
        frame = frame.drop(columns=unused)
    return _raw(frame)


def read_parquet(path: Path) -> Raw:
    """Read a GeoParquet file, or a plain Parquet file as a table.

    Raises
    ------
    LayerFileError
        The file is broken.
    """
    try:
        if b"geo" in (pyarrow.parquet.read_schema(path).metadata or {}):
            with np.errstate(invalid="ignore"):
                return _raw(gpd.read_parquet(path))
        return Raw(count_rows(pd.read_parquet(path)))
    except (pyarrow.ArrowInvalid, OSError, ValueError) as error:
        raise unreadable(path, error) from error


def _read_shapefile(path: Path, source: Declared) -> Raw:
    inner, label = _shapefile_parts(path, source)
    frame = _read(inner, encoding=_LOSSLESS)
    texts = frame.select_dtypes(include=["object", "str"])
    values = [
        value.encode(_LOSSLESS)
        for column in texts
        for value in (column, *texts[column].dropna().unique())
    ]
    declared = declared_codec(source.encoding, path.name)
    encoding = declared or detect_encoding(values, path.name)
    for column in texts:
        frame[column] = texts[column].map(
            lambda value: decode(value.encode(_LOSSLESS), encoding), na_action="ignore"
        )
    frame = frame.rename(
        columns=lambda name: (
            name if name == frame.geometry.name else decode(name.encode(_LOSSLESS), encoding)
        )
    )
    return _raw(frame, encoding, declared or label)


def _shapefile_parts(path: Path, source: Declared) -> tuple[str, str | None]:
    """Return what GDAL should open, and the encoding that the `.cpg` file names."""
    if path.suffix.lower() == ".shp":
        sidecar = path.with_suffix(".cpg")
        return str(path), sidecar.read_text("ascii", "replace") if sidecar.is_file() else None
    with zipfile.ZipFile(path) as archive:
        members = {
            Path(name).stem: name for name in archive.namelist() if name.lower().endswith(".shp")
        }
        member = members[one_of(sorted(members), source.layer, path)]
        sidecar_name = str(Path(member).with_suffix(".cpg"))
        label = None
        if sidecar_name in archive.namelist():
            label = archive.read(sidecar_name).decode("ascii", "replace")
    return f"/vsizip/{path.resolve()}/{member}", label


def _read(path: Path | str, **options: str) -> gpd.GeoDataFrame | pd.DataFrame:
    # Coordinates that are not numbers become faults, not warnings.
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        # A field of mixed types stays text, which is what the checks want to see.
        warnings.filterwarnings("ignore", "Could not parse column", UserWarning)
        # Times stay text: a Buddhist year must reach the checks as it was written.
        return pyogrio.read_dataframe(path, datetime_as_string=True, **options)


def _raw(
    frame: gpd.GeoDataFrame | pd.DataFrame, encoding: str | None = None, label: str | None = None
) -> Raw:
    faults = encoding_fault(encoding, label) if encoding else []
    if not isinstance(frame, gpd.GeoDataFrame):
        return Raw(count_rows(frame), None, encoding, faults)
    crs = frame.crs
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    plain = pd.DataFrame(frame).assign(geometry=frame.geometry.to_numpy())
    return Raw(count_rows(plain), crs, encoding, faults)


def _is_default(column: pd.Series) -> bool:
    return bool((column.isna() | column.astype(str).isin(["", "-1", "0"])).all())
