"""Synthetic street networks: seeded, connected, on land, denser where people live."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.synthetic.arterials import CLASSES, MainRoads, main_roads
from layers.synthetic.corners import Nodes, Settlements, street_corners
from layers.synthetic.graph import (
    Floats,
    Ints,
    gabriel_edges,
    lines,
    spanning_forest,
)
from twin.crs import METRIC_SRID
from twin.errors import InvalidInputError

#: Streets keep this far from the shore, so that what stands beside them is on land too.
SHORE_M = 30.0
#: Villages between the centres, one in each square of this size.
VILLAGE_GAP_M = 2400.0
#: A local street longer than this is a lane between places.
LANE_M = 260.0
SMALLEST = 3000


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
    nodes, roads = street_corners(areas, ground, settled, roads, n_streets, rng)
    edges, rank = _streets(nodes, roads, ground, n_streets, rng)
    names = np.array([name for name, _ in CLASSES] + ["unclassified", "residential"])
    return gpd.GeoDataFrame(
        {"highway": names[rank]}, geometry=lines(nodes.xy[edges]), crs=METRIC_SRID
    )


def _ground(land: gpd.GeoDataFrame) -> BaseGeometry:
    """Return the largest land polygon without its shore, prepared."""
    parts = shapely.get_parts(land.to_crs(METRIC_SRID).union_all())
    inner = shapely.get_parts(parts[np.argmax(shapely.area(parts))].buffer(-SHORE_M))
    ground: BaseGeometry = inner[np.argmax(shapely.area(inner))]
    shapely.prepare(ground)
    return ground


def _settlements(
    areas: gpd.GeoDataFrame,
    ground: BaseGeometry,
    centres: gpd.GeoSeries | None,
    rng: np.random.Generator,
) -> Settlements:
    """Return the centres with the people of their areas, and small villages between them."""
    known = areas.representative_point() if centres is None else centres.to_crs(METRIC_SRID)
    west, south, east, north = ground.bounds
    grid = np.meshgrid(np.arange(west, east, VILLAGE_GAP_M), np.arange(south, north, VILLAGE_GAP_M))
    villages = np.column_stack([axis.ravel() for axis in grid])
    villages = villages + rng.uniform(0, VILLAGE_GAP_M, villages.shape)
    villages = villages[shapely.contains_xy(ground, villages)]
    people = areas["pop_2021"].to_numpy(dtype=float)
    mean = float(people.mean())
    return Settlements(
        np.vstack([shapely.get_coordinates(known.to_numpy()), villages]),
        np.concatenate(
            [
                np.maximum(people, 1.0),
                np.full(len(known) - len(people), mean / 20),
                np.full(len(villages), mean / 100),
            ]
        ),
        len(known),
    )


def _streets(
    nodes: Nodes,
    roads: MainRoads,
    ground: BaseGeometry,
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
    long = np.hypot(*(nodes.xy[edges[:, 0]] - nodes.xy[edges[:, 1]]).T) > LANE_M
    rank = np.where(long, len(CLASSES), len(CLASSES) + 1)
    rank[:main] = roads.rank
    return edges[chosen], rank[chosen]


def _candidates(nodes: Nodes, roads: MainRoads, ground: BaseGeometry) -> Ints:
    """Return the main roads, then every local street that crosses neither them nor water."""
    n = len(nodes.xy)
    order = np.lexsort((nodes.xy[:, 1], nodes.xy[:, 0]))
    local = np.sort(order[gabriel_edges(nodes.xy[order])], axis=1)
    main = np.sort(roads.edges, axis=1)
    local = local[~np.isin(local[:, 0] * n + local[:, 1], main[:, 0] * n + main[:, 1])]
    streets = lines(nodes.xy[local])
    ok = np.asarray(shapely.covers(ground, streets))
    pieces = shapely.STRtree(lines(nodes.xy[main]))
    ok[pieces.query(streets, predicate="crosses")[0]] = False
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
