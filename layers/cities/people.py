"""Who needs the service in a city: from points, from a raster, or from people by area."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from layers.cities.form import People
from layers.cities.reading import Features, points_in, read_features, require_shapes, transformer
from layers.readers.raw import require_content, unreadable
from twin.analysis.areas import locate
from twin.analysis.demand import STREET_WEIGHTS, Places, along, spread
from twin.analysis.model import FloatArray
from twin.analysis.network.streets import Streets
from twin.errors import InvalidInputError, LayerFileError
from twin.rasters import cells


@dataclass(frozen=True, eq=False)
class Shapes:
    """Areas of a city, in metres of its zone, and the file that they are from."""

    features: Features
    shapes: NDArray[Any]


def read_points(people: People, path: Path, epsg: int) -> tuple[FloatArray, FloatArray]:
    """Return places (p, 2) in metres and the weight of each.

    Raises
    ------
    LayerFileError
        The file cannot be read, a row has no place, or a weight is no quantity.
    """
    features = read_features(path, people)
    require_shapes(features, "demand")
    weight = features.numbers(people.weight or "")
    return points_in(features.shapes, epsg), weight


def read_raster(path: Path, areas: Shapes | None, epsg: int) -> tuple[FloatArray, FloatArray]:
    """Return the middles (p, 2), in metres, of cells with people, and the people of each.

    Parameters
    ----------
    areas
        Only cells whose middle is in one of them count; None: all cells.

    Raises
    ------
    LayerFileError
        The file cannot be read, states no reference system, or holds what is no number of people.
    """
    require_content(path)
    try:
        with rasterio.open(path) as dataset:
            if dataset.crs is None:
                raise LayerFileError(
                    f"{path.name}: states no reference system; set one with gdal_edit.py -a_srs.",
                    f"{path.name}: ไม่ระบุระบบพิกัด โปรดกำหนดด้วย gdal_edit.py -a_srs",
                    parameter="demand",
                )
            box = _box(dataset, areas, epsg)
            parts = [
                _cells(dataset, window, areas, epsg, path.name)
                for window in cells.strips(dataset, box)
            ]
    except RasterioError as error:
        raise unreadable(path, error) from error
    xy = np.concatenate([np.empty((0, 2)), *(part[0] for part in parts)])
    return xy, np.concatenate([np.empty(0), *(part[1] for part in parts)])


def spread_people(areas: Shapes, column: str, streets: Streets) -> tuple[FloatArray, FloatArray]:
    """Return places along the streets of each area, and the area's people spread over them.

    Raises
    ------
    LayerFileError
        The areas' file has no such field, or a cell of it is no quantity.

    Notes
    -----
    By metres of street weighted by class (`STREET_WEIGHTS`), in pieces of at most 100 m, as the
    service does where it has no land cover; an area without any has all its people at one point on
    its surface. Each area keeps its people to the last digit.
    """
    people = areas.features.numbers(column)
    known = np.array([STREET_WEIGHTS.get(name, 0.0) for name in streets.highway.tolist()])
    lived_on = np.flatnonzero((known > 0) & ~shapely.is_missing(streets.line))
    xy, length_m, line = along(streets.line[lived_on])
    area = locate(areas.shapes, xy)
    inside = area >= 0
    places = Places(xy, length_m * known[lived_on][line], area).within(inside)
    lacking = np.setdiff1d(np.arange(len(people), dtype=np.int32), places.area)
    surface = shapely.get_coordinates(shapely.point_on_surface(areas.shapes[lacking]))
    places = places.joined(Places(surface, np.ones(len(lacking)), lacking))
    return places.xy, spread(people, places)


def require_somebody(weight: FloatArray, name: str) -> None:
    """Refuse a city where nobody needs anything.

    Raises
    ------
    InvalidInputError
        All weights are 0, or there are none.
    """
    if not weight.sum() > 0:
        raise InvalidInputError(
            f"{name}: nobody in it needs the service; is it the file of this city?",
            f"{name}: ไม่มีผู้ต้องการบริการเลย ใช่ไฟล์ของเมืองนี้หรือไม่",
            parameter="demand",
        )


def _box(
    dataset: DatasetReader, areas: Shapes | None, epsg: int
) -> tuple[float, float, float, float]:
    """Return the part that is wanted, in the raster's own system."""
    if areas is None:
        bounds = dataset.bounds
        return bounds.left, bounds.bottom, bounds.right, bounds.top
    west, south, east, north = shapely.total_bounds(areas.shapes)
    box: tuple[float, float, float, float] = transform_bounds(
        f"EPSG:{epsg}", dataset.crs, west, south, east, north
    )
    return box


def _cells(
    dataset: DatasetReader, window: Window, areas: Shapes | None, epsg: int, name: str
) -> tuple[FloatArray, FloatArray]:
    people = cells.read_counts(dataset, window)
    if (people < 0).any() or np.isinf(people).any():
        raise LayerFileError(
            f"{name}: has cells that are no number of people; declare their value as nodata"
            " (gdal_edit.py -a_nodata).",
            f"{name}: มีช่องที่ไม่ใช่จำนวนคน โปรดกำหนดค่านั้นเป็น nodata (gdal_edit.py -a_nodata)",
            parameter="demand",
        )
    rows, columns = np.nonzero(people)
    own = cells.centres(dataset, window, rows, columns)
    xy = np.stack(transformer(dataset.crs.to_wkt(), epsg).transform(*own.T), axis=1)
    count = people[rows, columns]
    if areas is None:
        return xy, count
    inside = locate(areas.shapes, xy) >= 0
    return xy[inside], count[inside]
