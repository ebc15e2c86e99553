"""Reading the register of projects: records with their places, shapes and sources."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, case, func, select, type_coerce
from sqlalchemy import Text as SqlText

from twin.db.models import Domain, Project, ProjectFact, ProjectSite
from twin.errors import NotFoundError
from twin.queries.text import normalise
from twin.types import Json, Text

CODE: Final = re.compile(r"[A-Z]{3}-[0-9]{2}")

_DECIMALS: Final = 6


@dataclass(frozen=True)
class SiteRead:
    """One place of a project.

    `marker` is a point on it, None where there is nothing to draw: the place is not known, or it
    is the whole province.
    """

    id: int
    position: int
    names: Text
    rule: str
    args: Json
    precision: str
    is_marine: bool
    source: str | None
    confidence: str
    note: Text | None
    problem: Text | None
    tambon_codes: list[str]
    amphoe_codes: list[str]
    marker: tuple[float, float] | None
    geometry_type: str | None


@dataclass(frozen=True)
class ProjectRead:
    """One record of the register with its places."""

    code: str
    domain: str
    domain_code: str
    phase: str | None
    names: Text
    is_named: bool
    agencies: list[Text]
    budget_thb: int | None
    status: str
    status_note: Text | None
    progress: float | None
    start_date: date | None
    end_date: date | None
    place: Text | None
    confidence: str
    sites: list[SiteRead]

    @property
    def is_province_wide(self) -> bool:
        """Whether it acts in the whole province, so that no pin would be true."""
        return any(site.rule == "province" for site in self.sites)

    @property
    def drawn(self) -> list[SiteRead]:
        """The sites with a geometry to draw; the whole province is none."""
        return [site for site in self.sites if site.marker]

    @property
    def tambon_codes(self) -> list[str]:
        """Sub-districts of the sites, without those that stand for the whole province."""
        return sorted({code for site in self.drawn for code in site.tambon_codes})

    @property
    def amphoe_codes(self) -> list[str]:
        """Districts of the sites, without those that stand for the whole province."""
        return sorted({code for site in self.drawn for code in site.amphoe_codes})

    @cached_property
    def searchable(self) -> str:
        """Everything a planner may type to find the project, normalised."""
        texts = [Text(self.code, self.code), self.names, *self.agencies]
        texts += [site.names for site in self.sites]
        texts += [self.place] if self.place else []
        return "\n".join(normalise(part) for text in texts for part in text)


@dataclass(frozen=True)
class FactRead:
    """Where one field of a project comes from, and how sure it is."""

    field: str
    confidence: str
    source: str | None
    source_date: date | None
    note: Text | None


@dataclass(frozen=True)
class ProjectDetail:
    """One project, the whole geometry of its drawn sites by their id, and its sources."""

    project: ProjectRead
    shapes: dict[int, str]
    facts: list[FactRead]


def get_project(connection: Connection, code: str) -> ProjectDetail:
    """Return one project with whole geometry, and the source of each of its fields.

    Raises
    ------
    NotFoundError
        There is no such project.
    """
    projects = read_projects(connection, code) if CODE.fullmatch(code) else []
    if not projects:
        raise NotFoundError(
            "There is no project of this code; codes look like ENV-01.",
            "ไม่มีโครงการรหัสนี้ รหัสมีรูปแบบเช่น ENV-01",
            parameter="code",
        )
    statement = select(ProjectFact.__table__).where(ProjectFact.project_code == code)
    rows = connection.execute(statement.order_by(ProjectFact.field))
    facts = [
        FactRead(
            row.field,
            row.confidence,
            row.source,
            row.source_date,
            _text(row.note_th, row.note_en),
        )
        for row in rows
    ]
    return ProjectDetail(projects[0], read_shapes(connection, [code]), facts)


def read_projects(connection: Connection, code: str | None = None) -> list[ProjectRead]:
    """Return all projects, or the one of that code, in the order of domains and codes."""
    projects = (
        select(Project.__table__, Domain.id.label("domain"))
        .join(Domain, Domain.code == Project.domain_code)
        .order_by(Domain.position, Project.code)
    )
    if code is not None:
        projects = projects.where(Project.code == code)
    sites = _read_sites(connection, code)
    return [_project(row, sites[row.code]) for row in connection.execute(projects)]


def read_shapes(
    connection: Connection, codes: Sequence[str], tolerance_degrees: float = 0
) -> dict[int, str]:
    """Return the geometry of the drawn sites of some projects, GeoJSON text by the site's id."""
    geom: ColumnElement[Any] = _drawn_geometry()
    if tolerance_degrees:
        geom = func.ST_SimplifyPreserveTopology(geom, tolerance_degrees)
    columns: list[ColumnElement[Any]] = [
        ProjectSite.__table__.c.id,
        type_coerce(func.ST_AsGeoJSON(geom, _DECIMALS, 0), SqlText).label("geojson"),
    ]
    statement = select(*columns).where(
        ProjectSite.project_code.in_(codes), _drawn_geometry().is_not(None)
    )
    return {row.id: row.geojson for row in connection.execute(statement)}


