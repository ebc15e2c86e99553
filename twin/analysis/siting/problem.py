"""What a siting problem is given and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.analysis.model import FloatArray, IntArray
from twin.errors import InvalidInputError

Method = Literal["MCLP", "LSCP", "p-median"]
Way = Literal["greedy+swap", "milp"]

#: Differences below this share of the total are rounding, not improvement.
ROUNDING: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places where a facility could stand, and how far everyone is from each.

    Parameters
    ----------
    impedance
        (c, n) seconds or metres between candidate and demand point, 0 or more; infinite where there
        is no way, NaN where the point is on no street.
    weight
        (n,) people at each demand point, finite, 0 or more.
    present
        (n,) impedance of the nearest existing facility, infinite where there is none; None: there
        are no existing facilities. They stay, and what they serve counts first.
    fixed
        Rows that have to be chosen; they count among the chosen.
    forbidden
        Rows that may not be chosen.

    Raises
    ------
    InvalidInputError
        Shapes differ, a value is negative, a weight is not finite, or a row named in `fixed` or
        `forbidden` is not there or is in both.
    """

    impedance: NDArray[np.floating[Any]]
    weight: FloatArray
    present: FloatArray | None = None
    fixed: tuple[int, ...] = ()
    forbidden: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self._check_shapes()
        if (self.impedance < 0).any() or (self.present is not None and (self.present < 0).any()):
            raise _refused("impedance", "must be 0 or more", "ต้องไม่ติดลบ")
        if not np.isfinite(self.weight).all() or (self.weight < 0).any():
            raise _refused("weight", "must be finite and 0 or more", "ต้องเป็นจำนวนจำกัดและไม่ติดลบ")
        self._check_rows("fixed", self.fixed)
        self._check_rows("forbidden", self.forbidden)
        both = sorted(set(self.fixed) & set(self.forbidden))
        if both:
            en, th = f"names {both} as `forbidden` does", f"ระบุ {both} ซ้ำกับ `forbidden`"
            raise _refused("fixed", en, th)

    @property
    def allowed(self) -> IntArray:
        """Rows that may be chosen, ascending."""
        barred = np.isin(np.arange(len(self.impedance)), list(self.forbidden))
        return np.flatnonzero(~barred).astype(np.int32)

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """(n,) demand points that are on no street."""
        unknown: NDArray[np.bool_] = np.isnan(self.impedance).all(axis=0)
        return unknown

    def check_count(self, p: int) -> None:
        """Refuse a number of sites that cannot be chosen.

        Raises
        ------
        InvalidInputError
            `p` is below 1, below the number of fixed rows, or above that of allowed rows.
        """
        allowed = len(self.allowed)
        if p < 1:
            raise _refused("p", f"is {p}; at least 1 site is needed", f"คือ {p} ต้องมีอย่างน้อย 1 แห่ง")
        if p < len(self.fixed):
            en = f"is {p}, but {len(self.fixed)} sites are fixed"
            raise _refused("p", en, f"คือ {p} แต่กำหนดไว้แล้ว {len(self.fixed)} แห่ง")
        if p > allowed:
            en = f"is {p}, but only {allowed} of {len(self.impedance)} candidates may be chosen"
            th = f"คือ {p} แต่เลือกได้เพียง {allowed} จาก {len(self.impedance)} แห่ง"
            raise _refused("p", en, th)

    def _check_shapes(self) -> None:
        if self.impedance.shape[1:] != self.weight.shape or self.weight.ndim != 1:
            en = f"has shape {self.weight.shape} for impedances of {self.impedance.shape}"
            th = f"มีขนาด {self.weight.shape} ไม่ตรงกับ {self.impedance.shape}"
            raise _refused("weight", en, th)
        if self.present is not None and self.present.shape != self.weight.shape:
            en = f"has shape {self.present.shape} for weights of {self.weight.shape}"
            th = f"มีขนาด {self.present.shape} ไม่ตรงกับ {self.weight.shape}"
            raise _refused("present", en, th)

    def _check_rows(self, name: str, rows: Sequence[int]) -> None:
        beyond = [row for row in rows if not 0 <= row < len(self.impedance)]
        if beyond or len(set(rows)) < len(rows):
            named, last = beyond or list(rows), len(self.impedance) - 1
            en = f"names {named}; each of 0 to {last} once at most"
            th = f"ระบุ {named} ต้องอยู่ใน 0 ถึง {last} และไม่ซ้ำ"
            raise _refused(name, en, th)


