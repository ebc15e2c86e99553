"""How good a p-median is: a Lagrangian bound, then a solver for what the bound leaves open."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint

from twin.analysis.model import FloatArray
from twin.analysis.siting.problem import ROUNDING
from twin.analysis.siting.proof import solve

#: Rounds of the bound; it hardly grows beyond.
ROUNDS: Final = 400

#: The step is halved after so many rounds without a better bound.
PATIENCE: Final = 12

#: Steps below this change nothing.
LEAST_STEP: Final = 1e-4

#: More assignments than this are not given to the solver; the bound stands alone.
MAX_ASSIGNMENTS: Final = 150_000


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The best bound found.

    Parameters
    ----------
    bound
        No choice costs less.
    reduced
        (k,) what opening each row adds to the bound, 0 or less.
    chosen, cost
        Best choice met on the way, and what it costs.
    """

    bound: float
    reduced: FloatArray
    chosen: list[int]
    cost: float


class MedianProof(NamedTuple):
    """The best choice known, a bound on the cost of any, and whether it is proven.

    Parameters
    ----------
    out_of_time
        The proof was ended by its time limit before.
    """

    chosen: list[int]
    bound: float
    proven: bool
    out_of_time: bool = False


def prove_median(
    cost: FloatArray, fixed: tuple[int, ...], p: int, chosen: list[int], time_limit_s: float
) -> MedianProof:
    """Return how good a choice is, or a better one.

    Parameters
    ----------
    cost
        (k, m) cost of each point from each row.
    fixed
        Rows that have to be chosen.
    p
        Rows to choose at most.
    chosen
        A good choice, not empty unless there are no columns.
    time_limit_s
        Greatest time, seconds.

    Notes
    -----
    Relaxing Σⱼ zᵢⱼ = 1 with multipliers uᵢ leaves Σᵢ uᵢ plus the p least of
    ρⱼ = Σᵢ min(0, cᵢⱼ - uᵢ), improved by subgradient steps. A row whose forced opening (or closing)
    lifts the bound above the best known cost is closed (or opened) for good; what then is open goes
    to the solver.

    References
    ----------
    Cornuéjols, G., Fisher, M. L. & Nemhauser, G. L. (1977). Location of bank accounts to optimize
    float. Management Science 23, 789-810.
    """
    if not chosen or not cost.shape[1]:
        return MedianProof(chosen, 0.0, proven=True)
    until = time.perf_counter() + time_limit_s
    relaxed = _relax(cost, fixed, p, chosen, until)
    chosen, total = relaxed.chosen, relaxed.cost
    if relaxed.bound >= total * (1 - ROUNDING):
        return MedianProof(chosen, min(relaxed.bound, total), proven=True)
    opened, undecided = _decide(relaxed, fixed, p)
    left_s = until - time.perf_counter()
    if left_s <= 0:
        return MedianProof(chosen, relaxed.bound, proven=False, out_of_time=True)
    return _finish(cost, opened, undecided, p, relaxed, left_s)


def _relax(
    cost: FloatArray, fixed: tuple[int, ...], p: int, chosen: list[int], until: float
) -> Relaxed:
    ranked = np.partition(cost[chosen], min(1, len(chosen) - 1), axis=0)
    multiplier = ranked[min(1, len(chosen) - 1)].copy()
    least = float(ranked[0].sum())
    best, step, idle = Relaxed(-np.inf, np.zeros(len(cost)), chosen, least), 2.0, 0
    for _ in range(ROUNDS):
        reduced = _reduce(cost, multiplier)
        opened = _open(reduced, fixed, p)
        bound = float(multiplier.sum() + reduced[opened].sum())
        primal = float(cost[opened].min(axis=0).sum())
        if primal < best.cost * (1 - ROUNDING):
            best = Relaxed(best.bound, best.reduced, opened, primal)
        idle += 1
        if bound > best.bound:
            best, idle = Relaxed(bound, reduced, best.chosen, best.cost), 0
        if idle == PATIENCE:
            step, idle = step / 2, 0
        slope = 1.0 - (cost[opened] < multiplier).sum(axis=0)
        length = float(slope @ slope)
        done = length == 0 or best.bound >= best.cost * (1 - ROUNDING)
        if done or step < LEAST_STEP or time.perf_counter() > until:
            break
        multiplier += step * (1.01 * best.cost - bound) / length * slope
    return best


