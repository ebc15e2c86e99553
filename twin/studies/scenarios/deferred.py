"""What needs scipy, imported when it is first called: a worker that only reads stays small."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import Connection, Engine

from twin.jobs.process import Progress
from twin.settings import Settings
from twin.studies.scenarios.changes import ScenarioChange
from twin.studies.scenarios.model import Result


def add_change(
    connection: Connection, scenario_id: str, change: ScenarioChange, version: str | None = None
) -> int:
    """Do as `twin.studies.scenarios.check.add_change`."""
    check = import_module("twin.studies.scenarios.check")
    position: int = check.add_change(connection, scenario_id, change, version)
    return position


def remove_change(
    connection: Connection, scenario_id: str, position: int, version: str | None = None
) -> None:
    """Do as `twin.studies.scenarios.check.remove_change`."""
    check = import_module("twin.studies.scenarios.check")
    check.remove_change(connection, scenario_id, position, version)


def compute(engine: Engine, writer: Engine, scenario_id: str, settings: Settings) -> Result:
    """Do as `twin.studies.scenarios.computing.compute`."""
    computing = import_module("twin.studies.scenarios.computing")
    result: Result = computing.compute(engine, writer, scenario_id, settings)
    return result


def rebase(
    engine: Engine,
    writer: Engine,
    scenario_id: str,
    settings: Settings,
    version: str | None = None,
    building: Progress | None = None,
) -> Result:
    """Do as `twin.studies.scenarios.computing.rebase`."""
    computing = import_module("twin.studies.scenarios.computing")
    result: Result = computing.rebase(engine, writer, scenario_id, settings, version, building)
    return result
