"""Where changes act, for a map: as drawn, else what they name."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from shapely.geometry import mapping
from sqlalchemy import Connection, func, select

from twin.crs import STORAGE_SRID
from twin.db.models import ProjectSite
from twin.queries.catalogue import PublishedLayer, list_layers
from twin.studies.scenarios.changes import (
    TAMBON,
    AddFacility,
    CloseStreet,
    MoveFacility,
    Population,
    Project,
    RemoveFacility,
    ScenarioChange,
    Speed,
    geometry,
    name_of,
)
from twin.studies.scenarios.model import Scenario
from twin.types import Json

_ROAD = "road"
_DECIMALS = 7


def draw_changes(connection: Connection, scenario: Scenario) -> list[Json]:
    """Return a GeoJSON feature for each change, by position.

    Returns
    -------
    The geometry is what was drawn; else the roads, areas or sites that the change names, or where
    the facility is that it removes; None where it acts everywhere, as on the speed of all roads.
    """
    layers = {layer.id: layer for layer in list_layers(connection)}
    features = []
    for position, change in scenario.changes.items():
        drawn = geometry(change)
        features.append(
            {
                "type": "Feature",
                "id": position,
                "geometry": _named(connection, layers, scenario, position, change)
                if drawn is None
                else json.loads(json.dumps(mapping(drawn))),
                "properties": {
                    "position": position,
                    "names": name_of(position, change)._asdict(),
                    **change.model_dump(mode="json", exclude={"names", "point", "line"}),
                },
            }
        )
    return features


def _named(
    connection: Connection,
    layers: dict[str, PublishedLayer],
    scenario: Scenario,
    position: int,
    change: ScenarioChange,
) -> Json | None:
    match change:
        case Project(code=code):
            return _collected(connection, ProjectSite.geom, ProjectSite.project_code == code)
        case CloseStreet(road=int(road)):
            return _items(connection, layers.get(_ROAD), "id", [road])
        case Speed(roads=roads):
            return _items(connection, layers.get(_ROAD), "id", roads)
        case Population(codes=codes):
            return _items(connection, layers.get(TAMBON), "code", codes)
        case RemoveFacility(id=id_):
            return _facility(connection, layers, scenario, position, id_)
        case _:
            return None


def _facility(
    connection: Connection,
    layers: dict[str, PublishedLayer],
    scenario: Scenario,
    position: int,
    id_: str,
) -> Json | None:
    """Return where a facility was last put: by an earlier change, in its layer, or as a site."""
    for place in sorted(scenario.changes, reverse=True):
        earlier = scenario.changes[place]
        if place < position and isinstance(earlier, (AddFacility, MoveFacility)):
            known = earlier.id or f"added/{place}"
            if known == id_:
                return {"type": "Point", "coordinates": list(earlier.point)}
    kind, _, rest = id_.partition("/")
    if kind == "project":
        code, _, site = rest.partition("/")
        where = (ProjectSite.project_code == code, ProjectSite.position == _number(site))
        return _collected(connection, ProjectSite.geom, *where)
    if kind == "drawn" and 0 < _number(rest) <= len(scenario.question.supply.points):
        return {
            "type": "Point",
            "coordinates": list(scenario.question.supply.points[_number(rest) - 1]),
        }
    return _items(connection, layers.get(kind), "id", [_number(rest)])


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1


def _items(
    connection: Connection,
    layer: PublishedLayer | None,
    column: str,
    values: Collection[object],
) -> Json | None:
    if layer is None or not values:
        return None
    table = layer.described.rows
    return _collected(connection, table.c.geom, table.c[column].in_(list(values)))


def _collected(connection: Connection, geom: Any, *where: Any) -> Json | None:  # noqa: ANN401
    collected = func.ST_AsGeoJSON(
        func.ST_SetSRID(func.ST_CollectionHomogenize(func.ST_Collect(geom)), STORAGE_SRID),
        _DECIMALS,
    )
    text = connection.scalar(select(collected).where(*where))
    return None if text is None else dict(json.loads(text))
