"""Answers of engines, and whether they are the nearest facility and how far it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from benchmarks.console import BenchError
from benchmarks.coverage_town import Town

#: Seconds of travel that other sums of the same numbers may differ by.
EXACT_S = 1e-6


@dataclass(frozen=True, eq=False)
class Found:
    """An engine's answer: impedance (n,) and the row of the facility (n,)."""

    impedance: NDArray[np.float64]
    facility: NDArray[np.int64]


def impedances(town: Town) -> NDArray[np.float64]:
    """Return (q, n) from every node to every facility: a search each, without our engine."""
    return np.asarray(dijkstra(town.graph.backward, indices=town.at))


def require_same(
    name: str,
    found: Found,
    every: NDArray[np.float64],
    *,
    within_s: float = EXACT_S,
    longer: float = 0.0,
) -> str:
    """Refuse an answer that is not the nearest facility, or not how far it is.

    Parameters
    ----------
    longer
        Share of nodes that may be given a facility farther away than the nearest, as long as its
        distance is true.

    Returns
    -------
    How many nodes are; empty where none is.

    Raises
    ------
    BenchError
        A node has a wrong distance, or too many have a longer way.
    """
    best = every.min(axis=0)
    reached = np.flatnonzero(np.isfinite(best))
    best = best[reached]
    claimed = every[found.facility[reached], reached]
    is_true = np.abs(found.impedance[reached] - claimed) <= 2 * within_s
    is_nearest = found.impedance[reached] <= best + within_s
    wrong, far = int((~is_true).sum()), int((is_true & ~is_nearest).sum())
    if wrong or far > longer * len(best):
        raise BenchError(
            f"{name}: {wrong} distances wrong, {far} nodes with a longer way, of {len(best)}",
            f"{name}: ระยะผิด {wrong} จุด ได้ทางที่ยาวกว่า {far} จุด จาก {len(best)}",
        )
    if not far:
        return ""
    most = float((found.impedance[reached] - best).max())
    told = f"{far} of {len(best):,} nodes get a facility that is not the nearest"
    return f"{told} (up to {most:.0f} s more)"
