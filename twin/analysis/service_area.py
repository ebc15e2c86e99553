"""Areas to draw on a map. Never count people by them: `service_coverage` counts at the points.

A drawn area gives everyone beside a reached street the walk to it for nothing, and counts 8 % too
many (measured); it is here because people want to see where a service reaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import hypot, inf, sqrt
from typing import Any, Final

import numpy as np
import shapely
from contourpy import FillType, contour_generator
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from twin.analysis.checks import check_positive, check_thresholds
from twin.analysis.graph import Graph
from twin.analysis.lines import cut_lines
from twin.analysis.model import Direction, FloatArray, IntArray
from twin.analysis.reach import search
from twin.analysis.snap import Snapped

#: Drawn on both sides of a reached street, metres.
WIDTH_M: Final = 40.0

#: Cells in which distance to the streets is measured: 15 m, larger where there would be too many.
_CELL_M: Final = 15.0
_MAX_CELLS: Final = 1_500_000

#: Steps along a street at which distance is taken: at 40 m, within 0.4 m of that to the line.
_STEP_M: Final = 10.0
_SIMPLIFY_M: Final = 1.0

#: Shorter parts are rounding errors.
_SHORTEST_M: Final = 1e-6


@dataclass(frozen=True, eq=False)
class ServiceArea:
    """Where one facility, or any of them, reaches within a threshold: a picture, not a count.

    Parameters
    ----------
    facility
        Row of the supply; -1: any.
    threshold
        In the graph's unit.
    polygon
        EPSG:32647; empty where nothing is reached. Holes are kept.
    """

    facility: int
    threshold: float
    polygon: MultiPolygon


@dataclass(frozen=True, eq=False)
class Pieces:
    """Parts of pieces of street, by fraction."""

    edge: IntArray
    start: FloatArray
    end: FloatArray


def service_areas(
    graph: Graph,
    supply: Snapped,
    *,
    direction: Direction,
    thresholds: Sequence[float],
    land: Polygon | MultiPolygon | None = None,
    width_m: float = WIDTH_M,
    is_by_facility: bool = False,
    is_in_rings: bool = False,
) -> Iterator[ServiceArea]:
    """Return areas to draw: streets cut exactly where the budget ends, with a margin.

    Each is made when it is asked for. Never count by them.

    Parameters
    ----------
    graph
        Streets, mode and unit.
    supply
        Facilities; those on no street reach nothing.
    direction
        `to` or `from` the facility.
    thresholds
        Above 0, growing, in the graph's unit.
    land
        EPSG:32647; what lies outside is cut away. None: nothing is.
    width_m
        Margin on both sides of a street, metres.
    is_by_facility
        One area for each facility, instead of one for all.
    is_in_rings
        Without the area of the threshold before.

    Returns
    -------
    iterator of ServiceArea
        By facility, then by threshold.

    Raises
    ------
    InvalidInputError
        If thresholds are not positive and growing, or the width is not above 0.

    Notes
    -----
    The margin is the line of equal distance from the reached streets, drawn through a grid of
    15 m; beside one street it is exact to a metre, between streets 1 to 2 % of the area differ
    from GEOS' union of buffers, which takes 5 to 20 times as long.
    """
    limits = check_thresholds(thresholds)
    check_positive(width_m, "width_m")
    if land is not None:
        shapely.prepare(land)
    known = np.flatnonzero(supply.is_known)
    groups = [(int(row), known[known == row]) for row in range(len(supply))]
    if not is_by_facility:
        groups = [(-1, known)]
    return (
        ServiceArea(row, limit, polygon)
        for row, members in groups
        for limit, polygon in _draw_group(
            graph, supply.take(members).apart(), direction, limits, (land, width_m, is_in_rings)
        )
    )


def find_pieces(
    graph: Graph, sources: Snapped, at_node: FloatArray, *, direction: Direction, threshold: float
) -> Pieces:
    """Return all parts of streets within a threshold of the sources.

    Parameters
    ----------
    graph
        Streets, mode and unit.
    sources
        Points on its streets.
    at_node
        (n,) impedance of nodes from `search`.
    direction
        As in that search.
    threshold
        In the graph's unit.

    Notes
    -----
    A piece is reached from its first node, from its second, and from sources on it. Parts may
    overlap.
    """
    # Away from a node on the way out is with the street, on the way in against it.
    away = graph.cost if direction == "from" else graph.cost[:, ::-1]
    left = threshold - at_node[graph.network.edge_nodes]
    share = _share(left, away)
    touched = np.flatnonzero((share > 0).any(axis=1)).astype(np.int32)
    first, second = share[touched].T
    is_whole = first + second >= 1
    whole, part = touched[is_whole], touched[~is_whole]
    left = threshold - sources.offset_m * graph.access_per_m
    ahead, behind = _share(np.stack([left, left], axis=1), away[sources.edge]).T
    nothing = np.zeros(len(part))
    edge = np.concatenate([whole, part, part, sources.edge])
    start = np.concatenate(
        [np.zeros(len(whole)), nothing, 1 - second[~is_whole], sources.fraction - behind]
    )
    end = np.concatenate(
        [np.ones(len(whole)), first[~is_whole], nothing + 1, sources.fraction + ahead]
    )
    start, end = np.clip(start, 0, 1), np.clip(end, 0, 1)
    kept = (end - start) * graph.network.length_m[edge] > _SHORTEST_M
    return Pieces(edge[kept], start[kept], end[kept])


def _share(left: FloatArray, cost: FloatArray) -> FloatArray:
    """Return how much of a cost what is left pays for, 0 to 1."""
    share = np.zeros(left.shape)
    np.divide(left, cost, out=share, where=(left > 0) & (cost > 0) & np.isfinite(cost))
    share[(left >= 0) & (cost == 0)] = 1
    return np.minimum(share, 1)


def _draw_group(
    graph: Graph,
    sources: Snapped,
    direction: Direction,
    limits: tuple[float, ...],
    style: tuple[Polygon | MultiPolygon | None, float, bool],
) -> Iterator[tuple[float, MultiPolygon]]:
    """Yield thresholds and what all sources together reach."""
    land, width_m, is_in_rings = style
    if len(sources) == 0:
        yield from ((limit, MultiPolygon()) for limit in limits)
        return
    at_node, _, _ = search(graph, sources, direction=direction, limit=limits[-1])
    before = None
    for limit in limits:
        pieces = find_pieces(graph, sources, at_node, direction=direction, threshold=limit)
        lines = cut_lines(graph.network, pieces.edge, pieces.start, pieces.end)
        yield limit, _clip(draw_around(lines, width_m, without=before), land)
        before = lines if is_in_rings else None


def draw_around(
    lines: NDArray[Any], width_m: float, *, without: NDArray[Any] | None = None
) -> MultiPolygon:
    """Return the area within a distance of lines, EPSG:32647, with its holes.

    `without` are lines among them; what is within the distance of those is left out.
    """
    if len(lines) == 0:
        return MultiPolygon()
    xy = _spread(lines)
    extent = float(np.prod(np.ptp(xy, axis=0) + 2 * width_m))
    cell_m = max(_CELL_M, sqrt(extent / _MAX_CELLS))
    width_m = max(width_m, cell_m)
    low = xy.min(axis=0) - width_m - 3 * cell_m
    columns, rows = (np.ceil((np.ptp(xy, axis=0) + 2 * width_m) / cell_m).astype(int) + 7).tolist()
    width = width_m / cell_m
    inside = width - _measure((xy - low) / cell_m, width, (rows, columns))
    if without is not None and len(without):
        inner = _measure((_spread(without) - low) / cell_m, width, (rows, columns))
        inside = np.minimum(inside, inner - width)
    x, y = low[0] + cell_m * np.arange(columns), low[1] + cell_m * np.arange(rows)
    drawn = contour_generator(x, y, inside, fill_type=FillType.OuterOffset).filled(0, inf)
    return _assemble(*drawn)


def _assemble(points: list[FloatArray], offsets: list[NDArray[Any]]) -> MultiPolygon:
    """Return outlines and their holes as polygons, thinned unless rings would cross by that.

    Thinning whole polygons, or mending them, takes ten times as long.
    """
    sizes = np.concatenate([np.diff(offset) for offset in offsets] or [np.zeros(0, dtype=int)])
    if len(sizes) == 0:
        return MultiPolygon()
    holes = [len(offset) - 1 for offset in offsets]
    whose = np.repeat(np.arange(len(holes)), holes)
    rings: NDArray[Any] = np.asarray(
        shapely.linearrings(np.concatenate(points), indices=np.repeat(np.arange(len(sizes)), sizes))
    )
    thin = _join(np.asarray(shapely.simplify(rings, _SIMPLIFY_M)), whose)
    return thin if thin.is_valid else _as_multi(_join(rings, whose))


def _join(rings: NDArray[Any], whose: NDArray[np.intp]) -> MultiPolygon:
    """Return polygons of rings; the first of each is its outline."""
    is_outline = np.concatenate([[True], whose[1:] != whose[:-1]])
    holes, owner = rings[~is_outline], whose[~is_outline]
    begin = np.searchsorted(owner, np.arange(len(rings[is_outline]) + 1))
    return MultiPolygon(
        [
            Polygon(outline, holes[a:b].tolist())
            for outline, (a, b) in zip(rings[is_outline], pairwise(begin.tolist()), strict=True)
        ]
    )


def _spread(lines: NDArray[Any]) -> FloatArray:
    """Return places all along lines."""
    xy: FloatArray = shapely.get_coordinates(shapely.segmentize(lines, _STEP_M))
    return xy


def _measure(place: FloatArray, width: float, shape: tuple[int, int]) -> FloatArray:
    """Return how far the points of a grid are from the nearest place, all in cells.

    Right up to a cell over the width, too large beyond. Places lie that far inside the grid.
    """
    rows, columns = shape
    around = int(np.ceil(width)) + 1
    grid = np.full(rows * columns, (2.0 * around) ** 2)
    cell = np.rint(place).astype(np.intp)
    offset, index = place - cell, cell[:, 1] * columns + cell[:, 0]
    for down, right in product(range(-around, around + 1), repeat=2):
        if hypot(max(abs(down) - 0.5, 0), max(abs(right) - 0.5, 0)) <= width + 1:
            apart = (offset[:, 0] - right) ** 2 + (offset[:, 1] - down) ** 2
            np.minimum.at(grid, index + (down * columns + right), apart)
    distance: FloatArray = np.sqrt(grid).reshape(rows, columns)
    return distance


def _clip(area: MultiPolygon, land: Polygon | MultiPolygon | None) -> MultiPolygon:
    return area if land is None else _as_multi(area.intersection(land))


def _as_multi(area: BaseGeometry) -> MultiPolygon:
    """Return the polygons of a geometry; lines and points where it only touches are left out."""
    valid = area if area.is_valid else shapely.make_valid(area)
    parts = [
        part for part in shapely.get_parts(shapely.get_parts(valid)) if part.geom_type == "Polygon"
    ]
    return MultiPolygon(parts)
