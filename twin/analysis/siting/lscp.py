"""The location set covering problem: the fewest sites that serve everyone."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.optimize import LinearConstraint

from twin.analysis.model import FloatArray
from twin.analysis.siting.cover import Cover, greedy, in_order, make_cover, search, served, swap
from twin.analysis.siting.problem import (
    Candidates,
    Siting,
    as_rows,
    as_threshold,
    assign,
    tally,
)
from twin.analysis.siting.proof import (
    TIME_LIMIT_S,
    UNBOUNDED,
    Allowance,
    Proof,
    merge_columns,
    solve,
)


def solve_lscp(
    problem: Candidates,
    threshold: float,
    *,
    prove: bool = False,
    time_limit_s: float = TIME_LIMIT_S,
    allowance: Allowance = UNBOUNDED,
) -> Siting:
    """Choose the fewest candidates so that everyone who can be served is.

    Parameters
    ----------
    problem
        Candidates, demand, existing facilities, fixed and forbidden candidates. Demand points
        without people need no service.
    threshold
        Greatest acceptable impedance, in the unit of the matrix.
    prove
        Also ask a solver for the optimum.
    time_limit_s
        Greatest time for the solver, seconds.
    allowance
        When the proof ends whatever its limit, and what ends the whole search.

    Returns
    -------
    Siting
        `objective`: number of new sites, the fixed ones included. People out of every allowed
        candidate's reach are left out and told in `tally` (textbooks and spopt call such a problem
        infeasible; on islands it is the rule).

    Raises
    ------
    InvalidInputError
        The threshold is negative.

    Notes
    -----
    minimise Σⱼ xⱼ subject to Σⱼ aᵢⱼ xⱼ ≥ 1 for every demand point i not served before,
    xⱼ ∈ {0, 1}. Greedy; then, as long as exchanges can mend the loss, one site less. Without a
    solver, `best_bound` counts demand points of which no two have a candidate in common: each needs
    a site of its own.

    References
    ----------
    Toregas, C., Swain, R., ReVelle, C. & Bergman, L. (1971). The location of emergency service
    facilities. Operations Research 19, 1363-1373.

    Examples
    --------
    >>> minutes = np.array([[1.0, 9, 9], [9, 1, 1], [9, 9, 1]])
    >>> solve_lscp(Candidates(minutes, np.ones(3)), 5).chosen.tolist()
    [1, 0]
    >>> solve_lscp(Candidates(minutes, np.ones(3)), 0.5).tally.out_of_reach
    3.0
    """
    cover = make_cover(problem, as_threshold(threshold))
    first, _ = merge_columns(cover.rows)
    kinds = replace(cover, rows=cover.rows[:, first], weight=np.ones(len(first)))
    enough = greedy(kinds, kinds.weight, len(kinds.ids), cover.fixed)
    chosen = _fewer(kinds, _without_idle(kinds, enough), allowance)
    bound, proven, out_of_time = max(_disjoint(kinds), len(cover.fixed)), False, False
    if prove:
        proof = _prove(kinds, allowance.left_s(time_limit_s))
        if proof.chosen is not None and len(proof.chosen) < len(chosen):
            chosen = proof.chosen.tolist()
        bound, proven = max(bound, _whole(proof.bound)), proof.proven
        out_of_time = proof.out_of_time
    order, gain = in_order(cover, cover.weight, chosen)
    rows = as_rows(cover.ids[order])
    nearest, impedance = assign(problem, rows)
    return Siting(
        method="LSCP",
        way="milp" if prove else "greedy+swap",
        chosen=rows,
        gain=np.asarray(gain, np.float64),
        objective=float(len(rows)),
        best_bound=float(len(rows) if proven else min(bound, len(rows))),
        proven=proven or bound >= len(rows),
        out_of_time=out_of_time,
        nearest=nearest,
        impedance=impedance,
        tally=tally(problem, cover.before, cover.open),
    )


def _without_idle(cover: Cover, chosen: list[int]) -> list[int]:
    """Leave out, the latest first, each row whose columns the others serve as well."""
    count = np.zeros(cover.rows.shape[1], np.int32)
    for row in chosen:
        count += _mask(cover, row)
    kept = list(chosen)
    for row in reversed(chosen):
        if row not in cover.fixed and (count[_mask(cover, row)] > 1).all():
            kept.remove(row)
            count -= _mask(cover, row)
    return kept


def _fewer(cover: Cover, chosen: list[int], allowance: Allowance) -> list[int]:
    """Take one row away and mend by exchanges, as long as everyone stays served."""
    while len(chosen) > max(1, len(cover.fixed)):
        order, _ = in_order(cover, cover.weight, chosen)
        least = next(row for row in reversed(order) if row not in cover.fixed)
        others = [row for row in chosen if row != least]
        fewer = swap(cover, cover.weight, others, allowance)
        if not served(cover, fewer).all():
            fewer = search(cover, len(chosen) - 1, allowance)
        if not served(cover, fewer).all():
            break
        chosen = fewer
    return chosen


def _disjoint(cover: Cover) -> int:
    """Return the number of columns found of which no two are served by the same row."""
    columns = cover.rows.tocsc()
    taken = np.zeros(cover.rows.shape[0], bool)
    found = 0
    for column in np.argsort(np.diff(columns.indptr), kind="stable"):
        rows = columns.indices[columns.indptr[column] : columns.indptr[column + 1]]
        if not taken[rows].any():
            taken[rows] = True
            found += 1
    return found


def _prove(cover: Cover, time_limit_s: float) -> Proof:
    count = cover.rows.shape[0]
    cost: FloatArray = np.ones(count)
    everyone = [LinearConstraint(cover.rows.T.tocsr(), 1, np.inf)] if cover.rows.shape[1] else []
    return solve(cost, everyone, binaries=count, fixed=cover.fixed, time_limit_s=time_limit_s)


def _whole(bound: float) -> int:
    """Round a bound on a number of sites up, sparing what is rounding."""
    return math.ceil(bound - 1e-6) if math.isfinite(bound) else 0


def _mask(cover: Cover, row: int) -> np.ndarray:
    mask = np.zeros(cover.rows.shape[1], bool)
    mask[cover.rows.indices[cover.rows.indptr[row] : cover.rows.indptr[row + 1]]] = True
    return mask
