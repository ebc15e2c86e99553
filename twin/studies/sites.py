"""Sites of projects as facilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, func, select

from twin.analysis.model import Basis, FloatArray, Supply
from twin.db.models import Project, ProjectSite
from twin.errors import InvalidInputError
from twin.projection import to_metric
from twin.queries.catalogue import PublishedLayer
from twin.studies.reading import listed
from twin.types import Text

_PARAMETER: Final = "projects"

#: Statuses of projects that serve already, whatever their dates.
_OPEN: Final = frozenset({"operating", "finished"})

_NO_BASIS: Final = Basis(Text("", ""), Text("", ""), "")


@dataclass(frozen=True, eq=False)
class Part:
    """Facilities of one origin, with what is to be told of them."""

    supply: Supply
    notes: tuple[Text, ...]
    layers: tuple[PublishedLayer, ...]


def make_part(
    xy: FloatArray,
    ids: Sequence[str],
    names: Sequence[Text],
    opened: Sequence[date | None],
    capacity: FloatArray | None = None,
) -> Supply:
    """Return facilities without a basis yet; capacity is unknown unless told."""
    if capacity is None:
        capacity = np.full(len(ids), np.nan)
    return Supply(xy, tuple(ids), tuple(names), capacity, tuple(opened), _NO_BASIS)


def read_sites(connection: Connection, codes: Sequence[str], opened_by: date | None) -> Part:
    """Return the sites of projects: points as they are, routes and areas by a point on them.

    A project opens on its `end_date`; one that operates or is finished is open already. Of others
    the day is unknown: they count as open, unless only what opens by a day is asked for, which
    nobody can say of them.

    Raises
    ------
    InvalidInputError
        A code is unknown, or none of a project's sites is a place; told why.
    """
    rows = _read(connection, codes)
    _require_known(connection, codes, rows)
    placed = [row for row in rows if row.lon is not None]
    _require_placed(rows, placed)
    notes = [Text(f"ที่ตั้งโครงการ {len(placed)} แห่ง", f"Project sites: {len(placed)}")]
    if unplaced := listed([_id(row) for row in rows if row.lon is None]):
        notes.append(
            Text(f"ไม่รวมที่ตั้งที่ไม่มีตำแหน่ง: {unplaced}", f"Left out, without a place: {unplaced}")
        )
    if unknown := listed(sorted({row.code for row in placed if _is_unknown(row)})):
        kept = Text("ไม่รวม", "left out") if opened_by else Text("นับว่าเปิดแล้ว", "counted as open")
        notes.append(
            Text(
                f"ไม่ทราบวันเปิดของโครงการ {unknown} จึง{kept.th}",
                f"Nobody has said when these projects open, {kept.en}: {unknown}",
            )
        )
    if opened_by:
        placed = [row for row in placed if not _is_unknown(row)]
    return Part(_supply(placed), tuple(notes), ())


def _read(connection: Connection, codes: Sequence[str]) -> Sequence[Any]:
    """Return the sites of projects, one row of a project without any."""
    point = func.ST_PointOnSurface(ProjectSite.geom)
    statement = (
        select(
            Project.code,
            Project.name_th,
            Project.name_en,
            Project.status,
            Project.end_date,
            ProjectSite.position,
            ProjectSite.name_th.label("site_th"),
            ProjectSite.name_en.label("site_en"),
            ProjectSite.rule,
            ProjectSite.problem_th,
            ProjectSite.problem_en,
            func.ST_X(point).label("lon"),
            func.ST_Y(point).label("lat"),
        )
        .outerjoin(ProjectSite, ProjectSite.project_code == Project.code)
        .where(Project.code.in_(codes))
        .order_by(Project.code, ProjectSite.position)
    )
    return connection.execute(statement).all()


def _require_known(connection: Connection, codes: Sequence[str], rows: Sequence[Any]) -> None:
    unknown = sorted(set(codes) - {row.code for row in rows})
    if unknown:
        known = ", ".join(connection.scalars(select(Project.code).order_by(Project.code))) or "–"
        raise InvalidInputError(
            f"There is no project {listed(unknown)}; there are: {known}.",
            f"ไม่มีโครงการ {listed(unknown)} ที่มีอยู่: {known}",
            parameter=_PARAMETER,
        )


def _require_placed(rows: Sequence[Any], placed: Sequence[Any]) -> None:
    """Refuse the first project that is nowhere in particular."""
    somewhere = {row.code for row in placed}
    for row in rows:
        if row.code in somewhere:
            continue
        why = Text(row.problem_th or "ไม่มีที่ตั้ง", row.problem_en or "It has no site.")
        if row.rule == "province":
            why = Text("ครอบคลุมทั้งจังหวัด", "It is province-wide.")
        raise InvalidInputError(
            f"Project {row.code} ({row.name_en}) has no place to be reached at: {why.en} Leave it"
            " out, or draw points.",
            f"โครงการ {row.code} ({row.name_th}) ไม่มีจุดให้เดินทางไปถึง: {why.th} โปรดตัดออก หรือวาดจุดแทน",
            parameter=_PARAMETER,
        )


def _is_unknown(row: Any) -> bool:  # noqa: ANN401 (rows have no static type)
    return row.end_date is None and row.status not in _OPEN


def _id(row: Any) -> str:  # noqa: ANN401 (rows have no static type)
    return f"project/{row.code}/{row.position}"


def _supply(rows: Sequence[Any]) -> Supply:
    xy = to_metric([(row.lon, row.lat) for row in rows])
    names = [Text(f"{row.name_th}: {row.site_th}", f"{row.name_en}: {row.site_en}") for row in rows]
    opened = [None if row.status in _OPEN else row.end_date for row in rows]
    return make_part(xy, [_id(row) for row in rows], names, opened)
