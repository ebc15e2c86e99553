"""Collections, as OGC API Common describes them, with what planners need to trust them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from api.geojson import CRS84
from api.models.common import Answer, Bilingual, Box, Link
from twin.crs import OFFERED_CRS
from twin.types import ColumnType, Edition, LayerKind, Provenance


class SpatialExtent(Answer):
    """What a collection covers."""

    bbox: list[Box] = Field(examples=[[[98.26, 7.48, 98.48, 8.2]]])
    crs: str = CRS84


class Extent(Answer):
    """Extent of a collection."""

    spatial: SpatialExtent


class FaultCounts(Answer):
    """What the last load found wrong."""

    noted: int = Field(description="Faults of items that are published all the same")
    quarantined: int = Field(description="Rows that were refused")


class ColumnModel(Answer):
    """One property of the items."""

    name: str = Field(examples=["pop_2021"])
    type: ColumnType
    titles: Bilingual
    unit: str | None = Field(examples=["people"])
    values: dict[str, Bilingual] | None = Field(description="Titles of the codes it may hold")


class LabelModel(Answer):
    """The properties that name an item."""

    th: str = Field(examples=["name_th"])
    en: str = Field(examples=["name_en"])


class Collection(Answer):
    """One published layer."""

    id: str = Field(examples=["tambon"])
    title: str = Field(examples=["ตำบล"])
    titles: Bilingual
    description: str
    descriptions: Bilingual
    kind: LayerKind
    itemType: Literal["feature"] | None = Field(
        None,
        description="Absent for rasters, which have tiles, no items",
        exclude_if=lambda value: value is None,
    )
    layerDataType: Literal["Coverage"] | None = Field(
        None,
        description="Only on rasters: what GDAL and QGIS pass over when they look for features",
        exclude_if=lambda value: value is None,
    )
    theme: str = Field(examples=["boundary"])
    geometryType: str | None = Field(examples=["MultiPolygon"])
    extent: Extent | None = Field(None, exclude_if=lambda value: value is None)
    crs: list[str] = Field(default=list(OFFERED_CRS), examples=[[CRS84]])
    storageCrs: str = CRS84
    featureCount: int
    revision: int = Field(description="Grows when the content changes")
    edition: Edition
    provenance: Provenance
    sources: Bilingual
    sourceUrl: str | None
    licence: str
    attribution: str
    validDate: date
    loadedAt: datetime
    faults: FaultCounts
    minZoom: int
    maxZoom: int
    tileset: str | None = Field(examples=["base"])
    style: dict[str, Any]
    label: LabelModel | None
    columns: list[ColumnModel]
    links: list[Link]


class ThemeModel(Answer):
    """A group of collections."""

    id: str = Field(examples=["boundary"])
    titles: Bilingual


class Collections(Answer):
    """All collections."""

    collections: list[Collection]
    themes: list[ThemeModel]
    edition: Edition | None
    links: list[Link]
