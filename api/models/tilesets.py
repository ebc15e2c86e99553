"""Tile matrix sets and tilesets, as OGC 17-083r4 and OGC API Tiles encode them in JSON."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.models.common import Answer, Link

DataType = Literal["vector", "map"]


class TileMatrix(Answer):
    """One zoom level."""

    id: str = Field(examples=["12"])
    scaleDenominator: float
    cellSize: float = Field(description="Metres")
    cornerOfOrigin: Literal["topLeft", "bottomLeft"] = "topLeft"
    pointOfOrigin: tuple[float, float]
    tileWidth: int
    tileHeight: int
    matrixWidth: int
    matrixHeight: int


class TileMatrixSet(Answer):
    """How the plane is cut into tiles, at every zoom level."""

    id: str = Field(examples=["WebMercatorQuad"])
    title: str
    uri: str
    crs: str
    orderedAxes: list[str]
    wellKnownScaleSet: str
    tileMatrices: list[TileMatrix]
    links: list[Link]


class TileMatrixSetItem(Answer):
    """A tile matrix set in the list of them."""

    id: str = Field(examples=["WebMercatorQuad"])
    title: str
    uri: str
    crs: str
    links: list[Link]


class TileMatrixSets(Answer):
    """The tile matrix sets that tiles are offered in."""

    tileMatrixSets: list[TileMatrixSetItem]
    links: list[Link]


class TileSetItem(Answer):
    """A tileset in a list of them."""

    title: str = Field(examples=["แผนที่ฐาน | Base map"])
    dataType: DataType
    crs: str
    tileMatrixSetId: str = Field(examples=["WebMercatorQuad"])
    tileMatrixSetURI: str
    links: list[Link]


class TileSets(Answer):
    """The tilesets of the dataset, or of one collection."""

    title: str
    tilesets: list[TileSetItem]
    links: list[Link]


class TileMatrixLimits(Answer):
    """The rows and columns of one tile matrix that are filled, ends included."""

    tileMatrix: str = Field(examples=["12"])
    minTileRow: int
    maxTileRow: int
    minTileCol: int
    maxTileCol: int


class BoundingBox(Answer):
    """What is covered: lon, lat degrees."""

    lowerLeft: list[float]
    upperRight: list[float]
    crs: str


class TileLayer(Answer):
    """One layer inside the tiles."""

    id: str = Field(examples=["tambon"])
    title: str
    description: str
    dataType: DataType
    geometryDimension: int | None = Field(None, ge=0, le=2)
    minTileMatrix: str
    maxTileMatrix: str
    propertiesSchema: dict[str, Any] | None = None
    links: list[Link]


class TileStyle(Answer):
    """How a map's tiles are drawn."""

    id: str = Field(examples=["relief"])
    links: list[Link]


class TileSet(TileSetItem):
    """A tileset: what is in its tiles, which there are, and where."""

    tileMatrixSetLimits: list[TileMatrixLimits]
    boundingBox: BoundingBox
    layers: list[TileLayer]
    style: TileStyle | None = Field(None, description="Only of maps")
    attribution: str
    license: str
