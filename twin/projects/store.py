"""Records of the register in the database: read as they are, written only where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Select, delete, select
from sqlalchemy.dialects.postgresql import insert

from twin.db.models import Base, Domain, Project, ProjectFact, ProjectSite
from twin.errors import InvalidInputError
from twin.projects.model import (
    FACT_COLUMNS,
    Entry,
    Fact,
    Record,
    Site,
    complete_facts,
    has_value,
)

_RECORD = tuple(Record.model_fields)
_SITE = tuple(Site.model_fields)
_FACT = tuple(Fact.model_fields)

NO_SOURCE_TH = "แก้ไขจากไฟล์ที่นำเข้า โดยไม่ได้ระบุแหล่งที่มา"
NO_SOURCE_EN = "Changed by an imported file that named no source."


@dataclass(frozen=True)
class Changes:
    """Codes of the projects that a write made, changed, or found as they were."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def read_entries(connection: Connection, codes: Iterable[str] | None = None) -> list[Entry]:
    """Read projects with sites and facts, in the order of domains and codes.

    Parameters
    ----------
    codes
        Only these; None means all. Codes that do not exist are passed over.

    Raises
    ------
    InvalidInputError
        Someone has edited the tables by hand, and a project no longer fits its form.
    """
    records = _columns(Project, _RECORD).join(Domain, Domain.code == Project.domain_code)
    sites = _columns(ProjectSite, ("project_code", *_SITE))
    facts = _columns(ProjectFact, ("project_code", *_FACT))
    if codes is not None:
        wanted = list(codes)
        records = records.where(Project.code.in_(wanted))
        sites = sites.where(ProjectSite.project_code.in_(wanted))
        facts = facts.where(ProjectFact.project_code.in_(wanted))
    sites_of = _by_project(connection, sites.order_by(ProjectSite.position))
    facts_of = _by_project(connection, facts)
    rows = connection.execute(records.order_by(Domain.position, Project.code)).mappings()
    return [_entry(dict(row), sites_of[row["code"]], facts_of[row["code"]]) for row in rows]


def _columns(model: type[Base], names: Sequence[str]) -> Select[Any]:
    return select(*(getattr(model, name) for name in names))


def _by_project(connection: Connection, statement: Select[Any]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(statement).mappings():
        values = dict(row)
        rows[values.pop("project_code")].append(values)
    return rows


def _entry(
    record: dict[str, Any], sites: Sequence[dict[str, Any]], facts: Sequence[dict[str, Any]]
) -> Entry:
    try:
        return _sorted(
            Entry(
                record=Record(**record),
                sites=tuple(Site(**site) for site in sites),
                facts=tuple(Fact(**fact) for fact in facts),
            )
        )
    except ValidationError as error:
        code = record["code"]
        where = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors()}))
        raise InvalidInputError(
            f"Project {code} in the database no longer fits its form ({where}); mend it there.",
            f"ข้อมูลโครงการ {code} ในฐานข้อมูลผิดรูปแบบ ({where}) โปรดแก้ไขในฐานข้อมูล",
            parameter=code,
        ) from error


def _sorted(entry: Entry) -> Entry:
    return Entry(
        record=entry.record,
        sites=tuple(sorted(entry.sites or (), key=lambda site: site.position)),
        facts=complete_facts(entry.facts or ()),
    )


def write_entries(connection: Connection, entries: Sequence[Entry]) -> Changes:
    """Insert new projects and bring existing ones in line, by code; nothing is deleted.

    Sites and facts of an entry replace those in the database. Where an entry leaves its facts
    open (None), the sources of fields whose value it changes no longer hold: they become
    `unknown`, with a note that says why. Places are found later, by `place_sites`.
    """
    changes = Changes()
    known = {e.record.code: e for e in read_entries(connection, [e.record.code for e in entries])}
    for entry in entries:
        code = entry.record.code
        before = known.get(code)
        after = _complete(entry, before)
        if before == after:
            changes.unchanged.append(code)
            continue
        (changes.updated if before else changes.created).append(code)
        _write(connection, after)
    return changes


def _complete(entry: Entry, before: Entry | None) -> Entry:
    sites, facts = entry.sites, entry.facts
    if sites is None:
        sites = (before.sites if before else None) or ()
    if facts is None:
        facts = _kept_facts(entry.record, before)
    return _sorted(Entry(record=entry.record, sites=sites, facts=facts))


def _kept_facts(record: Record, before: Entry | None) -> tuple[Fact, ...]:
    kept = {fact.field: fact for fact in (before.facts if before else None) or ()}
    for name, columns in FACT_COLUMNS.items():
        old = [getattr(before.record, column) for column in columns] if before else None
        if old == [getattr(record, column) for column in columns]:
            continue
        noted = has_value(record, name)
        kept[name] = Fact(
            field=name,
            confidence="unknown",
            note_th=NO_SOURCE_TH if noted else None,
            note_en=NO_SOURCE_EN if noted else None,
        )
    return tuple(kept.values())


def _write(connection: Connection, entry: Entry) -> None:
    code = entry.record.code
    statement = insert(Project).values(_row(entry.record))
    changed = {name: statement.excluded[name] for name in _RECORD if name != "code"}
    connection.execute(statement.on_conflict_do_update(index_elements=[Project.code], set_=changed))
    connection.execute(delete(ProjectFact).where(ProjectFact.project_code == code))
    if entry.facts:
        rows = [{"project_code": code, **fact.model_dump()} for fact in entry.facts]
        connection.execute(insert(ProjectFact), rows)
    _write_sites(connection, code, entry.sites or ())


def _write_sites(connection: Connection, code: str, sites: Sequence[Site]) -> None:
    positions = [site.position for site in sites]
    connection.execute(
        delete(ProjectSite).where(
            ProjectSite.project_code == code, ProjectSite.position.not_in(positions)
        )
    )
    for site in sites:
        row = {**site.model_dump(exclude={"args"}), "args": site.args.given()}
        statement = insert(ProjectSite).values(
            project_code=code, tambon_codes=[], amphoe_codes=[], **row
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[ProjectSite.project_code, ProjectSite.position], set_=row
            )
        )


def _row(record: Record) -> dict[str, Any]:
    row = record.model_dump()
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}
