"""The programme as a whole: what was announced, what is recorded, and whether the two agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from twin.db.models import Domain, Phase, ProgrammeFact
from twin.queries.register import ProjectRead, read_projects
from twin.types import Text

_BUDDHIST_ERA = 543


@dataclass(frozen=True)
class DomainTotals:
    """Projects of one domain: announced, recorded, with a name, with a place on the map."""

    id: str
    code: str
    names: Text
    planned: int
    recorded: int
    named: int
    placed: int


@dataclass(frozen=True)
class PhaseTotals:
    """Projects of one period: announced, and known to belong to it."""

    id: str
    years: Text
    planned: int
    assigned: int


@dataclass(frozen=True)
class Check:
    """One thing the announcement fixes, and whether the register agrees."""

    id: str
    ok: bool
    names: Text


@dataclass(frozen=True)
class ProgrammeSource:
    """Something a source says about the programme, also where sources disagree."""

    id: str
    texts: Text
    confidence: str
    source: str
    source_date: date | None


@dataclass(frozen=True)
class Programme:
    """Totals of the programme."""

    planned: int
    recorded: int
    named: int
    domains: list[DomainTotals]
    phases: list[PhaseTotals]
    statuses: dict[str, int]
    checks: list[Check]
    unverified: list[str]
    sources: list[ProgrammeSource]


def read_programme(connection: Connection) -> Programme:
    """Return the programme's totals and checks; all zero where no register is loaded."""
    projects = read_projects(connection)
    domains = _domains(connection, projects)
    phases = _phases(connection, projects)
    planned = sum(domain.planned for domain in domains)
    return Programme(
        planned=planned,
        recorded=len(projects),
        named=sum(project.is_named for project in projects),
        domains=domains,
        phases=phases,
        statuses=dict(Counter(project.status for project in projects)),
        checks=_checks(planned, len(projects), domains, phases),
        unverified=[project.code for project in projects if project.confidence != "verified"],
        sources=_sources(connection),
    )


def _domains(connection: Connection, projects: list[ProjectRead]) -> list[DomainTotals]:
    totals = []
    for row in connection.execute(select(Domain.__table__).order_by(Domain.position)):
        own = [project for project in projects if project.domain_code == row.code]
        totals.append(
            DomainTotals(
                id=row.id,
                code=row.code,
                names=Text(row.name_th, row.name_en),
                planned=row.planned,
                recorded=len(own),
                named=sum(project.is_named for project in own),
                placed=sum(bool(project.drawn) for project in own),
            )
        )
    return totals


def _phases(connection: Connection, projects: list[ProjectRead]) -> list[PhaseTotals]:
    assigned = Counter(project.phase for project in projects)
    return [
        PhaseTotals(row.id, _years(row.first_year, row.last_year), row.planned, assigned[row.id])
        for row in connection.execute(select(Phase.__table__).order_by(Phase.first_year))
    ]


def _years(first: int, last: int) -> Text:
    if first == last:
        return Text(str(first + _BUDDHIST_ERA), str(first))
    return Text(f"{first + _BUDDHIST_ERA}–{last + _BUDDHIST_ERA}", f"{first}–{last}")


def _checks(
    planned: int, recorded: int, domains: list[DomainTotals], phases: list[PhaseTotals]
) -> list[Check]:
    by_phase = sum(phase.planned for phase in phases)
    apart = [domain for domain in domains if domain.recorded != domain.planned]
    return [
        Check(
            "total",
            recorded == planned,
            Text(
                f"บันทึกไว้ {recorded} โครงการ จากที่ประกาศ {planned} โครงการ",
                f"{recorded} projects are recorded of {planned} announced",
            ),
        ),
        Check(
            "domains",
            not apart,
            Text(
                f"จำนวนโครงการรายด้านไม่ตรงกับประกาศ {len(apart)} ด้าน"
                if apart
                else "จำนวนโครงการทุกด้านตรงกับประกาศ",
                f"{len(apart)} domains differ from the announced number"
                if apart
                else "every domain has the announced number of projects",
            ),
        ),
        Check(
            "phases",
            by_phase == planned,
            Text(
                f"ผลรวมตามระยะ {by_phase} โครงการ ผลรวมตามด้าน {planned} โครงการ",
                f"the phases sum to {by_phase} projects, the domains to {planned}",
            ),
        ),
    ]


def _sources(connection: Connection) -> list[ProgrammeSource]:
    rows = connection.execute(select(ProgrammeFact.__table__).order_by(ProgrammeFact.position))
    return [
        ProgrammeSource(
            row.id, Text(row.text_th, row.text_en), row.confidence, row.source, row.source_date
        )
        for row in rows
    ]
