"""Land cover by administrative unit and year, and what became what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from exactextract.raster import RasterioRasterSource
from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, select

from twin.errors import InvalidInputError, NotFoundError
from twin.memo import Memo
from twin.queries.catalogue import Described, list_layers
from twin.queries.here import Unit
from twin.rasters.crosstab import count_changes
from twin.rasters.files import FILES, raster_file
from twin.rasters.kinds import Year, find_years
from twin.rasters.legend import ClassEntry, make_legend
from twin.rasters.zonal import count_values, to_metres
from twin.types import Text

#: Answers kept: a few groupings of a few pairs of years.
_MAX_KEPT: Final = 24

CAVEAT: Final = Text(
    "ตัวเลขมาจากการจำแนกภาพดาวเทียม ดูข้อจำกัดในคำอธิบายของแต่ละปี"
    " ส่วนต่างระหว่างปีรวมความคลาดเคลื่อนของทั้งสองปี ใช้ดูแนวโน้มและตำแหน่งที่ควรตรวจสอบ"
    " ไม่ควรอ้างเป็นข้อเท็จจริง",
    "Figures come from classified satellite images; the description of each year says how far they"
    " can be trusted. A difference between years holds the errors of both: a hint at where to look,"
    " not a fact to quote.",
)


@dataclass(frozen=True)
class UnitCover:
    """Land cover of one unit, areas in m² of EPSG:32647.

    `areas_m2` is by year, then by class in the order of `LandCover.classes`; `change_m2` by the
    class of the first year, then by that of the last, where both years have data.
    """

    unit: Unit
    areas_m2: list[list[float]]
    change_m2: list[list[float]]


@dataclass(frozen=True)
class LandCover:
    """Land cover of all units, in the order of their codes."""

    by: str
    years: list[Year]
    classes: list[ClassEntry]
    units: list[UnitCover]


#: How to reach the database: for a moment only, since measuring takes longer than asking.
Connect = Callable[[], AbstractContextManager[Connection]]


def ask_land_cover(
    connect: Connect, folder: Path, by: str, span: tuple[int | None, int | None]
) -> LandCover:
    """Return land cover by unit and year.

    Parameters
    ----------
    by
        An administrative layer (`code`, `name_th`, `name_en`): tambon, amphoe or province.
    span
        First and last year; None: the first and the last there is.
    folder
        Where loaded rasters are kept.

    Raises
    ------
    NotFoundError
        No land cover, or no such administrative layer, is loaded.
    InvalidInputError
        There is no land cover of a year, or the last comes before the first.

    Notes
    -----
    Cells count by the share of them that lies in the unit. The answer is kept: it depends on the
    content of the layers only, of which their revisions and file names tell.
    """
    with connect() as connection:
        published = list_layers(connection)
    years = _select(find_years(published), span)
    units = next((layer for layer in published if layer.id == by), None)
    if units is None:
        raise NotFoundError(
            f"Layer `{by}` is not loaded, so areas cannot be told by it.",
            f"ยังไม่ได้นำเข้าชั้นข้อมูล `{by}` จึงสรุปตามเขตนี้ไม่ได้",
            parameter="by",
        )
    paths = [raster_file(year.layer, folder) for year in years]
    layers = [units, *(year.layer for year in years)]
    key = (by, tuple((layer.id, layer.revision, layer.file, layer.loaded_at) for layer in layers))

    def work_out() -> LandCover:
        with connect() as connection:
            shapes = _units(connection, units.described)
        return LandCover(by, years, _common_classes(years), _measure(shapes, years, paths))

    return _KEPT.get(key, work_out)


_KEPT: Final[Memo[LandCover]] = Memo(_MAX_KEPT)


def _select(years: list[Year], span: tuple[int | None, int | None]) -> list[Year]:
    if not years:
        raise NotFoundError("No land cover is loaded.", "ยังไม่มีชั้นข้อมูลสิ่งปกคลุมดิน", parameter="from")
    known = [one.year for one in years]
    first = known[0] if span[0] is None else span[0]
    last = known[-1] if span[1] is None else span[1]
    told = ", ".join(map(str, known))
    for parameter, year in (("from", first), ("to", last)):
        if year not in known:
            raise InvalidInputError(
                f"There is no land cover of {year}. Years: {told}.",
                f"ไม่มีข้อมูลสิ่งปกคลุมดินของปี ค.ศ. {year} ปีที่มี: {told}",
                parameter=parameter,
            )
    if last < first:
        raise InvalidInputError(
            f"`to` must not come before `from`. Years: {told}.",
            f"`to` ต้องไม่มาก่อน `from` ปีที่มี: {told}",
            parameter="to",
        )
    return [one for one in years if first <= one.year <= last]


def _common_classes(years: Sequence[Year]) -> list[ClassEntry]:
    entries: dict[int, ClassEntry] = {}
    for one in years:
        for entry in make_legend(one.layer.spec).classes:
            entries.setdefault(entry.value, entry)
    return list(entries.values())


def _units(connection: Connection, layer: Described) -> list[tuple[Unit, BaseGeometry]]:
    table = layer.rows
    columns = (table.c.code, table.c.name_th, table.c.name_en, table.c.geom)
    statement = select(*columns).where(table.c.geom.is_not(None)).order_by(table.c.code)
    return [
        (Unit(row.code, Text(row.name_th, row.name_en)), to_metres(to_shape(row.geom)))
        for row in connection.execute(statement)
    ]


def _measure(
    units: Sequence[tuple[Unit, BaseGeometry]], years: Sequence[Year], paths: Sequence[Path]
) -> list[UnitCover]:
    classes = [entry.value for entry in _common_classes(years)]
    shapes = [shape for _, shape in units]
    by_year = [_areas(path, shapes) for path in paths]
    with FILES.lend(paths[0]) as first, FILES.lend(paths[-1]) as last:
        changes = count_changes(first, last, shapes)
        cell_m2 = abs(first.transform.a * first.transform.e)
    return [
        UnitCover(
            unit,
            [[areas[place].get(value, 0.0) for value in classes] for areas in by_year],
            [
                [changes[place].get((before, after), 0.0) * cell_m2 for after in classes]
                for before in classes
            ],
        )
        for place, (unit, _) in enumerate(units)
    ]


def _areas(path: Path, shapes: Sequence[BaseGeometry]) -> list[dict[int, float]]:
    with FILES.lend(path) as dataset:
        cell_m2 = abs(dataset.transform.a * dataset.transform.e)
        counts = count_values(RasterioRasterSource(dataset), shapes)
    return [{value: count * cell_m2 for value, count in one.items()} for one in counts]
