"""The formats of downloads: names, media types, file names, and what a file says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from twin.errors import InvalidInputError
from twin.queries.catalogue import PublishedLayer
from twin.types import Provenance, Text

Format = Literal["geojson", "geojsonseq", "csv", "flatgeobuf", "gpkg", "geoparquet"]


@dataclass(frozen=True)
class FileFormat:
    """A format of downloads.

    Parameters
    ----------
    is_text
        Written by the database itself; the others are files made with GDAL and Arrow.
    has_tables
        Can hold items without a geometry.
    """

    name: Format
    title: str
    media_type: str
    suffix: str
    is_text: bool
    has_tables: bool = True


FORMATS: Final[Mapping[str, FileFormat]] = {
    each.name: each
    for each in (
        FileFormat("geojson", "GeoJSON", "application/geo+json", ".geojson", is_text=True),
        FileFormat(
            "geojsonseq",
            "GeoJSON-seq",
            "application/geo+json-seq",
            ".geojsons",
            is_text=True,
        ),
        FileFormat("csv", "CSV (Excel)", "text/csv; charset=utf-8", ".csv", is_text=True),
        FileFormat(
            "flatgeobuf",
            "FlatGeobuf",
            "application/flatgeobuf",
            ".fgb",
            is_text=False,
            has_tables=False,
        ),
        FileFormat("gpkg", "GeoPackage", "application/geopackage+sqlite3", ".gpkg", is_text=False),
        FileFormat(
            "geoparquet", "GeoParquet", "application/vnd.apache.parquet", ".parquet", is_text=False
        ),
    )
}

#: Media type of rasters, which are had as they are stored.
GEOTIFF: Final = "image/tiff; application=geotiff"

#: What must not be taken for a survey, and what the file says of it.
_CAUTIONS: Final[Mapping[Provenance, Text]] = {
    "approximate": Text(
        "ข้อมูลโดยประมาณ ห้ามใช้แทนข้อมูลสำรวจ", "Approximate data: not a substitute for a survey."
    ),
    "synthetic": Text(
        "ข้อมูลจำลองที่โปรแกรมสร้างขึ้น ไม่ใช่ของจริง", "Synthetic data made by a program: not real."
    ),
}


@dataclass(frozen=True)
class Note:
    """What a download says about where its data come from."""

    title: Text
    description: Text
    caution: Text | None
    source: Text
    attribution: str
    licence: str
    provenance: Provenance
    valid_date: date

    def members(self) -> dict[str, str]:
        """Return the note as names and texts, in both languages."""
        told = {
            "title": _both(self.title),
            "description": _both(self.description),
            "provenance": self.provenance,
            "source": _both(self.source),
            "attribution": self.attribution,
            "licence": self.licence,
            "validDate": self.valid_date.isoformat(),
        }
        return {"caution": _both(self.caution), **told} if self.caution else told

    def line(self) -> str:
        """Return the note as one text, the caution first."""
        parts = [_both(self.caution)] if self.caution else []
        parts += [_both(self.description), _both(self.source), self.attribution, self.licence]
        return " · ".join([*parts, self.valid_date.isoformat()])


def note_of(layer: PublishedLayer) -> Note:
    """Return what a download of a layer says about itself."""
    spec = layer.spec
    return Note(
        title=Text(spec.title.th, spec.title.en),
        description=Text(spec.description.th, spec.description.en),
        caution=_CAUTIONS.get(layer.provenance),
        source=layer.source,
        attribution=layer.attribution,
        licence=layer.licence,
        provenance=layer.provenance,
        valid_date=layer.valid_date,
    )


def file_name(layer: PublishedLayer, suffix: str) -> str:
    """Return the name of a download; it says so where the data are approximate or synthetic."""
    caution = f"-{layer.provenance}" if layer.provenance in _CAUTIONS else ""
    return f"{layer.id}{caution}-{layer.valid_date.isoformat()}{suffix}"


def formats_of(layer: PublishedLayer) -> list[FileFormat]:
    """Return the formats that can hold a layer's items; none for a raster."""
    if layer.kind == "raster":
        return []
    has_geometry = layer.spec.geometry_type is not None
    return [each for each in FORMATS.values() if has_geometry or each.has_tables]


def check_format(layer: PublishedLayer, wanted: FileFormat) -> None:
    """Refuse a format that cannot hold a layer.

    Raises
    ------
    NotFoundError
        The layer is a raster.
    InvalidInputError
        It is a table, and the format needs geometries.
    """
    layer.described.rows  # noqa: B018 (a raster has none, which is told)
    if not wanted.has_tables and layer.spec.geometry_type is None:
        raise InvalidInputError(
            f"`{layer.id}` is a table without geometry, which {wanted.title} cannot hold;"
            " ask for `csv` or `geoparquet`.",
            f"`{layer.id}` เป็นตารางไม่มีรูปทรง {wanted.title} เก็บไม่ได้ โปรดใช้ `csv` หรือ `geoparquet`",
            parameter="f",
        )


def _both(text: Text) -> str:
    return f"{text.th} | {text.en}"
