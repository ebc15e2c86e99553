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
    differing: float = 0.0,
) -> str:
    """Refuse an answer that is not the nearest facility, or not how far it is.

    Parameters
    ----------
    differing
        Share of nodes that may be given another facility or a longer way.

    Returns
    -------
    How many nodes are; empty where none is.

    Raises
    ------
    BenchError
        More nodes differ.
    """
    best = every.min(axis=0)
    reached = np.flatnonzero(np.isfinite(best))
    best = best[reached]
    claimed = every[found.facility[reached], reached]
    more_s = np.maximum(np.abs(found.impedance[reached] - best), np.abs(claimed - best))
    wrong = int((~(more_s <= within_s)).sum())
    if wrong > differing * len(best):
        raise BenchError(
            f"{name} differs at {wrong} of {len(best)} nodes",
            f"{name} ให้คำตอบต่างที่ {wrong} จาก {len(best)} จุด",
        )
    if not wrong:
        return ""
    return f"wrong at {wrong} of {len(best):,} nodes, by up to {more_s.max():.0f} s"
