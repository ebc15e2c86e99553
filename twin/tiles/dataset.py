"""The dataset as one tileset: every vector layer, or those that were chosen."""

from __future__ import annotations

from collections.abc import Sequence

from twin.crs import PROVINCE_BBOX
from twin.errors import InvalidInputError
from twin.queries.catalogue import PublishedLayer
from twin.tiles.tileset import COMPOSITES, MAX_LISTED, Tileset, get_tileset
from twin.types import BBox


def get_dataset_tileset(layers: Sequence[PublishedLayer], names: Sequence[str]) -> Tileset:
    """Return a tileset of several layers.

    Parameters
    ----------
    layers
        The catalogue.
    names
        Composites and vector layers; none named: all composites.

    Raises
    ------
    InvalidInputError
        A name is neither, or they are more than `MAX_LISTED`.
    """
    known = [*COMPOSITES, *(layer.id for layer in layers if layer.kind == "vector")]
    chosen = list(dict.fromkeys(names or COMPOSITES))
    if len(chosen) > MAX_LISTED or not set(chosen) <= set(known):
        told = ", ".join(known)
        raise InvalidInputError(
            f"`collections` must name vector layers or groups of them, at most {MAX_LISTED}:"
            f" {told}.",
            f"`collections` ต้องเป็นชื่อชั้นข้อมูลเวกเตอร์หรือกลุ่มของชั้นข้อมูล ไม่เกิน {MAX_LISTED} ชื่อ: {told}",
            parameter="collections",
        )
    return get_tileset(layers, ",".join(chosen))


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
