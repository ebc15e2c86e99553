"""Scenarios in the database."""

from __future__ import annotations

from typing import Any

from geoalchemy2.shape import from_shape, to_shape
from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy import exc as sa

from twin.crs import STORAGE_SRID
from twin.db.models_scenario import Scenario as ScenarioTable
from twin.db.models_scenario import ScenarioChange as ChangeTable
from twin.errors import ChangedError, ConflictError, NotFoundError, TooLargeError
from twin.spec import Title
from twin.studies.question import Question
from twin.studies.scenarios.base import Revisions, read_revisions
from twin.studies.scenarios.changes import ScenarioChange, arguments, geometry, read_change
from twin.studies.scenarios.model import (
    MAX_CHANGES,
    MAX_SCENARIOS,
    NewScenario,
    Scenario,
    ScenarioEdit,
    ScenarioSummary,
)
from twin.types import Json, Text


def list_scenarios(connection: Connection) -> list[ScenarioSummary]:
    """Return all scenarios, those changed last first."""
    count = func.count(ChangeTable.position).label("changes")
    statement = (
        select(
            ScenarioTable.id,
            ScenarioTable.name_th,
            ScenarioTable.name_en,
            ScenarioTable.note,
            ScenarioTable.created_at,
            ScenarioTable.updated_at,
            count,
        )
        .outerjoin(ChangeTable, ChangeTable.scenario_id == ScenarioTable.id)
        .group_by(ScenarioTable.id)
        .order_by(ScenarioTable.updated_at.desc(), ScenarioTable.id)
    )
    return [
        ScenarioSummary(
            row.id,
            Text(row.name_th, row.name_en),
            row.note,
            row.changes,
            row.created_at,
            row.updated_at,
        )
        for row in connection.execute(statement)
    ]


def get_scenario(connection: Connection, scenario_id: str) -> Scenario:
    """Return one scenario with its changes.

    Raises
    ------
    NotFoundError
        There is no such scenario; the message names some there are.
    """
    row = connection.execute(_rows(scenario_id)).one_or_none()
    if row is None:
        raise _no_scenario(connection, scenario_id)
    return _scenario(row, _changes(connection, scenario_id))


def create_scenario(connection: Connection, new: NewScenario) -> Scenario:
    """Keep a new scenario on the base as it stands.

    Raises
    ------
    ConflictError
        There is one of that id.
    TooLargeError
        There are as many as may be kept.
    """
    count = connection.scalar(select(func.count()).select_from(ScenarioTable)) or 0
    if count >= MAX_SCENARIOS:
        raise TooLargeError(
            f"There are {count} scenarios, and {MAX_SCENARIOS} is the most that are kept; delete"
            " some first.",
            f"มีสถานการณ์จำลอง {count} รายการแล้ว เก็บได้ไม่เกิน {MAX_SCENARIOS} โปรดลบบางรายการก่อน",
        )
    values = {
        "id": new.id,
        "name_th": new.names.th,
        "name_en": new.names.en,
        "note": new.note or None,
        "question": new.question.model_dump(mode="json"),
        "base": read_revisions(connection, new.question, []),
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(ScenarioTable), [values])
    except sa.IntegrityError as error:
        raise ConflictError(
            f"There is a scenario `{new.id}` already; choose another id.",
            f"มีสถานการณ์จำลอง `{new.id}` อยู่แล้ว โปรดใช้รหัสอื่น",
            parameter="id",
        ) from error
    return get_scenario(connection, new.id)


def edit_scenario(
    connection: Connection, scenario_id: str, edit: ScenarioEdit, version: str | None = None
) -> Scenario:
    """Change what is said of a scenario; the base stays, layers that a new question adds join it.

    Parameters
    ----------
    version
        Only if the scenario is still of this version; None: whatever it is.

    Raises
    ------
    NotFoundError
        There is no such scenario.
    ChangedError
        It is of another version.
    """
    scenario = lock_scenario(connection, scenario_id, version)
    values: dict[str, Any] = {}
    if edit.names is not None:
        values |= {"name_th": edit.names.th, "name_en": edit.names.en}
    if edit.note is not None:
        values["note"] = edit.note or None
    if edit.question is not None:
        values["question"] = edit.question.model_dump(mode="json")
        values["base"] = _widened(
            connection, scenario.base, edit.question, [*scenario.changes.values()]
        )
    touch(connection, scenario_id, **values)
    return get_scenario(connection, scenario_id)


def delete_scenario(connection: Connection, scenario_id: str, version: str | None = None) -> None:
    """Forget a scenario with its changes and results; raises as `edit_scenario` does."""
    lock_scenario(connection, scenario_id, version)
    connection.execute(delete(ScenarioTable).where(ScenarioTable.id == scenario_id))


def next_position(scenario: Scenario) -> int:
    """Return the position of the next change.

    Raises
    ------
    TooLargeError
        The scenario has as many changes as it may.
    """
    if len(scenario.changes) >= MAX_CHANGES:
        raise TooLargeError(
            f"The scenario has {MAX_CHANGES} changes, which is the most; take some out, or make"
            " another scenario.",
            f"สถานการณ์จำลองมีการเปลี่ยนแปลง {MAX_CHANGES} รายการ ซึ่งเป็นจำนวนสูงสุด"
            " โปรดนำบางรายการออก หรือสร้างสถานการณ์จำลองใหม่",
        )
    return max(scenario.changes, default=0) + 1


