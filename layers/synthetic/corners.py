"""Street corners: neighbourhoods with a grid each, built up from the centres outwards."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.synthetic.arterials import MainRoads, refine
from layers.synthetic.graph import Floats, Ints, Mask, Shapes, lines, points

PATCH_M = 420.0
#: Streets for each junction or dead end, as in towns that grew (dead ends and T-junctions).
STREETS_PER_NODE = 1.42
#: The most of a sub-district that streets may fill.
FULL = 0.8


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


def street_corners(
    areas: gpd.GeoDataFrame,
    ground: BaseGeometry,
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
    ground: BaseGeometry,
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
    sites = points(xy)
    inside, area = shapely.STRtree(areas.geometry.to_numpy()).query(sites, predicate="within")
    inside, first = np.unique(inside, return_index=True)
    area, xy, sites = area[first], xy[inside], sites[inside]
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
        _scores(sites, settled, roads, rng),
        np.maximum(spacing, 1.0)[area],
        rng.uniform(0, np.pi, len(xy)),
        rng.uniform(1.15, 1.75, len(xy)),
    ), quota


def _scores(
    sites: Shapes, settled: Settlements, roads: MainRoads, rng: np.random.Generator
) -> Floats:
    """Return how early each neighbourhood was built: near centres, villages and main roads."""
    to_road = _distance(sites, lines(roads.xy[roads.edges]))
    stops = points(settled.xy)
    to_centre = np.minimum(
        _distance(sites, stops[: settled.n_centres]) / 1400,
        _distance(sites, stops[settled.n_centres :]) / 600 + 0.4,
    )
    score: Floats = -to_centre - to_road / 600 + 0.9 * rng.random(len(sites))
    return score


def _distance(sites: Shapes, others: Shapes) -> Floats:
    """Return the distance in metres from each point to the nearest of the others."""
    (found, _), distance = shapely.STRtree(others).query_nearest(
        sites, return_distance=True, all_matches=False
    )
    out = np.empty(len(sites))
    out[found] = distance
    return out


def _corners(
    patches: Patches,
    quota: Floats,
    ground: BaseGeometry,
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
    own = shapely.STRtree(points(patches.xy)).nearest(points(xy)) == patch
    xy, patch, row = xy[own], patch[own], row[own]
    spacing = patches.spacing[patch]
    xy = np.round(_bend(xy, rng) + rng.normal(0, 0.05, xy.shape) * spacing[:, None], 2)
    keep = shapely.contains_xy(ground, xy[:, 0], xy[:, 1])
    pieces = lines(roads.xy[roads.edges])
    keep &= _distance(points(xy), pieces) > 0.55 * spacing
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
    sites = points(xy)
    late, early = shapely.STRtree(sites).query(sites, predicate="dwithin", distance=gap)
    keep = np.ones(len(xy), dtype=bool)
    keep[late[early < late]] = False
    return keep
