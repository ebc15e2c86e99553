"""Questions answered on the base and on scenarios, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, select

from twin.analysis.compare import compare
from twin.analysis.comparison import Comparison, Measure, Side
from twin.analysis.coverage import ServiceCoverage
from twin.analysis.overlay import Inputs, apply_changes
from twin.analysis.supply import is_open
from twin.analysis.supply import select as choose
from twin.db.models import Project as ProjectTable
from twin.errors import InvalidInputError
from twin.settings import Settings
from twin.studies.areas import read_areas
from twin.studies.covering import cover, question_graph
from twin.studies.demand import read_demand
from twin.studies.network import load_network
from twin.studies.question import Question
from twin.studies.scenarios.changes import (
    TAMBON,
    Population,
    Project,
    ScenarioChange,
    name_of,
)
from twin.studies.scenarios.model import BASE_ID, Scenario
from twin.studies.scenarios.resolve import resolve_changes
from twin.studies.scenarios.store import get_scenario
from twin.studies.supply import read_supply
from twin.types import Text

_BASE: Final = Text("สภาพปัจจุบัน", "As it is")


def read_base(connection: Connection, question: Question, settings: Settings) -> Inputs:
    """Return what a question is answered from, without its scenario.

    Raises
    ------
    TwinError
        As reading the network, demand, areas and supply does.
    """
    network, _ = load_network(connection, settings.network_dir, ferries=question.ferries)
    demand = read_demand(connection, question.demand, raster_dir=settings.raster_dir)
    areas = {layer: read_areas(connection, layer, demand.xy) for layer in question.areas}
    return Inputs(network, replace(demand, areas=areas), read_supply(connection, question.supply))


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


def answer(question: Question, inputs: Inputs) -> ServiceCoverage:
    """Return who is served."""
    return cover(question, question_graph(question, inputs.network), inputs)


def compare_sides(connection: Connection, a: str, b: str, settings: Settings) -> Comparison:
    """Return the table of any two: scenarios by id, or `base`.

    Raises
    ------
    NotFoundError
        There is no such scenario.
    InvalidInputError
        Both are the base, or the scenarios ask different questions.
    TwinError
        A change cannot be applied any more.
    """
    scenarios = [None if id_ == BASE_ID else get_scenario(connection, id_) for id_ in (a, b)]
    question = _common_question(scenarios)
    base = read_base(connection, question, settings)
    sides = [_side(connection, question, base, scenario) for scenario in scenarios]
    return compare(*sides)


def base_and_scenario(
    connection: Connection, scenario: Scenario, settings: Settings
) -> tuple[Side, Side]:
    """Return the base and a scenario, both answered."""
    base = read_base(connection, scenario.question, settings)
    one, other = (_side(connection, scenario.question, base, which) for which in (None, scenario))
    return one, other


def _side(
    connection: Connection, question: Question, base: Inputs, scenario: Scenario | None
) -> Side:
    if scenario is None:
        return Side(BASE_ID, _BASE, answer(question, base))
    inputs = overlay(connection, base, question, scenario.changes)
    measures = _measures(connection, scenario.changes)
    return Side(scenario.id, scenario.names, answer(question, inputs), measures)


def _common_question(scenarios: list[Scenario | None]) -> Question:
    questions = [scenario.question for scenario in scenarios if scenario is not None]
    if not questions:
        raise InvalidInputError(
            "Both sides are the base; name at least one scenario.",
            "ทั้งสองฝั่งเป็นสภาพปัจจุบัน โปรดระบุสถานการณ์จำลองอย่างน้อยหนึ่งรายการ",
            parameter="b",
        )
    first, last = questions[0], questions[-1]
    differing = [name for name, value in first if value != getattr(last, name)]
    if differing:
        told = ", ".join(differing)
        raise InvalidInputError(
            f"The scenarios ask different questions: {told} differ. Give both the same question.",
            f"สถานการณ์จำลองทั้งสองถามคนละคำถาม ต่างกันที่ {told} โปรดตั้งคำถามให้เหมือนกัน",
            parameter=f"question.{differing[0]}",
        )
    return first


def _measures(connection: Connection, changes: Mapping[int, ScenarioChange]) -> tuple[Measure, ...]:
    """Return changes as far as their cost goes; a project costs its budget unless told."""
    codes = [change.code for change in changes.values() if isinstance(change, Project)]
    statement = select(ProjectTable.code, ProjectTable.budget_thb)
    rows = connection.execute(statement.where(ProjectTable.code.in_(codes)))
    budgets = {row.code: row.budget_thb for row in rows}
    measures = []
    for position, change in changes.items():
        cost = change.cost_thb
        if cost is None and isinstance(change, Project):
            cost = budgets.get(change.code)
        key = change.model_dump_json(exclude={"names"})
        is_assumption = isinstance(change, Population)
        measures.append(Measure(key, name_of(position, change), cost, is_assumption))
    return tuple(measures)
