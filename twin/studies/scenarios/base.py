"""The base that a scenario stands on: which layers, as they were, and what has moved on since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from twin.db.models import Layer
from twin.errors import InvalidInputError
from twin.queries.catalogue import list_layers
from twin.rasters.kinds import find_years
from twin.studies.question import Question
from twin.studies.scenarios.changes import Population, Project, ScenarioChange
from twin.studies.sites import read_sites
from twin.types import Json, Text

#: By layer, or `project/CODE`: `revision` (null for a project) and `sha256` of the content; None
#: for what would be read, but is not there.
Revisions = dict[str, Json | None]

_PROJECT = "project/"


@dataclass(frozen=True)
class Moved:
    """Part of a base that is not as it was: with another content, or gone."""

    id: str
    title: Text
    was: Json | None
    now: Json | None


def read_revisions(
    connection: Connection, question: Question, changes: Iterable[ScenarioChange]
) -> Revisions:
    """Return how everything that a question and changes read stands now.

    A layer that is edited in place without being loaded keeps its revision.
    """
    changes = list(changes)
    wanted = _layers(connection, question, changes)
    statement = select(Layer.id, Layer.revision, Layer.content_sha256).where(Layer.id.in_(wanted))
    found: Revisions = dict.fromkeys(sorted(wanted))
    for row in connection.execute(statement):
        found[row.id] = {"revision": row.revision, "sha256": row.content_sha256}
    codes = {change.code for change in changes if isinstance(change, Project)}
    for code in sorted(codes | set(question.supply.projects)):
        found[_PROJECT + code] = _project_revision(connection, code)
    return found


def find_moved(connection: Connection, base: Revisions, now: Revisions) -> list[Moved]:
    """Return what has another content now than in the base, by id; equal content, same thing."""
    ids = sorted(id_ for id_ in {*base, *now} if _content(base.get(id_)) != _content(now.get(id_)))
    titles = _titles(connection, ids)
    return [Moved(id_, titles.get(id_, Text(id_, id_)), base.get(id_), now.get(id_)) for id_ in ids]


def _content(revision: Json | None) -> Any:  # noqa: ANN401 (a member of a JSON object)
    return None if revision is None else revision["sha256"]


def _layers(
    connection: Connection, question: Question, changes: Iterable[ScenarioChange]
) -> set[str]:
    wanted = {"road", "elevation", *question.areas}
    if question.supply.layer:
        wanted.add(question.supply.layer)
    if question.demand.source == "population":
        wanted |= {"population", "tambon"}
        wanted |= {year.layer.id for year in find_years(list_layers(connection))}
        if question.demand.variant == "aged_60":
            wanted.add("population_aged")
    elif question.demand.layer:
        wanted.add(question.demand.layer)
    if any(isinstance(change, Population) for change in changes):
        wanted.add("tambon")
    return wanted


def _project_revision(connection: Connection, code: str) -> Json | None:
    try:
        sites = read_sites(connection, [code], None).supply
    except InvalidInputError:  # gone from the register, or without a place
        return None
    told = [sites.ids, sites.xy.round(3).tolist(), [str(day) for day in sites.opened]]
    return {"revision": None, "sha256": hashlib.sha256(json.dumps(told).encode()).hexdigest()}


def _titles(connection: Connection, ids: Iterable[str]) -> Mapping[str, Text]:
    statement = select(Layer.id, Layer.title_th, Layer.title_en).where(Layer.id.in_(list(ids)))
    titles = {row.id: Text(row.title_th, row.title_en) for row in connection.execute(statement)}
    for id_ in ids:
        if id_.startswith(_PROJECT):
            code = id_.removeprefix(_PROJECT)
            titles[id_] = Text(f"โครงการ {code}", f"Project {code}")
    return titles
