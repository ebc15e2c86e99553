"""Where the streets of a network come from, in words."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from twin.analysis.model import Basis
from twin.analysis.network.report import NetworkReport
from twin.queries.catalogue import PublishedLayer, list_layers
from twin.studies.ground import tell_provenance
from twin.studies.network_streets import find_elevation, find_streets
from twin.studies.reading import make_basis
from twin.types import Text

#: The layer that networks are made of unless told otherwise.
ROAD: Final = "road"

#: Parts of a network that are told one by one.
_PARTS_TOLD: Final = 3


#: Classes of streets that lead past homes, not to them.
_MAIN: Final = frozenset(
    name + link
    for name in ("motorway", "trunk", "primary", "secondary", "tertiary")
    for link in ("", "_link")
)


def has_main_roads_only(report: NetworkReport) -> bool:
    """Tell whether no street is loaded of the classes that homes stand on."""
    return report.by_class.keys() <= _MAIN


def tell_streets(connection: Connection, report: NetworkReport, *, layer: str = ROAD) -> Basis:
    """Return where a network comes from, with its parts, so that nobody takes them for one."""
    layers = list_layers(connection)
    streets, elevation = find_streets(layers, layer), find_elevation(layers)
    used = [streets, elevation] if elevation and report.has_elevation else [streets]
    notes = [_tell_size(report, streets), *_tell_classes(report), *_tell_parts(report)]
    notes += [*_tell_directions(connection, streets), *_tell_slopes(report)]
    return make_basis([*notes, *tell_provenance(used)], used, report.revision)


def _tell_size(report: NetworkReport, layer: PublishedLayer) -> Text:
    title = Text("ถนน", "streets") if layer.id == ROAD else layer.spec.title
    return Text(
        f"{title.th} {report.street_km:,.1f} กม. {report.streets:,} เส้น ({report.nodes:,} จุด"
        f" {report.edges:,} ช่วง)",
        f"{report.street_km:,.1f} km of {title.en}, {report.streets:,} lines"
        f" ({report.nodes:,} nodes, {report.edges:,} pieces)",
    )


def _tell_classes(report: NetworkReport) -> list[Text]:
    if not has_main_roads_only(report):
        return []
    return [
        Text(
            "มีเฉพาะถนนสายหลัก ไม่มีซอยและถนนในย่านที่อยู่อาศัย",
            "Main roads only, without lanes and residential streets",
        )
    ]


def _tell_parts(report: NetworkReport) -> list[Text]:
    count = len(report.component_km)
    if count < 2:  # noqa: PLR2004 (one part is a whole)
        return []
    lengths = " / ".join(f"{km:,.1f}" for km in report.component_km[:_PARTS_TOLD])
    more = " / …" if count > _PARTS_TOLD else ""
    return [
        Text(
            f"แยกเป็น {count} ส่วนที่ไม่เชื่อมกัน ({lengths}{more} กม.)",
            f"In {count} parts that are not connected ({lengths}{more} km)",
        )
    ]


def _tell_directions(connection: Connection, streets: PublishedLayer) -> list[Text]:
    """Return that nothing is known of one-way streets, where that is so."""
    if "oneway" in streets.described.types:
        column = streets.described.rows.c.oneway
        if connection.scalar(select(column).where(column.is_not(None)).limit(1)) is not None:
            return []
    return [
        Text(
            "ไม่มีข้อมูลถนนเดินรถทางเดียว จึงถือว่าทุกสายไปได้สองทาง เว้นแต่ทางพิเศษ",
            "One-way streets are not known: vehicles go both ways everywhere but on motorways",
        )
    ]


def _tell_slopes(report: NetworkReport) -> list[Text]:
    if report.has_elevation:
        return [Text("เดินเท้าตามความชัน (Tobler)", "Walking follows slopes (Tobler)")]
    return [Text("ไม่มีข้อมูลความสูง จึงถือว่าราบ", "Without heights, taken as flat")]