def _reduce(cost: FloatArray, multiplier: FloatArray) -> FloatArray:
    """Return what opening each row adds to the bound; in blocks that fit a cache."""
    reduced = np.empty(len(cost))
    for start in range(0, len(cost), 16):
        block = cost[start : start + 16]
        reduced[start : start + 16] = np.minimum(block - multiplier, 0.0).sum(axis=1)
    return reduced


def _open(reduced: FloatArray, fixed: tuple[int, ...], p: int) -> list[int]:
    """Return the fixed rows and, up to `p`, those that add least."""
    free = [int(row) for row in np.argsort(reduced, kind="stable") if row not in fixed]
    return [*fixed, *free[: p - len(fixed)]]


def _decide(relaxed: Relaxed, fixed: tuple[int, ...], p: int) -> tuple[list[int], list[int]]:
    """Return the rows that every better choice has, and those that it may have."""
    reduced = relaxed.reduced
    opened = _open(reduced, fixed, p)
    others = sorted(set(range(len(reduced))) - set(opened))
    free = [row for row in opened if row not in fixed]
    room = relaxed.cost - relaxed.bound
    last = max((reduced[row] for row in free), default=-np.inf)
    following = min((reduced[row] for row in others), default=0.0)
    sure = [row for row in free if following - reduced[row] > room]
    maybe = [row for row in free if row not in sure]
    maybe += [row for row in others if reduced[row] - last <= room]
    return [*fixed, *sure], sorted(maybe)


def _finish(
    cost: FloatArray,
    opened: list[int],
    undecided: list[int],
    p: int,
    relaxed: Relaxed,
    time_limit_s: float,
) -> MedianProof:
    """Choose among the undecided rows by the solver."""
    base = cost[opened].min(axis=0, initial=np.inf)
    base = np.minimum(base, cost[[*opened, *undecided]].max(axis=0))
    saved = np.maximum(base - cost[undecided], 0.0)
    row, column = np.nonzero(saved)
    count, pairs = len(undecided), len(row)
    if pairs > MAX_ASSIGNMENTS:
        return MedianProof(relaxed.chosen, relaxed.bound, proven=False)
    weights = np.concatenate([np.zeros(count), -saved[row, column]])
    one = np.ones(pairs)
    once = _matrix(one, column, np.arange(pairs) + count, (saved.shape[1], count + pairs))
    both = np.tile(np.arange(pairs), 2), np.concatenate([np.arange(pairs) + count, row])
    open_ = _matrix(np.concatenate([one, -one]), *both, (pairs, count + pairs))
    some = np.concatenate([np.ones(count), np.zeros(pairs)])
    proof = solve(
        weights,
        [
            LinearConstraint(once, -np.inf, 1),
            LinearConstraint(open_, -np.inf, 0),
            LinearConstraint(some, 0, p - len(opened)),
        ],
        binaries=count,
        fixed=(),
        time_limit_s=time_limit_s,
    )
    chosen = relaxed.chosen
    if proof.chosen is not None:
        other = [*opened, *(undecided[index] for index in proof.chosen)]
        if other and cost[other].min(axis=0).sum() < relaxed.cost * (1 - ROUNDING):
            chosen = other
    total = float(cost[chosen].min(axis=0).sum())
    bound = max(relaxed.bound, min(float(base.sum()) + proof.bound, relaxed.cost))
    bound = total if proof.proven else min(bound, total)
    return MedianProof(chosen, bound, proof.proven, proof.out_of_time)


def _matrix(
    values: FloatArray,
    row: NDArray[np.integer],
    column: NDArray[np.integer],
    shape: tuple[int, int],
) -> scipy.sparse.csr_array:
    return scipy.sparse.csr_array((values, (row, column)), shape=shape)
