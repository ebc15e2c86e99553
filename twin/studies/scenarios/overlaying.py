"""A scenario's changes laid over what a question is answered from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from twin.analysis.overlay import Inputs, apply_changes
from twin.analysis.supply import is_open
from twin.analysis.supply import select as choose
from twin.studies.areas import read_areas
from twin.studies.question import Question
from twin.studies.scenarios.changes import TAMBON, Population, ScenarioChange
from twin.studies.scenarios.resolve import resolve_changes


def overlay(
    connection: Connection, base: Inputs, question: Question, changes: Mapping[int, ScenarioChange]
) -> Inputs:
    """Return what a question is answered from after a scenario's changes.

    Raises
    ------
    TwinError
        A change cannot be applied, since the base has moved on; it is named.
    """
    resolved = resolve_changes(connection, changes, question.areas)
    demand = base.demand
    if any(isinstance(change, Population) for change in changes.values()):
        tambon = demand.areas.get(TAMBON) or read_areas(connection, TAMBON, demand.xy)
        base = replace(base, demand=replace(demand, areas={**demand.areas, TAMBON: tambon}))
    made = apply_changes(base, resolved)
    kept = {layer: made.demand.areas[layer] for layer in question.areas}
    made = replace(made, demand=replace(made.demand, areas=kept))
    if question.supply.opened_by is None:
        return made
    return replace(
        made, supply=choose(made.supply, is_open(made.supply, question.supply.opened_by))
    )
