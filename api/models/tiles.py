"""TileJSON 3.0.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.common import Answer, Box


class VectorLayer(Answer):
    """One layer inside the tiles."""

    id: str = Field(examples=["tambon"])
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str] = Field(description="Attribute → title, Thai | English")


class TileJson(Answer):
    """Where a tileset's tiles are, in XYZ order (zoom, column, row)."""

    tilejson: Literal["3.0.0"]
    name: str
    description: str
    attribution: str
    scheme: Literal["xyz"]
    tiles: list[str] = Field(examples=[["http://127.0.0.1:8000/tiles/base/{z}/{x}/{y}.mvt"]])
    bounds: Box
    minzoom: int
    maxzoom: int


class RasterTileJson(TileJson):
    """The tiles of a raster layer in one of its styles."""

    style: str = Field(examples=["relief"])
    styles: list[str] = Field(description="Styles the layer has, its default first")
    legend_url: str = Field(description="Address of the key to the colours")


class VectorTileJson(TileJson):
    """A vector tileset."""

    vector_layers: list[VectorLayer]
