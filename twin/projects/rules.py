"""Rules that a project and a site must keep, wherever they come from; every breach is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from twin.crs import PROVINCE_BBOX
from twin.projects.model import Fact, Record, Rule, Site, SiteArgs
from twin.types import Text

MAX_BUFFER_M: Final = 50_000


class Breach(NamedTuple):
    """A rule that is broken, and the column where a person would mend it."""

    column: str
    rule: str
    message: Text


#: Rule of placement → the arguments it needs, of which exactly one, and those it may have.
ARGUMENTS: Final[dict[Rule, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "point": (("lon",), ("lat", "tambon")),
    "route": (("bus_lines", "roads"), ("clip",)),
    "area": (("tambon", "amphoe"), ()),
    "coast_buffer": (("distance_m",), ("clip",)),
    "province": ((), ()),
    "unknown": ((), ()),
}


def record_breaches(record: Record) -> Iterator[Breach]:
    """Yield what the fields of a record say against each other."""
    if not record.code.startswith(record.domain_code):
        yield Breach(
            "domain",
            "domain_of_code",
            Text(
                f"รหัส {record.code} ต้องขึ้นต้นด้วยรหัสด้าน {record.domain_code}",
                f"The code {record.code} must begin with the domain's, {record.domain_code}.",
            ),
        )
    if len(record.agencies_th) != len(record.agencies_en):
        yield Breach(
            "agencies_en",
            "agencies_pair",
            Text(
                f"มีหน่วยงานภาษาไทย {len(record.agencies_th)} ชื่อ"
                f" แต่ภาษาอังกฤษ {len(record.agencies_en)} ชื่อ ต้องเท่ากันและเรียงตรงกัน",
                f"{len(record.agencies_th)} agencies in Thai but {len(record.agencies_en)} in"
                " English; give both lists in the same order.",
            ),
        )
    if record.start_date and record.end_date and record.end_date < record.start_date:
        yield Breach(
            "end_date",
            "date_order",
            Text("วันสิ้นสุดอยู่ก่อนวันเริ่ม", "The end date is before the start date."),
        )
    yield from _untranslated(record, ("status_note", "place"))


def site_breaches(site: Site) -> Iterator[Breach]:
    """Yield what is wrong with a site's note or the arguments of its rule."""
    yield from _untranslated(site, ("note",))
    yield from _unsourced(site)
    yield from args_breaches(site.rule, site.args)


def fact_breaches(fact: Fact) -> Iterator[Breach]:
    """Yield what a source lacks for the confidence it claims."""
    yield from _untranslated(fact, ("note",))
    yield from _unsourced(fact)


def args_breaches(rule: Rule, args: SiteArgs) -> Iterator[Breach]:
    """Yield what the arguments lack for the rule, or have beyond it."""
    needed, allowed = ARGUMENTS[rule]
    given = set(args.given())
    if needed and len(given & set(needed)) != 1:
        names = " / ".join(needed)
        yield Breach(
            needed[0],
            "argument_missing",
            Text(
                f"กฎ {rule} ต้องมีค่า {names} อย่างใดอย่างหนึ่ง",
                f"The rule {rule} needs exactly one of: {names}.",
            ),
        )
    for name in sorted(given - set(needed) - set(allowed)):
        yield Breach(
            name,
            "argument_unused",
            Text(
                f"กฎ {rule} ไม่ใช้ค่า {name} โปรดลบออก",
                f"The rule {rule} does not use {name}; leave it empty.",
            ),
        )
    yield from _misplaced(rule, args)


def _misplaced(rule: Rule, args: SiteArgs) -> Iterator[Breach]:
    if rule == "point":
        yield from _point_breaches(args)
    elif rule == "coast_buffer" and not 0 < (args.distance_m or 0) <= MAX_BUFFER_M:
        yield Breach(
            "distance_m",
            "distance",
            Text(
                f"ระยะต้องมากกว่า 0 และไม่เกิน {MAX_BUFFER_M:,} เมตร",
                f"The distance must be more than 0 and at most {MAX_BUFFER_M:,} m.",
            ),
        )
    if args.clip and not (args.clip[0] < args.clip[2] and args.clip[1] < args.clip[3]):
        yield Breach(
            "clip",
            "clip_order",
            Text(
                "กรอบต้องเรียงเป็น ตะวันตก, ใต้, ตะวันออก, เหนือ (องศา)",
                "The clip must be west, south, east, north in degrees.",
            ),
        )


def _point_breaches(args: SiteArgs) -> Iterator[Breach]:
    west, south, east, north = PROVINCE_BBOX
    inside = (
        args.lon is not None
        and args.lat is not None
        and west <= args.lon <= east
        and south <= args.lat <= north
    )
    if not inside:
        yield Breach(
            "lat" if args.lon is not None and west <= args.lon <= east else "lon",
            "outside_province",
            Text(
                f"พิกัดต้องอยู่ในภูเก็ต: ลองจิจูด {west}–{east} ละติจูด {south}–{north} องศา",
                f"The point must lie in Phuket: lon {west}–{east}, lat {south}–{north} degrees.",
            ),
        )
    if len(args.tambon) > 1:
        yield Breach(
            "tambon",
            "one_tambon",
            Text("จุดหนึ่งอยู่ได้ตำบลเดียว", "A point lies in one sub-district only."),
        )


def _unsourced(item: Site | Fact) -> Iterator[Breach]:
    if item.confidence in ("verified", "sourced") and item.source is None:
        yield Breach(
            "source",
            "source_missing",
            Text(
                f"ความเชื่อมั่น {item.confidence} ต้องบอกแหล่งที่มา",
                f"The confidence {item.confidence} needs a source.",
            ),
        )


def _untranslated(item: Record | Site | Fact, fields: tuple[str, ...]) -> Iterator[Breach]:
    for field in fields:
        th, en = getattr(item, f"{field}_th"), getattr(item, f"{field}_en")
        if (th is None) != (en is None):
            missing = f"{field}_th" if th is None else f"{field}_en"
            yield Breach(
                missing,
                "translation_missing",
                Text("ต้องมีทั้งภาษาไทยและอังกฤษ", "Both Thai and English are needed."),
            )
