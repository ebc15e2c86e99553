"""Proofs of optimality by mixed-integer programming (HiGHS)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import Any, Final

import numpy as np
import scipy.optimize
import scipy.sparse

from twin.analysis.model import FloatArray, IntArray

#: Seconds a proof may take unless told otherwise.
TIME_LIMIT_S: Final = 30.0


#: What `scipy.optimize.milp` calls the end by its time limit, the only one it is given.
_LIMIT_REACHED: Final = 1

#: Least that a solver is given, seconds: it takes none or less for no limit.
_LEAST_S: Final = 1e-9


def _quiet() -> None:
    """Go on."""


@dataclass(frozen=True)
class Allowance:
    """How long a search may take.

    Parameters
    ----------
    ends
        `time.monotonic()` at which a proof ends, done or not, whatever its own limit.
    tell
        Called by and by; what it raises ends the search.
    """

    ends: float = inf
    tell: Callable[[], None] = field(default=_quiet)

    def left_s(self, time_limit_s: float) -> float:
        """Return the seconds that a proof may take, given its own limit."""
        return max(min(time_limit_s, self.ends - monotonic()), _LEAST_S)


#: Whatever it takes.
UNBOUNDED: Final = Allowance()


@dataclass(frozen=True, eq=False)
class Proof:
    """What a solver found.

    Parameters
    ----------
    chosen
        Variables among the first `binaries` that are 1; None: nothing found in time.
    bound
        Least value that the minimised objective can have; -inf: nothing known.
    proven
        The solver closed the gap.
    out_of_time
        It was ended by its time limit before.
    """

    chosen: IntArray | None
    bound: float
    proven: bool
    out_of_time: bool = False


def solve(
    cost: FloatArray,
    constraints: list[scipy.optimize.LinearConstraint],
    *,
    binaries: int,
    fixed: tuple[int, ...],
    time_limit_s: float,
) -> Proof:
    """Minimise `cost @ x`, x in 0 to 1, the first `binaries` of them whole numbers.

    Notes
    -----
    The search is the same at every run, but a time limit cuts it off where the machine's speed has
    brought it.

    References
    ----------
    Huangfu, Q. & Hall, J. A. J. (2018). Parallelizing the dual revised simplex method. Mathematical
    Programming Computation 10, 119-142: HiGHS, through `scipy.optimize.milp`.
    """
    if not len(cost):
        return Proof(np.zeros(0, np.int32), 0.0, proven=True)
    integrality = np.zeros(len(cost), np.uint8)
    integrality[:binaries] = 1
    least = np.zeros(len(cost))
    least[list(fixed)] = 1
    result: Any = scipy.optimize.milp(
        cost,
        integrality=integrality,
        bounds=scipy.optimize.Bounds(least, np.ones(len(cost))),
        constraints=constraints,
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
    bound = -np.inf if result.mip_dual_bound is None else float(result.mip_dual_bound)
    out_of_time = result.status == _LIMIT_REACHED
    if result.x is None:
        return Proof(None, bound, proven=False, out_of_time=out_of_time)
    chosen = np.flatnonzero(np.rint(result.x[:binaries]) == 1).astype(np.int32)
    return Proof(chosen, bound, proven=bool(result.status == 0), out_of_time=out_of_time)


def merge_columns(rows: scipy.sparse.csr_array) -> tuple[IntArray, IntArray]:
    """Return one column of each kind, and the kind of each column.

    Columns are of one kind when the same rows hold them.
    """
    packed = np.packbits(rows.toarray().astype(bool), axis=0)
    _, first, kind = np.unique(packed, axis=1, return_index=True, return_inverse=True)
    return first.astype(np.int32), kind.reshape(-1).astype(np.int32)
