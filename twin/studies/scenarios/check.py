"""Whether a change makes sense before it is kept: what can be told without the whole network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args

import shapely
from sqlalchemy import Connection, Double, cast, exists, func, select

from twin.analysis.overlay import changes as overlay
from twin.analysis.overlay.apply import naming
from twin.analysis.overlay.drawn import JOIN_WITHIN_M
from twin.analysis.overlay.facilities import change_supply
from twin.analysis.overlay.streets import CLOSE_WITHIN_M
from twin.crs import STORAGE_SRID
from twin.errors import ConflictError, InvalidInputError, NotFoundError, TwinError, within
from twin.queries.catalogue import PublishedLayer, list_layers
from twin.queries.place import Point
from twin.studies.areas import read_shapes
from twin.studies.question import LonLat
from twin.studies.scenarios import changes as written
from twin.studies.scenarios.changes import KINDS, TAMBON, ScenarioChange, name_of
from twin.studies.scenarios.model import Scenario
from twin.studies.scenarios.resolve import resolve_changes, to_metres
from twin.studies.scenarios.store import (
    append_change,
    delete_change,
    lock_scenario,
    next_position,
)
from twin.studies.supply import read_supply

#: As far from land as anything may stand: on a pier, metres.
LAND_WITHIN_M: Final = 300.0

_LAND: Final = "land"
_ROAD: Final = "road"


def add_change(
    connection: Connection, scenario_id: str, change: ScenarioChange, version: str | None = None
) -> int:
    """Keep a change after those that a scenario has, if it can be applied; return its position.

    Parameters
    ----------
    version
        Only if the scenario is still of this version; None: whatever it is.

    Raises
    ------
    NotFoundError
        There is no such scenario.
    ChangedError
        It is of another version.
    TooLargeError
        It has as many changes as it may.
    TwinError
        As `check_change` does.
    """
    scenario = lock_scenario(connection, scenario_id, version)
    position = next_position(scenario)
    own = f"changes.{position}."
    try:
        check_change(connection, scenario, position, change)
    except TwinError as error:  # only this change was sent, so its parameters need no place
        error.parameter = f"{error.parameter or ''}.".removeprefix(own).removesuffix(".") or None
        raise
    append_change(connection, scenario, position, change)
    return position


def remove_change(
    connection: Connection, scenario_id: str, position: int, version: str | None = None
) -> None:
    """Take out a change that no later one needs; the others keep their positions.

    Raises
    ------
    ConflictError
        A later change could not be applied any more.
    NotFoundError
        There is no such scenario or change.
    ChangedError
        The scenario is of another version.
    """
    scenario = lock_scenario(connection, scenario_id, version)
    needing = _first_needing(connection, scenario, position)
    if needing is not None:
        title = name_of(needing, scenario.changes[needing])
        raise ConflictError(
            f"Change {needing} ({title.en}) needs change {position}; take change {needing} out"
            " first.",
            f"การเปลี่ยนแปลงที่ {needing} ({title.th}) ต้องใช้การเปลี่ยนแปลงที่ {position}"
            f" โปรดนำการเปลี่ยนแปลงที่ {needing} ออกก่อน",
            parameter="position",
        )
    delete_change(connection, scenario_id, position)


def _first_needing(connection: Connection, scenario: Scenario, position: int) -> int | None:
    """Return the first change that can be applied, but could not be without another."""
    left = {place: one for place, one in scenario.changes.items() if place != position}
    try:
        needing = _first_unusable(connection, scenario, left, position)
        now = _first_unusable(connection, scenario, scenario.changes, position)
    except TwinError:  # what the scenario stands on is gone, whether the change is there or not
        return None
    return needing if now is None else None


def _first_unusable(
    connection: Connection, scenario: Scenario, changes: Mapping[int, ScenarioChange], after: int
) -> int | None:
    """Return the first change after a position that could not be applied after those before it."""
    resolved = resolve_changes(connection, changes, scenario.question.areas)
    supply = read_supply(connection, scenario.question.supply)
    may_need_street = isinstance(scenario.changes.get(after), written.OpenStreet)
    so_far: dict[int, overlay.Change] = {}
    for place, one in resolved.items():
        so_far[place] = one
        try:
            if isinstance(one, get_args(overlay.SupplyChange)):
                supply = change_supply(supply, one)
            if may_need_street and place > after:
                _check_places(connection, scenario, changes[place], so_far)
                _check_ids(connection, changes[place], so_far)
        except TwinError:
            return place
    return None


def check_change(
    connection: Connection, scenario: Scenario, position: int, change: ScenarioChange
) -> None:
    """Refuse a change that could not be applied after those that a scenario has.

    Raises
    ------
    TwinError
        It cannot: a facility, road, project or area is not there or is there already, a place is
        in the sea or far from any street, a street touches none. The change is named.
    """
    changes = {**scenario.changes, position: change}
    resolved = resolve_changes(connection, changes, scenario.question.areas)
    try:
        _check_places(connection, scenario, change, resolved)
        _check_ids(connection, change, resolved)
    except TwinError as error:
        raise naming(error, position, KINDS[change.kind]) from error
    if isinstance(resolved[position], get_args(overlay.SupplyChange)):
        _check_supply(connection, scenario, resolved)


def _check_supply(
    connection: Connection, scenario: Scenario, resolved: Mapping[int, overlay.Change]
) -> None:
    with within("question.supply"):
        supply = read_supply(connection, scenario.question.supply)
    for position, change in resolved.items():
        if isinstance(change, get_args(overlay.SupplyChange)):
            try:
                supply = change_supply(supply, change)
            except TwinError as error:
                raise naming(error, position, overlay.TITLES[type(change)]) from error


def _check_places(
    connection: Connection,
    scenario: Scenario,
    change: ScenarioChange,
    resolved: Mapping[int, overlay.Change],
) -> None:
    layers = {layer.id: layer for layer in list_layers(connection)}
    opened = [one for one in resolved.values() if isinstance(one, overlay.OpenStreet)]
    match change:
        case written.AddFacility(point=point) | written.MoveFacility(point=point):
            _check_stands(connection, layers, point, scenario.question.max_snap_m, opened)
        case written.Population(point=point) if point is not None:
            _check_stands(connection, layers, point, scenario.question.max_snap_m, opened)
        case written.CloseStreet(point=point) if point is not None:
            if not _touches(connection, layers, [point], CLOSE_WITHIN_M, opened):
                raise _no_street(CLOSE_WITHIN_M)
        case written.OpenStreet(line=line):
            if not _touches(connection, layers, line, JOIN_WITHIN_M, opened[:-1]):
                raise _touches_none()
        case _:
            pass


def _check_ids(
    connection: Connection, change: ScenarioChange, resolved: Mapping[int, overlay.Change]
) -> None:
    roads: tuple[int, ...] = ()
    match change:
        case written.CloseStreet(road=road) if road is not None:
            roads = (road,)
        case written.Speed(roads=roads):
            pass
        case written.Population(codes=codes):
            _check_codes(connection, codes)
        case _:
            return
    opened = {one.road for one in resolved.values() if isinstance(one, overlay.OpenStreet)}
    wanted = set(roads) - opened
    missing = wanted - _known_roads(connection, wanted) if wanted else set()
    if missing:
        told = ", ".join(map(str, sorted(missing)))
        raise NotFoundError(
            f"There is no road {told}; take the id from the layer `{_ROAD}`.",
            f"ไม่มีถนน {told} โปรดใช้รหัสจากชั้นข้อมูล `{_ROAD}`",
            parameter="road",
        )


def _check_codes(connection: Connection, codes: Iterable[str]) -> None:
    if not codes:
        return
    known = read_shapes(connection, TAMBON, parameter="codes").codes
    if missing := [code for code in codes if code not in known]:
        told = ", ".join(missing)
        raise NotFoundError(
            f"There is no sub-district {told}.", f"ไม่มีตำบลรหัส {told}", parameter="codes"
        )


def _known_roads(connection: Connection, ids: Iterable[int]) -> set[int]:
    road = next((layer for layer in list_layers(connection) if layer.id == _ROAD), None)
    if road is None:
        return set()
    table = road.described.rows
    return set(connection.scalars(select(table.c.id).where(table.c.id.in_(list(ids)))))


def _check_stands(
    connection: Connection,
    layers: Mapping[str, PublishedLayer],
    point: LonLat,
    street_within_m: float,
    opened: Iterable[overlay.OpenStreet],
) -> None:
    land = layers.get(_LAND)
    if land is not None and not _is_near(connection, land, point, LAND_WITHIN_M):
        raise InvalidInputError(
            f"The point is in the sea, more than {LAND_WITHIN_M:.0f} m from land; put it on land or"
            " on a pier.",
            f"จุดอยู่ในทะเล ห่างฝั่งเกิน {LAND_WITHIN_M:.0f} เมตร โปรดวางบนบกหรือบนท่าเรือ",
            parameter="point",
        )
    if not _touches(connection, layers, [point], street_within_m, opened):
        raise _no_street(street_within_m)


def _touches(
    connection: Connection,
    layers: Mapping[str, PublishedLayer],
    points: Iterable[LonLat],
    within_m: float,
    opened: Iterable[overlay.OpenStreet],
) -> bool:
    """Tell whether any of the points is near a road of the layer, or one opened by a change."""
    points = list(points)
    lines = [shapely.LineString(street.line) for street in opened]
    places = shapely.points(to_metres(points, "point"))
    if any(float(shapely.distance(line, places).min()) <= within_m for line in lines):
        return True
    road = layers.get(_ROAD)
    return road is not None and any(_is_near(connection, road, one, within_m) for one in points)


def _is_near(connection: Connection, layer: PublishedLayer, at: LonLat, within_m: float) -> bool:
    geom = layer.described.rows.c.geom
    box = Point(*at).around(within_m)
    place = func.ST_SetSRID(func.ST_MakePoint(*at), STORAGE_SRID)
    envelope = func.ST_MakeEnvelope(*box, STORAGE_SRID)
    near = func.ST_DWithin(func.geography(geom), func.geography(place), cast(within_m, Double))
    statement = select(exists().where(func.ST_Intersects(geom, envelope), near))
    found: Any = connection.scalar(statement)
    return bool(found)


def _no_street(within_m: float) -> InvalidInputError:
    return InvalidInputError(
        f"There is no street within {within_m:.0f} m of the point: nobody could travel there. Move"
        " it nearer to a street, or open one first.",
        f"ไม่มีถนนในระยะ {within_m:.0f} เมตรจากจุดนี้ จึงเดินทางไปไม่ได้ โปรดย้ายให้ใกล้ถนน หรือเปิดถนนก่อน",
        parameter="point",
    )


def _touches_none() -> InvalidInputError:
    return InvalidInputError(
        f"The line touches no street: none of its vertices is within {JOIN_WITHIN_M:.0f} m of one."
        " Draw at least one end onto a street.",
        f"เส้นไม่แตะถนนใด: ไม่มีจุดของเส้นอยู่ในระยะ {JOIN_WITHIN_M:.0f} เมตรจากถนน"
        " โปรดวาดปลายอย่างน้อยด้านหนึ่งให้แตะถนน",
        parameter="line",
    )
