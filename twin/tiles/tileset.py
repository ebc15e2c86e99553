"""Tilesets: one vector layer, a named set of several, or the layers that a request lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Final

from twin.errors import InvalidInputError, NotFoundError
from twin.queries.catalogue import Described, PublishedLayer, project_site
from twin.types import BBox

MIN_ZOOM: Final = 6
MAX_ZOOM: Final = 16

#: Tilesets of several layers, in the order of a map's layers.
COMPOSITES: Final = ("base", "facilities", "projects")

#: Most layers that a request may list.
MAX_LISTED: Final = 20


@dataclass(frozen=True)
class Tileset:
    """One or more layers in one tile; `published` names those of the catalogue."""

    id: str
    layers: tuple[Described, ...]
    published: tuple[PublishedLayer, ...]
    min_zoom: int
    max_zoom: int

    @property
    def bbox(self) -> BBox | None:
        """What the catalogue's layers cover, degrees."""
        boxes = [layer.bbox for layer in self.published if layer.bbox]
        return reduce(_union, boxes) if boxes else None

    def shown_at(self, zoom: int) -> list[Described]:
        """Return the layers that a tile of this zoom may hold."""
        return [layer for layer in self.layers if layer.spec.min_zoom <= zoom]


def get_tileset(layers: Iterable[PublishedLayer], tileset_id: str) -> Tileset:
    """Return a tileset: a composite, a vector layer, or several of both as `a,b,c`.

    Parameters
    ----------
    layers
        The catalogue.

    Raises
    ------
    NotFoundError
        There is no such tileset.
    InvalidInputError
        More than `MAX_LISTED` are listed, or one of them twice.
    """
    vector = {layer.id: layer for layer in layers if layer.kind == "vector"}
    names = tileset_id.split(",")
    if len(names) > MAX_LISTED or len(set(names)) < len(names):
        raise InvalidInputError(
            f"A tile joins at most {MAX_LISTED} layers, each once.",
            f"แผ่นแผนที่รวมชั้นข้อมูลได้ไม่เกิน {MAX_LISTED} ชั้น ชั้นละครั้งเดียว",
            parameter="tileset",
        )
    parts = [_single(vector, name) for name in names]
    if len(parts) == 1:
        return parts[0]
    described = {layer.spec.id: layer for part in parts for layer in part.layers}
    published = {layer.id: layer for part in parts for layer in part.published}
    return Tileset(
        tileset_id,
        tuple(described.values()),
        tuple(published.values()),
        min(part.min_zoom for part in parts),
        max(part.max_zoom for part in parts),
    )


def _single(vector: dict[str, PublishedLayer], name: str) -> Tileset:
    if name in COMPOSITES:
        own = tuple(layer for layer in vector.values() if layer.spec.tileset == name)
        described = tuple(layer.described for layer in own)
        if name == "projects":
            described += (project_site(),)
        return Tileset(name, described, own, MIN_ZOOM, MAX_ZOOM)
    if name in vector:
        layer = vector[name]
        return Tileset(name, (layer.described,), (layer,), layer.spec.min_zoom, layer.spec.max_zoom)
    if name == project_site().spec.id:
        return Tileset(name, (project_site(),), (), MIN_ZOOM, MAX_ZOOM)
    raise NotFoundError(
        "There is no such tileset; they are base, facilities, projects and each vector layer.",
        "ไม่มีชุดแผ่นแผนที่นี้ ที่มีคือ base, facilities, projects และชั้นข้อมูลเวกเตอร์แต่ละชั้น",
        parameter="tileset",
    )


def _union(a: BBox, b: BBox) -> BBox:
    return BBox(
        min(a.west, b.west), min(a.south, b.south), max(a.east, b.east), max(a.north, b.north)
    )