def append_change(
    connection: Connection, scenario: Scenario, position: int, change: ScenarioChange
) -> None:
    """Keep a change of a locked scenario; what it reads that nothing read before joins the base."""
    geom = geometry(change)
    names = change.names
    values = {
        "scenario_id": scenario.id,
        "position": position,
        "kind": change.kind,
        "args": arguments(change),
        "name_th": names.th if names else None,
        "name_en": names.en if names else None,
        "cost_thb": change.cost_thb,
        "geom": None if geom is None else from_shape(geom, STORAGE_SRID),
    }
    connection.execute(insert(ChangeTable), [values])
    changes = [*scenario.changes.values(), change]
    touch(
        connection,
        scenario.id,
        base=_widened(connection, scenario.base, scenario.question, changes),
    )


def delete_change(
    connection: Connection, scenario_id: str, position: int, version: str | None = None
) -> None:
    """Take one change out, needed or not; the others keep their positions.

    Raises
    ------
    NotFoundError
        There is no such scenario or change.
    ChangedError
        The scenario is of another version.
    """
    scenario = lock_scenario(connection, scenario_id, version)
    if position not in scenario.changes:
        known = ", ".join(map(str, scenario.changes)) or "–"
        raise NotFoundError(
            f"The scenario has no change {position}; its changes: {known}.",
            f"สถานการณ์จำลองนี้ไม่มีการเปลี่ยนแปลงที่ {position} ที่มีอยู่: {known}",
            parameter="position",
        )
    where = (ChangeTable.scenario_id == scenario_id, ChangeTable.position == position)
    connection.execute(delete(ChangeTable).where(*where))
    left = [change for place, change in scenario.changes.items() if place != position]
    base = _widened(connection, scenario.base, scenario.question, left)
    touch(connection, scenario_id, base=base)


def lock_scenario(connection: Connection, scenario_id: str, version: str | None) -> Scenario:
    """Return a scenario that nobody else changes before the transaction ends.

    Raises
    ------
    NotFoundError
        There is no such scenario.
    ChangedError
        It is of another version than the one given.
    """
    row = connection.execute(_rows(scenario_id).with_for_update()).one_or_none()
    if row is None:
        raise _no_scenario(connection, scenario_id)
    scenario = _scenario(row, _changes(connection, scenario_id))
    if version is not None and version != scenario.version:
        raise ChangedError(
            "Somebody has changed the scenario since you read it; read it again, then repeat.",
            "มีผู้แก้ไขสถานการณ์จำลองนี้หลังจากที่ท่านเปิดอ่าน โปรดอ่านใหม่แล้วทำซ้ำ",
            parameter="If-Match",
        )
    return scenario


def touch(connection: Connection, scenario_id: str, **values: Any) -> None:  # noqa: ANN401 (columns)
    """Write columns of a scenario, with the time of the change."""
    moment = func.clock_timestamp()  # not that of the transaction: versions must differ
    connection.execute(
        update(ScenarioTable)
        .where(ScenarioTable.id == scenario_id)
        .values(updated_at=moment, **values)
    )


def _rows(scenario_id: str) -> Any:  # noqa: ANN401 (a statement)
    return select(*ScenarioTable.__table__.columns).where(ScenarioTable.id == scenario_id)


def _scenario(row: Row[Any], changes: dict[int, ScenarioChange]) -> Scenario:
    return Scenario(
        row.id,
        Text(row.name_th, row.name_en),
        row.note,
        Question.model_validate(row.question),
        row.base,
        row.created_at,
        row.updated_at,
        changes,
    )


def _changes(connection: Connection, scenario_id: str) -> dict[int, ScenarioChange]:
    statement = (
        select(*ChangeTable.__table__.columns)
        .where(ChangeTable.scenario_id == scenario_id)
        .order_by(ChangeTable.position)
    )
    return {row.position: _change(row) for row in connection.execute(statement)}


def _change(row: Row[Any]) -> ScenarioChange:
    apart: Json = {"cost_thb": row.cost_thb}
    if row.name_th is not None:
        apart["names"] = Title(th=row.name_th, en=row.name_en)
    geom = None if row.geom is None else to_shape(row.geom)
    return read_change(row.kind, row.args, geom, **apart)


def _widened(
    connection: Connection, base: Revisions, question: Question, changes: list[ScenarioChange]
) -> Revisions:
    """Return the base of what is read: as it was accepted, and as it stands where that is new."""
    now = read_revisions(connection, question, changes)
    return {id_: base.get(id_, revision) for id_, revision in now.items()}


def _no_scenario(connection: Connection, scenario_id: str) -> NotFoundError:
    known = ", ".join(row.id for row in list_scenarios(connection)[:10]) or "–"
    return NotFoundError(
        f"There is no scenario `{scenario_id}`. Those changed last: {known}.",
        f"ไม่มีสถานการณ์จำลอง `{scenario_id}` รายการที่แก้ไขล่าสุด: {known}",
        parameter="scenarioId",
    )
