"""What the street network is, and what became of the streets."""

from __future__ import annotations

from twin.analysis.model import Basis
from twin.analysis.network.report import NetworkReport
from twin.db.engine import connect
from twin.jobs.process import Context, Progress
from twin.studies.inputs import NetworkChoice
from twin.studies.lonlat import to_lon_lat
from twin.studies.network import load_network
from twin.studies.outputs import NetworkAnswer, StreetClass
from twin.studies.streets import has_main_roads_only, tell_streets
from twin.studies.writing import words, write_basis
from twin.types import Json


def network(context: Context, asked: NetworkChoice, progress: Progress) -> Json:
    """Return the report of a street network; it is built if its streets changed."""
    with connect(context.writer) as connection:
        _, report = load_network(
            connection,
            context.settings.network_dir,
            layer=asked.layer,
            ferries=asked.ferries,
            progress=progress,
        )
        basis = tell_streets(connection, report, layer=asked.layer)
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
