"""What the street network is, and what became of the streets."""

from __future__ import annotations

from typing import Final

from twin.analysis.model import Basis
from twin.analysis.network.report import NetworkReport
from twin.jobs.process import Context, Progress
from twin.studies.inputs import NetworkChoice
from twin.studies.lonlat import to_lon_lat
from twin.studies.outputs import NetworkAnswer, StreetClass
from twin.studies.streets import has_main_roads_only
from twin.studies.study import studies_of
from twin.studies.writing import words, write_basis
from twin.types import Json, Text

_BUILDING: Final = Text("อ่านหรือสร้างโครงข่ายถนน", "Reading or building the street network")


def network(context: Context, asked: NetworkChoice, progress: Progress) -> Json:
    """Return the report of the street network; it is built if the streets changed."""
    progress(0.0, _BUILDING)
    studies = studies_of(context)
    _, report = studies.network(ferries=asked.ferries)
    basis = studies.streets(ferries=asked.ferries)
    return _write(report, basis).model_dump(mode="json")


def _write(report: NetworkReport, basis: Basis) -> NetworkAnswer:
    return NetworkAnswer(
        summary=words(basis.text),
        basis=write_basis(basis),
        streets=report.streets,
        street_km=report.street_km,
        nodes=report.nodes,
        edges=report.edges,
        parts_km=report.component_km,
        is_main_roads_only=has_main_roads_only(report),
        has_elevation=report.has_elevation,
        crossings_joined=len(report.crossings_joined),
        crossings_left=tuple(to_lon_lat(report.crossings_left)),
        ends_joined=len(report.snapped),
        dead_ends=report.dead_ends,
        without_line=report.without_line,
        ferries_left_out=report.ferries_left_out,
        unknown_level=report.unknown_level,
        unknown_oneway=report.unknown_oneway,
        classes=tuple(
            StreetClass(
                name=name, streets=one.streets, length_km=one.length_km, open_km=dict(one.open_km)
            )
            for name, one in report.by_class.items()
        ),
    )
