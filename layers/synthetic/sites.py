"""Synthetic facilities and buildings along streets."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from twin.errors import InvalidInputError

Floats = NDArray[np.float64]

#: Kinds of facility and their shares.
AMENITIES = {
    "school": 0.45,
    "clinic": 0.25,
    "police": 0.12,
    "hospital": 0.07,
    "fire_station": 0.06,
    "college": 0.03,
    "university": 0.02,
}
SETBACK_M = 4.0
#: Frontage of a plot, and how deep and wide its building can be.
FRONTAGE_M = 18.0
DEPTH_M = (7.0, 14.0)
WIDTH_M = (7.0, 15.0)


def synthetic_facilities(streets: gpd.GeoDataFrame, n: int, seed: int) -> gpd.GeoDataFrame:
    """Make facilities beside streets, evenly by street length, so denser where streets are.

    Parameters
    ----------
    streets
        As from `synthetic_streets`: two-point LineStrings, EPSG:32647; at least one.
    n
        Number of facilities, ≥ 0.
    seed
        The same seed and streets give the same facilities.

    Returns
    -------
    `n` rows: `facility_no` (1…n), `amenity` and `geometry` (Point, EPSG:32647, 1 cm grid),
    10 m from a street.

    Raises
    ------
    InvalidInputError
        `n` is negative, or there are no streets.
    """
    _check(streets, n)
    rng = np.random.default_rng(seed)
    length = streets.length.to_numpy()
    street = rng.choice(len(streets), n, p=length / length.sum())
    start, along, across = _axes(streets, street)
    place = rng.random(n)[:, None] * length[street][:, None]
    side = rng.choice([-1.0, 1.0], n)[:, None]
    xy = np.round(start + along * place + across * side * 10.0, 2)
    amenity = rng.choice(list(AMENITIES), n, p=list(AMENITIES.values()))
    return gpd.GeoDataFrame(
        {"facility_no": np.arange(1, n + 1), "amenity": amenity},
        geometry=shapely.points(xy),
        crs=streets.crs,
    )


def synthetic_buildings(streets: gpd.GeoDataFrame, n: int, seed: int) -> gpd.GeoDataFrame:
    """Make rectangular buildings in rows along both sides of the streets.

    Plots have a frontage of 18 m, less where `n` asks for more plots than that gives. Buildings
    of one street and side do not overlap; at corners they may.

    Parameters
    ----------
    streets
        As from `synthetic_streets`: two-point LineStrings, EPSG:32647; at least one.
    n
        Number of buildings, ≥ 0.
    seed
        The same seed and streets give the same buildings.

    Returns
    -------
    `n` rows: `building_no` (1…n) and `geometry` (Polygon of four corners, EPSG:32647, 1 cm grid),
    at most 21 m from a street.

    Raises
    ------
    InvalidInputError
        `n` is negative, or there are no streets.
    """
    _check(streets, n)
    rng = np.random.default_rng(seed)
    street, side, middle, frontage = _plots(streets.length.to_numpy(), n, rng)
    start, along, across = _axes(streets, street)
    half = np.minimum(rng.uniform(*WIDTH_M, n), 0.9 * frontage)[:, None] / 2
    depth = rng.uniform(*DEPTH_M, n)[:, None]
    across = across * side[:, None]
    front = start + along * middle[:, None] + across * SETBACK_M
    left, right, back = front - along * half, front + along * half, across * depth
    corners = np.stack([left, right, right + back, left + back], axis=1)
    return gpd.GeoDataFrame(
        {"building_no": np.arange(1, n + 1)},
        geometry=shapely.polygons(np.round(corners, 2)),
        crs=streets.crs,
    )


def _plots(
    length: Floats, n: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Floats, Floats, float]:
    """Choose `n` plots: street, side (-1 or 1), distance of the middle along it; and the frontage.

    The frontage is halved until there are enough plots.
    """
    frontage = FRONTAGE_M
    while (count := np.maximum(length // frontage, 1).astype(np.int64)).sum() * 2 < n:
        frontage /= 2
    chosen = np.sort(rng.choice(2 * int(count.sum()), n, replace=False))
    street = np.repeat(np.arange(len(length)), count)[chosen // 2]
    first = np.cumsum(count) - count
    pitch = length[street] / count[street]
    middle = (chosen // 2 - first[street] + 0.5) * pitch
    return street, np.where(chosen % 2 == 0, -1.0, 1.0), middle, frontage


def _axes(streets: gpd.GeoDataFrame, street: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Return the start of each street and the unit vectors along and across it."""
    ends = shapely.get_coordinates(streets.geometry.to_numpy()).reshape(-1, 2, 2)[street]
    along = ends[:, 1] - ends[:, 0]
    along = along / np.hypot(*along.T)[:, None]
    return ends[:, 0], along, np.column_stack([-along[:, 1], along[:, 0]])


def _check(streets: gpd.GeoDataFrame, n: int) -> None:
    if n < 0 or streets.empty:
        raise InvalidInputError(
            f"cannot place {n} things along {len(streets)} streets",
            f"วางสิ่งปลูกสร้าง {n} แห่งตามถนน {len(streets)} ช่วงไม่ได้",
            parameter="n",
        )
