"""The seed file as it is written: short for people, with sources and agencies named once."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from twin.projects.model import (
    DomainCode,
    FactField,
    PhaseId,
    PlainText,
    Precision,
    Rule,
    SiteArgs,
    Status,
)
from twin.spec import Model, Title
from twin.types import Confidence


class DomainSeed(Model):
    """One of the seven domains, with the number of projects announced for it."""

    code: DomainCode
    id: str
    names: Title
    planned: int


class PhaseSeed(Model):
    """One period of the programme; years are of the Common Era."""

    id: PhaseId
    first_year: int
    last_year: int
    planned: int


class ProgrammeSeed(Model):
    """Something a source says of the programme as a whole."""

    id: str
    texts: Title
    confidence: Confidence
    source: str


class SourceSeed(Model):
    """A citation, and the day it was published where the day is known."""

    text: PlainText
    published: date | None = None


class FactSeed(Model):
    """How sure a field is, where it departs from the record as a whole."""

    confidence: Confidence | None = None
    sources: tuple[str, ...] | None = None
    notes: Title | None = None


class SiteSeed(Model):
    """A site as written in the file; what it leaves out is that of its project."""

    names: Title
    rule: Rule
    args: SiteArgs = SiteArgs()
    precision: Precision = "unknown"
    is_marine: bool = False
    confidence: Confidence | None = None
    sources: tuple[str, ...] | None = None
    notes: Title | None = None


class ProjectSeed(Model):
    """A project as written in the file."""

    code: str
    names: Title | None = None
    phase: PhaseId | None = None
    agencies: tuple[str, ...] = ()
    budget_thb: int | None = None
    status: Status = "unknown"
    status_notes: Title | None = None
    progress: float | None = None
    start_date: date | None = None
    end_date: date | None = None
    places: Title | None = None
    confidence: Confidence
    sources: tuple[str, ...] = ()
    facts: dict[FactField, FactSeed] = Field(default={})
    sites: tuple[SiteSeed, ...] = ()


class RegisterFile(Model):
    """The seed file as a whole; its header comment explains it."""

    domain: tuple[DomainSeed, ...]
    phase: tuple[PhaseSeed, ...]
    programme: tuple[ProgrammeSeed, ...]
    unnamed: Title
    present: dict[FactField, FactSeed] = Field(default={})
    missing: dict[FactField, FactSeed] = Field(default={})
    sources: dict[str, SourceSeed]
    agencies: dict[str, Title]
    project: tuple[ProjectSeed, ...]
