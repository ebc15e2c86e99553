"""Checks of the register as it stands: totals as announced, codes, places, and what is unproven."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, Connection, Select, cast, exists, func, select

from twin.db.models import Domain, Phase, Project, ProjectFact, ProjectSite
from twin.projects.model import CODE_PATTERN, FACT_COLUMNS, FactField, Record, has_value
from twin.projects.placement import LAND, TAMBON, loaded_layers
from twin.types import Text

#: What the province announced on 19 February 2020: projects in all, and by domain.
ANNOUNCED: Final = 39
ANNOUNCED_BY_DOMAIN: Final = {
    "ENV": 4,
    "ECO": 5,
    "ENE": 3,
    "GOV": 8,
    "LIV": 9,
    "MOB": 4,
    "PEO": 6,
}
ANNOUNCED_BY_PHASE: Final = {"2021": 22, "2022-2023": 17}

#: A pier may stand this far from the sub-district that its source names.
MARINE_TOLERANCE_M: Final = 1_000


class Finding(NamedTuple):
    """One thing a check found: where, and what, in both languages."""

    code: str | None
    position: int | None
    text: Text


@dataclass(frozen=True)
class Check:
    """One check, whether the register passes it, and what it found if not."""

    id: str
    names: Text
    rows: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.rows


class Unverified(NamedTuple):
    """A field of a project that nobody has verified, and how sure it is instead."""

    code: str
    field: FactField
    confidence: str
    source: str | None


@dataclass(frozen=True)
class RegisterReport:
    """All checks, and every field that is not verified."""

    checks: tuple[Check, ...]
    unverified: tuple[Unverified, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passed; unverified fields are no failure."""
        return all(check.ok for check in self.checks)


def check_register(connection: Connection) -> RegisterReport:
    """Check the register in the database; run `place_sites` before, for the places to be known."""
    layers = loaded_layers(connection)
    return RegisterReport(
        checks=(
            _check(
                "announced-totals",
                Text("ยอดรวมตรงกับประกาศของจังหวัด", "Totals agree with the announcement"),
                _announced(connection),
            ),
            _check(
                "domain-totals",
                Text(
                    "จำนวนโครงการในแต่ละด้านตรงกับแผน",
                    "Recorded projects agree with the plan by domain",
                ),
                _by_domain(connection),
            ),
            _check(
                "phase-totals",
                Text("จำนวนโครงการในแต่ละระยะไม่เกินแผน", "Projects by phase do not exceed the plan"),
                _by_phase(connection),
            ),
            _check(
                "codes",
                Text("รหัสโครงการถูกต้อง", "Project codes are well formed"),
                _codes(connection),
            ),
            _check(
                "sites-placed",
                Text("ที่ตั้งที่ทราบแสดงบนแผนที่ได้", "Sites with a known place are on the map"),
                _unplaced(connection),
            ),
            _check(
                "sites-on-land",
                Text("ที่ตั้งอยู่บนบก เว้นแต่เป็นที่ตั้งทางทะเล", "Sites lie on land unless marine"),
                _at_sea(connection, layers),
            ),
            _check(
                "sites-in-tambon",
                Text("ที่ตั้งอยู่ในตำบลที่ระบุ", "Sites lie in the sub-district they name"),
                _elsewhere(connection, layers),
            ),
        ),
        unverified=tuple(_unverified(connection)),
    )


def _check(name: str, names: Text, rows: Iterable[Finding]) -> Check:
    return Check(name, names, tuple(rows))


def _announced(connection: Connection) -> Iterator[Finding]:
    domains = _counts(connection, select(Domain.code, Domain.planned))
    phases = _counts(connection, select(Phase.id, Phase.planned))
    for planned, announced in ((domains, ANNOUNCED_BY_DOMAIN), (phases, ANNOUNCED_BY_PHASE)):
        for key in sorted(planned.keys() | announced.keys()):
            if planned.get(key) != announced.get(key):
                yield _differs(key, planned.get(key, 0), announced.get(key, 0))
        if sum(planned.values()) != ANNOUNCED:
            yield _differs("39", sum(planned.values()), ANNOUNCED)


def _counts(connection: Connection, statement: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(statement)}


def _by_domain(connection: Connection) -> Iterator[Finding]:
    recorded = func.count(Project.code)
    statement = (
        select(Domain.code, Domain.planned, recorded)
        .outerjoin(Project, Project.domain_code == Domain.code)
        .group_by(Domain.code)
        .order_by(Domain.position)
    )
    for code, planned, count in connection.execute(statement):
        if count != planned:
            yield _differs(code, count, planned)


def _by_phase(connection: Connection) -> Iterator[Finding]:
    assigned = func.count(Project.code)
    statement = (
        select(Phase.id, Phase.planned, assigned)
        .outerjoin(Project, Project.phase_id == Phase.id)
        .group_by(Phase.id)
        .order_by(Phase.first_year)
    )
    for phase, planned, count in connection.execute(statement):
        if count > planned:
            yield _differs(phase, count, planned)


