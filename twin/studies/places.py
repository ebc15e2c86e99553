"""Where people can be, read from land cover or from streets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio.features
import shapely
from numpy.typing import NDArray
from rasterio.io import DatasetReader
from rasterio.windows import Window, from_bounds
from shapely.geometry import mapping
from sqlalchemy import Connection, func, select

from twin.analysis.areas import locate
from twin.analysis.demand import STREET_WEIGHTS, Places, along, gather
from twin.analysis.model import IntArray
from twin.projection import to_metric
from twin.queries.catalogue import PublishedLayer
from twin.rasters.files import open_once

#: The class of built-up land in the layers `land_cover_YYYY`.
BUILT: Final = 1

#: Rows of a raster read at once, which bounds the memory.
_ROWS: Final = 1024


def built_places(path: Path, shapes: NDArray[Any]) -> Places:
    """Return the built-up land of each area by cells of 100 m, at its centroid.

    Parameters
    ----------
    path
        Classes in EPSG:32647; `BUILT` counts.
    shapes
        (a,) polygons, EPSG:32647.

    Returns
    -------
    Places with m² of built-up land. A cell of the raster is in the area that covers its centre, and
    in none where that is outside all; a cell of 100 m that areas share has a place in each.

    Notes
    -----
    A centroid outside its area, as happens along a winding border, is moved to the nearest
    built-up cell of the raster that is inside: counting points by area gives each area its people.
    """
    with open_once(path) as dataset:
        pieces = [_built(dataset, window, shapes) for window in _windows(dataset, shapes)]
    cells = join_places(pieces)
    places, nearest = gather(cells)
    strayed = locate(shapes, places.xy) != places.area
    places.xy[strayed] = cells.xy[nearest[strayed]]
    return places


def street_places(connection: Connection, layer: PublishedLayer, shapes: NDArray[Any]) -> Places:
    """Return the streets of each area in pieces of at most 100 m, at their middles.

    Returns
    -------
    Places with metres of street weighted by class (`STREET_WEIGHTS`); classes without weight have
    none. A piece is in the area that covers its middle.
    """
    table = layer.described.rows
    weighted = table.c.highway.in_(sorted(STREET_WEIGHTS))
    statement = select(table.c.highway, func.ST_AsBinary(table.c.geom).label("wkb"))
    rows = connection.execute(statement.where(weighted).order_by(table.c.id)).all()
    degrees = shapely.from_wkb([bytes(row.wkb) for row in rows])
    lines = shapely.transform(degrees, to_metric)
    xy, length_m, line = along(lines)
    weights = np.array([STREET_WEIGHTS[row.highway] for row in rows])
    area = locate(shapes, xy)
    inside = area >= 0
    return Places(xy, length_m * weights[line], area).within(inside)


def surface_places(shapes: NDArray[Any], areas: IntArray) -> Places:
    """Return a point on the surface of each of some areas."""
    points = shapely.point_on_surface(shapes[areas])
    return Places(shapely.get_coordinates(points), np.ones(len(areas)), areas)


def join_places(pieces: Sequence[Places]) -> Places:
    """Return the places of all pieces, in their order."""
    pieces = [no_places(), *pieces]
    return Places(
        np.concatenate([piece.xy for piece in pieces]),
        np.concatenate([piece.size for piece in pieces]),
        np.concatenate([piece.area for piece in pieces]),
    )


def no_places() -> Places:
    """Return no place."""
    return Places(np.empty((0, 2)), np.empty(0), np.empty(0, np.int32))


def _windows(dataset: DatasetReader, shapes: Sequence[Any] | NDArray[Any]) -> list[Window]:
    """Return the part of a raster that the areas touch, a strip at a time."""
    whole = Window(0, 0, dataset.width, dataset.height)
    box = from_bounds(*shapely.total_bounds(shapes), transform=dataset.transform)
    near = box.round_offsets(op="floor").round_lengths(op="ceil")
    left, top = max(0, near.col_off), max(0, near.row_off)
    width = min(whole.width, near.col_off + near.width + 1) - left
    bottom = min(whole.height, near.row_off + near.height + 1)
    if width <= 0:
        return []
    return [Window(left, row, width, min(_ROWS, bottom - row)) for row in range(top, bottom, _ROWS)]


def _built(dataset: DatasetReader, window: Window, shapes: NDArray[Any]) -> Places:
    """Return the built-up cells of a window that lie in an area, by their centres."""
    transform = dataset.window_transform(window)
    built = dataset.read(1, window=window, masked=True).filled(0) == BUILT
    box = shapely.box(*dataset.window_bounds(window))
    numbered = [
        (mapping(shapes[area]), int(area) + 1)
        for area in np.flatnonzero(shapely.intersects(shapes, box)).tolist()
    ]
    if not (numbered and built.any()):
        return no_places()
    area = rasterio.features.rasterize(
        reversed(numbered),  # who comes last is on top: the first area has what areas share
        out_shape=built.shape,
        transform=transform,
        dtype="int32",
    )
    rows, columns = np.nonzero(built & (area > 0))
    xs, ys = transform @ np.stack([columns + 0.5, rows + 0.5])
    size = np.full(len(rows), abs(transform.a * transform.e))
    return Places(np.stack([xs, ys], axis=1), size, area[rows, columns] - 1)
