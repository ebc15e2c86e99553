"""What scenarios came to: computed when asked for, kept as it was, told to be stale where it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from twin.analysis.compare import compare
from twin.analysis.comparison import Side
from twin.db.engine import connect
from twin.db.models_scenario import ScenarioResult
from twin.settings import Settings
from twin.studies.scenarios.answers import base_and_scenario
from twin.studies.scenarios.base import Moved, Revisions, find_moved, read_revisions
from twin.studies.scenarios.model import Result, Scenario
from twin.studies.scenarios.store import get_scenario, lock_scenario, touch


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


def compute(engine: Engine, writer: Engine, scenario_id: str, settings: Settings) -> Result:
    """Answer a scenario beside the base and keep the table; the same inputs give what is kept.

    Parameters
    ----------
    engine, writer
        One that may read, one that may write: nothing is locked while the answer is worked out.

    Raises
    ------
    NotFoundError
        There is no such scenario.
    TwinError
        A change cannot be applied any more, or the question cannot be answered.
    """
    with connect(engine) as connection:
        scenario = get_scenario(connection, scenario_id)
        revisions = _revisions(connection, scenario)
        sides = base_and_scenario(connection, scenario, settings)
        asked = _asked(scenario)
        table = {"asked": asked, "comparison": compare(*sides).to_json()}
        digest = _digest(sides, revisions, asked)
    values = {
        "scenario_id": scenario_id,
        "digest": digest,
        "revisions": revisions,
        "table": table,
    }
    with connect(writer) as connection:
        get_scenario(connection, scenario_id)  # it may be gone by now
        connection.execute(insert(ScenarioResult).values(values).on_conflict_do_nothing())
        (found,) = _results(connection, scenario_id, digest)
    return found


def rebase(
    engine: Engine, writer: Engine, scenario_id: str, settings: Settings, version: str | None = None
) -> Result:
    """Accept the base as it stands now, and compute the scenario on it.

    Raises
    ------
    NotFoundError
        There is no such scenario.
    ChangedError
        It is of another version than the one given.
    TwinError
        A change cannot be applied to the new base; then the old one stays accepted.
    """
    result = compute(engine, writer, scenario_id, settings)
    with connect(writer) as connection:
        lock_scenario(connection, scenario_id, version)
        touch(connection, scenario_id, base=result.revisions)
    return result


def list_results(connection: Connection, scenario_id: str) -> list[Result]:
    """Return what a scenario came to, the newest first.

    Raises
    ------
    NotFoundError
        There is no such scenario.
    """
    get_scenario(connection, scenario_id)
    return _results(connection, scenario_id)


def standing(connection: Connection, scenario: Scenario) -> Standing:
    """Tell whether the base of a scenario has moved on."""
    return Standing(tuple(find_moved(connection, scenario.base, _revisions(connection, scenario))))


def result_standing(connection: Connection, scenario: Scenario, result: Result) -> Standing:
    """Tell whether a result was computed on what stands now."""
    moved = find_moved(connection, result.revisions, _revisions(connection, scenario))
    return Standing(tuple(moved), result.table["asked"] != _asked(scenario))


def _revisions(connection: Connection, scenario: Scenario) -> Revisions:
    return read_revisions(connection, scenario.question, scenario.changes.values())


def _asked(scenario: Scenario) -> str:
    """Return the digest of the question and the changes of a scenario."""
    changes = [[place, one.model_dump(mode="json")] for place, one in scenario.changes.items()]
    told = [scenario.question.model_dump(mode="json"), changes]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _digest(sides: Iterable[Side], revisions: Revisions, asked: str) -> str:
    """Return the digest of all that a table rests on: the same inputs, the same table."""
    rests_on = [[side.coverage.digest, [*map(asdict, side.measures)]] for side in sides]
    text = json.dumps([rests_on, revisions, asked], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _results(connection: Connection, scenario_id: str, digest: str | None = None) -> list[Result]:
    table: Any = ScenarioResult.__table__
    statement = select(table).where(table.c.scenario_id == scenario_id)
    if digest is not None:
        statement = statement.where(table.c.digest == digest)
    rows = connection.execute(statement.order_by(table.c.computed_at.desc(), table.c.id.desc()))
    return [Result(row.digest, row.revisions, row.table, row.computed_at) for row in rows]
