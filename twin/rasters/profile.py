"""How a measure goes up and down along a line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pyproj import Geod
from shapely import LineString, get_coordinates

from twin.errors import TooLargeError
from twin.projection import to_metric
from twin.queries.catalogue import PublishedLayer
from twin.rasters.files import FILES
from twin.rasters.kinds import is_height
from twin.rasters.values import Floats, interpolate

GEOD: Final = Geod(ellps="WGS84")

MAX_LENGTH_M: Final = 500_000


@dataclass(frozen=True)
class Profile:
    """Values along a line, at equal distances from its start to its end.

    `distances_m` are geodesic; values are NaN where the raster has none. `cell_m` is the size of
    the raster's cells: what is smaller cannot show.
    """

    layer: PublishedLayer
    length_m: float
    cell_m: float
    lons: Floats
    lats: Floats
    distances_m: Floats
    values: Floats

    @property
    def ascent(self) -> float | None:
        """Sum of all rises between neighbouring samples that both have values."""
        return _total(self._rises.clip(min=0))

    @property
    def descent(self) -> float | None:
        """Sum of all falls, positive."""
        return _total((-self._rises).clip(min=0))

    @property
    def mean_slope_percent(self) -> float | None:
        """Mean steepness, up or down, of a height profile; None for other measures."""
        rises = self._rises
        run_m = np.diff(self.distances_m)[~np.isnan(rises)].sum()
        if not is_height(self.layer.spec) or run_m == 0:
            return None
        return float(np.nansum(np.abs(rises)) / run_m * 100)

    def known(self) -> Floats:
        """Return the values there are."""
        return self.values[~np.isnan(self.values)]

    @property
    def _rises(self) -> Floats:
        rises: Floats = np.diff(self.values)
        return rises


def make_profile(layer: PublishedLayer, path: Path, line: LineString, samples: int) -> Profile:
    """Return the values along a line.

    Parameters
    ----------
    line
        lon/lat degrees.
    samples
        How many, at least 2, both ends among them.

    Raises
    ------
    TooLargeError
        The line is longer than 500 km.

    Notes
    -----
    Between the centres of cells, values are interpolated: taken cell by cell, a slope would be a
    staircase, and its ascent too great.
    """
    lons, lats = get_coordinates(line).T
    azimuths, _, steps = GEOD.inv(lons[:-1], lats[:-1], lons[1:], lats[1:])
    ends = np.concatenate([[0.0], np.cumsum(steps)])
    length_m = float(ends[-1])
    if length_m > MAX_LENGTH_M:
        raise TooLargeError(
            f"The line is {length_m / 1000:,.0f} km long;"
            f" at most {MAX_LENGTH_M / 1000:,.0f} km are accepted.",
            f"เส้นยาว {length_m / 1000:,.0f} กม. รับได้ไม่เกิน {MAX_LENGTH_M / 1000:,.0f} กม.",
            parameter="geometry",
        )
    distances = np.linspace(0, length_m, samples)
    # The segment of each sample; the end of the line belongs to the last.
    segment = np.searchsorted(ends, distances, side="right").clip(1, len(steps)) - 1
    lons, lats, _ = GEOD.fwd(
        lons[segment], lats[segment], azimuths[segment], distances - ends[segment]
    )
    with FILES.lend(path) as dataset:
        values = interpolate(dataset, *to_metric(np.stack([lons, lats], axis=1)).T)
        cell_m = float(max(dataset.res))
    return Profile(layer, length_m, cell_m, lons, lats, distances, values)


def _total(parts: Floats) -> float | None:
    known = parts[~np.isnan(parts)]
    return float(known.sum()) if len(known) else None
