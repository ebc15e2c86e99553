"""Spatial questions about a point: what is here, what is near."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from api.deps import STRICT, CatalogueDep, PointDep, PoolDep, SettingsDep
from api.geojson import GeoJSONResponse, feature_collection, respond
from api.models.batch import MAX_DISTANCE_M
from api.models.geojson import NearCollection
from api.models.query import Identified
from api.openapi import problems
from api.parsing import no_names, split_names
from api.selection import identified, near_feature
from twin.queries.here import ask_here
from twin.queries.near import MAX_COUNT
from twin.queries.nearest import ask_nearest, choose_some

MAX_RADIUS_M: Final = 5_000

router = APIRouter(
    prefix="/api/query", tags=["query"], dependencies=STRICT, responses=problems(400, 413)
)


@router.get("/identify", response_model=Identified)
async def identify(
    pool: PoolDep,
    catalogue: CatalogueDep,
    settings: SettingsDep,
    point: PointDep,
    radius_m: Annotated[float, Query(ge=0, le=MAX_RADIUS_M, allow_inf_nan=False)] = 30,
    *,
    layers: Annotated[
        list[str],
        Query(
            default_factory=no_names,
            description="Vector layers; default: all but the base map and boundaries",
        ),
    ],
) -> Response:
    """Return sub-district, district, items within the radius (nearest first), raster values."""
    wanted = split_names(layers)
    here = await ask_here(pool, catalogue, point, radius_m, wanted, settings.raster_dir)
    return Response(identified(here), media_type="application/json")


@router.get("/nearest", response_model=NearCollection, response_class=GeoJSONResponse)
async def nearest(
    pool: PoolDep,
    catalogue: CatalogueDep,
    point: PointDep,
    layer: Annotated[
        list[str], Query(description="Vector layers, at most 10", examples=["facility"])
    ],
    k: Annotated[int, Query(ge=1, le=MAX_COUNT, description="How many, all layers together")] = 5,
    max_distance_m: Annotated[
        float | None, Query(ge=0, le=MAX_DISTANCE_M, allow_inf_nan=False)
    ] = None,
) -> GeoJSONResponse:
    """Return the `k` nearest items with their true distance, `distance_m` (geodesic metres)."""
    layers = choose_some(catalogue.layers, split_names(layer), "layer")
    hits = await ask_nearest(pool, layers, point, k, max_distance_m)
    return respond(feature_collection(map(near_feature, hits), numberReturned=len(hits)))
