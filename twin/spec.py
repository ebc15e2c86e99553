"""What a layer is: the description shared by its manifest, its table and its page in the API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from twin.types import ColumnType, LayerKind
from twin.validation import refused

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
GeometryType = Literal["Point", "MultiPoint", "MultiLineString", "MultiPolygon", "Geometry"]
Theme = Literal["base", "boundary", "transport", "facility", "people", "environment", "project"]
Tileset = Literal["base", "facilities", "projects"]


class Model(BaseModel):
    """A frozen model that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(Model):
    """One text in both languages."""

    th: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Column(Model):
    """One typed column of a layer's table."""

    name: Identifier
    type: ColumnType
    title: Title
    unit: str | None = Field(None, description="Unit of the values, e.g. `m`, `km2`, `people`.")
    required: bool = Field(False, description="A row without a value is refused.")
    tile: bool = Field(False, description="Carried as an attribute in vector tiles.")
    tile_zoom: Literal[9, 11, 13] | None = Field(
        None, description="First zoom at which tiles carry it; none: every zoom."
    )
    values: dict[str, Title] | None = Field(None, description="The allowed codes, with titles.")


class Label(Model):
    """Which columns name a feature."""

    th: Identifier
    en: Identifier


class ZoomBy(Model):
    """From which zoom a feature shows in tiles, by the value of one column."""

    column: Identifier
    zooms: dict[str, Annotated[int, Field(ge=0, le=22)]]
    default: int = Field(ge=0, le=22)


class LayerSpec(Model):
    """A published layer: identity, columns and how it is shown, whatever its source."""

    id: Identifier
    kind: LayerKind
    position: int = Field(description="Order of loading and listing; references come first.")
    theme: Theme
    title: Title
    description: Title
    geometry_type: GeometryType | None = Field(None, description="None for tables and rasters.")
    key: list[Identifier] = Field(default=[], description="Columns that identify a row.")
    label: Label | None = None
    columns: list[Column] = []
    tileset: Tileset | None = Field(None, description="Composite tileset that carries the layer.")
    min_zoom: int = Field(6, ge=0, le=22)
    max_zoom: int = Field(16, ge=0, le=22)
    zoom_by: ZoomBy | None = None
    style: dict[str, Any] = Field(default={}, description="Drawing hints for the front end.")

    @model_validator(mode="after")
    def _consistent(self) -> LayerSpec:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise refused("column names must be unique", "ชื่อคอลัมน์ต้องไม่ซ้ำกัน")
        if {"id", "geom"} & set(names):
            raise refused(
                "`id` and `geom` are reserved column names", "`id` และ `geom` เป็นชื่อคอลัมน์สงวน"
            )
        used = [*self.key]
        if self.label:
            used += [self.label.th, self.label.en]
        if self.zoom_by:
            used.append(self.zoom_by.column)
        if unknown := sorted(set(used) - set(names)):
            told = ", ".join(unknown)
            raise refused(f"unknown columns: {told}", f"ไม่รู้จักคอลัมน์: {told}")
        if (self.kind == "vector") != (self.geometry_type is not None):
            raise refused(
                "`geometry_type` belongs to vector layers, and only to them",
                "`geometry_type` ต้องมีในชั้นข้อมูลเวกเตอร์เท่านั้น",
            )
        if self.kind != "raster" and not self.key:
            raise refused(
                "`key` must name the columns that identify a row",
                "`key` ต้องระบุคอลัมน์ที่บ่งชี้แถว",
            )
        if self.min_zoom > self.max_zoom:
            raise refused("`min_zoom` is greater than `max_zoom`", "`min_zoom` มากกว่า `max_zoom`")
        return self

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
