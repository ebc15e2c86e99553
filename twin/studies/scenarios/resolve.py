"""From changes as they are written to changes that can be applied: metres, speeds, sites, areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from sqlalchemy import Connection

from twin.analysis.model import Mode
from twin.analysis.network.speeds import SPEEDS
from twin.analysis.overlay import changes as overlay
from twin.analysis.overlay.apply import naming
from twin.errors import InvalidInputError, TwinError, within
from twin.projection import to_metric
from twin.studies.areas import read_areas
from twin.studies.question import LonLat
from twin.studies.scenarios import changes as written
from twin.studies.scenarios.changes import KINDS, TAMBON, ScenarioChange
from twin.studies.sites import read_sites
from twin.types import Text


def resolve_changes(
    connection: Connection, changes: Mapping[int, ScenarioChange], areas: Sequence[str]
) -> dict[int, overlay.Change]:
    """Return changes ready to be applied, by position.

    Parameters
    ----------
    areas
        Layers of areas that demand is told by.

    Raises
    ------
    InvalidInputError
        A place is too far from Phuket, a class of street is not open to a mode, a project is
        unknown or has no place; the change is named.
    """
    resolved = {}
    for position, change in changes.items():
        try:
            resolved[position] = _resolve(connection, position, change, areas)
        except TwinError as error:
            raise naming(error, position, KINDS[change.kind]) from error
    return resolved


def to_metres(points: Iterable[LonLat], parameter: str) -> tuple[overlay.Point, ...]:
    """Return points of degrees in EPSG:32647.

    Raises
    ------
    InvalidInputError
        One is too far from Phuket to be measured there.
    """
    xy = to_metric(list(points))
    if not np.isfinite(xy).all():
        raise InvalidInputError(
            "The place is too far from Phuket; draw it in the province.",
            "ตำแหน่งอยู่ไกลจากภูเก็ตเกินไป โปรดวาดในจังหวัด",
            parameter=parameter,
        )
    return tuple((x, y) for x, y in xy.tolist())


def _resolve(
    connection: Connection, position: int, change: ScenarioChange, areas: Sequence[str]
) -> overlay.Change:
    match change:
        case written.Population():
            return _people(connection, change, areas)
        case written.Project():
            return overlay.AddFacilities(_sites(connection, change))
        case written.OpenStreet() | written.CloseStreet() | written.Speed():
            return _streets(position, change)
        case written.AddFacility():
            return overlay.AddFacilities((_facility(position, change),))
        case written.MoveFacility():
            return overlay.MoveFacility(change.id, _one(change.point))
        case written.RemoveFacility():
            return overlay.RemoveFacility(change.id)


def _streets(
    position: int, change: written.OpenStreet | written.CloseStreet | written.Speed
) -> overlay.NetworkChange:
    match change:
        case written.OpenStreet():
            return overlay.OpenStreet(-position, to_metres(change.line, "line"), _speeds(change))
        case written.CloseStreet():
            at = None if change.point is None else _one(change.point)
            return overlay.CloseStreet(change.road, at, change.modes)
        case written.Speed():
            return overlay.ChangeSpeed(change.mode, change.factor, change.roads)


def _facility(position: int, change: written.AddFacility) -> overlay.Facility:
    name = Text(f"สถานบริการใหม่ {position}", f"New facility {position}")
    if change.names is not None:
        name = Text(change.names.th, change.names.en)
    return overlay.Facility(
        change.id or f"added/{position}", name, _one(change.point), change.capacity, change.opened
    )


def _sites(connection: Connection, change: written.Project) -> tuple[overlay.Facility, ...]:
    with within(projects="code"):
        sites = read_sites(connection, [change.code], None).supply
    rows = zip(sites.ids, sites.names, sites.xy.tolist(), sites.opened, strict=True)
    return tuple(
        overlay.Facility(id_, name, (x, y), opened=change.on or opened)
        for id_, name, (x, y), opened in rows
    )


def _people(
    connection: Connection, change: written.Population, areas: Sequence[str]
) -> overlay.Change:
    if change.factor is not None:
        return overlay.ScalePeople(TAMBON, change.codes, change.factor)
    people = change.people or 0.0
    if change.point is None:
        return overlay.AddPeople(TAMBON, change.codes, people)
    xy = _one(change.point)
    lies_in = {}
    for layer in dict.fromkeys([*areas, TAMBON]):
        found = read_areas(connection, layer, np.array([xy]))
        if found.member[0] >= 0:
            lies_in[layer] = found.codes[found.member[0]]
    return overlay.AddPeopleAt(xy, people, lies_in)


def _one(point: LonLat) -> overlay.Point:
    return to_metres([point], "point")[0]


def _speeds(change: written.OpenStreet) -> dict[Mode, tuple[float, float]]:
    """Return the usual speeds of a class of street, along it and against it."""
    usual = SPEEDS.kmh[change.highway]
    missing = [mode for mode in change.modes or () if mode not in usual]
    if missing:
        told = ", ".join(usual)
        raise InvalidInputError(
            f"A street of class `{change.highway}` is not open to {', '.join(missing)}, only to"
            f" {told}; choose another class.",
            f"ถนนประเภท `{change.highway}` ไม่เปิดให้ {', '.join(missing)} เปิดให้เฉพาะ {told}"
            " โปรดเลือกประเภทอื่น",
            parameter="modes",
        )
    return {
        mode: (speed, speed if mode == "walk" or not change.oneway else 0.0)
        for mode, speed in usual.items()
        if change.modes is None or mode in change.modes
    }
