"""What scenarios came to: computed when asked for, kept as it was, told to be stale where it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from twin.db.models_scenario import ScenarioResult
from twin.studies.scenarios.base import Moved, Revisions, find_moved, read_revisions
from twin.studies.scenarios.model import MAX_RESULTS, Result, Scenario
from twin.studies.scenarios.store import get_scenario

_NEWEST_FIRST: Final = (ScenarioResult.computed_at.desc(), ScenarioResult.id.desc())


@dataclass(frozen=True)
class Standing:
    """Whether something was computed on what stands now.

    Parameters
    ----------
    moved
        Parts of the base with another content now; none: not stale.
    is_edited
        The question or the changes are others now.
    """

    moved: tuple[Moved, ...]
    is_edited: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether the base has moved on."""
        return bool(self.moved)


def list_results(connection: Connection, scenario_id: str) -> list[Result]:
    """Return what a scenario came to, the newest first.

    Raises
    ------
    NotFoundError
        There is no such scenario.
    """
    get_scenario(connection, scenario_id)
    return read_results(connection, scenario_id)


def standing(connection: Connection, scenario: Scenario) -> Standing:
    """Tell whether the base of a scenario has moved on."""
    now = current_revisions(connection, scenario)
    return Standing(tuple(find_moved(connection, scenario.base, now)))


def result_standing(connection: Connection, scenario: Scenario, result: Result) -> Standing:
    """Tell whether a result was computed on what stands now.

    What the scenario reads only before or only after it was edited is no base that moved on.
    """
    then, now = result.revisions, current_revisions(connection, scenario)
    both = then.keys() & now.keys()
    then, now = ({id_: side[id_] for id_ in both} for side in (then, now))
    moved = find_moved(connection, then, now)
    return Standing(tuple(moved), result.table["asked"] != asked_digest(scenario))


def current_revisions(connection: Connection, scenario: Scenario) -> Revisions:
    """Return how everything that a scenario reads stands now."""
    return read_revisions(connection, scenario.question, scenario.changes.values())


def asked_digest(scenario: Scenario) -> str:
    """Return the digest of the question and the changes of a scenario."""
    changes = [[place, one.model_dump(mode="json")] for place, one in scenario.changes.items()]
    told = [scenario.question.model_dump(mode="json"), changes]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def forget_old_results(connection: Connection, scenario_id: str) -> None:
    """Keep the newest `MAX_RESULTS` results of a scenario."""
    table: Any = ScenarioResult.__table__
    mine = table.c.scenario_id == scenario_id
    old = select(table.c.id).where(mine).order_by(*_NEWEST_FIRST).offset(MAX_RESULTS)
    connection.execute(delete(table).where(table.c.id.in_(old)))


def read_results(
    connection: Connection, scenario_id: str, digest: str | None = None
) -> list[Result]:
    """Return what is kept of a scenario, or the one result of a digest, the newest first."""
    table: Any = ScenarioResult.__table__
    statement = select(table).where(table.c.scenario_id == scenario_id)
    if digest is not None:
        statement = statement.where(table.c.digest == digest)
    rows = connection.execute(statement.order_by(*_NEWEST_FIRST).limit(MAX_RESULTS))
    return [Result(row.digest, row.revisions, row.table, row.computed_at) for row in rows]
