"""What is here: everything the twin knows about one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from twin.queries.catalogue import Described, PublishedLayer, choose, list_layers
from twin.queries.spatial import Hit, Point, Unit, find_unit, identify
from twin.rasters.files import raster_file
from twin.rasters.values import Sample, sample

#: Most items of one layer.
MAX_HITS: Final = 20

#: Answered as units, or everywhere the same: shown only where a layer is asked for by name.
_BACKGROUND: Final = ("base", "boundary")


@dataclass(frozen=True)
class Here:
    """Units, items and raster values at a place."""

    point: Point
    tambon: Unit | None
    amphoe: Unit | None
    hits: list[Hit]
    samples: list[Sample]


def ask_here(
    connection: Connection, point: Point, radius_m: float, wanted: Sequence[str], rasters: Path
) -> Here:
    """Return what is at a point.

    Parameters
    ----------
    radius_m
        Items within this distance, geodesic metres.
    wanted
        Vector layers to look into; empty: all but the base map and the boundaries.
    rasters
        Folder of the loaded GeoTIFFs.

    Raises
    ------
    InvalidInputError
        A wanted name is no vector layer.
    """
    published = list_layers(connection)
    known = {layer.id: layer.described for layer in published}
    layers = choose(published, wanted) if wanted else _foreground(published)
    return Here(
        point,
        find_unit(connection, known["tambon"], point) if "tambon" in known else None,
        find_unit(connection, known["amphoe"], point) if "amphoe" in known else None,
        identify(connection, layers, point, radius_m, MAX_HITS),
        [
            sample(layer, raster_file(layer, rasters), point.lon, point.lat)
            for layer in published
            if layer.kind == "raster"
        ],
    )


def _foreground(published: Sequence[PublishedLayer]) -> list[Described]:
    vector = [layer for layer in published if layer.kind == "vector"]
    return [layer.described for layer in vector if layer.spec.theme not in _BACKGROUND]
