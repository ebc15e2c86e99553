"""Projects as GeoJSON features, and the programme's totals."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from api.models.common import Answer, Bilingual, Position
from api.models.geojson import GeometryCollection
from twin.types import Confidence

Domain = Literal["environment", "economy", "energy", "government", "living", "mobility", "people"]
Phase = Literal["2021", "2022-2023", "unassigned"]
Status = Literal[
    "not_started", "planned", "in_progress", "operating", "suspended", "finished", "unknown"
]


class ProjectSite(Answer):
    """One place of a project."""

    id: int
    position: int = Field(description="Order among the project's sites")
    names: Bilingual
    rule: str = Field(examples=["point"])
    precision: str = Field(examples=["approximate"])
    is_marine: bool
    confidence: Confidence
    marker: Position | None = Field(description="A point on the site, for a symbol")
    geometry_type: str | None = Field(examples=["Point"])
    tambon_codes: list[str]


class ProjectSiteDetail(ProjectSite):
    """One place of a project, with how it was found."""

    args: dict[str, Any] = Field(description="Arguments of the placement rule")
    amphoe_codes: list[str]
    source: str | None
    note: Bilingual | None
    problem: Bilingual | None = Field(description="Why there is no geometry, if so")


class ProjectProperties(Answer):
    """One record of the register; what is not known is null."""

    code: str = Field(examples=["ENV-01"])
    domain: Domain
    domain_code: str = Field(examples=["ENV"])
    phase: str | None = Field(description="Null: no source says which phase", examples=[None])
    names: Bilingual
    is_named: bool = Field(description="False: only the number of projects was announced")
    status: Status
    status_note: Bilingual | None
    agency: Bilingual | None = Field(description="All agencies in one text")
    agencies: list[Bilingual] = Field(description="Lead agency first")
    budget_thb: int | None
    progress: float | None = Field(description="Per cent")
    start_date: date | None
    end_date: date | None
    place: Bilingual | None
    confidence: Confidence
    is_province_wide: bool
    tambon_codes: list[str]
    amphoe_codes: list[str]
    sites: list[ProjectSite]


class FactModel(Answer):
    """Where one field comes from."""

    confidence: Confidence
    source: str | None
    source_date: date | None
    note: Bilingual | None


class ProjectDetailProperties(ProjectProperties):
    """One record with the source of every field."""

    sites: list[ProjectSiteDetail]  # type: ignore[assignment]
    facts: dict[str, FactModel] = Field(description="By field of the record")


class ProjectFeature(Answer):
    """A project; its geometry is null where it acts in the whole province or is not placed."""

    type: Literal["Feature"] = "Feature"
    id: str = Field(examples=["ENV-01"])
    geometry: GeometryCollection | None
    properties: ProjectProperties


class ProjectDetail(Answer):
    """One project with whole geometry."""

    type: Literal["Feature"] = "Feature"
    id: str = Field(examples=["ENV-01"])
    geometry: GeometryCollection | None
    properties: ProjectDetailProperties


class ProjectCollection(Answer):
    """All projects that fit; the register is small, so there are no pages."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[ProjectFeature]
    numberMatched: int = Field(examples=[39])
    facets: dict[str, dict[str, int]] = Field(
        description="Facet → value → projects that fit the other facets and have that value",
        examples=[{"domain": {"environment": 4, "economy": 5}}],
    )
    agencies: list[Bilingual] = Field(description="All agencies of the register")


class DomainTotalsModel(Answer):
    """One domain: announced, recorded, named and placed projects."""

    id: Domain
    code: str
    names: Bilingual
    planned: int
    recorded: int
    named: int
    placed: int


class PhaseTotalsModel(Answer):
    """One period of the programme."""

    id: str
    years: Bilingual = Field(description="Buddhist Era in Thai, Common Era in English")
    planned: int
    assigned: int = Field(description="Projects known to belong to it")


class CheckModel(Answer):
    """One thing the announcement fixes, and whether the register agrees."""

    id: str
    ok: bool
    names: Bilingual


class ProgrammeSourceModel(Answer):
    """Something a source says about the programme."""

    id: str
    texts: Bilingual
    confidence: Confidence
    source: str
    source_date: date | None


class ProgrammeModel(Answer):
    """Totals of the programme and whether they agree with the announcement."""

    planned: int = Field(examples=[39])
    recorded: int = Field(examples=[39])
    named: int = Field(examples=[32])
    domains: list[DomainTotalsModel]
    phases: list[PhaseTotalsModel]
    statuses: dict[str, int]
    checks: list[CheckModel]
    unverified: list[str] = Field(description="Codes of records that nobody has verified")
    sources: list[ProgrammeSourceModel]
