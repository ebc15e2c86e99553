"""What a record of the register is, in memory: the same for the seed, a file and the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from twin.spec import Model
from twin.types import Confidence
from twin.validation import refused

DomainCode = Literal["ENV", "ECO", "ENE", "GOV", "LIV", "MOB", "PEO"]
PhaseId = Literal["2021", "2022-2023"]
Status = Literal[
    "not_started", "planned", "in_progress", "operating", "suspended", "finished", "unknown"
]
Rule = Literal["point", "route", "area", "coast_buffer", "province", "unknown"]
Precision = Literal["exact", "sourced", "approximate", "estimated", "unknown"]
FactField = Literal[
    "name",
    "domain",
    "phase",
    "agencies",
    "budget_thb",
    "status",
    "status_note",
    "progress",
    "start_date",
    "end_date",
    "place",
]

MAX_BUDGET_THB: Final = 10**13
MAX_TEXT: Final = 4000
#: Days outside are slips of the pen, most often a Buddhist year cut to two digits.
FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2200, 12, 31)
CODE_PATTERN: Final = r"^(ENV|ECO|ENE|GOV|LIV|MOB|PEO)-[0-9]{2}$"
TAMBON_PATTERN: Final = r"^83[0-9]{4}$"
AMPHOE_PATTERN: Final = r"^83[0-9]{2}$"
#: Characters no text may hold: control characters, unusual spaces, and invisible marks.
CONTROL: Final = re.compile(
    r"[^\S \n]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
    r"\ud800-\udfff\ufffe\uffff]"
)


def _plain(text: str) -> str:
    if not text or text != text.strip() or CONTROL.search(text):
        raise refused(
            "text must not be empty, padded or hold control characters",
            "ข้อความต้องไม่ว่าง ไม่มีช่องว่างหัวท้าย และไม่มีอักขระควบคุม",
        )
    return text


PlainText = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_plain)]
AgencyName = Annotated[PlainText, Field(pattern=r"^[^;]+$")]
RouteName = Annotated[PlainText, Field(pattern=r"^[^;,]+$")]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
#: Seven decimals are a centimetre in degrees, and no more than a spreadsheet keeps.
Decimal7 = Annotated[float, AfterValidator(lambda number: round(number, 7))]
Clip = tuple[Decimal7, Decimal7, Decimal7, Decimal7]


class SiteArgs(Model):
    """Arguments of a placement rule; which of them apply is told by `twin.projects.rules`."""

    lon: Decimal7 | None = Field(None, description="point: degrees, WGS 84")
    lat: Decimal7 | None = Field(None, description="point: degrees, WGS 84")
    tambon: tuple[Annotated[str, Field(pattern=TAMBON_PATTERN)], ...] = Field(
        (), description="area: codes that make it up; point: the code its source names"
    )
    amphoe: tuple[Annotated[str, Field(pattern=AMPHOE_PATTERN)], ...] = Field(
        (), description="area: codes that make it up"
    )
    bus_lines: tuple[RouteName, ...] = Field((), description="route: values of bus_line.line")
    roads: tuple[RouteName, ...] = Field((), description="route: values of road.ref")
    distance_m: Decimal7 | None = Field(None, description="coast_buffer: metres from the shore")
    clip: Clip | None = Field(None, description="route, coast_buffer: west, south, east, north")

    def given(self) -> dict[str, Any]:
        """Return the arguments that have a value, as kept in the database."""
        return {name: value for name, value in self.model_dump(mode="json").items() if value}


class Site(Model):
    """One place of a project, and the rule that says where it is."""

    position: int = Field(ge=1, le=999, description="Order among the project's sites, from 1.")
    name_th: PlainText
    name_en: PlainText
    rule: Rule
    args: SiteArgs = SiteArgs()
    precision: Precision = "unknown"
    is_marine: bool = Field(False, description="May lie at sea or over the water.")
    confidence: Confidence
    source: PlainText | None = None
    note_th: PlainText | None = None
    note_en: PlainText | None = None


class Fact(Model):
    """Where one field of a project comes from, and how sure it is."""

    field: FactField
    confidence: Confidence
    source: PlainText | None = None
    source_date: Day | None = None
    note_th: PlainText | None = None
    note_en: PlainText | None = None


class Record(Model):
    """One project as the register holds it, without its sites and sources."""

    code: str = Field(pattern=CODE_PATTERN)
    domain_code: DomainCode
    phase_id: PhaseId | None = None
    name_th: PlainText
    name_en: PlainText
    is_named: bool = True
    agencies_th: tuple[AgencyName, ...] = ()
    agencies_en: tuple[AgencyName, ...] = ()
    budget_thb: int | None = Field(None, ge=0, le=MAX_BUDGET_THB)
    status: Status = "unknown"
    status_note_th: PlainText | None = None
    status_note_en: PlainText | None = None
    progress: Decimal7 | None = Field(None, ge=0, le=100, description="Per cent.")
    start_date: Day | None = None
    end_date: Day | None = None
    place_th: PlainText | None = None
    place_en: PlainText | None = None
    confidence: Confidence = "unknown"


class Entry(Model):
    """A record with its sites and sources; None leaves those of the database as they are."""

    record: Record
    sites: tuple[Site, ...] | None = None
    facts: tuple[Fact, ...] | None = None


#: The columns of a record that each fact speaks of.
FACT_COLUMNS: Final[Mapping[FactField, tuple[str, ...]]] = {
    "name": ("name_th", "name_en", "is_named"),
    "domain": ("domain_code",),
    "phase": ("phase_id",),
    "agencies": ("agencies_th", "agencies_en"),
    "budget_thb": ("budget_thb",),
    "status": ("status",),
    "status_note": ("status_note_th", "status_note_en"),
    "progress": ("progress",),
    "start_date": ("start_date",),
    "end_date": ("end_date",),
    "place": ("place_th", "place_en"),
}


def complete_facts(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return one fact a field, in the order of `FACT_COLUMNS`; what is not told is unknown."""
    told = {fact.field: fact for fact in facts}
    return tuple(told.get(name, Fact(field=name, confidence="unknown")) for name in FACT_COLUMNS)


def has_value(record: Record, field: FactField) -> bool:
    """Tell whether the record says anything in that field."""
    if field == "name":
        return record.is_named
    if field == "status":
        return record.status != "unknown"
    return getattr(record, FACT_COLUMNS[field][0]) not in (None, (), [])