def _drawn_geometry() -> ColumnElement[Any]:
    # The whole province is never drawn as a site, and its outline is large.
    return case((ProjectSite.rule != "province", ProjectSite.geom))


def _read_sites(connection: Connection, code: str | None) -> dict[str, list[SiteRead]]:
    marker = func.ST_PointOnSurface(_drawn_geometry())
    columns: list[ColumnElement[Any]] = [
        *(column for column in ProjectSite.__table__.c if column.name != "geom"),
        func.ST_GeometryType(ProjectSite.geom).label("geometry_type"),
        func.ST_X(marker).label("marker_lon"),
        func.ST_Y(marker).label("marker_lat"),
    ]
    statement = select(*columns).order_by(ProjectSite.project_code, ProjectSite.position)
    if code is not None:
        statement = statement.where(ProjectSite.project_code == code)
    sites: dict[str, list[SiteRead]] = defaultdict(list)
    for row in connection.execute(statement):
        sites[row.project_code].append(_site(row))
    return sites


def _project(row: Row[Any], sites: list[SiteRead]) -> ProjectRead:
    return ProjectRead(
        code=row.code,
        domain=row.domain,
        domain_code=row.domain_code,
        phase=row.phase_id,
        names=Text(row.name_th, row.name_en),
        is_named=row.is_named,
        agencies=[Text(*pair) for pair in zip(row.agencies_th, row.agencies_en, strict=True)],
        budget_thb=row.budget_thb,
        status=row.status,
        status_note=_text(row.status_note_th, row.status_note_en),
        progress=row.progress,
        start_date=row.start_date,
        end_date=row.end_date,
        place=_text(row.place_th, row.place_en),
        confidence=row.confidence,
        sites=sites,
    )


def _site(row: Row[Any]) -> SiteRead:
    has_marker = row.marker_lon is not None
    return SiteRead(
        id=row.id,
        position=row.position,
        names=Text(row.name_th, row.name_en),
        rule=row.rule,
        args=row.args,
        precision=row.precision,
        is_marine=row.is_marine,
        source=row.source,
        confidence=row.confidence,
        note=_text(row.note_th, row.note_en),
        problem=_text(row.problem_th, row.problem_en),
        tambon_codes=row.tambon_codes,
        amphoe_codes=row.amphoe_codes,
        marker=(round(row.marker_lon, 6), round(row.marker_lat, 6)) if has_marker else None,
        geometry_type=row.geometry_type.removeprefix("ST_") if row.geometry_type else None,
    )


def _text(th: str | None, en: str | None) -> Text | None:
    if th is None and en is None:
        return None
    return Text(th or en or "", en or th or "")
