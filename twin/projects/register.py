"""The seed register: the file that ships with the code, and its way into the database."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, exists, select
from sqlalchemy.dialects.postgresql import insert

from twin.db.models import Base, Domain, Phase, ProgrammeFact, Project
from twin.errors import ProjectFileError
from twin.projects.model import FACT_COLUMNS, Entry, Fact, FactField, Record, Site, has_value
from twin.projects.rules import fact_breaches, record_breaches, site_breaches
from twin.projects.seed import (
    DomainSeed,
    FactSeed,
    PhaseSeed,
    ProjectSeed,
    RegisterFile,
    SiteSeed,
)
from twin.projects.store import Changes, write_entries
from twin.spec import Model, Title
from twin.types import Confidence, Text
from twin.validation import tell_faults, tell_unreadable


class ProgrammeItem(Model):
    """Something a source says of the programme as a whole."""

    id: str
    text_th: str
    text_en: str
    confidence: Confidence
    source: str
    source_date: date | None


class Register(Model):
    """A register ready to be imported; its entries all carry sites and facts."""

    domains: tuple[DomainSeed, ...]
    phases: tuple[PhaseSeed, ...]
    programme: tuple[ProgrammeItem, ...]
    entries: tuple[Entry, ...]


def read_register(path: Path | None = None) -> Register:
    """Read the seed register.

    Parameters
    ----------
    path
        Another file of the same form; None means the one that ships with the code.

    Raises
    ------
    ProjectFileError
        The file cannot be read, does not fit its form, or breaks a rule; every fault is named.
    """
    source = path or Path(str(resources.files("twin.projects") / "register.toml"))
    try:
        file = RegisterFile.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
        register = _resolve(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = tell_unreadable(error)
        raise _refused(source, Text(f"อ่านไม่ได้: {why.th}", why.en)) from error
    except ValidationError as error:
        raise _refused(source, tell_faults(error.errors(), "register")) from error
    except KeyError as error:
        why = Text(f"ไม่รู้จักแหล่งที่มาหรือหน่วยงาน {error}", f"unknown source or agency {error}")
        raise _refused(source, why) from error
    if breaches := list(_breaches(register.entries)):
        raise _refused(source, Text(*map("; ".join, zip(*breaches, strict=True))))
    return register


def import_register(connection: Connection, register: Register) -> Changes:
    """Write a register: its domains, phases and programme facts, and its projects by code.

    Projects that the register does not name are kept; its own replace those of the same code.
    """
    _upsert(
        connection,
        Domain,
        [
            {
                "code": domain.code,
                "id": domain.id,
                "position": position,
                "name_th": domain.names.th,
                "name_en": domain.names.en,
                "planned": domain.planned,
            }
            for position, domain in enumerate(register.domains, start=1)
        ],
    )
    _upsert(connection, Phase, [phase.model_dump() for phase in register.phases])
    _upsert(
        connection,
        ProgrammeFact,
        [
            {**item.model_dump(), "position": position}
            for position, item in enumerate(register.programme, start=1)
        ],
    )
    return write_entries(connection, register.entries)


def seed_register(connection: Connection) -> bool:
    """Import the seed register where there are no projects yet; tell whether that was so.

    What planners have entered or imported since is never overwritten.
    """
    if connection.scalar(select(exists().select_from(Project))):
        return False
    import_register(connection, read_register())
    return True


def _upsert(connection: Connection, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    statement = insert(model)
    key = [column.name for column in model.__table__.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(
        statement.on_conflict_do_update(index_elements=key, set_=changed), list(rows)
    )


def _resolve(file: RegisterFile) -> Register:
    return Register(
        domains=file.domain,
        phases=file.phase,
        programme=tuple(
            ProgrammeItem(
                id=item.id,
                text_th=item.texts.th,
                text_en=item.texts.en,
                confidence=item.confidence,
                source=file.sources[item.source].text,
                source_date=file.sources[item.source].published,
            )
            for item in file.programme
        ),
        entries=tuple(_entry(file, project) for project in file.project),
    )


def _entry(file: RegisterFile, project: ProjectSeed) -> Entry:
    names = project.names or file.unnamed
    agencies = [file.agencies[key] for key in project.agencies]
    record = Record(
        code=project.code,
        domain_code=project.code[:3],
        phase_id=project.phase,
        name_th=names.th,
        name_en=names.en,
        is_named=project.names is not None,
        agencies_th=tuple(agency.th for agency in agencies),
        agencies_en=tuple(agency.en for agency in agencies),
        budget_thb=project.budget_thb,
        status=project.status,
        **_pair("status_note", project.status_notes),
        progress=project.progress,
        start_date=project.start_date,
        end_date=project.end_date,
        **_pair("place", project.places),
        confidence=project.confidence,
    )
    return Entry(
        record=record,
        sites=tuple(
            _site(file, project, site, position)
            for position, site in enumerate(project.sites, start=1)
        ),
        facts=tuple(_fact(file, project, record, field) for field in FACT_COLUMNS),
    )


def _site(file: RegisterFile, project: ProjectSeed, site: SiteSeed, position: int) -> Site:
    sources = project.sources if site.sources is None else site.sources
    return Site(
        position=position,
        name_th=site.names.th,
        name_en=site.names.en,
        rule=site.rule,
        args=site.args,
        precision=site.precision,
        is_marine=site.is_marine,
        confidence=site.confidence or project.confidence,
        source=_citation(file, sources),
        **_pair("note", site.notes),
    )


def _fact(file: RegisterFile, project: ProjectSeed, record: Record, field: FactField) -> Fact:
    known = has_value(record, field)
    seed = project.facts.get(field) or (file.present if known else file.missing).get(field)
    seed = seed or FactSeed()
    sources = seed.sources if seed.sources is not None else project.sources if known else ()
    dates = [day for key in sources if (day := file.sources[key].published)]
    return Fact(
        field=field,
        confidence=(seed.confidence or project.confidence) if known else "unknown",
        source=_citation(file, sources),
        source_date=max(dates, default=None),
        **_pair("note", seed.notes),
    )


def _citation(file: RegisterFile, keys: Sequence[str]) -> str | None:
    return " ; ".join(file.sources[key].text for key in keys) or None


def _pair(field: str, title: Title | None) -> dict[str, Any]:
    return {f"{field}_th": title and title.th, f"{field}_en": title and title.en}


def _breaches(entries: Sequence[Entry]) -> Iterator[Text]:
    for entry in entries:
        code = entry.record.code
        found = [(code, breach) for breach in record_breaches(entry.record)]
        for site in entry.sites or ():
            found += [(f"{code} site {site.position}", one) for one in site_breaches(site)]
        for fact in entry.facts or ():
            found += [(f"{code} {fact.field}", one) for one in fact_breaches(fact)]
        for where, breach in found:
            yield Text(f"{where}: {breach.message.th}", f"{where}: {breach.message.en}")
    codes = [entry.record.code for entry in entries]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Text(f"{code}: ซ้ำกัน", f"{code}: given twice")


def _refused(path: Path, why: Text) -> ProjectFileError:
    return ProjectFileError(
        f"{path.name}: {why.en}", f"{path.name}: ใช้เป็นทะเบียนโครงการไม่ได้: {why.th}"
    )
