"""Synthetic street networks: seeded, connected, on land, denser where people live."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from layers.synthetic.arterials import CLASSES, MainRoads, main_roads, refine
from layers.synthetic.graph import Floats, Ints, Mask, gabriel_edges, largest, spanning_forest
from numpy.typing import NDArray

from twin.crs import METRIC_SRID
from twin.errors import InvalidInputError

Shapes = NDArray[np.object_]

#: Streets keep this far from the shore, so that what stands beside them is on land too.
SHORE_M = 30.0
PATCH_M = 420.0
#: Streets for each junction or dead end, as in towns that grew (dead ends and T-junctions).
STREETS_PER_NODE = 1.42
#: The most of a sub-district that streets may fill.
FULL = 0.8
#: Villages between the centres, one in each square of this size.
VILLAGE_GAP_M = 2400.0
SMALLEST = 3000


class Settlements(NamedTuple):
    """Where people gather: centres first, then villages, with the people each attracts."""

    xy: Floats
    people: Floats
    n_centres: int


class Patches(NamedTuple):
    """Neighbourhoods, each with its own street grid."""

    xy: Floats
    area: Ints
    score: Floats
    spacing: Floats
    angle: Floats
    aspect: Floats


class Nodes(NamedTuple):
    """Street corners: position, neighbourhood (-1 on main roads), row of the grid, spacing."""

    xy: Floats
    patch: Ints
    row: Ints
    spacing: Floats


def synthetic_streets(
    areas: gpd.GeoDataFrame,
    land: gpd.GeoDataFrame,
    n_streets: int,
    seed: int,
    *,
    centres: gpd.GeoSeries | None = None,
) -> gpd.GeoDataFrame:
    """Make a street network that looks like a grown town from afar, and is none that exists.

    Main roads join the centres and are ranked by the trips they would carry; around them, each
    neighbourhood has its own street grid. Sub-districts get streets by their population.

    Parameters
    ----------
    areas
        Sub-districts with `pop_2021` (people, ≥ 0, not all 0), polygons in any CRS.
    land
        Land polygons; streets are made on the largest one only.
    n_streets
        Number of streets (pieces between two corners), at least 3,000.
    seed
        The same seed and input give the same streets.
    centres
        Where main roads go: one point for each area in the same order, then any others.
        None: a point inside each area.

    Returns
    -------
    Exactly `n_streets` rows: `highway` (primary, secondary, tertiary, unclassified or
    residential) and `geometry` (two-point LineString, EPSG:32647, 1 cm grid). Streets meet at
    shared end points; all of them are one connected component.

    Raises
    ------
    InvalidInputError
        `n_streets` is below 3,000, or the land has no room for so many streets.

    Examples
    --------
    >>> from shapely import box
    >>> island = gpd.GeoDataFrame(
    ...     {"pop_2021": [9000, 1000]},
    ...     geometry=[box(430e3, 870e3, 435e3, 880e3), box(435e3, 870e3, 440e3, 880e3)],
    ...     crs=32647,
    ... )
    >>> streets = synthetic_streets(island, island.dissolve(), 3000, seed=1)
    >>> len(streets), streets.crs.to_epsg()
    (3000, 32647)
    """
    if n_streets < SMALLEST:
        raise InvalidInputError(
            f"{n_streets} streets are too few to join the centres: ask for {SMALLEST} or more",
            f"ถนน {n_streets} ช่วงน้อยเกินกว่าจะเชื่อมชุมชนได้ ให้ระบุตั้งแต่ {SMALLEST} ช่วงขึ้นไป",
            parameter="n_streets",
        )
    rng = np.random.default_rng(seed)
    areas = areas.to_crs(METRIC_SRID)
    ground = _ground(land)
    settled = _settlements(areas, ground, centres, rng)
    roads = main_roads(ground, settled.xy, settled.people, rng)
    nodes, roads = _nodes(areas, ground, settled, roads, n_streets, rng)
    edges, rank = _streets(nodes, roads, ground, n_streets, rng)
    names = np.array([name for name, _ in CLASSES] + ["unclassified", "residential"])
    return gpd.GeoDataFrame(
        {"highway": names[rank]}, geometry=shapely.linestrings(nodes.xy[edges]), crs=METRIC_SRID
    )


def _ground(land: gpd.GeoDataFrame) -> shapely.Geometry:
    """Return the largest land polygon without its shore, prepared."""
    parts = shapely.get_parts(land.to_crs(METRIC_SRID).union_all())
    inner = shapely.get_parts(parts[np.argmax(shapely.area(parts))].buffer(-SHORE_M))
    ground = inner[np.argmax(shapely.area(inner))]
    shapely.prepare(ground)
    return ground


def _settlements(
    areas: gpd.GeoDataFrame,
    ground: shapely.Geometry,
    centres: gpd.GeoSeries | None,
    rng: np.random.Generator,
) -> Settlements:
    """Return the centres with the people of their areas, and small villages between them."""
    points = areas.representative_point() if centres is None else centres.to_crs(METRIC_SRID)
    west, south, east, north = ground.bounds
    grid = np.meshgrid(np.arange(west, east, VILLAGE_GAP_M), np.arange(south, north, VILLAGE_GAP_M))
    villages = np.column_stack([axis.ravel() for axis in grid])
    villages = villages + rng.uniform(0, VILLAGE_GAP_M, villages.shape)
    villages = villages[shapely.contains_xy(ground, villages)]
    people = areas["pop_2021"].to_numpy(dtype=float)
    mean = float(people.mean())
    return Settlements(
        np.vstack([shapely.get_coordinates(points.to_numpy()), villages]),
        np.concatenate(
            [
                np.maximum(people, 1.0),
                np.full(len(points) - len(people), mean / 20),
                np.full(len(villages), mean / 100),
            ]
        ),
        len(points),
    )


def _nodes(
    areas: gpd.GeoDataFrame,
    ground: shapely.Geometry,
    settled: Settlements,
    roads: MainRoads,
    n_streets: int,
    rng: np.random.Generator,
) -> tuple[Nodes, MainRoads]:
    """Return the corners, those on main roads first, and the main roads cut at them."""
    wanted = n_streets / STREETS_PER_NODE
    length = np.hypot(*(roads.xy[roads.edges[:, 0]] - roads.xy[roads.edges[:, 1]]).T).sum()
    roads = refine(roads, max(90.0, float(length) / (0.3 * wanted)), ground)
    patches, quota = _patches(areas, ground, settled, roads, wanted - len(roads.xy), rng)
    local = _corners(patches, quota, ground, roads, rng)
    spacing = np.full(len(roads.xy), float(np.median(local.spacing)))
    none = np.full(len(roads.xy), -1)
    return Nodes(
        np.vstack([roads.xy, local.xy]),
        np.concatenate([none, local.patch]),
        np.concatenate([none, local.row]),
        np.concatenate([spacing, local.spacing]),
    ), roads


def _patches(
    areas: gpd.GeoDataFrame,
    ground: shapely.Geometry,
    settled: Settlements,
    roads: MainRoads,
    wanted: float,
    rng: np.random.Generator,
) -> tuple[Patches, Floats]:
    """Cover the ground with neighbourhoods; return them and the corners due to each area."""
    west, south, east, north = ground.bounds
    x, y = np.meshgrid(np.arange(west, east, PATCH_M), np.arange(south, north, PATCH_M))
    xy = np.column_stack([x.ravel(), y.ravel()])
    xy = xy + rng.uniform(-0.45, 0.45, xy.shape) * PATCH_M
    points = shapely.points(xy)
    inside, area = shapely.STRtree(areas.geometry.to_numpy()).query(points, predicate="within")
    inside, first = np.unique(inside, return_index=True)
    area, xy, points = area[first], xy[inside], points[inside]
    people = areas["pop_2021"].to_numpy(dtype=float)
    room = np.bincount(area, minlength=len(areas)) * PATCH_M**2
    share = np.maximum(people, people.sum() / 1e4) ** 0.8 * np.maximum(room, 1.0) ** 0.2
    quota = np.where(room > 0, wanted * share / share[room > 0].sum(), 0.0)
    density = people / np.maximum(room, PATCH_M**2) * 1e6
    usual = np.clip(95 - 10 * np.log2(np.maximum(density, 1.0) / 300), 55, 110)
    spacing = np.minimum(usual, np.sqrt(FULL * room / np.maximum(quota, 1.0)))
    return Patches(
        xy,
        area,
        _scores(points, settled, roads, rng),
        np.maximum(spacing, 1.0)[area],
        rng.uniform(0, np.pi, len(xy)),
        rng.uniform(1.15, 1.75, len(xy)),
    ), quota


def _scores(
    points: Shapes, settled: Settlements, roads: MainRoads, rng: np.random.Generator
) -> Floats:
    """Return how early each neighbourhood was built: near centres, villages and main roads."""
    to_road = _distance(points, shapely.linestrings(roads.xy[roads.edges]))
    stops = shapely.points(settled.xy)
    to_centre = np.minimum(
        _distance(points, stops[: settled.n_centres]) / 1400,
        _distance(points, stops[settled.n_centres :]) / 600 + 0.4,
    )
    score: Floats = -to_centre - to_road / 600 + 0.9 * rng.random(len(points))
    return score


def _distance(points: Shapes, others: Shapes) -> Floats:
    """Return the distance in metres from each point to the nearest of the others."""
    (found, _), distance = shapely.STRtree(others).query_nearest(
        points, return_distance=True, all_matches=False
    )
    out = np.empty(len(points))
    out[found] = distance
    return out


def _corners(
    patches: Patches,
    quota: Floats,
    ground: shapely.Geometry,
    roads: MainRoads,
    rng: np.random.Generator,
) -> Nodes:
    """Lay grids in the neighbourhoods built first, as many corners as each area is due."""
    size = PATCH_M**2 / patches.spacing**2
    order = np.lexsort((-patches.score, patches.area))
    total = np.cumsum(size[order])
    start = np.searchsorted(patches.area[order], patches.area[order])
    due = quota[patches.area[order]]
    built = total - size[order] / 2 - (total - size[order])[start] <= 1.12 * due
    index = order[built]
    xy, patch, row = _grid(patches, index)
    own = shapely.STRtree(shapely.points(patches.xy)).nearest(shapely.points(xy)) == patch
    xy, patch, row = xy[own], patch[own], row[own]
    spacing = patches.spacing[patch]
    xy = np.round(_bend(xy, rng) + rng.normal(0, 0.05, xy.shape) * spacing[:, None], 2)
    keep = shapely.contains_xy(ground, xy[:, 0], xy[:, 1])
    pieces = shapely.linestrings(roads.xy[roads.edges])
    keep &= _distance(shapely.points(xy), pieces) > 0.55 * spacing
    xy, patch, row, spacing = xy[keep], patch[keep], row[keep], spacing[keep]
    apart = _apart(xy, 0.5 * spacing)
    return Nodes(xy[apart], patch[apart], row[apart], spacing[apart])


def _grid(patches: Patches, index: Ints) -> tuple[Floats, Ints, Ints]:
    """Return the corners of the turned grids around neighbourhoods `index`."""
    reach = int(np.ceil(PATCH_M / patches.spacing[index].min() * 1.35))
    i, j = (axis.ravel() for axis in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    stretch = np.sqrt(patches.aspect[index])[:, None]
    u = i[None, :] * patches.spacing[index][:, None] * stretch
    v = j[None, :] * patches.spacing[index][:, None] / stretch
    inside = (np.abs(u) < PATCH_M * 1.2) & (np.abs(v) < PATCH_M * 1.2)
    cos, sin = np.cos(patches.angle[index])[:, None], np.sin(patches.angle[index])[:, None]
    x = patches.xy[index, :1] + u * cos - v * sin
    y = patches.xy[index, 1:] + u * sin + v * cos
    patch = np.broadcast_to(index[:, None], x.shape)
    row = np.broadcast_to(j[None, :], x.shape)
    return np.column_stack([x[inside], y[inside]]), patch[inside], row[inside]


def _bend(xy: Floats, rng: np.random.Generator) -> Floats:
    """Shift the points by a smooth field of some tens of metres, so that streets curve."""
    out = xy.copy()
    for axis in (0, 1):
        for phase in rng.uniform(0, 2 * np.pi, 3):
            wave = 2 * np.pi / rng.uniform(700, 1800)
            out[:, axis] += 12 * np.sin(xy[:, 1 - axis] * wave + phase)
    return out


def _apart(xy: Floats, gap: Floats) -> Mask:
    """Return which points to keep so that none has an earlier one within its gap."""
    points = shapely.points(xy)
    late, early = shapely.STRtree(points).query(points, predicate="dwithin", distance=gap)
    keep = np.ones(len(xy), dtype=bool)
    keep[late[early < late]] = False
    return keep


def _streets(
    nodes: Nodes,
    roads: MainRoads,
    ground: shapely.Geometry,
    n_streets: int,
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Choose the streets between corners: main roads, what connects them all, then the best."""
    edges = _candidates(nodes, roads, ground)
    main = len(roads.edges)
    weight = _weight(nodes, edges, rng)
    weight[:main] = -1.0
    tree, labels = spanning_forest(len(nodes.xy), edges, weight)
    reached = (labels == labels[roads.edges[0, 0]])[edges[:, 0]]
    tree[:main] = True
    spare = np.flatnonzero(reached & ~tree)
    more = n_streets - int((tree & reached).sum())
    if not 0 <= more <= len(spare):
        most = n_streets - more + len(spare)
        raise InvalidInputError(
            f"{n_streets} streets do not fit: between {n_streets - more} and {most} would",
            f"วางถนน {n_streets} ช่วงไม่ได้ ทำได้ระหว่าง {n_streets - more} ถึง {most} ช่วง",
            parameter="n_streets",
        )
    best = spare[np.argsort(weight[spare], kind="stable")[:more]]
    chosen = tree & reached
    chosen[best] = True
    long = np.hypot(*(nodes.xy[edges[:, 0]] - nodes.xy[edges[:, 1]]).T) > 260
    rank = np.where(long, len(CLASSES), len(CLASSES) + 1)
    rank[:main] = roads.rank
    return edges[chosen], rank[chosen]


