"""Add up who is served, so that parts make the whole to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp, fsum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.analysis.model import Areas, FloatArray
from twin.types import Text

#: Impedance within a billionth of a threshold is within it: sums in another order differ by less.
TOLERANCE: Final = 1e-9

OUTSIDE: Final = Text("นอกทุกพื้นที่", "Outside all areas")

#: Sums of up to so many binary digits are exact in a float.
_EXACT_BITS: Final = 52


@dataclass(frozen=True)
class Totals:
    """Who is served within one threshold, in the demand's unit.

    `served` + `unserved` + `unknown` is `total` exactly. `unknown` is demand too far from any
    street.
    """

    threshold: float
    total: float
    served: float
    unserved: float
    unknown: float

    @property
    def ratio(self) -> float | None:
        """Served of total, 0 to 1; None where there is no demand."""
        return self.served / self.total if self.total > 0 else None


@dataclass(frozen=True)
class AreaTotals:
    """Who is served in one area, by threshold. Demand outside all areas has the code ''."""

    code: str
    name: Text
    totals: tuple[Totals, ...]


def make_exact(weight: FloatArray) -> FloatArray:
    """Return weights rounded so finely that any sum of them is exact in any order.

    Notes
    -----
    Weights become multiples of a power of two such that their total needs at most 52 bits: with
    400,000 people, multiples of 2e-10. Whole numbers stay as they are.
    """
    _, exponent = frexp(fsum(weight))
    digits = min(_EXACT_BITS - exponent, 1000)
    exact: FloatArray = np.ldexp(np.rint(np.ldexp(weight, digits)), -digits)
    return exact


def find_band(impedance: FloatArray, thresholds: Sequence[float]) -> NDArray[np.intp]:
    """Return the first threshold that impedance is within; behind the last: none, then unknown."""
    band = np.searchsorted(np.array(thresholds) * (1 + TOLERANCE), impedance, side="left")
    band[np.isnan(impedance)] = len(thresholds) + 1
    return band


def add_up(
    weight: FloatArray, band: NDArray[np.intp], thresholds: Sequence[float]
) -> tuple[Totals, ...]:
    """Return totals by threshold of weights from `make_exact` in bands from `find_band`."""
    sums = np.bincount(band, weights=weight, minlength=len(thresholds) + 2)
    return _to_totals(sums.astype(np.float64), thresholds)


def add_up_areas(
    weight: FloatArray, band: NDArray[np.intp], thresholds: Sequence[float], areas: Areas
) -> tuple[AreaTotals, ...]:
    """Return totals by area, in the order of the areas; last what lies outside all, if anything."""
    width, count = len(thresholds) + 2, len(areas.codes)
    place = np.where(areas.member < 0, count, areas.member)
    sums = np.bincount(band + width * place, weights=weight, minlength=width * (count + 1))
    table = sums.astype(np.float64).reshape(-1, width)
    codes, names = (*areas.codes, ""), (*areas.names, OUTSIDE)
    return tuple(
        AreaTotals(code, name, _to_totals(row, thresholds))
        for code, name, row in zip(codes, names, table, strict=True)
        if code or row.any()
    )


def weighted_quantile(value: FloatArray, weight: FloatArray, share: float) -> float | None:
    """Return the least value that a share of the weight is at or below; None if nobody is."""
    order = np.argsort(value, kind="stable")
    running = np.cumsum(weight[order])
    if len(running) == 0 or running[-1] <= 0:
        return None
    return float(value[order][np.searchsorted(running, share * running[-1], side="left")])


def _to_totals(bands: FloatArray, thresholds: Sequence[float]) -> tuple[Totals, ...]:
    known, unknown = float(bands[:-1].sum()), float(bands[-1])
    served = np.cumsum(bands[:-2]).tolist()
    return tuple(
        Totals(threshold, known + unknown, within, known - within, unknown)
        for threshold, within in zip(thresholds, served, strict=True)
    )