@dataclass(frozen=True)
class Tally:
    """Who a siting problem is about, in people.

    Parameters
    ----------
    total
        Everyone.
    before
        Served by existing facilities.
    out_of_reach
        Not served before, and no allowed candidate could serve them: left out of the problem.
    unknown
        On no street: left out of the problem.
    """

    total: float
    before: float
    out_of_reach: float
    unknown: float


@dataclass(frozen=True, eq=False)
class Siting:
    """Which candidates to choose, and how sure that is.

    Parameters
    ----------
    method
        Name of the problem in the literature.
    way
        How the answer was found.
    chosen
        Rows of the candidates, the most useful first.
    gain
        What each adds to those before it: people for MCLP and LSCP, weight × impedance saved for
        the p-median.
    objective
        People newly served (MCLP, more is better); number of new sites (LSCP, fewer is better);
        sum of weight × impedance (p-median, less is better).
    best_bound
        No choice can have a better objective than this.
    proven
        No better choice exists.
    out_of_time
        The proof was ended by its time before it was done.
    nearest
        (n,) row of the chosen candidate nearest to each demand point; -1: an existing facility is
        as near, or none serves it.
    impedance
        (n,) impedance of the nearest, existing or chosen; infinite: none; NaN: on no street.
    tally
        Who was served before, and who was left out.
    """

    method: Method
    way: Way
    chosen: IntArray
    gain: FloatArray
    objective: float
    best_bound: float
    proven: bool
    nearest: IntArray = field(repr=False)
    impedance: FloatArray = field(repr=False)
    tally: Tally
    out_of_time: bool = False

    @property
    def gap(self) -> float:
        """How much better another choice could be at most, as a share of `objective`."""
        apart = abs(self.best_bound - self.objective)
        if apart == 0:
            return 0.0
        return apart / abs(self.objective) if self.objective else float("inf")

    def __str__(self) -> str:
        state = "proven" if self.proven else f"gap {self.gap:.2%}"
        return (
            f"{self.method}: {len(self.chosen)} sites, objective {self.objective:,.2f}, "
            f"best bound {self.best_bound:,.2f}, {state} ({self.way})"
        )


def assign(problem: Candidates, chosen: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the chosen row nearest to each demand point, and the impedance of the nearest.

    Of equally near candidates the lowest row; -1 where an existing facility is as near or nothing
    is reached.
    """
    rows = np.sort(chosen)
    known = np.full(len(problem.weight), np.inf)
    nearest = np.full(len(known), -1, np.int32)
    if problem.present is not None:
        known = np.where(np.isnan(problem.present), np.inf, problem.present)
    for row in rows:
        nearer = problem.impedance[row] < known
        nearest[nearer] = row
        known[nearer] = problem.impedance[row][nearer]
    known[problem.unknown] = np.nan
    return nearest, known


def tally(problem: Candidates, before: NDArray[np.bool_], open_: NDArray[np.bool_]) -> Tally:
    """Return who is served before, and who neither is nor can be."""
    weight, unknown = problem.weight, problem.unknown & ~before
    return Tally(
        total=float(weight.sum()),
        before=float(weight[before].sum()),
        out_of_reach=float(weight[~before & ~open_ & ~unknown].sum()),
        unknown=float(weight[unknown].sum()),
    )


def as_threshold(value: float) -> float:
    """Return a threshold that is a number of 0 or more.

    Raises
    ------
    InvalidInputError
        It is not.
    """
    if not value >= 0:
        raise _refused("threshold", f"is {value}; it must be 0 or more", f"คือ {value} ต้องไม่ติดลบ")
    return float(value)


def as_rows(rows: ArrayLike) -> IntArray:
    """Return row numbers as the 32-bit integers of results."""
    return np.asarray(rows, dtype=np.int32)


def _refused(parameter: str, en: str, th: str) -> InvalidInputError:
    return InvalidInputError(f"`{parameter}` {en}.", f"`{parameter}` {th}", parameter=parameter)
