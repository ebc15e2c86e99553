"""One name for everything that an answer was made from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from twin.analysis.assumptions import Assumptions
from twin.analysis.model import Demand, Supply

_DEMANDS: Final[WeakKeyDictionary[Demand, str]] = WeakKeyDictionary()


def digest_question(assumptions: Assumptions, demand: Demand, supply: Supply) -> str:
    """Return the SHA-256 of a question with all its inputs, hexadecimal.

    Equal for the same rows in another order; different when anything in the answer could be.
    """
    parts = [asdict(assumptions), digest_demand(demand), _list_supply(supply)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def digest_demand(demand: Demand) -> str:
    """Return the SHA-256 of demand points with weights and areas, whatever their order."""
    if demand not in _DEMANDS:
        layers = sorted(demand.areas)
        members = [demand.areas[layer].member for layer in layers]
        columns = np.stack([*demand.xy.T, demand.weight, *members])
        named = [[layer, demand.areas[layer].codes, demand.areas[layer].names] for layer in layers]
        found = hashlib.sha256(json.dumps(named).encode())
        found.update(columns[:, np.lexsort(columns[::-1])].tobytes())
        _DEMANDS[demand] = found.hexdigest()
    return _DEMANDS[demand]


def _list_supply(supply: Supply) -> list[tuple[str, tuple[str, str], list[float], str, str]]:
    rows = zip(
        supply.ids,
        supply.names,
        supply.xy.tolist(),
        (repr(float(value)) for value in supply.capacity),
        (_write(day) for day in supply.opened),
        strict=True,
    )
    return sorted((i, (name.th, name.en), xy, room, day) for i, name, xy, room, day in rows)


def _write(day: date | None) -> str:
    return "" if day is None else day.isoformat()
