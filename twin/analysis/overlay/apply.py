"""Applying a scenario's changes, one after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from twin.analysis.model import Demand, Mode, Network, Supply
from twin.analysis.overlay.changes import (
    TITLES,
    AddFacilities,
    AddPeople,
    AddPeopleAt,
    Change,
    ChangeSpeed,
    CloseStreet,
    DemandChange,
    MoveFacility,
    NetworkChange,
    OpenStreet,
    RemoveFacility,
    ScalePeople,
    SupplyChange,
    revised,
)
from twin.analysis.overlay.drawn import open_street
from twin.analysis.overlay.facilities import change_supply
from twin.analysis.overlay.people import change_demand
from twin.analysis.overlay.streets import change_speed, close_street
from twin.errors import TwinError
from twin.types import Text


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a question is answered from.

    Parameters
    ----------
    faster
        By mode, what changes of the speed on all roads come to; streets opened later have it too.
    """

    network: Network
    demand: Demand
    supply: Supply
    faster: Mapping[Mode, float] = field(default_factory=dict)


def apply_changes(base: Inputs, changes: Mapping[int, Change]) -> Inputs:
    """Return what the base becomes by changes; the base and its arrays stay as they are.

    What no change touches is the very object of the base, so that whatever was made of it serves
    on. Revisions become digests of the base's and of the changes.

    Parameters
    ----------
    changes
        By position, applied in the order of positions.

    Raises
    ------
    TwinError
        A change cannot be applied: of the kind that is, naming the change by its position.
    """
    made = base
    for position in sorted(changes):
        try:
            made = _applied(made, changes[position])
        except TwinError as error:
            raise naming(error, position, TITLES[type(changes[position])]) from error
    return _revised(base, made, [changes[position] for position in sorted(changes)])


def _applied(inputs: Inputs, change: Change) -> Inputs:
    match change:
        case OpenStreet():
            return _with_street(inputs, change)
        case CloseStreet():
            return replace(inputs, network=close_street(inputs.network, change))
        case ChangeSpeed():
            return _faster(inputs, change)
        case AddFacilities() | MoveFacility() | RemoveFacility():
            return replace(inputs, supply=change_supply(inputs.supply, change))
        case ScalePeople() | AddPeople() | AddPeopleAt():
            return replace(inputs, demand=change_demand(inputs.demand, change))


def _with_street(inputs: Inputs, change: OpenStreet) -> Inputs:
    speeds = {
        mode: (along * inputs.faster.get(mode, 1.0), against * inputs.faster.get(mode, 1.0))
        for mode, (along, against) in change.speed_kmh.items()
    }
    return replace(inputs, network=open_street(inputs.network, replace(change, speed_kmh=speeds)))


def _faster(inputs: Inputs, change: ChangeSpeed) -> Inputs:
    made = replace(inputs, network=change_speed(inputs.network, change))
    if change.roads:
        return made
    factor = inputs.faster.get(change.mode, 1.0) * change.factor
    return replace(made, faster={**inputs.faster, change.mode: factor})


def _revised(base: Inputs, made: Inputs, changes: list[Change]) -> Inputs:
    kinds = (NetworkChange, DemandChange, SupplyChange)
    network, demand, supply = (
        [change for change in changes if isinstance(change, get_args(kind))] for kind in kinds
    )
    if network:
        revision = revised(base.network.revision, network)
        made = replace(made, network=replace(made.network, revision=revision))
    if demand:
        basis = replace(base.demand.basis, revision=revised(base.demand.basis.revision, demand))
        made = replace(made, demand=replace(made.demand, basis=basis))
    if supply:
        basis = replace(base.supply.basis, revision=revised(base.supply.basis.revision, supply))
        made = replace(made, supply=replace(made.supply, basis=basis))
    return made


def naming(error: TwinError, position: int, title: Text) -> TwinError:
    """Return a fault that says which change it is of.

    Parameters
    ----------
    title
        What the change does, e.g. `add a facility`.
    """
    name = f"changes.{position}"
    parameter = f"{name}.{error.parameter}" if error.parameter else name
    return type(error)(
        f"Change {position} ({title.en}): {error.en}",
        f"การเปลี่ยนแปลงที่ {position} ({title.th}): {error.th}",
        parameter=parameter,
    )
