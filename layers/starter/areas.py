"""Approximate sub-districts: cells around known points, of the known areas, cut by the coast."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from twin.crs import METRIC_SRID, STORAGE_SRID

Floats = NDArray[np.float64]
#: Degrees; about 0.1 m. All corners of the coverage lie on this grid, so borders match exactly.
GRID_DEG = 1e-6
SAMPLE_M = 60.0
ROUNDS = 400
#: How often cells are moved towards label points outside them, and how far inside these must be.
MOVES = 20
MARGIN_M = 150.0
#: Largest error of an area's sample to stop at.
CLOSE = 2e-3


def approximate_areas(
    land: gpd.GeoDataFrame, points: gpd.GeoSeries, area_km2: Floats
) -> gpd.GeoDataFrame:
    """Divide the land into one area for each point, without gaps or overlaps.

    Each place on the main island goes to the point with the smallest `d² - w`, where `d` is the
    distance to the point and `w` the point's weight, found so that the areas come out in
    proportion to `area_km2` (a power diagram). An islet goes whole to the nearest point.

    Parameters
    ----------
    land
        Polygons, EPSG:32647, the main island first.
    points
        One point inside each area, EPSG:32647.
    area_km2
        The known areas; only their proportions matter.

    Returns
    -------
    One MultiPolygon or Polygon for each point, EPSG:4326, a valid coverage on a 1e-6° grid.

    References
    ----------
    Aurenhammer, F., Hoffmann, F. and Aronov, B. (1998), doi:10.1007/PL00009187: cells of any
    given areas exist.
    """
    xy = shapely.get_coordinates(points.to_numpy())
    islets = land.geometry.iloc[1:].to_numpy()
    islet_owner = shapely.STRtree(points.to_numpy()).nearest(islets)
    main = land.geometry.iloc[0]
    target = area_km2 * land.area.sum() / area_km2.sum()
    target = target - np.bincount(islet_owner, shapely.area(islets), minlength=len(xy))
    return _coverage(land, _cells_of(main, xy, target), islet_owner)


def _cells_of(main: BaseGeometry, labels: Floats, target: Floats) -> list[BaseGeometry]:
    """Return cells of the wanted areas, moved until each holds its label point."""
    xy, weight = labels.copy(), np.zeros(len(labels))
    points = shapely.points(labels)
    for _ in range(MOVES):
        weight = _weights(main, xy, target, weight)
        cells = _cells(xy, weight, main)
        inner = shapely.buffer(cells, -MARGIN_M)
        nearest = shapely.get_coordinates(shapely.shortest_line(inner, points)).reshape(-1, 2, 2)
        lack = nearest[:, 1] - nearest[:, 0]
        if not lack.any():
            break
        xy = xy + 2 * lack
    return cells


def _weights(main: BaseGeometry, xy: Floats, target: Floats, weight: Floats) -> Floats:
    """Find the weights (m²) by which the sampled areas meet the target, by sign steps (Rprop)."""
    west, south, east, north = main.bounds
    x, y = np.meshgrid(np.arange(west, east, SAMPLE_M), np.arange(south, north, SAMPLE_M))
    sample = np.column_stack([x.ravel(), y.ravel()])
    sample = sample[shapely.contains_xy(main, sample)]
    share = target / target.sum() * len(sample)
    cost = np.column_stack([((sample - at) ** 2).sum(axis=1) for at in xy])
    step, last = np.full(len(xy), 1e5), np.zeros(len(xy))
    for _ in range(ROUNDS):
        missing = share - np.bincount((cost - weight).argmin(axis=1), minlength=len(xy))
        if np.abs(missing / share).max() < CLOSE:
            break
        sign = np.sign(missing)
        step = np.clip(np.where(sign * last >= 0, step * 1.15, step * 0.5), 1.0, 1e8)
        weight, last = weight + sign * step, sign
    return weight


def _cells(xy: Floats, weight: Floats, main: BaseGeometry) -> list[BaseGeometry]:
    """Return the cell of each point, cut from a box around the main island."""
    box = shapely.box(*main.buffer(2000).bounds)
    reach = float(np.hypot(box.bounds[2] - box.bounds[0], box.bounds[3] - box.bounds[1]))
    cells: list[BaseGeometry] = []
    for i in range(len(xy)):
        cell: BaseGeometry = box
        for j in range(len(xy)):
            if j != i:
                cell = cell & _nearer(xy[i], xy[j], weight[i] - weight[j], reach)
        cells.append(cell)
    return cells


def _nearer(at: Floats, other: Floats, lead: float, reach: float) -> BaseGeometry:
    """Return a box of the places where `at`, ahead by `lead` m², beats `other`."""
    gap = other - at
    length = float(np.hypot(*gap))
    along = gap / length
    across = np.array([-along[1], along[0]]) * 2 * reach
    edge = at + along * (length / 2 + lead / (2 * length))
    back = edge - along * 4 * reach
    return shapely.Polygon([edge + across, edge - across, back - across, back + across])


def _coverage(
    land: gpd.GeoDataFrame, cells: list[BaseGeometry], islet_owner: NDArray[np.int64]
) -> gpd.GeoDataFrame:
    """Cut the land along the cells on the common grid and put the faces together by owner."""
    to_degrees = gpd.GeoSeries(
        [*land.boundary, *(cell.boundary for cell in cells)], crs=METRIC_SRID
    )
    lines = to_degrees.to_crs(STORAGE_SRID).to_numpy()
    edges = shapely.union_all(lines, grid_size=GRID_DEG)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    inside = gpd.GeoSeries(shapely.point_on_surface(faces), crs=STORAGE_SRID).to_crs(METRIC_SRID)
    point, part = shapely.STRtree(land.geometry.to_numpy()).query(inside.to_numpy(), "within")
    cell_of, cell = shapely.STRtree(cells).query(inside.to_numpy(), "within")
    owner = np.full(len(faces), -1)
    owner[cell_of] = cell
    on_islet = part > 0
    owner[point[on_islet]] = islet_owner[part[on_islet] - 1]
    keep = np.zeros(len(faces), dtype=bool)
    keep[point] = True
    areas = [
        shapely.normalize(shapely.coverage_union_all(faces[keep & (owner == each)]))
        for each in range(len(cells))
    ]
    return gpd.GeoDataFrame(geometry=areas, crs=STORAGE_SRID)