def _differs(key: str, found: int, wanted: int) -> Finding:
    return Finding(
        None,
        None,
        Text(f"{key}: มี {found} ควรเป็น {wanted}", f"{key}: {found}, should be {wanted}"),
    )


def _codes(connection: Connection) -> Iterator[Finding]:
    wrong = Project.code.regexp_match(CODE_PATTERN).is_(False)
    strange = func.left(Project.code, 3) != Project.domain_code
    for code in connection.scalars(
        select(Project.code).where(wrong | strange).order_by(Project.code)
    ):
        yield Finding(
            code,
            None,
            Text(
                f"{code}: รหัสต้องเป็นรหัสด้านตามด้วยเลขสองหลัก เช่น ENV-01",
                f"{code}: a code is the domain's code and two digits, such as ENV-01",
            ),
        )


def _unplaced(connection: Connection) -> Iterator[Finding]:
    lacking = ProjectSite.rule.not_in(("province", "unknown")) & ProjectSite.geom.is_(None)
    statement = (
        select(
            ProjectSite.project_code,
            ProjectSite.position,
            ProjectSite.problem_th,
            ProjectSite.problem_en,
        )
        .where(lacking)
        .order_by(ProjectSite.project_code, ProjectSite.position)
    )
    for code, position, th, en in connection.execute(statement):
        yield Finding(code, position, Text(th or "ยังไม่ได้จัดวาง", en or "Not placed yet."))


def _at_sea(connection: Connection, layers: frozenset[str]) -> Iterator[Finding]:
    if "land" not in layers:
        yield _cannot_tell("land")
        return
    on_land = exists(select(1).where(func.ST_Intersects(LAND.c.geom, ProjectSite.geom)))
    nearest_m = select(func.min(_distance_m(LAND.c.geom))).scalar_subquery()
    statement = (
        _sites()
        .add_columns(nearest_m.label("distance_m"))
        .where(ProjectSite.is_marine.is_(False), ~on_land)
    )
    for row in connection.execute(statement):
        yield Finding(
            row.project_code,
            row.position,
            Text(
                f"{row.name_th}: อยู่ในทะเล ห่างฝั่ง {row.distance_m:,.0f} ม.",
                f"{row.name_en}: lies in the sea, {row.distance_m:,.0f} m from land",
            ),
        )


def _elsewhere(connection: Connection, layers: frozenset[str]) -> Iterator[Finding]:
    if "tambon" not in layers:
        yield _cannot_tell("tambon")
        return
    named = ProjectSite.args["tambon"][0].astext
    area = TAMBON.alias("area")
    statement = (
        _sites()
        .add_columns(named.label("tambon"), _distance_m(area.c.geom).label("distance_m"))
        .outerjoin(area, area.c.code == named)
        .where(ProjectSite.rule == "point", named.is_not(None))
    )
    for row in connection.execute(statement):
        allowed_m = MARINE_TOLERANCE_M if row.is_marine else 0
        if row.distance_m is None:
            found = Text(
                f"{row.name_th}: ไม่มีตำบลรหัส {row.tambon}",
                f"{row.name_en}: there is no sub-district {row.tambon}",
            )
        elif row.distance_m > allowed_m:
            found = Text(
                f"{row.name_th}: ไม่อยู่ในตำบล {row.tambon} ห่าง {row.distance_m:,.0f} ม.",
                f"{row.name_en}: not in sub-district {row.tambon}, {row.distance_m:,.0f} m away",
            )
        else:
            continue
        yield Finding(row.project_code, row.position, found)


def _distance_m(geom: ColumnElement[Any]) -> ColumnElement[float]:
    return func.ST_Distance(cast(geom, Geography), cast(ProjectSite.geom, Geography))


def _sites() -> Select[str, int, str, str, bool]:
    return (
        select(
            ProjectSite.project_code,
            ProjectSite.position,
            ProjectSite.name_th,
            ProjectSite.name_en,
            ProjectSite.is_marine,
        )
        .where(ProjectSite.geom.is_not(None))
        .order_by(ProjectSite.project_code, ProjectSite.position)
    )


def _cannot_tell(layer: str) -> Finding:
    return Finding(
        None,
        None,
        Text(
            f"ตรวจไม่ได้ เพราะชุดข้อมูลนี้ไม่มีชั้นข้อมูล {layer}",
            f"Cannot be checked: this edition does not have the layer {layer}.",
        ),
    )


def _unverified(connection: Connection) -> Iterator[Unverified]:
    facts: dict[tuple[str, str], tuple[str, str | None]] = {}
    for fact in connection.execute(select(ProjectFact.__table__)):
        facts[fact.project_code, fact.field] = fact.confidence, fact.source
    columns = [getattr(Project, name) for name in Record.model_fields]
    for row in connection.execute(select(*columns).order_by(Project.code)).mappings():
        record = Record.model_construct(None, **row)  # unchecked: it may have been edited by hand
        for field in FACT_COLUMNS:
            confidence, source = facts.get((record.code, field), ("unknown", None))
            if confidence != "verified" and has_value(record, field):
                yield Unverified(record.code, field, confidence, source)
