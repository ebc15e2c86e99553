"""Scenarios as answers, and their versions as entity tags."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection

from api.models.common import bilingual
from api.models.scenarios import ChangeModel, MovedModel, ResultModel, ScenarioModel
from twin.studies.scenarios.base import Moved
from twin.studies.scenarios.changes import name_of
from twin.studies.scenarios.model import MAX_CHANGES, Result, Scenario
from twin.studies.scenarios.results import result_standing, standing


def scenario_model(connection: Connection, scenario: Scenario) -> ScenarioModel:
    """Return a scenario as it is told."""
    found = standing(connection, scenario)
    return ScenarioModel(
        id=scenario.id,
        names=bilingual(scenario.names),
        note=scenario.note,
        question=scenario.question,
        created_at=scenario.created_at,
        updated_at=scenario.updated_at,
        max_changes=MAX_CHANGES,
        is_stale=found.is_stale,
        moved=_moved(found.moved),
        changes=[change_model(scenario, position) for position in scenario.changes],
    )


def change_model(scenario: Scenario, position: int) -> ChangeModel:
    """Return one change as it is told."""
    change = scenario.changes[position]
    return ChangeModel(position=position, title=bilingual(name_of(position, change)), change=change)


def result_model(connection: Connection, scenario: Scenario, result: Result) -> ResultModel:
    """Return what a scenario came to as it is told."""
    found = result_standing(connection, scenario, result)
    return ResultModel(
        digest=result.digest,
        computed_at=result.computed_at,
        is_stale=found.is_stale,
        is_edited=found.is_edited,
        moved=_moved(found.moved),
        revisions=result.revisions,
        comparison=result.table["comparison"],
    )


def entity_tag(model: ScenarioModel, version: str) -> str:
    """Return the tag of a scenario as it is told: its version, and whether its base moved on."""
    told = hashlib.sha256("".join(map(str, model.moved)).encode()).hexdigest()
    return f'"{version}-{told[:8]}"'


def wanted_version(if_match: str | None) -> str | None:
    """Return the version that a scenario must still have; None where any will do.

    Examples
    --------
    >>> wanted_version('"1764061200.123456-e3b0c442"')
    '1764061200.123456'
    >>> wanted_version("*") is wanted_version(None) is None
    True
    """
    if if_match is None or if_match.strip() == "*":
        return None
    return if_match.strip().removeprefix("W/").strip('"').partition("-")[0]


def _moved(moved: Sequence[Moved]) -> list[MovedModel]:
    return [
        MovedModel(id=one.id, title=bilingual(one.title), was=one.was, now=one.now) for one in moved
    ]
