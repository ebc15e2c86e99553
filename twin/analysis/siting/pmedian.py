"""The p-median problem: p sites that leave people the shortest way on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.analysis.model import FloatArray, IntArray
from twin.analysis.siting.median_proof import prove_median
from twin.analysis.siting.problem import (
    ROUNDING,
    Candidates,
    Siting,
    as_rows,
    assign,
    tally,
)
from twin.analysis.siting.proof import TIME_LIMIT_S, UNBOUNDED, Allowance
from twin.errors import InvalidInputError


@dataclass(frozen=True, eq=False)
class Median:
    """A p-median as the search sees it.

    Parameters
    ----------
    cost
        (k, m) weight × impedance of each demand point from each allowed candidate; never above what
        it is without any, so that existing facilities count.
    without
        (m,) weight × impedance when nothing is chosen.
    ids
        (k,) candidates that may be chosen, ascending.
    fixed
        Rows of `cost` that have to be chosen.
    before, open
        (n,) demand points that an existing facility reaches, and those of the problem.
    """

    cost: FloatArray
    without: FloatArray
    ids: IntArray
    fixed: tuple[int, ...]
    before: NDArray[np.bool_]
    open: NDArray[np.bool_]


def solve_p_median(
    problem: Candidates,
    p: int,
    *,
    unreached: float | None = None,
    prove: bool = False,
    time_limit_s: float = TIME_LIMIT_S,
    allowance: Allowance = UNBOUNDED,
) -> Siting:
    """Choose at most `p` candidates so that the sum of weight × impedance is least.

    Parameters
    ----------
    problem
        Candidates, demand, existing facilities, fixed and forbidden candidates.
    p
        New sites at most, the fixed ones among them. A site that shortens nobody's way is not
        chosen.
    unreached
        Impedance counted for people whom the choice leaves without any way, finite; None: ten times
        the greatest finite one.
    prove
        Also work out a bound, and ask a solver for the optimum.
    time_limit_s
        Greatest time for the proof, seconds.
    allowance
        When the proof ends whatever its limit, and what ends the whole search.

    Returns
    -------
    Siting
        `objective`: sum of weight × impedance; those out of every allowed candidate's and existing
        facility's reach are left out and told in `tally`.

    Raises
    ------
    InvalidInputError
        `p` is below 1 or below the number of fixed candidates or above the number of allowed ones,
        or `unreached` is below the greatest finite impedance.

    Notes
    -----
    minimise Σᵢ Σⱼ wᵢ dᵢⱼ zᵢⱼ subject to Σⱼ zᵢⱼ = 1, zᵢⱼ ≤ xⱼ, Σⱼ xⱼ ≤ p. With existing facilities
    dᵢⱼ is never more than the way to the nearest of them. Greedy, then the best single exchange
    until none helps; see `twin.analysis.siting.median_proof` for the bound. Without a proof
    `best_bound` is what everyone's nearest allowed candidate would give.

    References
    ----------
    Hakimi, S. L. (1964). Optimum locations of switching centers and the absolute centers and
    medians of a graph. Operations Research 12, 450-459.
    Teitz, M. B. & Bart, P. (1968). Heuristic methods for estimating the generalized vertex median
    of a weighted graph. Operations Research 16, 955-961.

    Examples
    --------
    >>> minutes = np.array([[0.0, 4, 9], [4, 0, 5], [9, 5, 0]])
    >>> found = solve_p_median(Candidates(minutes, np.array([10.0, 1, 2])), 1)
    >>> found.chosen.tolist(), found.objective
    ([0], 22.0)
    """
    problem.check_count(p)
    median = _make_median(problem, unreached)
    chosen = _swap(median, _greedy(median, p, allowance), allowance)
    bound, proven = float(median.cost.min(axis=0, initial=np.inf).sum()), False
    out_of_time = False
    if prove:
        left_s = allowance.left_s(time_limit_s)
        proof = prove_median(median.cost, median.fixed, p, chosen, left_s)
        bound, proven, out_of_time = max(bound, proof.bound), proof.proven, proof.out_of_time
        chosen = proof.chosen if proven else _swap(median, proof.chosen, allowance)
    order, gain = _in_order(median, chosen)
    rows = as_rows(median.ids[order])
    objective = float(_best(median, order).sum())
    nearest, impedance = assign(problem, rows)
    return Siting(
        method="p-median",
        way="milp" if prove else "greedy+swap",
        chosen=rows,
        gain=np.asarray(gain, np.float64),
        objective=objective,
        best_bound=objective if proven else min(bound, objective),
        proven=proven or bound >= objective * (1 - ROUNDING),
        out_of_time=out_of_time,
        nearest=nearest,
        impedance=impedance,
        tally=tally(problem, median.before, median.open),
    )


def _make_median(problem: Candidates, unreached: float | None) -> Median:
    ids = problem.allowed
    impedance = np.nan_to_num(problem.impedance[ids].astype(np.float64), nan=np.inf, posinf=np.inf)
    present = np.full(len(problem.weight), np.inf)
    if problem.present is not None:
        present = np.nan_to_num(problem.present, nan=np.inf, posinf=np.inf)
    before = np.isfinite(present)
    nearest = np.minimum(impedance.min(axis=0, initial=np.inf), present)
    open_ = np.isfinite(nearest) & (problem.weight > 0)
    impedance, present = impedance[:, open_], present[open_]
    most = _penalty(impedance, present, unreached)
    without = np.minimum(present, most)
    weight = problem.weight[open_]
    fixed = tuple(int(row) for row in np.searchsorted(ids, sorted(problem.fixed)))
    return Median(
        np.minimum(impedance, without) * weight, without * weight, ids, fixed, before, open_
    )


def _penalty(impedance: FloatArray, present: FloatArray, unreached: float | None) -> float:
    longest = max(
        float(values[np.isfinite(values)].max(initial=0.0)) for values in (impedance, present)
    )
    if unreached is None:
        return 10 * longest if longest else 1.0
    if not (np.isfinite(unreached) and unreached >= longest):
        raise InvalidInputError(
            f"`unreached` is {unreached}; it must be finite and at least the longest way, "
            f"{longest}.",
            f"`unreached` คือ {unreached} ต้องเป็นจำนวนจำกัดและไม่น้อยกว่าทางที่ไกลที่สุด {longest}",
            parameter="unreached",
        )
    return unreached


def _greedy(median: Median, p: int, allowance: Allowance) -> list[int]:
    chosen = list(median.fixed)
    best = _best(median, chosen)
    while len(chosen) < p:
        allowance.tell()
        saved = _saved(median.cost, best)
        row = int(saved.argmax())
        if saved[row] <= ROUNDING * median.without.sum():
            break
        chosen.append(row)
        best = np.minimum(best, median.cost[row])
    return chosen


def _saved(cost: FloatArray, best: FloatArray) -> FloatArray:
    """Return what each row would save over what everyone has; in blocks that fit a cache."""
    saved = np.empty(len(cost))
    for start in range(0, len(cost), 16):
        block = cost[start : start + 16]
        saved[start : start + 16] = np.maximum(best - block, 0.0).sum(axis=1)
    return saved


def _swap(median: Median, chosen: list[int], allowance: Allowance) -> list[int]:
    """Exchange one chosen row for another, the best exchange first, until none helps."""
    chosen = list(chosen)
    least = ROUNDING * float(median.without.sum())
    bound = [place for place, row in enumerate(chosen) if row in median.fixed]
    while len(bound) < len(chosen):
        allowance.tell()
        profit = _profits(median, chosen)
        profit[:, bound] = -np.inf
        taken, place = np.unravel_index(int(profit.argmax()), profit.shape)
        if profit[taken, place] <= least:
            break
        chosen[place] = int(taken)
    return chosen


def _profits(median: Median, chosen: list[int]) -> FloatArray:
    """Return (k, p) what is saved when row j takes the place of chosen i.

    Everyone's nearest and second nearest chosen rows are enough: i's own people fall back on the
    second nearest or on j, the others gain where j is nearer (Whitaker's fast interchange).
    """
    stacked = np.vstack([median.cost[chosen], median.without])
    second = np.partition(stacked, 1, axis=0)[1]
    owner = stacked.argmin(axis=0)
    best = stacked[owner, np.arange(stacked.shape[1])]
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(len(chosen)))
    best, second = best[order], second[order]
    sizes = np.bincount(owner, minlength=len(chosen))[: len(chosen)]
    owned = int(sizes.sum())
    profit = np.empty((len(median.cost), len(chosen)))
    for start in range(0, len(median.cost), 16):
        block = median.cost[start : start + 16][:, order]
        gain = np.maximum(best - block, 0.0)
        kept = (np.minimum(block, second) - best + gain)[:, :owned]
        lost = np.add.reduceat(np.c_[kept, np.zeros(len(kept))], starts, axis=1)
        profit[start : start + 16] = gain.sum(axis=1)[:, None] - np.where(sizes > 0, lost, 0.0)
    profit[chosen] = -np.inf
    return profit


def _best(median: Median, chosen: list[int]) -> FloatArray:
    best: FloatArray = median.cost[chosen].min(axis=0, initial=np.inf)
    return np.minimum(median.without, best)


def _in_order(median: Median, chosen: list[int]) -> tuple[list[int], list[float]]:
    order: list[int] = []
    gains: list[float] = []
    best, waiting = median.without, sorted(chosen)
    while waiting:
        saved = [float(np.maximum(best - median.cost[row], 0.0).sum()) for row in waiting]
        place = int(np.argmax(saved))
        gains.append(saved[place])
        order.append(waiting.pop(place))
        best = np.minimum(best, median.cost[order[-1]])
    return order, gains
