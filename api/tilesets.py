"""Tilesets as OGC API Tiles describes them, from what `twin` knows of layers and tiles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request

from api.formats import own_links
from api.geojson import CRS84
from api.links import link, template
from api.models.common import Link
from api.models.tilesets import (
    BoundingBox,
    DataType,
    TileLayer,
    TileMatrixLimits,
    TileSet,
    TileSetItem,
    TileStyle,
)
from twin.queries.catalogue import Described, PublishedLayer
from twin.tiles.dataset import covered
from twin.tiles.matrix import WEB_MERCATOR_QUAD, get_matrix_set, limits_of
from twin.tiles.tileset import Tileset
from twin.tiles.vector import attributes
from twin.types import BBox, Json

_REL: Final = "http://www.opengis.net/def/rel/ogc/1.0"
TILESETS_VECTOR: Final = f"{_REL}/tilesets-vector"
TILESETS_MAP: Final = f"{_REL}/tilesets-map"
TILING_SCHEME: Final = f"{_REL}/tiling-scheme"
TILING_SCHEMES: Final = f"{_REL}/tiling-schemes"
GEODATA: Final = f"{_REL}/geodata"

_DIMENSIONS: Final = {"Point": 0, "LineString": 1, "Polygon": 2}
_JSON_TYPES: Final = {
    "text": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
}


@dataclass(frozen=True)
class Place:
    """Where a tileset is served, and as what.

    `list_path` is the list of tilesets it belongs to; `query` chooses it there; `item` is the
    media type of its tiles; `tilejson` the path of its TileJSON, if it has one.
    """

    list_path: str
    data_type: DataType
    item: str
    tilejson: str | None = None
    query: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The tileset itself."""
        return f"{self.list_path}/{WEB_MERCATOR_QUAD}"


def tileset_item(request: Request, title: str, place: Place) -> TileSetItem:
    """Return a tileset as an element of a list."""
    return TileSetItem(**_common(title, place), links=_links(request, place))


def vector_tileset(request: Request, title: str, tileset: Tileset, place: Place) -> TileSet:
    """Describe a tileset of vector tiles."""
    bbox = covered(tileset)
    return TileSet(
        **_common(title, place),
        **_extent(bbox, tileset.min_zoom, tileset.max_zoom),
        layers=[_layer(request, layer, tileset) for layer in tileset.layers],
        attribution=_told(layer.attribution for layer in tileset.published),
        license=_told(layer.licence for layer in tileset.published),
        links=[*_links(request, place), *_tiles(request, place)],
    )


def map_tileset(
    request: Request, layer: PublishedLayer, bbox: BBox, place: Place, style: str
) -> TileSet:
    """Describe a tileset of pictures of a raster layer in a style."""
    spec = layer.spec
    legend = f"/raster/{spec.id}/legend.json"
    return TileSet(
        **_common(f"{bilingual_title(layer.described)}: {style}", place),
        **_extent(bbox, spec.min_zoom, spec.max_zoom),
        layers=[
            TileLayer(
                id=spec.id,
                title=bilingual_title(layer.described),
                description=f"{spec.description.th} | {spec.description.en}",
                dataType="map",
                minTileMatrix=str(spec.min_zoom),
                maxTileMatrix=str(spec.max_zoom),
                links=_geodata(request, spec.id),
            )
        ],
        style=TileStyle(
            id=style, links=[link(request, "legend", legend, title="Legend", query=place.query)]
        ),
        attribution=layer.attribution,
        license=layer.licence,
        links=[*_links(request, place), *_tiles(request, place), *_geodata(request, spec.id)],
    )


def bilingual_title(layer: Described) -> str:
    """Return a layer's title in both languages, in one text."""
    return f"{layer.spec.title.th} | {layer.spec.title.en}"


def _common(title: str, place: Place) -> Json:
    matrices = get_matrix_set(WEB_MERCATOR_QUAD)
    return {
        "title": title,
        "dataType": place.data_type,
        "crs": str(matrices.crs.root),
        "tileMatrixSetId": WEB_MERCATOR_QUAD,
        "tileMatrixSetURI": str(matrices.uri),
    }


def _extent(bbox: BBox, min_zoom: int, max_zoom: int) -> Json:
    return {
        "boundingBox": BoundingBox(
            lowerLeft=[bbox.west, bbox.south], upperRight=[bbox.east, bbox.north], crs=CRS84
        ),
        "tileMatrixSetLimits": [
            TileMatrixLimits(
                tileMatrix=limits.tile_matrix,
                minTileRow=limits.min_row,
                maxTileRow=limits.max_row,
                minTileCol=limits.min_column,
                maxTileCol=limits.max_column,
            )
            for limits in limits_of(bbox, min_zoom, max_zoom)
        ],
    }


def _layer(request: Request, layer: Described, tileset: Tileset) -> TileLayer:
    spec = layer.spec
    columns = {column.name: column for column in spec.columns}
    properties = {
        name: {
            "title": f"{columns[name].title.th} | {columns[name].title.en}",
            **_JSON_TYPES[columns[name].type],
        }
        for name in attributes(layer)
    }
    is_published = spec.id in {each.id for each in tileset.published}
    return TileLayer(
        id=spec.id,
        title=bilingual_title(layer),
        description=f"{spec.description.th} | {spec.description.en}",
        dataType="vector",
        geometryDimension=_DIMENSIONS.get((spec.geometry_type or "").removeprefix("Multi")),
        minTileMatrix=str(spec.min_zoom),
        maxTileMatrix=str(min(spec.max_zoom, tileset.max_zoom)),
        propertiesSchema={"type": "object", "properties": properties},
        links=_geodata(request, spec.id) if is_published else [],
    )


def _geodata(request: Request, collection_id: str) -> list[Link]:
    title = "ชุดข้อมูล | Collection"
    return [link(request, GEODATA, f"/api/collections/{collection_id}", title=title)]


def _links(request: Request, place: Place) -> list[Link]:
    matrix_set = f"/api/tileMatrixSets/{WEB_MERCATOR_QUAD}"
    links = [
        *own_links(request, place.path, place.query),
        link(request, TILING_SCHEME, matrix_set, title=WEB_MERCATOR_QUAD),
    ]
    if place.tilejson:
        query = place.query if place.data_type == "map" else None
        links.append(link(request, "describedby", place.tilejson, title="TileJSON", query=query))
    return links


def _tiles(request: Request, place: Place) -> list[Link]:
    path = f"{place.path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    return [template(request, path, place.item, place.query)]


def _told(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))
