"""How many people there are by sub-district, as registers and offices say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, select

from twin.analysis.model import FloatArray
from twin.errors import InvalidInputError, NotFoundError
from twin.queries.catalogue import PublishedLayer
from twin.studies.areas import Shapes, read_shapes
from twin.studies.reading import listed, require_table
from twin.types import Text

_REGISTER = "population"
_AGED = "population_aged"


@dataclass(frozen=True, eq=False)
class Registered:
    """Registered people by sub-district.

    Parameters
    ----------
    people
        (a,) of each of `tambon`, on 31 December.
    unknown
        Places of the sub-districts that the register does not have in this year; 0 people.
    """

    year: int
    tambon: Shapes
    people: FloatArray
    unknown: tuple[int, ...]
    layers: tuple[PublishedLayer, ...]

    @property
    def total(self) -> float:
        """People in all."""
        return float(self.people.sum())


@dataclass(frozen=True)
class Aged:
    """People aged 60 and over in the whole province."""

    total: int
    layer: PublishedLayer
    told_by: Text


def read_registered(
    connection: Connection, year: int | None, among: Sequence[int] | None = None
) -> Registered:
    """Return the registered people of a year by sub-district.

    Parameters
    ----------
    year
        CE; None: the newest there is.
    among
        Years that the newest is looked for in; None: any.

    Raises
    ------
    NotFoundError
        The layer `population` or `tambon` is not loaded.
    InvalidInputError
        The register has nothing of that year, or sub-districts that have no area.
    """
    layer = require_table(connection, _REGISTER, ("year", "level", "code", "total"))
    table = layer.described.rows
    is_tambon = table.c.level == "tambon"
    statement = select(table.c.year).where(is_tambon).distinct().order_by(table.c.year)
    chosen = _choose_year(connection.scalars(statement).all(), year, among, layer)
    wanted = select(table.c.code, table.c.total).where(is_tambon, table.c.year == chosen)
    counted = {row.code: row.total for row in connection.execute(wanted)}
    tambon = read_shapes(connection, "tambon", parameter="tambon")
    if lost := sorted(counted.keys() - set(tambon.codes)):
        raise InvalidInputError(
            f"The register of {chosen} counts people in sub-districts that have no area: codes"
            f" {listed(lost)}. Load the layer `tambon` that has them.",
            f"ทะเบียนปี ค.ศ. {chosen} มีประชากรในตำบลที่ไม่มีขอบเขต: รหัส {listed(lost)}"
            " โปรดนำเข้าชั้นข้อมูล `tambon` ที่มีตำบลเหล่านี้",
            parameter="demand.year",
        )
    people = np.array([counted.get(code, 0) for code in tambon.codes], dtype=np.float64)
    unknown = tuple(place for place, code in enumerate(tambon.codes) if code not in counted)
    return Registered(chosen, tambon, people, unknown, (layer, tambon.layer))


def aged_years(connection: Connection) -> list[int]:
    """Return the years that people aged 60 and over are known of.

    Raises
    ------
    NotFoundError
        Nobody counted them in this edition; told what is missing.
    """
    try:
        layer = require_table(connection, _AGED, ("year", "people"))
    except NotFoundError as error:
        raise NotFoundError(
            "Variant `aged_60` needs the layer `population_aged`, people aged 60 and over by year,"
            " which this edition does not have. Ask for `registered`, or load that layer.",
            "รูปแบบ `aged_60` ต้องใช้ชั้นข้อมูล `population_aged` (ประชากรอายุ 60 ปีขึ้นไปรายปี)"
            " ซึ่งชุดข้อมูลนี้ไม่มี โปรดเลือก `registered` หรือนำเข้าชั้นข้อมูลดังกล่าว",
            parameter="demand.variant",
        ) from error
    table = layer.described.rows
    return list(connection.scalars(select(table.c.year).distinct().order_by(table.c.year)))


def read_aged(connection: Connection, year: int) -> Aged:
    """Return the people aged 60 and over of a year; raises as `aged_years` does.

    Raises
    ------
    InvalidInputError
        Nothing is known of that year; told of which years.
    """
    years = aged_years(connection)
    layer = require_table(connection, _AGED, ("year", "people", "agency_th"))
    if year not in years:
        raise _no_year(year, years, layer)
    table = layer.described.rows
    row = connection.execute(
        select(table.c.people, table.c.agency_th).where(table.c.year == year)
    ).one()
    return Aged(row.people, layer, Text(row.agency_th, layer.source.en))


def _choose_year(
    years: Sequence[int], year: int | None, among: Sequence[int] | None, layer: PublishedLayer
) -> int:
    if year is not None:
        if year not in years:
            raise _no_year(year, years, layer)
        return year
    common = [one for one in years if among is None or one in among]
    if not common:
        raise NotFoundError(
            f"Layer `{layer.id}` has no year that can be used. Years: {_spans(years)}.",
            f"ชั้นข้อมูล `{layer.id}` ไม่มีปีที่ใช้ได้ ปีที่มี (ค.ศ.): {_spans(years)}",
            parameter="demand.year",
        )
    return common[-1]


def _no_year(year: int, years: Sequence[int], layer: PublishedLayer) -> InvalidInputError:
    return InvalidInputError(
        f"Layer `{layer.id}` has nothing of {year}. Years: {_spans(years)}.",
        f"ชั้นข้อมูล `{layer.id}` ไม่มีข้อมูลปี ค.ศ. {year} ปีที่มี (ค.ศ.): {_spans(years)}",
        parameter="demand.year",
    )


def _spans(years: Sequence[int]) -> str:
    """Return years as spans.

    Examples
    --------
    >>> _spans([2013, 2014, 2017]), _spans([])
    ('2013–2014, 2017', '–')
    """
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], year]
        else:
            spans.append([year])
    return ", ".join("–".join(map(str, span)) for span in spans) or "–"
