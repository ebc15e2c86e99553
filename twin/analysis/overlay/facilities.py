"""Changes of who offers the service."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.analysis.model import Supply
from twin.analysis.overlay.changes import (
    AddFacilities,
    MoveFacility,
    RemoveFacility,
    SupplyChange,
)
from twin.analysis.supply import join, select
from twin.errors import ConflictError, NotFoundError


def change_supply(supply: Supply, change: SupplyChange) -> Supply:
    """Return the supply after one change.

    Raises
    ------
    NotFoundError
        No facility has the id that is to be moved or removed.
    ConflictError
        A facility of the new one's id is there already.
    """
    match change:
        case AddFacilities():
            return _added(supply, change)
        case MoveFacility(id=id_, xy=xy):
            moved = supply.xy.copy()
            moved[_row(supply, id_)] = xy
            return replace(supply, xy=moved)
        case RemoveFacility(id=id_):
            return select(supply, np.arange(len(supply.ids)) != _row(supply, id_))


def _added(supply: Supply, change: AddFacilities) -> Supply:
    new = change.facilities
    known = set(supply.ids)
    for facility in new:
        if facility.id in known:
            raise ConflictError(
                f"There is a facility {facility.id} already; choose another id.",
                f"มีสถานบริการ {facility.id} อยู่แล้ว โปรดใช้รหัสอื่น",
                parameter="id",
            )
        known.add(facility.id)
    capacity = [np.nan if one.capacity is None else one.capacity for one in new]
    added = Supply(
        xy=np.array([one.xy for one in new], float).reshape(-1, 2),
        ids=tuple(one.id for one in new),
        names=tuple(one.name for one in new),
        capacity=np.array(capacity, float),
        opened=tuple(one.opened for one in new),
        basis=supply.basis,
    )
    return join([supply, added], supply.basis)


def _row(supply: Supply, id_: str) -> int:
    try:
        return supply.ids.index(id_)
    except ValueError:
        raise NotFoundError(
            f"There is no facility {id_} to change: it is not among the"
            f" {len(supply.ids):,} facilities of the question, or was removed before.",
            f"ไม่มีสถานบริการ {id_} ให้เปลี่ยน: ไม่อยู่ในสถานบริการ {len(supply.ids):,} แห่งของคำถาม"
            " หรือถูกยกเลิกไปก่อนแล้ว",
            parameter="id",
        ) from None