def _candidates(nodes: Nodes, roads: MainRoads, ground: shapely.Geometry) -> Ints:
    """Return the main roads, then every local street that crosses neither them nor water."""
    n = len(nodes.xy)
    order = np.lexsort((nodes.xy[:, 1], nodes.xy[:, 0]))
    local = np.sort(order[gabriel_edges(nodes.xy[order])], axis=1)
    main = np.sort(roads.edges, axis=1)
    local = local[~np.isin(local[:, 0] * n + local[:, 1], main[:, 0] * n + main[:, 1])]
    lines = shapely.linestrings(nodes.xy[local])
    ok = shapely.covers(ground, lines)
    pieces = shapely.STRtree(shapely.linestrings(nodes.xy[main]))
    ok[pieces.query(lines, predicate="crosses")[0]] = False
    return np.vstack([main, local[ok]])


def _weight(nodes: Nodes, edges: Ints, rng: np.random.Generator) -> Floats:
    """Return how unlikely each street is: rows of a grid first, then cross streets and lanes."""
    a, b = edges.T
    spacing = nodes.spacing[edges].mean(axis=1)
    length = np.hypot(*(nodes.xy[a] - nodes.xy[b]).T) / spacing
    same = nodes.patch[a] == nodes.patch[b]
    factor = np.where(same & (nodes.row[a] == nodes.row[b]), 0.6, np.where(same, 1.5, 1.2))
    weight: Floats = length * factor * rng.uniform(0.6, 1.4, len(edges))
    return weight
