"""Changes of who needs the service."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from twin.analysis.model import Areas, Demand
from twin.analysis.overlay.changes import AddPeople, AddPeopleAt, DemandChange, ScalePeople
from twin.errors import InvalidInputError, NotFoundError


def change_demand(demand: Demand, change: DemandChange) -> Demand:
    """Return the demand after one change; new points come after those that were there.

    Raises
    ------
    NotFoundError
        The areas are not among those of the demand.
    InvalidInputError
        People are to live in an area without any demand point.
    """
    match change:
        case AddPeopleAt():
            return _with_point(demand, change)
        case ScalePeople(layer=layer, codes=codes, factor=factor):
            chosen = _members(demand, layer, codes)
            return replace(demand, weight=np.where(chosen, demand.weight * factor, demand.weight))
        case AddPeople(layer=layer, codes=codes, people=people):
            chosen = _members(demand, layer, codes)
            return replace(demand, weight=demand.weight + _shares(demand, chosen) * people)


def _shares(demand: Demand, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    if not chosen.any():
        raise InvalidInputError(
            "Nobody lives in these areas and they have no place to live at; add the people at a"
            " point instead.",
            "พื้นที่เหล่านี้ไม่มีจุดที่อยู่อาศัย โปรดเพิ่มประชากรที่จุดแทน",
            parameter="codes",
        )
    weight = np.where(chosen, demand.weight, 0.0)
    total = weight.sum()
    if total > 0:
        return np.asarray(weight / total, float)
    return np.asarray(chosen / chosen.sum(), float)


def _members(demand: Demand, layer: str, codes: tuple[str, ...]) -> NDArray[np.bool_]:
    areas = demand.areas.get(layer)
    known = areas.codes if areas else ()
    missing = [code for code in codes if code not in known]
    if areas is None or missing:
        told = ", ".join(missing or codes)
        raise NotFoundError(
            f"There is no area {told} in `{layer}`.",
            f"ไม่มีพื้นที่ {told} ใน `{layer}`",
            parameter="codes",
        )
    wanted = [known.index(code) for code in codes]
    return np.isin(areas.member, wanted)


def _with_point(demand: Demand, change: AddPeopleAt) -> Demand:
    return replace(
        demand,
        xy=np.concatenate([demand.xy, np.array([change.xy], float)]),
        weight=np.append(demand.weight, change.people),
        areas={
            layer: _with_member(areas, change.areas.get(layer))
            for layer, areas in demand.areas.items()
        },
    )


def _with_member(areas: Areas, code: str | None) -> Areas:
    row = areas.codes.index(code) if code in areas.codes else -1
    return replace(areas, member=np.append(areas.member, np.int32(row)).astype(np.int32))
