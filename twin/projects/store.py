"""Records of the register in the database: read as they are, written only where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from twin.db.models import Project, ProjectFact, ProjectSite
from twin.projects.model import FACT_COLUMNS, Entry, Fact, Record, Site, has_value

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
    """Read projects with sites and facts, ordered by code within the order of domains.

    Parameters
    ----------
    codes
        Only these; None means all. Codes that do not exist are passed over.
    """
    records = select(*(getattr(Project, name) for name in _RECORD))
    sites = select(ProjectSite.project_code, *(getattr(ProjectSite, name) for name in _SITE))
    facts = select(ProjectFact.project_code, *(getattr(ProjectFact, name) for name in _FACT))
    if codes is not None:
        wanted = list(codes)
        records = records.where(Project.code.in_(wanted))
        sites = sites.where(ProjectSite.project_code.in_(wanted))
        facts = facts.where(ProjectFact.project_code.in_(wanted))
    sites_of: dict[str, list[Site]] = defaultdict(list)
    for row in connection.execute(sites.order_by(ProjectSite.position)).mappings():
        sites_of[row["project_code"]].append(Site(**{name: row[name] for name in _SITE}))
    facts_of: dict[str, list[Fact]] = defaultdict(list)
    for row in connection.execute(facts).mappings():
        facts_of[row["project_code"]].append(Fact(**{name: row[name] for name in _FACT}))
    order = list(FACT_COLUMNS)
    return [
        Entry(
            record=Record(**row),
            sites=tuple(sites_of[row["code"]]),
            facts=tuple(sorted(facts_of[row["code"]], key=lambda fact: order.index(fact.field))),
        )
        for row in connection.execute(records.order_by(Project.code)).mappings()
    ]


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
    order = list(FACT_COLUMNS)
    return Entry(
        record=entry.record,
        sites=tuple(sorted(sites, key=lambda site: site.position)),
        facts=tuple(sorted(facts, key=lambda fact: order.index(fact.field))),
    )


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
