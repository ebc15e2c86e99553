"""Spatial questions: what is here, what is near, what lies inside."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from api.deps import STRICT, EngineDep, PointDep, SettingsDep
from api.geojson import GeoJSONResponse, feature_collection, respond
from api.models.geojson import NearCollection
from api.models.query import Identified, Selected, Selection
from api.openapi import problems
from api.parsing import split_names
from api.selection import identified, near_feature, selected
from twin.db.engine import connect
from twin.queries import spatial
from twin.queries.catalogue import choose, list_layers
from twin.queries.drawn import read_drawn, require_area
from twin.queries.here import ask_here

MAX_RADIUS_M: Final = 5_000
MAX_NEIGHBOURS: Final = 100
MAX_DISTANCE_M: Final = 200_000

router = APIRouter(
    prefix="/api/query", tags=["query"], dependencies=STRICT, responses=problems(400, 413)
)


@router.get("/identify")
def identify(
    engine: EngineDep,
    settings: SettingsDep,
    point: PointDep,
    radius_m: Annotated[float, Query(ge=0, le=MAX_RADIUS_M, allow_inf_nan=False)] = 30,
    *,
    layers: Annotated[
        list[str],
        Query(
            default_factory=list,
            description="Vector layers; default: all but the base map and boundaries",
        ),
    ],
) -> Identified:
    """Return sub-district, district, items within the radius (nearest first), raster values."""
    with connect(engine) as connection:
        here = ask_here(connection, point, radius_m, split_names(layers), settings.raster_dir)
    return Identified.model_validate(identified(here))


@router.get("/nearest", response_model=NearCollection, response_class=GeoJSONResponse)
def nearest(
    engine: EngineDep,
    point: PointDep,
    layer: Annotated[str, Query(description="A vector layer", examples=["facility"])],
    k: Annotated[int, Query(ge=1, le=MAX_NEIGHBOURS, description="How many")] = 5,
    max_distance_m: Annotated[
        float | None, Query(ge=0, le=MAX_DISTANCE_M, allow_inf_nan=False)
    ] = None,
) -> GeoJSONResponse:
    """Return the `k` nearest items with their true distance, `distance_m` (geodesic metres)."""
    with connect(engine) as connection:
        (described,) = choose(list_layers(connection), [layer], "layer")
        hits = spatial.find_nearest(connection, described, point, k, max_distance_m)
    return respond(feature_collection(map(near_feature, hits), numberReturned=len(hits)))


@router.post("/within", response_model=Selected, responses=problems(422))
def within(engine: EngineDep, settings: SettingsDep, selection: Selection) -> Response:
    """Return the items that lie wholly inside a drawn area."""
    drawn = read_drawn(selection.geometry.model_dump(), settings.api.max_vertices)
    with connect(engine) as connection:
        layers = choose(list_layers(connection), selection.layers)
        found = spatial.find_within(connection, layers, require_area(drawn), selection.limit)
    return Response(selected(found), media_type="application/json")


@router.post("/intersects", response_model=Selected, responses=problems(422))
def intersects(engine: EngineDep, settings: SettingsDep, selection: Selection) -> Response:
    """Return the items that share a point with a drawn geometry."""
    drawn = read_drawn(selection.geometry.model_dump(), settings.api.max_vertices)
    with connect(engine) as connection:
        layers = choose(list_layers(connection), selection.layers)
        found = spatial.find_intersecting(connection, layers, drawn, selection.limit)
    return Response(selected(found), media_type="application/json")
