"""The maximal covering location problem: p sites that newly serve the most people."""

from __future__ import annotations

import numpy as np
import scipy.sparse
from scipy.optimize import LinearConstraint

from twin.analysis.siting.cover import (
    Cover,
    in_order,
    make_cover,
    search,
    served,
    upper_bound,
)
from twin.analysis.siting.problem import (
    ROUNDING,
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


def solve_mclp(
    problem: Candidates,
    threshold: float,
    p: int,
    *,
    prove: bool = False,
    time_limit_s: float = TIME_LIMIT_S,
    allowance: Allowance = UNBOUNDED,
) -> Siting:
    """Choose at most `p` candidates so that the most people are newly served.

    Parameters
    ----------
    problem
        Candidates, demand, existing facilities, fixed and forbidden candidates.
    threshold
        Greatest acceptable impedance, in the unit of the matrix.
    p
        New sites at most, the fixed ones among them. A site that would serve nobody anew is not
        chosen, so that fewer may be returned (other tools fill up to `p`).
    prove
        Also ask a solver for the optimum.
    time_limit_s
        Greatest time for the solver, seconds.
    allowance
        When the proof ends whatever its limit, and what ends the whole search.

    Returns
    -------
    Siting
        `objective`: people newly served. Those out of every allowed candidate's reach are left out
        and told in `tally`.

    Raises
    ------
    InvalidInputError
        `p` is below 1 or below the number of fixed candidates or above the number of allowed ones,
        or the threshold is negative.

    Notes
    -----
    maximise Σᵢ wᵢ yᵢ subject to yᵢ ≤ Σⱼ aᵢⱼ xⱼ, Σⱼ xⱼ ≤ p, xⱼ ∈ {0, 1}, 0 ≤ yᵢ ≤ 1, where aᵢⱼ is 1
    if candidate j is within the threshold of demand point i, and those served before are left out.
    Greedy with single exchanges, begun anew some times from elsewhere; without a solver,
    `best_bound` comes from submodularity.

    References
    ----------
    Church, R. & ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional
    Science Association 32, 101-118.

    Examples
    --------
    >>> minutes = np.array([[1.0, 9, 9], [9, 1, 1], [9, 9, 1]])
    >>> people = np.array([10.0, 4, 5])
    >>> found = solve_mclp(Candidates(minutes, people), 5, 1)
    >>> found.chosen.tolist(), found.objective
    ([0], 10.0)
    >>> solve_mclp(Candidates(minutes, people), 0.5, 1).chosen.tolist()
    []
    """
    problem.check_count(p)
    cover = make_cover(problem, as_threshold(threshold))
    chosen = search(cover, p, allowance)
    bound, proven, out_of_time = upper_bound(cover, chosen, p), False, False
    if prove:
        proof = _prove(cover, p, allowance.left_s(time_limit_s))
        if proof.chosen is not None:
            chosen = _better(cover, chosen, proof.chosen.tolist())
        bound, proven = min(bound, -proof.bound), proof.proven
        out_of_time = proof.out_of_time
    order, gain = in_order(cover, cover.weight, chosen)
    used = [row for row, more in zip(order, gain, strict=True) if more > 0 or row in cover.fixed]
    gain = [more for row, more in zip(order, gain, strict=True) if row in used]
    objective = float(sum(gain))
    rows = as_rows(cover.ids[used])
    nearest, impedance = assign(problem, rows)
    return Siting(
        method="MCLP",
        way="milp" if prove else "greedy+swap",
        chosen=rows,
        gain=np.asarray(gain, np.float64),
        objective=objective,
        best_bound=objective if proven else max(objective, bound),
        proven=proven or bound <= objective * (1 + ROUNDING),
        out_of_time=out_of_time,
        nearest=nearest,
        impedance=impedance,
        tally=tally(problem, cover.before, cover.open),
    )


def _better(cover: Cover, chosen: list[int], other: list[int]) -> list[int]:
    """Return the choice that serves more; the first where both do the same."""
    own, others = (cover.weight[served(cover, rows)].sum() for rows in (chosen, other))
    return other if others > own * (1 + ROUNDING) else chosen


def _prove(cover: Cover, p: int, time_limit_s: float) -> Proof:
    count = cover.rows.shape[0]
    first, kind = merge_columns(cover.rows)
    weight = np.bincount(kind, cover.weight, len(first))
    parts = [-cover.rows[:, first].T, scipy.sparse.eye_array(len(first))]
    limits = scipy.sparse.csr_array(scipy.sparse.hstack(parts))
    some = np.concatenate([np.ones(count), np.zeros(len(first))])
    constraints = [LinearConstraint(limits, -np.inf, 0), LinearConstraint(some, 0, p)]
    cost = np.concatenate([np.zeros(count), -weight])
    return solve(cost, constraints, binaries=count, fixed=cover.fixed, time_limit_s=time_limit_s)
