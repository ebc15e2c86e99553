"""Questions answered on the base and on scenarios, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, select

from twin.analysis.compare import compare
from twin.analysis.comparison import Comparison, Measure, Side
from twin.analysis.overlay import Inputs
from twin.db.engine import connect
from twin.db.models import Project as ProjectTable
from twin.errors import InvalidInputError, within
from twin.jobs.process import Context
from twin.studies.question import Question
from twin.studies.scenarios.changes import (
    Population,
    Project,
    ScenarioChange,
    name_of,
)
from twin.studies.scenarios.model import BASE_ID, Scenario
from twin.studies.scenarios.overlaying import overlay
from twin.studies.scenarios.store import get_scenario
from twin.studies.study import Studies, studies_of
from twin.types import Text

_BASE: Final = Text("สภาพปัจจุบัน", "As it is")


def compare_sides(context: Context, a: str, b: str) -> Comparison:
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
    with connect(context.engine) as connection:
        scenarios = [_find(connection, side, id_) for side, id_ in (("a", a), ("b", b))]
    return compare(*_sides(context, _common_question(scenarios), scenarios, ("a", "b")))


def _find(connection: Connection, side: str, id_: str) -> Scenario | None:
    if id_ == BASE_ID:
        return None
    with within(scenarioId=side):
        return get_scenario(connection, id_)


def base_and_scenario(context: Context, scenario: Scenario) -> tuple[Side, Side]:
    """Return the base and a scenario, both answered."""
    base, other = _sides(context, scenario.question, [None, scenario])
    return base, other


def _sides(
    context: Context,
    question: Question,
    scenarios: Sequence[Scenario | None],
    parameters: tuple[str, str] = ("", ""),
) -> list[Side]:
    studies = studies_of(context)
    base = studies.inputs(question)
    sides = []
    with connect(context.engine) as connection:
        for parameter, scenario in zip(parameters, scenarios, strict=True):
            with within(parameter):
                sides.append(_side(connection, studies, question, base, scenario))
    return sides


def _side(
    connection: Connection,
    studies: Studies,
    question: Question,
    base: Inputs,
    scenario: Scenario | None,
) -> Side:
    if scenario is None:
        return Side(BASE_ID, _BASE, studies.cover(question, base))
    inputs = overlay(connection, base, question, scenario.changes)
    measures = _measures(connection, scenario.changes)
    return Side(scenario.id, scenario.names, studies.cover(question, inputs), measures)


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
            parameter="b",
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
