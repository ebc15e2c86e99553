"""CSV and Excel: rows of text, with coordinates in two columns or as WKT."""

from __future__ import annotations

import codecs
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from layers.faults import Fault, fault
from layers.normalise import is_missing, parse_number
from layers.projection import Geometries
from layers.readers.encoding import declared_codec, detect_encoding, encoding_fault
from layers.readers.raw import Declared, Raw, count_rows, one_of, unreadable
from twin.errors import LayerFileError
from twin.types import Text

TABLE_SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx")

_LON = ("lon", "lng", "long", "longitude", "ลองจิจูด", "x", "easting", "utm_e")
_LAT = ("lat", "latitude", "ละติจูด", "y", "northing", "utm_n")
_WKT = ("wkt", "geom", "geometry", "the_geom", "wkt_geom")


def read_table(path: Path, source: Declared) -> Raw:
    """Read a table; where it has coordinates, they become a column `geometry`.

    Raises
    ------
    LayerFileError
        The file is broken, in an unknown encoding, has several sheets and none is named, or
        lacks the declared coordinate fields.
    """
    try:
        if path.suffix.lower() == ".xlsx":
            raw = Raw(_read_excel(path, source))
        else:
            raw = _read_csv(path, source)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError, OSError) as error:
        raise unreadable(path, error) from error
    frame = count_rows(raw.frame.rename(columns=lambda name: str(name).strip()))
    return _with_geometry(replace(raw, frame=frame), path, source)


def _read_csv(path: Path, source: Declared) -> Raw:
    data = path.read_bytes()
    declared = declared_codec(source.encoding, path.name)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = declared or detect_encoding(data.splitlines(), path.name)
    text = data.decode(encoding).removeprefix("\ufeff")
    frame = pd.read_csv(
        io.StringIO(text),
        sep=_separator(text),
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=True,
    )
    if not isinstance(frame.index, pd.RangeIndex):
        # pandas takes what is left of too long rows for row labels.
        raise pd.errors.ParserError("the first row has more cells than the header")
    return Raw(frame, None, encoding, encoding_fault(encoding, source.encoding))


def _separator(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _read_excel(path: Path, source: Declared) -> pd.DataFrame:
    try:
        sheets = pd.read_excel(path, sheet_name=None, dtype=object, keep_default_na=False)
    except (zipfile.BadZipFile, KeyError) as error:
        raise unreadable(path, error) from error
    filled = [name for name, sheet in sheets.items() if len(sheet.columns)]
    sheet = sheets[one_of(filled, source.layer, path)]
    return sheet[~(sheet.map(is_missing)).all(axis="columns")]


def _with_geometry(raw: Raw, path: Path, source: Declared) -> Raw:
    frame = raw.frame
    used: tuple[str, ...] | None = source.lon_lat or _find_lon_lat(frame)
    if used:
        _require(frame, used, path)
        geometry, found = _points(frame, used)
    elif wkt := _find(frame, _WKT):
        used = (wkt,)
        geometry, found = _from_wkt(frame[wkt])
    else:
        return raw
    return replace(raw, frame=frame.assign(geometry=geometry), faults=raw.faults + found, used=used)


def _require(frame: pd.DataFrame, fields: tuple[str, ...], path: Path) -> None:
    if absent := ", ".join(name for name in fields if name not in frame):
        present = ", ".join(map(str, frame.columns))
        raise LayerFileError(
            f"{path.name}: has no coordinate column {absent}; it has: {present}.",
            f"{path.name}: ไม่มีคอลัมน์พิกัด {absent} มีแต่: {present}",
            parameter="lon_lat",
        )


def _find_lon_lat(frame: pd.DataFrame) -> tuple[str, str] | None:
    lon, lat = _find(frame, _LON), _find(frame, _LAT)
    return (lon, lat) if lon and lat else None


def _find(frame: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    by_name = {str(column).lower(): str(column) for column in frame}
    return next((by_name[name] for name in names if name in by_name), None)


def _points(frame: pd.DataFrame, fields: tuple[str, ...]) -> tuple[Geometries, list[Fault]]:
    faults: list[Fault] = []
    columns = []
    for name in fields:
        numbers = np.full(len(frame), np.nan)
        for place, (row, value) in enumerate(frame[name].items()):
            if is_missing(value):
                continue
            try:
                numbers[place] = parse_number(value)
            except ValueError:
                text = Text(
                    f"พิกัด {name} “{value}” ไม่ใช่ตัวเลข",
                    f"coordinate {name} “{value}” is not a number",
                )
                faults.append(fault(int(str(row)), name, "value_type", value, text))
        columns.append(numbers)
    known = ~np.isnan(columns[0]) & ~np.isnan(columns[1])
    geometry = np.full(len(frame), None, dtype=object)
    geometry[known] = shapely.points(columns[0][known], columns[1][known])
    return geometry, faults


def _from_wkt(
    texts: pd.Series,
) -> tuple[Geometries, list[Fault]]:
    faults: list[Fault] = []
    geometry = np.full(len(texts), None, dtype=object)
    for place, (row, value) in enumerate(texts.items()):
        if is_missing(value):
            continue
        try:
            geometry[place] = shapely.from_wkt(str(value))
        except shapely.errors.GEOSException:
            text = Text("ข้อความไม่ใช่ WKT", "the text is not WKT")
            faults.append(fault(int(str(row)), str(texts.name), "value_type", value, text))
    return geometry, faults
