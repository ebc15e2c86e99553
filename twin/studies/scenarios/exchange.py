"""Scenarios in and out of files, to take them to another machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError
from sqlalchemy import Connection

from twin.errors import InvalidInputError
from twin.spec import Title
from twin.studies.question import Asked
from twin.studies.scenarios.base import Moved, Revisions, find_moved
from twin.studies.scenarios.changes import ScenarioChange
from twin.studies.scenarios.check import check_change
from twin.studies.scenarios.model import MAX_CHANGES, NewScenario, Scenario
from twin.studies.scenarios.store import append_change, create_scenario, get_scenario
from twin.types import Text
from twin.validation import fault_path, tell_fault

#: Grows when files of before can no longer be read.
_FORMAT: Final = 1


class ScenarioFile(Asked):
    """A scenario as a file holds it; `base` tells what it was made on."""

    format: int = Field(_FORMAT, ge=_FORMAT, le=_FORMAT)
    scenario: NewScenario
    base: Revisions = Field(default_factory=dict)
    changes: dict[int, ScenarioChange] = Field(default_factory=dict, max_length=MAX_CHANGES)


def write_scenario(scenario: Scenario) -> str:
    """Return a scenario as JSON text that `read_scenario` reads."""
    new = NewScenario(
        id=scenario.id,
        names=Title(**scenario.names._asdict()),
        note=scenario.note,
        question=scenario.question,
    )
    file = ScenarioFile(scenario=new, base=scenario.base, changes=dict(scenario.changes))
    return json.dumps(file.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


def read_scenario(path: Path) -> ScenarioFile:
    """Read a scenario from a file.

    Raises
    ------
    InvalidInputError
        The file is not one of a scenario; the first fault is told with its place.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, Text(str(error), str(error))) from error
    try:
        return ScenarioFile.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors()[0]
        place = fault_path(fault, json.loads(text) if fault["loc"] else None) or "JSON"
        told = tell_fault(fault)
        raise _unreadable(path, Text(f"{place}: {told.th}", f"{place}: {told.en}")) from error


def import_scenario(connection: Connection, file: ScenarioFile) -> tuple[Scenario, list[Moved]]:
    """Keep the scenario of a file, its changes at their positions, on the base as it stands here.

    Returns
    -------
    The scenario, and what of its base has another content here than where it was exported.

    Raises
    ------
    ConflictError
        There is one of its id.
    TwinError
        A change cannot be applied here; it is named.
    """
    scenario = create_scenario(connection, file.scenario)
    for position in sorted(file.changes):
        check_change(connection, scenario, position, file.changes[position])
        append_change(connection, scenario, position, file.changes[position])
        scenario = get_scenario(connection, scenario.id)
    moved = find_moved(connection, file.base, scenario.base) if file.base else []
    return scenario, moved


def _unreadable(path: Path, why: Text) -> InvalidInputError:
    return InvalidInputError(
        f"{path.name} is not a scenario that can be read: {why.en}. Export one with `twin scenario"
        " export` to see the form.",
        f"อ่าน {path.name} เป็นสถานการณ์จำลองไม่ได้: {why.th} ดูรูปแบบได้จากไฟล์ที่ส่งออกด้วย"
        " `twin scenario export`",
    )
