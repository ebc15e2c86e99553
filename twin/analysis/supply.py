"""Facilities put together and sorted out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.analysis.model import Basis, FloatArray, Supply

#: Facilities closer than this are at one place, metres.
SAME_PLACE_M: Final = 0.1


def join(parts: Sequence[Supply], basis: Basis) -> Supply:
    """Return the facilities of all parts, in their order, as one supply.

    Raises
    ------
    ValueError
        An id occurs twice, or there is no part.
    """
    ids = tuple(one for part in parts for one in part.ids)
    if len(set(ids)) != len(ids):
        raise ValueError("ids must be unique")
    return Supply(
        xy=np.concatenate([part.xy for part in parts]),
        ids=ids,
        names=tuple(one for part in parts for one in part.names),
        capacity=np.concatenate([part.capacity for part in parts]),
        opened=tuple(one for part in parts for one in part.opened),
        basis=basis,
    )


def select(supply: Supply, wanted: NDArray[np.bool_]) -> Supply:
    """Return some of the facilities, by a truth value each."""
    rows = np.flatnonzero(wanted).tolist()
    return replace(
        supply,
        xy=supply.xy[rows],
        ids=tuple(supply.ids[row] for row in rows),
        names=tuple(supply.names[row] for row in rows),
        capacity=supply.capacity[rows],
        opened=tuple(supply.opened[row] for row in rows),
    )


def is_open(supply: Supply, day: date) -> NDArray[np.bool_]:
    """Tell which facilities are open on a day, the day they open included."""
    return np.array([opened is None or opened <= day for opened in supply.opened], dtype=bool)


def count_coincident(xy: FloatArray) -> int:
    """Return how many facilities are where an earlier one is already, to 0.1 m.

    Examples
    --------
    >>> count_coincident(np.array([[0.0, 0], [0, 0.01], [5, 5], [0, 0]]))
    2
    >>> count_coincident(np.empty((0, 2)))
    0
    """
    return len(xy) - len(np.unique(np.round(xy / SAME_PLACE_M), axis=0))
