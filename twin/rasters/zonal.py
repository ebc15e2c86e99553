"""What a raster says of an area: statistics of measures, areas of classes.

Every cell counts by the share of it that lies in the area (`exactextract`), in EPSG:32647.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from exactextract import exact_extract
from exactextract.feature import JSONFeatureSource
from exactextract.raster import RasterioRasterSource, RasterSource
from numpy.typing import NDArray
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from twin.errors import TooLargeError
from twin.projection import to_metric
from twin.queries.catalogue import PublishedLayer
from twin.rasters.files import FILES
from twin.rasters.kinds import is_classes
from twin.types import BBox

MAX_AREA_KM2: Final = 10_000

#: Cells read at once. Bounds the memory, and how long other threads wait: exactextract holds the
#: interpreter while it computes, and lets go when it reads.
CELLS_AT_ONCE: Final = 500_000

#: Longest edge, degrees, that is taken as straight in both reference systems: in Phuket, one of
#: 5.5 km leaves the other's straight line by 9 cm.
_LONGEST_EDGE: Final = 0.05

#: A cell with less of it in the area is only touched: drawn borders are straight in degrees, those
#: of cells in metres.
_LEAST_SHARE: Final = "min_coverage_frac=0.00001"

_EARTH_RADIUS_KM: Final = 6371.0088
_STATISTICS: Final = ("min", "max", "mean", "sum", "stdev", "median")


@dataclass(frozen=True)
class Statistics:
    """Of the values in an area, each weighted by the share of its cell in the area."""

    min: float
    max: float
    mean: float
    sum: float
    stdev: float
    median: float


@dataclass(frozen=True)
class ClassArea:
    """How much of an area is of one class; `share` is of what has any class."""

    value: int
    area_m2: float
    share: float


@dataclass(frozen=True)
class Zone:
    """What one raster says of an area.

    `count` is in cells, with fractions; `area_m2` what they cover in EPSG:32647; `coverage` the
    share of the area asked about, 0…1, where the raster has values. `statistics` are of measures
    and None where there is no value, `classes` of class rasters, the greatest first.
    """

    layer: PublishedLayer
    count: float
    area_m2: float
    coverage: float
    statistics: Statistics | None
    classes: list[ClassArea] | None


def require_modest(area: BaseGeometry) -> BaseGeometry:
    """Return an area, lon/lat degrees, if it is not too large to measure.

    Raises
    ------
    TooLargeError
        It is larger than 10,000 km².
    """
    size_km2 = _size_km2(area)
    if size_km2 > MAX_AREA_KM2:
        raise TooLargeError(
            f"The area has {size_km2:,.0f} km²; at most {MAX_AREA_KM2:,} km² are accepted.",
            f"พื้นที่มีขนาด {size_km2:,.0f} ตร.กม. รับได้ไม่เกิน {MAX_AREA_KM2:,} ตร.กม.",
            parameter="geometry",
        )
    return area


def measure_zone(layer: PublishedLayer, path: Path, area: BaseGeometry) -> Zone:
    """Return what a raster says of an area.

    Parameters
    ----------
    area
        Polygons, lon/lat degrees, valid.
    """
    near = _within(area, layer.bbox)
    if near is None:
        return Zone(layer, 0.0, 0.0, 0.0, None, [] if is_classes(layer.spec) else None)
    with FILES.lend(path) as dataset:
        cell_m2 = abs(dataset.transform.a * dataset.transform.e)
        source = RasterioRasterSource(dataset)
        if is_classes(layer.spec):
            (found,) = count_values(source, [near])
            count, statistics = sum(found.values()), None
        else:
            count, statistics = _statistics(source, near)
            found = None
    # Outside the raster's box there is nothing; inside, both areas are of the same projection.
    coverage = count * cell_m2 / near.area * (_size_km2(_clip(area, layer.bbox)) / _size_km2(area))
    return Zone(
        layer,
        count,
        count * cell_m2,
        min(coverage, 1.0),
        statistics,
        None if found is None else _class_areas(found, cell_m2),
    )


def count_values(source: RasterSource, areas: Sequence[BaseGeometry]) -> list[dict[int, float]]:
    """Return, for each area in EPSG:32647, how many cells have each value."""
    answers = exact_extract(
        source,
        _features(areas),
        [f"{name}({_LEAST_SHARE})" for name in ("count", "unique", "frac")],
        max_cells_in_memory=CELLS_AT_ONCE,
    )
    counts = []
    for answer in answers:
        told = answer["properties"]
        pairs = zip(told["unique"], told["frac"], strict=True)
        counts.append({int(value): float(share * told["count"]) for value, share in pairs})
    return counts


def to_metres(area: BaseGeometry) -> BaseGeometry:
    """Return an area of degrees in EPSG:32647, long edges bent as the projection bends them."""
    return shapely.transform(shapely.segmentize(area, _LONGEST_EDGE), to_metric)


def _statistics(source: RasterSource, area: BaseGeometry) -> tuple[float, Statistics | None]:
    (answer,) = exact_extract(
        source,
        _features([area]),
        [f"{name}({_LEAST_SHARE})" for name in ("count", *_STATISTICS)],
        max_cells_in_memory=CELLS_AT_ONCE,
    )
    told: dict[str, float] = answer["properties"]
    if not told["count"]:
        return 0.0, None
    return float(told["count"]), Statistics(**{name: float(told[name]) for name in _STATISTICS})


def _class_areas(counts: dict[int, float], cell_m2: float) -> list[ClassArea]:
    total = sum(counts.values())
    largest = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [ClassArea(value, count * cell_m2, count / total) for value, count in largest]


def _features(areas: Sequence[BaseGeometry]) -> JSONFeatureSource:
    return JSONFeatureSource(
        [{"type": "Feature", "properties": {}, "geometry": mapping(area)} for area in areas]
    )


def _clip(area: BaseGeometry, bbox: BBox | None) -> BaseGeometry:
    return shapely.intersection(area, shapely.box(*bbox)) if bbox else shapely.Polygon()


def _within(area: BaseGeometry, bbox: BBox | None) -> BaseGeometry | None:
    """Return the part of an area that lies in a box of degrees, in EPSG:32647."""
    clipped = _clip(area, bbox)
    parts = [part for part in shapely.get_parts(clipped) if part.area > 0]
    return to_metres(shapely.MultiPolygon(parts)) if parts else None


def _size_km2(area: BaseGeometry) -> float:
    """Return the size on the sphere: that of the area in an equal-area cylindrical projection."""

    def project(points: NDArray[Any]) -> NDArray[Any]:
        return np.stack([np.radians(points[:, 0]), np.sin(np.radians(points[:, 1]))], axis=1)

    return float(shapely.transform(area, project).area * math.pow(_EARTH_RADIUS_KM, 2))
