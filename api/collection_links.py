"""What a collection leads to: items, what they can be asked by, tiles, files to keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fastapi import Request

from api.formats import HTML, own_links
from api.item_links import QUERYABLES
from api.links import GEOJSON, SCHEMA_JSON, link
from api.models.common import Link
from api.tilesets import TILESETS_MAP, TILESETS_VECTOR
from twin.queries.catalogue import PublishedLayer
from twin.queries.downloads.formats import GEOTIFF, formats_of

SORTABLES: Final = "http://www.opengis.net/def/rel/ogc/1.0/sortables"


def collection_links(request: Request, layer: PublishedLayer) -> list[Link]:
    """Return the links of a collection."""
    path = f"/api/collections/{layer.id}"
    links = own_links(request, path)
    if layer.kind == "raster":
        links += _raster(request, layer, path)
    else:
        links += [*_items(request, path), *_tiles(request, layer, path)]
    return [*links, *_downloads(request, layer, path)]


def _items(request: Request, path: str) -> Iterator[Link]:
    items = f"{path}/items"
    yield link(request, "items", items, GEOJSON, "รายการเป็น GeoJSON | Items as GeoJSON")
    yield link(request, "items", items, HTML, "รายการ | Items", query={"f": "html"})
    titles = {
        QUERYABLES: ("queryables", "เงื่อนไขที่ค้นได้ | Queryables"),
        SORTABLES: ("sortables", "คอลัมน์ที่เรียงลำดับได้ | Sortables"),
    }
    for rel, (name, title) in titles.items():
        yield link(request, rel, f"{path}/{name}", SCHEMA_JSON, title)


def _tiles(request: Request, layer: PublishedLayer, path: str) -> Iterator[Link]:
    if layer.kind == "vector":
        tiles = "ชุดแผ่นแผนที่ | Vector tiles"
        yield link(request, TILESETS_VECTOR, f"{path}/tiles", title=tiles)
        yield link(request, "describedby", f"/tiles/{layer.id}.json", title="TileJSON")


def _raster(request: Request, layer: PublishedLayer, path: str) -> Iterator[Link]:
    yield link(request, TILESETS_MAP, f"{path}/map/tiles", title="ภาพแผนที่ | Map tiles")
    yield link(request, "describedby", f"/raster/{layer.id}.json", title="TileJSON")
    yield link(request, "legend", f"/raster/{layer.id}/legend.json", title="สี | Legend")


def _downloads(request: Request, layer: PublishedLayer, path: str) -> Iterator[Link]:
    offered: list[tuple[str, str, str]]
    offered = [(each.name, each.title, each.media_type) for each in formats_of(layer)]
    if layer.kind == "raster":
        offered = [("geotiff", "GeoTIFF", GEOTIFF)]
    for name, title, media_type in offered:
        told = f"ดาวน์โหลดเป็น {title} | Download as {title}"
        query = {"f": name}
        yield link(request, "enclosure", f"{path}/download", media_type, told, query=query)
