"""What service hangs on: facilities, roads, and connections that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from twin.analysis.criticality import facility_loss, road_loss
from twin.analysis.missing_links import LinkRules, find_missing_links
from twin.db.engine import connect
from twin.jobs.process import Context, Progress
from twin.queries.catalogue import list_layers
from twin.studies.areas import read_land
from twin.studies.inputs import Criticality, MissingLinks, RoadCriticality
from twin.studies.network_streets import find_streets
from twin.studies.run import READING, steps
from twin.studies.study import studies_of
from twin.studies.writing_loss import write_criticality, write_missing_links, write_road_criticality
from twin.types import Json, Text

_CLOSING: Final = Text("ลองปิดสถานบริการทีละแห่ง", "Closing one facility after the other")
_BLOCKING: Final = Text("ลองปิดถนนทีละสาย", "Closing one road after the other")
_LINKING: Final = Text("ลองเชื่อมถนนที่ยังไม่เชื่อมกัน", "Trying connections between streets")


def criticality(context: Context, asked: Criticality, progress: Progress) -> Json:
    """Return who loses service if a facility closes."""
    progress(0.0, READING)
    study, now = studies_of(context).coverage(asked.question)
    found = facility_loss(study.situation, progress=steps(progress, _CLOSING, 0.3))
    return write_criticality(study, now, found, asked).model_dump(mode="json")


def road_criticality(context: Context, asked: RoadCriticality, progress: Progress) -> Json:
    """Return who loses service if a road closes."""
    progress(0.0, READING)
    study, now = studies_of(context).coverage(asked.question)
    told = steps(progress, _BLOCKING, 0.1)
    found = road_loss(study.situation, top=asked.count, budget=asked.budget, progress=told)
    with connect(context.engine) as connection:
        names = _road_names(connection, found.road.tolist())
    return write_road_criticality(study, now, found, names, asked).model_dump(mode="json")


def missing_links(context: Context, asked: MissingLinks, progress: Progress) -> Json:
    """Return which short connections would serve most people for their length."""
    progress(0.0, READING)
    study, now = studies_of(context).coverage(asked.question)
    with connect(context.engine) as connection:
        land = read_land(connection)
    rules = LinkRules(
        max_length_m=asked.max_length_m,
        min_detour=asked.min_detour,
        spacing_m=asked.spacing_m,
        count=asked.count,
    )
    told = steps(progress, _LINKING, 0.1)
    found = find_missing_links(study.situation, rules, land=land, progress=told)
    return write_missing_links(study, now, found, asked).model_dump(mode="json")


def _road_names(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Return the names of roads by id; those without a name are left out."""
    layer = find_streets(list_layers(connection), "road")
    if layer.described.types.get("name") != "text":
        return {}
    table = layer.described.rows
    rows = connection.execute(select(table.c.id, table.c.name).where(table.c.id.in_(ids)))
    return {row.id: row.name for row in rows if row.name}
