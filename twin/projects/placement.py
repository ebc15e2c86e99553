"""From a site's rule to its geometry, against the layers that are loaded.

Every edition has the rules, not every edition the layers: a site whose layer is absent, or lacks
the named line or area, keeps no geometry and says why in both languages. Geometry is EPSG:4326;
distances are metres in EPSG:32647.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from geoalchemy2 import Geometry, WKBElement
from pydantic import ValidationError
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    TableClause,
    Text,
    column,
    func,
    inspect,
    or_,
    select,
    table,
    update,
)

from twin.crs import METRIC_SRID, STORAGE_SRID
from twin.db.models import ProjectSite
from twin.projects.model import Rule, SiteArgs
from twin.projects.rules import args_breaches
from twin.types import Text as Bilingual

LINES: Final = 2  # ST_CollectionExtract's number for lines

_GEOMETRY = Geometry("GEOMETRY", srid=STORAGE_SRID)

TAMBON: Final = table("tambon", column("code", Text), column("geom", _GEOMETRY), schema="layer")
AMPHOE: Final = table("amphoe", column("code", Text), column("geom", _GEOMETRY), schema="layer")
LAND: Final = table("land", column("geom", _GEOMETRY), schema="layer")
ROAD: Final = table("road", column("ref", Text), column("geom", _GEOMETRY), schema="layer")
BUS_LINE: Final = table("bus_line", column("line", Text), column("geom", _GEOMETRY), schema="layer")


class Site(NamedTuple):
    """What placing needs to know of one row of `project_site`."""

    id: int
    project_code: str
    position: int
    rule: Rule
    args: SiteArgs
    note: Bilingual | None
    fault: Bilingual | None


class Unplaced(NamedTuple):
    """A site without a geometry that its rule should have given."""

    project_code: str
    position: int
    problem: Bilingual


@dataclass
class PlacementReport:
    """How many sites have a geometry, how many are not meant to have one, and which failed."""

    placed: int = 0
    province_wide: int = 0
    unpublished: int = 0
    unplaced: list[Unplaced] = field(default_factory=list)


class _Place(NamedTuple):
    """The outcome of a rule: a geometry or a problem, and the areas known without measuring."""

    geom: WKBElement | None = None
    problem: Bilingual | None = None
    tambon: tuple[str, ...] = ()


def loaded_layers(connection: Connection) -> frozenset[str]:
    """Return the names of the tables of schema `layer`."""
    return frozenset(inspect(connection).get_table_names(schema="layer"))


def place_sites(connection: Connection) -> PlacementReport:
    """Give every site its geometry, its sub-districts and districts, or the reason it has none.

    Run it after layers or projects have changed; it writes only the sites that come out
    different, in the transaction of `connection`.
    """
    layers = loaded_layers(connection)
    report = PlacementReport()
    columns = (
        ProjectSite.id,
        ProjectSite.project_code,
        ProjectSite.position,
        ProjectSite.rule,
        ProjectSite.args,
        ProjectSite.note_th,
        ProjectSite.note_en,
    )
    order = (ProjectSite.project_code, ProjectSite.position)
    for row in connection.execute(select(*columns).order_by(*order)).all():
        site = _site(row)
        place = (
            _Place(problem=site.fault)
            if site.fault
            else _RULES[site.rule](connection, site, layers)
        )
        _write(connection, site, place, layers)
        _count(report, site, place)
    return report


def _site(row: Row[Any]) -> Site:
    note = Bilingual(row.note_th, row.note_en) if row.note_th else None
    fault = None
    try:
        args = SiteArgs.model_validate(row.args)
    except ValidationError:  # edited by hand: every way in through the code checks them
        args = SiteArgs()
    if any(args_breaches(row.rule, args)):
        fault = Bilingual(
            "ค่าประกอบกฎของที่ตั้งนี้ไม่ถูกต้อง โปรดแก้ไข",
            "The arguments of this site do not fit its rule; mend them.",
        )
    return Site(row.id, row.project_code, row.position, row.rule, args, note, fault)


def _count(report: PlacementReport, site: Site, place: _Place) -> None:
    if site.rule == "province":
        report.province_wide += 1
    elif site.rule == "unknown":
        report.unpublished += 1
    elif place.problem:
        report.unplaced.append(Unplaced(site.project_code, site.position, place.problem))
    else:
        report.placed += 1


def _write(connection: Connection, site: Site, place: _Place, layers: frozenset[str]) -> None:
    tambon = place.tambon
    if place.geom is not None and site.rule in ("point", "route") and "tambon" in layers:
        tambon = _touched(connection, place.geom) or tambon
    values = {
        "geom": place.geom,
        "tambon_codes": list(tambon),
        "amphoe_codes": sorted({code[:4] for code in tambon} | set(site.args.amphoe)),
        "problem_th": place.problem and place.problem.th,
        "problem_en": place.problem and place.problem.en,
    }
    differs = or_(
        *(getattr(ProjectSite, name).is_distinct_from(value) for name, value in values.items())
    )
    connection.execute(update(ProjectSite).where(ProjectSite.id == site.id, differs).values(values))


def _touched(connection: Connection, geom: WKBElement) -> tuple[str, ...]:
    codes = select(TAMBON.c.code).where(func.ST_Intersects(TAMBON.c.geom, geom))
    return tuple(connection.scalars(codes.order_by(TAMBON.c.code)))


def _point(connection: Connection, site: Site, _layers: frozenset[str]) -> _Place:
    point = func.ST_Point(site.args.lon, site.args.lat, STORAGE_SRID)
    return _Place(connection.scalar(select(point)), tambon=site.args.tambon)


def _route(connection: Connection, site: Site, layers: frozenset[str]) -> _Place:
    if site.args.bus_lines:
        source, name, wanted = BUS_LINE, BUS_LINE.c.line, site.args.bus_lines
    else:
        source, name, wanted = ROAD, ROAD.c.ref, site.args.roads
    if problem := _lacking(connection, source, name, wanted, layers):
        return _Place(problem=problem)
    geom = _clipped(source.c.geom, site.args)
    lines = func.ST_CollectionExtract(func.ST_Collect(geom), LINES)
    merged = select(func.ST_Multi(func.ST_LineMerge(lines))).where(name.in_(wanted))
    return _computed(connection, merged, source)


def _area(connection: Connection, site: Site, layers: frozenset[str]) -> _Place:
    source, wanted = (TAMBON, site.args.tambon) if site.args.tambon else (AMPHOE, site.args.amphoe)
    if problem := _lacking(connection, source, source.c.code, wanted, layers):
        return _Place(problem=problem, tambon=site.args.tambon)
    union = select(func.ST_Multi(func.ST_Union(source.c.geom))).where(source.c.code.in_(wanted))
    tambon = site.args.tambon
    if site.args.amphoe and "tambon" in layers:
        inside = select(TAMBON.c.code).where(func.left(TAMBON.c.code, 4).in_(wanted))
        tambon = tuple(connection.scalars(inside.order_by(TAMBON.c.code)))
    return _Place(_computed(connection, union, source).geom, tambon=tambon)


def _coast_buffer(connection: Connection, site: Site, layers: frozenset[str]) -> _Place:
    if "land" not in layers:
        return _Place(problem=_no_layer("land"))
    metric = func.ST_Union(func.ST_Transform(LAND.c.geom, METRIC_SRID)).label("geom")
    land = select(metric).cte("land_m")
    sea = func.ST_Difference(func.ST_Buffer(land.c.geom, site.args.distance_m), land.c.geom)
    geom = _clipped(func.ST_Transform(sea, STORAGE_SRID), site.args)
    return _computed(connection, select(func.ST_Multi(geom)), LAND)


def _province(_connection: Connection, _site: Site, _layers: frozenset[str]) -> _Place:
    return _Place()


def _unknown(_connection: Connection, site: Site, _layers: frozenset[str]) -> _Place:
    unpublished = Bilingual("ยังไม่มีการเผยแพร่ตำแหน่ง", "The position is not published.")
    return _Place(problem=site.note or unpublished)


_RULES: Final[Mapping[Rule, Callable[[Connection, Site, frozenset[str]], _Place]]] = {
    "point": _point,
    "route": _route,
    "area": _area,
    "coast_buffer": _coast_buffer,
    "province": _province,
    "unknown": _unknown,
}


def _clipped(geom: ColumnElement[Any], args: SiteArgs) -> ColumnElement[Any]:
    if args.clip is None:
        return geom
    return func.ST_Intersection(geom, func.ST_MakeEnvelope(*args.clip, STORAGE_SRID))


def _computed(connection: Connection, statement: Select[Any], source: TableClause) -> _Place:
    geom = connection.scalar(statement)
    if geom is None or connection.scalar(select(func.ST_IsEmpty(geom))):
        return _Place(problem=_nothing_there(source.name))
    return _Place(geom)


def _lacking(
    connection: Connection,
    source: TableClause,
    name: ColumnElement[str],
    wanted: tuple[str, ...],
    layers: frozenset[str],
) -> Bilingual | None:
    if source.name not in layers:
        return _no_layer(source.name)
    found = set(connection.scalars(select(name).where(name.in_(wanted)).distinct()))
    if missing := ", ".join(code for code in wanted if code not in found):
        return Bilingual(
            f"ชั้นข้อมูล {source.name} ของชุดข้อมูลนี้ไม่มี {missing}",
            f"The layer {source.name} of this edition does not have {missing}.",
        )
    return None


def _no_layer(layer: str) -> Bilingual:
    return Bilingual(
        f"ต้องใช้ชั้นข้อมูล {layer} ซึ่งชุดข้อมูลนี้ไม่มี",
        f"Needs the layer {layer}, which this edition does not have.",
    )


def _nothing_there(layer: str) -> Bilingual:
    return Bilingual(
        f"ชั้นข้อมูล {layer} ไม่มีส่วนใดอยู่ในกรอบที่กำหนด",
        f"Nothing of the layer {layer} lies within the clip.",
    )
