"""An answer of coverage as flat tables, for spreadsheets and map files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import BaseModel

from twin.studies.answer import Assumed, CoverageAnswer, Facility, Source, Told, Totals
from twin.studies.question import Question
from twin.types import Text
from twin.words import MODE_WORDS

Cell = str | float | None
Kind = Literal["text", "people", "share", "number", "degrees"]

#: Texts that tables and terminals call things by.
PARTS: Final = {
    "served": Text("ได้รับบริการ", "served"),
    "unserved": Text("ไม่ได้รับบริการ", "unserved"),
    "unknown": Text("ไม่ทราบ", "unknown"),
    "ratio": Text("สัดส่วน", "ratio"),
}
TOTAL: Final = Text("ประชากร", "demand")
DIRECTIONS: Final = {
    "to": Text("ผู้คนไปยังสถานบริการ", "people go to the facility"),
    "from": Text("บริการไปหาผู้คน", "the service comes to people"),
}
PACES: Final = {
    "slow": Text("ช้า", "slow"),
    "usual": Text("ปกติ", "usual"),
    "fast": Text("เร็ว", "fast"),
}


@dataclass(frozen=True)
class Column:
    """A column: its name for programs, its title for people, and how its cells are written.

    Parameters
    ----------
    words
        What people are told in place of a cell that is a word for programs.
    """

    name: str
    title: Text
    kind: Kind = "text"
    words: Mapping[Cell, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Columns and rows; a cell of which nothing is known is None."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def by_name(self) -> dict[str, list[Cell]]:
        """The cells of each column."""
        cells = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.columns)
        return {
            column.name: list(column_cells)
            for column, column_cells in zip(self.columns, cells, strict=True)
        }


def threshold_label(question: Question, threshold: float) -> Text:
    """Return a threshold with its unit."""
    if question.unit == "minutes":
        return Text(f"{threshold:,g} นาที", f"{threshold:,g} min")
    return Text(f"{threshold:,g} ม.", f"{threshold:,g} m")


def total_table(answer: CoverageAnswer) -> Table:
    """Return the totals, a row for each threshold; with slow and fast travel where asked for."""
    paces = [pace for pace in answer.paces if pace.pace != "usual"]
    columns = [
        Column("threshold", Text("เกณฑ์", "threshold"), "number"),
        Column("total", TOTAL, "people"),
        *(Column(name, PARTS[name], "people") for name in ("served", "unserved", "unknown")),
        Column("ratio", PARTS["ratio"], "share"),
        *(Column(f"ratio_{pace.pace}", _of(pace.pace), "share") for pace in paces),
    ]
    rows = [
        (
            one.threshold,
            one.total,
            one.served,
            one.unserved,
            one.unknown,
            one.ratio,
            *(pace.totals[place].ratio for pace in paces),
        )
        for place, one in enumerate(answer.totals)
    ]
    return Table(tuple(columns), tuple(rows))


def area_table(answer: CoverageAnswer, layers: Iterable[str]) -> Table:
    """Return a row for each area of some layers, each followed by what lies outside its areas."""
    columns = [
        Column("layer", Text("ชั้นข้อมูล", "layer")),
        Column("code", Text("รหัส", "code")),
        Column("name_th", Text("ชื่อ", "name, Thai")),
        Column("name_en", Text("ชื่ออังกฤษ", "name, English")),
        Column("total", TOTAL, "people"),
        *_threshold_columns(answer.question),
    ]
    rows = [
        (
            layer,
            area.code,
            area.name.th,
            area.name.en,
            area.totals[0].total,
            *_threshold_cells(area.totals),
        )
        for layer in layers
        for area in answer.areas[layer]
    ]
    return Table(tuple(columns), tuple(rows))


def facility_table(answer: CoverageAnswer) -> Table:
    """Return a row for each facility, in the order of the answer, with its catchment."""
    far = {one.id: one.offset_m for one in answer.off_network}
    columns = (
        Column("id", Text("รหัส", "id")),
        Column("name_th", Text("ชื่อ", "name, Thai")),
        Column("name_en", Text("ชื่ออังกฤษ", "name, English")),
        Column("capacity", Text("ความจุ", "capacity"), "number"),
        Column("served", Text("ได้รับบริการในเกณฑ์", "served within the threshold"), "people"),
        Column("points", Text("จุดความต้องการ", "demand points"), "number"),
        Column("nearest", Text("ใกล้แห่งนี้ที่สุด", "nearest to it, however far"), "people"),
        Column("lon", Text("ลองจิจูด", "longitude"), "degrees"),
        Column("lat", Text("ละติจูด", "latitude"), "degrees"),
        Column("off_street_m", Text("ห่างถนนเกินกำหนด ม.", "too far from a street, m"), "number"),
    )
    rows = [_facility_cells(one, far.get(one.id)) for one in answer.facilities]
    return Table(columns, tuple(rows))


def basis_table(answer: Told, asked: BaseModel) -> Table:
    """Return what an answer rests on: assumptions and sources, both languages side by side.

    Parameters
    ----------
    answer
        Of any study.
    asked
        What it answers.
    """
    columns = (
        Column("what", Text("รายการ", "what")),
        Column("th", Text("ไทย", "Thai")),
        Column("en", Text("อังกฤษ", "English")),
    )
    told = dict(answer)
    rows: list[tuple[Cell, ...]] = [("summary", told["summary"].th, told["summary"].en)]
    if "assumptions" in told:
        rows += _assumed_rows(told["assumptions"])
        told = dict(told["assumptions"])
    for name, source in told.items():
        if isinstance(source, Source):
            rows.append((name, source.text.th, source.text.en))
            rows.append((f"{name}_source", source.source.th, source.source.en))
            rows.append((f"{name}_revision", source.revision, source.revision))
    question, digest = asked.model_dump_json(), dict(answer)["digest"]
    rows += [("question", question, question), ("digest", digest, digest)]
    return Table(columns, tuple(rows))


def _assumed_rows(told: Assumed) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [
        ("mode", *MODE_WORDS[told.mode]),
        ("direction", *DIRECTIONS[told.direction]),
    ]
    plain = {
        "max_snap_m": f"{told.max_snap_m:g}",
        "walking_kmh": f"{told.walking_kmh:g}",
        "speed_factor": f"{told.speed_factor:g}",
        "method": told.method,
    }
    rows += [(name, value, value) for name, value in plain.items()]
    if told.range_source is not None:
        rows.append(("speed_range", told.range_source.th, told.range_source.en))
    return rows


def _threshold_columns(question: Question) -> list[Column]:
    unit = "min" if question.unit == "minutes" else "m"
    columns = []
    for threshold in question.thresholds:
        within = threshold_label(question, threshold)
        mark = f"{threshold:g}".replace(".", "_").replace("+", "")
        columns += [
            Column(
                f"{name}_{mark}{unit}",
                Text(f"{title.th} {within.th}", f"{title.en} {within.en}"),
                "share" if name == "ratio" else "people",
            )
            for name, title in PARTS.items()
        ]
    return columns


def _threshold_cells(totals: Iterable[Totals]) -> list[Cell]:
    return [getattr(one, name) for one in totals for name in PARTS]


def _facility_cells(one: Facility, off_street_m: float | None) -> tuple[Cell, ...]:
    names = (one.id, one.name.th, one.name.en)
    return (*names, one.capacity, one.served, one.points, one.nearest, *one.lon_lat, off_street_m)


def _of(pace: str) -> Text:
    ratio, told = PARTS["ratio"], PACES[pace]
    return Text(f"{ratio.th} ({told.th})", f"{ratio.en}, {told.en}")
