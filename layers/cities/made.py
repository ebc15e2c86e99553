"""A synthetic city: so many streets on a square of land, for benchmarks and trials."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from layers.synthetic import synthetic_facilities, synthetic_streets
from twin.crs import METRIC_SRID

#: South-west corner, EPSG:32647 metres, and land for each street, as dense as Phuket's towns.
_CORNER_M: Final = (430_000.0, 870_000.0)
_STREET_M2: Final = 7_700.0

#: Sub-districts on a side of the square, and people and facilities for each street.
_SIDE: Final = 5
_PEOPLE: Final = 6.0
_STREETS_A_FACILITY: Final = 700


def make_areas(streets: int, seed: int) -> gpd.GeoDataFrame:
    """Return 25 square sub-districts with `code` and `pop_2021`, EPSG:32647."""
    draw = np.random.default_rng(seed)
    side = np.sqrt(streets * _STREET_M2) / _SIDE
    west, south = _CORNER_M
    rows, columns = np.divmod(np.arange(_SIDE**2), _SIDE)
    boxes = shapely.box(
        west + columns * side,
        south + rows * side,
        west + (columns + 1) * side,
        south + (rows + 1) * side,
    )
    people = draw.lognormal(0, 0.7, _SIDE**2)
    people = np.round(people / people.sum() * streets * _PEOPLE)
    codes = [f"{number:02}" for number in range(1, _SIDE**2 + 1)]
    return gpd.GeoDataFrame({"code": codes, "pop_2021": people}, geometry=boxes, crs=METRIC_SRID)


def make_city(streets: int, seed: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return streets and facilities, EPSG:32647; the same numbers give the same city.

    Raises
    ------
    InvalidInputError
        So few streets do not join the centres.
    """
    areas = make_areas(streets, seed)
    roads = synthetic_streets(areas, areas.dissolve(), streets, seed)
    return roads, synthetic_facilities(roads, max(5, streets // _STREETS_A_FACILITY), seed)
