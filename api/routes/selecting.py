"""Spatial questions about a shape: what lies inside, what it touches, what is around it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.deps import STRICT, EngineDep, SettingsDep
from api.models.selection import Around, Buffered, Selected, Selection
from api.openapi import problems
from api.selection import selected
from api.shapes import read_shape
from twin.db.engine import connect
from twin.queries import spatial
from twin.queries.catalogue import choose, list_layers
from twin.queries.drawn import require_area

router = APIRouter(
    prefix="/api/query", tags=["query"], dependencies=STRICT, responses=problems(400, 413, 422)
)


@router.post("/within", response_model=Selected)
def within(engine: EngineDep, settings: SettingsDep, selection: Selection) -> Response:
    """Return the items that lie wholly inside an area."""
    with connect(engine) as connection:
        published = list_layers(connection)
        shape = read_shape(connection, published, selection.geometry, settings)
        layers = choose(published, selection.layers)
        found = spatial.find_within(connection, layers, require_area(shape), selection.limit)
    return Response(f"{{{selected(found)}}}", media_type="application/json")


@router.post("/intersects", response_model=Selected)
def intersects(engine: EngineDep, settings: SettingsDep, selection: Selection) -> Response:
    """Return the items that share a point with a geometry."""
    with connect(engine) as connection:
        published = list_layers(connection)
        shape = read_shape(connection, published, selection.geometry, settings)
        layers = choose(published, selection.layers)
        found = spatial.find_intersecting(connection, layers, shape, selection.limit)
    return Response(f"{{{selected(found)}}}", media_type="application/json")


@router.post("/buffer", response_model=Buffered)
def buffer(engine: EngineDep, settings: SettingsDep, around: Around) -> Response:
    """Return the items within a distance of a geometry, and the area to draw for it."""
    with connect(engine) as connection:
        published = list_layers(connection)
        shape = read_shape(connection, published, around.geometry, settings)
        layers = choose(published, around.layers)
        ring = spatial.draw_buffer(connection, shape, around.distance_m)
        found = spatial.find_around(connection, layers, shape, around.distance_m, around.limit)
    return Response(f'{{"geometry":{ring},{selected(found)}}}', media_type="application/json")
