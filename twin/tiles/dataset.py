"""The dataset as one tileset: every vector layer, or those that were chosen."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from twin.crs import PROVINCE_BBOX
from twin.errors import InvalidInputError
from twin.queries.catalogue import list_layers
from twin.tiles.vector import COMPOSITES, Tileset, get_tileset
from twin.types import BBox


def get_dataset_tileset(connection: Connection, names: Sequence[str]) -> Tileset:
    """Return a tileset of several layers.

    Parameters
    ----------
    names
        Composites and vector layers; none named: all composites.

    Raises
    ------
    InvalidInputError
        A name is neither.
    """
    known = [*COMPOSITES, *(each.id for each in list_layers(connection) if each.kind == "vector")]
    if not set(names) <= set(known):
        told = ", ".join(known)
        raise InvalidInputError(
            f"`collections` must name vector layers or groups of them: {told}.",
            f"`collections` ต้องเป็นชื่อชั้นข้อมูลเวกเตอร์หรือกลุ่มของชั้นข้อมูล: {told}",
            parameter="collections",
        )
    chosen = dict.fromkeys(names or COMPOSITES)
    tilesets = [get_tileset(connection, name) for name in chosen]
    if len(tilesets) == 1:
        return tilesets[0]
    layers = {layer.spec.id: layer for tileset in tilesets for layer in tileset.layers}
    published = {layer.id: layer for tileset in tilesets for layer in tileset.published}
    return Tileset(
        id=",".join(chosen),
        layers=tuple(layers.values()),
        published=tuple(published.values()),
        min_zoom=min(tileset.min_zoom for tileset in tilesets),
        max_zoom=max(tileset.max_zoom for tileset in tilesets),
    )


def covered(tileset: Tileset) -> BBox:
    """Return what a tileset may cover, degrees.

    The sites of projects are edited while the service runs, so where they are among the layers,
    that is the province.
    """
    bbox = tileset.bbox
    if bbox is None:
        return BBox(*PROVINCE_BBOX)
    if len(tileset.layers) == len(tileset.published):
        return bbox
    west, south, east, north = PROVINCE_BBOX
    return BBox(
        min(bbox.west, west), min(bbox.south, south), max(bbox.east, east), max(bbox.north, north)
    )
