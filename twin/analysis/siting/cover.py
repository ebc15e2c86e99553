"""Which candidates serve whom within a threshold, and the search for good choices among them."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from twin.analysis.model import FloatArray, IntArray
from twin.analysis.siting.problem import ROUNDING, Candidates
from twin.analysis.siting.proof import UNBOUNDED, Allowance

#: Other beginnings tried at most, and the entries of the matrix to go through in all of them.
MAX_ROUNDS: Final = 32
ENTRIES: Final = 3_000_000


@dataclass(frozen=True, eq=False)
class Cover:
    """Who could be served anew by which candidate.

    Parameters
    ----------
    rows
        (k, m) CSR of ones: candidate `ids[row]` serves demand point `points[column]`.
    ids
        (k,) candidates that may be chosen, ascending.
    points
        (m,) demand points with people, not served before, that some candidate serves.
    weight
        (m,) people at these.
    fixed
        Rows of `rows` that have to be chosen.
    before, open
        (n,) demand points served before, and those in `points`.
    """

    rows: scipy.sparse.csr_array[Any, tuple[int, int]]
    ids: IntArray
    points: IntArray
    weight: FloatArray
    fixed: tuple[int, ...]
    before: NDArray[np.bool_]
    open: NDArray[np.bool_]


def make_cover(problem: Candidates, threshold: float) -> Cover:
    """Return who could be served anew within a threshold (`impedance <= threshold`)."""
    before = np.zeros(len(problem.weight), bool)
    if problem.present is not None:
        before = problem.present <= threshold
    ids = problem.allowed
    within = problem.impedance[ids] <= threshold
    open_ = within.any(axis=0) & ~before & (problem.weight > 0)
    points = np.flatnonzero(open_).astype(np.int32)
    rows: Any = scipy.sparse.csr_array(within[:, points], dtype=np.float64)
    fixed = tuple(int(row) for row in np.searchsorted(ids, sorted(problem.fixed)))
    return Cover(rows, ids, points, problem.weight[points], fixed, before, open_)


def greedy(cover: Cover, weight: FloatArray, p: int, start: Sequence[int] = ()) -> list[int]:
    """Add the row that serves most of what is left, until `p` are chosen or nothing is left.

    Notes
    -----
    A row's gain only shrinks as others are chosen, so that one reckoned anew and still on top of
    the heap is the best without looking at the rest (lazy greedy). Of equal gains the lowest row.

    References
    ----------
    Minoux, M. (1978). Accelerated greedy algorithms for maximizing submodular set functions.
    Nemhauser, G. L., Wolsey, L. A. & Fisher, M. L. (1978). An analysis of approximations for
    maximizing submodular set functions I. Mathematical Programming 14, 265-294: at least 1 - 1/e of
    the optimum.
    """
    left = weight.copy()
    chosen = list(start)
    for row in chosen:
        left[_columns(cover, row)] = 0
    heap = [(-float(more), row, -1) for row, more in enumerate(cover.rows @ left) if more > 0]
    heapq.heapify(heap)
    while heap and len(chosen) < p:
        _, row, reckoned = heapq.heappop(heap)
        if reckoned == len(chosen):
            chosen.append(row)
            left[_columns(cover, row)] = 0
            continue
        more = float(left[_columns(cover, row)].sum())
        if more > 0:
            heapq.heappush(heap, (-more, row, len(chosen)))
    return chosen


def swap(
    cover: Cover, weight: FloatArray, chosen: Sequence[int], allowance: Allowance = UNBOUNDED
) -> list[int]:
    """Exchange one chosen row for another, the best exchange first, until none helps.

    Notes
    -----
    For all pairs at once: leaving out row i loses those whom i alone serves, taking in row j gains
    those whom nobody serves and those among i's own whom j serves too. Of equally good exchanges
    the one with the lowest row taken in, then the one longest chosen.

    References
    ----------
    Teitz, M. B. & Bart, P. (1968). Heuristic methods for estimating the generalized vertex median
    of a weighted graph. Operations Research 16, 955-961, for the exchange.
    """
    chosen = list(chosen)
    least = ROUNDING * float(weight.sum())
    bound = [place for place, row in enumerate(chosen) if row in cover.fixed]
    while len(bound) < len(chosen):
        allowance.tell()
        better = _best_gains(cover, weight, chosen)
        better[:, bound] = -np.inf
        taken, place = np.unravel_index(int(better.argmax()), better.shape)
        if better[taken, place] <= least:
            break
        chosen[place] = int(taken)
    return chosen


def search(cover: Cover, p: int, allowance: Allowance = UNBOUNDED) -> list[int]:
    """Return a good choice of at most `p` rows: greedy, exchanges, and some other beginnings.

    Notes
    -----
    Half of the best choice known is replaced by rows drawn at random, always the same ones, and
    mended by exchanges. The smaller the problem, the more often.
    """
    best = swap(cover, cover.weight, greedy(cover, cover.weight, p, cover.fixed), allowance)
    most = float(cover.weight[served(cover, best)].sum())
    free = [row for row in best if row not in cover.fixed]
    draw = np.random.default_rng(0)
    renewed = min((len(free) + 1) // 2, cover.rows.shape[0] - len(best))
    rounds = min(MAX_ROUNDS, ENTRIES // max(cover.rows.nnz, 1)) if renewed else 0
    for _ in range(rounds):
        out = draw.choice(free, renewed, replace=False)
        kept = [row for row in best if row not in out]
        pool = np.setdiff1d(np.arange(cover.rows.shape[0]), best)
        fresh = draw.choice(pool, renewed, replace=False)
        other = swap(cover, cover.weight, [*kept, *fresh.tolist()], allowance)
        total = float(cover.weight[served(cover, other)].sum())
        if total > most * (1 + ROUNDING):
            best, most = other, total
            free = [row for row in best if row not in cover.fixed]
    return best


def in_order(
    cover: Cover, weight: FloatArray, chosen: Sequence[int]
) -> tuple[list[int], list[float]]:
    """Return chosen rows, those first that add most to the ones before, and what each adds."""
    order: list[int] = []
    gains: list[float] = []
    left, waiting = weight.copy(), sorted(chosen)
    while waiting:
        sums = [float(left[_columns(cover, row)].sum()) for row in waiting]
        best = int(np.argmax(sums))
        gains.append(sums[best])
        order.append(waiting.pop(best))
        left[_columns(cover, order[-1])] = 0
    return order, gains


def served(cover: Cover, chosen: Sequence[int]) -> NDArray[np.bool_]:
    """Return the columns that at least one chosen row serves."""
    count = np.zeros(cover.rows.shape[1], bool)
    for row in chosen:
        count[_columns(cover, row)] = True
    return count


def upper_bound(cover: Cover, chosen: Sequence[int], p: int) -> float:
    """Return a weight that no choice of `p` rows can exceed.

    Notes
    -----
    Whatever the set S: f(S) and the p - |fixed| greatest gains over S together (submodularity);
    taken for the chosen set and for the fixed rows alone, and never above all that can be served.
    """
    bounds = [float(cover.weight.sum())]
    for rows in (chosen, cover.fixed):
        done = served(cover, rows)
        gains = cover.rows @ np.where(done, 0.0, cover.weight)
        greatest = np.sort(gains)[::-1][: max(p - len(cover.fixed), 0)]
        bounds.append(float(cover.weight[done].sum() + greatest.sum()))
    return min(bounds)


def _best_gains(cover: Cover, weight: FloatArray, chosen: Sequence[int]) -> FloatArray:
    """Return (k, p) what the served weight grows by when row j takes the place of chosen i."""
    count = np.zeros(len(weight), np.int32)
    owner = np.zeros(len(weight), np.int32)
    for place, row in enumerate(chosen):
        count[_columns(cover, row)] += 1
        owner[_columns(cover, row)] = place
    alone = np.flatnonzero(count == 1)
    loss = np.bincount(owner[alone], weight[alone], len(chosen))
    own = scipy.sparse.csr_array(
        (weight[alone], (alone, owner[alone])), shape=(len(weight), len(chosen))
    )
    gain = cover.rows @ np.where(count == 0, weight, 0.0)
    better: FloatArray = (cover.rows @ own).toarray() + gain[:, None] - loss[None, :]
    better[list(chosen)] = -np.inf
    return better


def _columns(cover: Cover, row: int) -> IntArray:
    start, end = cover.rows.indptr[row], cover.rows.indptr[row + 1]
    columns: IntArray = cover.rows.indices[start:end]
    return columns
