"""Computing what a scenario comes to, and accepting a base that has moved on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert

from twin.analysis.compare import compare
from twin.analysis.comparison import Side
from twin.db.engine import connect
from twin.db.models_scenario import ScenarioResult
from twin.jobs.process import Context, Progress
from twin.settings import Settings
from twin.studies.scenarios.answers import base_and_scenario
from twin.studies.scenarios.base import Revisions
from twin.studies.scenarios.model import Result
from twin.studies.scenarios.results import (
    asked_digest,
    current_revisions,
    forget_old_results,
    read_results,
)
from twin.studies.scenarios.store import get_scenario, lock_scenario, touch


def compute(
    engine: Engine,
    writer: Engine,
    scenario_id: str,
    settings: Settings,
    building: Progress | None = None,
) -> Result:
    """Answer a scenario beside the base and keep the table; the same inputs give what is kept.

    Of a scenario the newest `MAX_RESULTS` tables are kept.

    Parameters
    ----------
    engine, writer
        One that may read, one that may write: nothing is locked while the answer is worked out.
    building
        As in `Context`.

    Raises
    ------
    NotFoundError
        There is no such scenario.
    TwinError
        A change cannot be applied any more, or the question cannot be answered.
    """
    with connect(engine) as connection:
        scenario = get_scenario(connection, scenario_id)
        revisions = current_revisions(connection, scenario)
    # Looks at the database itself: what is kept must be of what stands now.
    context = Context(settings, engine, writer, building=building)
    sides = base_and_scenario(context, scenario)
    asked = asked_digest(scenario)
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
        (found,) = read_results(connection, scenario_id, digest)
        forget_old_results(connection, scenario_id)
    return found


def rebase(
    engine: Engine,
    writer: Engine,
    scenario_id: str,
    settings: Settings,
    version: str | None = None,
    building: Progress | None = None,
) -> Result:
    """Accept the base as it stands now, and compute the scenario on it; see `compute`.

    Raises
    ------
    NotFoundError
        There is no such scenario.
    ChangedError
        It is of another version than the one given.
    TwinError
        A change cannot be applied to the new base; then the old one stays accepted.
    """
    result = compute(engine, writer, scenario_id, settings, building)
    with connect(writer) as connection:
        lock_scenario(connection, scenario_id, version)
        touch(connection, scenario_id, base=result.revisions)
    return result


def _digest(sides: Iterable[Side], revisions: Revisions, asked: str) -> str:
    """Return the digest of all that a table rests on: the same inputs, the same table."""
    rests_on = [[side.coverage.digest, [*map(asdict, side.measures)]] for side in sides]
    text = json.dumps([rests_on, revisions, asked], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
