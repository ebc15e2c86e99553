"""Measuring on rasters: values, profiles, statistics of areas, land cover by unit and year."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from shapely import LineString

from api import measures
from api.deps import STRICT, EngineDep, PointDep, SettingsDep
from api.models.raster import (
    Elevation,
    LandCoverAnswer,
    ProfileAnswer,
    ProfileRequest,
    ZonalRequest,
    Zones,
)
from api.openapi import problems
from twin.db.engine import connect
from twin.queries.catalogue import list_layers
from twin.queries.drawn import read_drawn
from twin.rasters.choice import choose_measure, choose_rasters
from twin.rasters.files import raster_file
from twin.rasters.land_cover import ask_land_cover
from twin.rasters.profile import make_profile
from twin.rasters.values import sample
from twin.rasters.zonal import measure_zone, require_modest

router = APIRouter(
    prefix="/api/query", tags=["query"], dependencies=STRICT, responses=problems(400, 404)
)

FirstYear = Annotated[int | None, Query(alias="from", description="Default: the first there is")]
LastYear = Annotated[int | None, Query(alias="to", description="Default: the last there is")]


@router.get("/elevation")
def get_elevation(
    engine: EngineDep,
    settings: SettingsDep,
    point: PointDep,
    layer: Annotated[str, Query(description="A raster of measures")] = "elevation",
) -> Elevation:
    """Return the value of a raster of measures at a point."""
    with connect(engine) as connection:
        raster = choose_measure(list_layers(connection), layer)
    path = raster_file(raster, settings.raster_dir)
    found = sample(raster, path, point.lon, point.lat)
    return Elevation.model_validate(measures.elevation(found, point.lon, point.lat))


@router.post("/profile", responses=problems(413, 422))
def profile(engine: EngineDep, settings: SettingsDep, asked: ProfileRequest) -> ProfileAnswer:
    """Return the values along a drawn line, and how much it climbs and falls."""
    drawn = read_drawn(asked.geometry.model_dump(), settings.api.max_vertices)
    with connect(engine) as connection:
        raster = choose_measure(list_layers(connection), asked.layer)
    path = raster_file(raster, settings.raster_dir)
    found = make_profile(raster, path, LineString(drawn.coords), asked.samples)
    return ProfileAnswer.model_validate(measures.profile(found))


@router.post("/zonal", responses=problems(413, 422))
def zonal(engine: EngineDep, settings: SettingsDep, asked: ZonalRequest) -> Zones:
    """Return statistics of measures, and areas of classes, within a drawn area."""
    drawn = read_drawn(asked.geometry.model_dump(), settings.api.max_vertices)
    area = require_modest(drawn)
    with connect(engine) as connection:
        rasters = choose_rasters(list_layers(connection), asked.layers)
    paths = [raster_file(raster, settings.raster_dir) for raster in rasters]
    zones = [measure_zone(*pair, area) for pair in zip(rasters, paths, strict=True)]
    return Zones.model_validate({"zones": [measures.zone(one) for one in zones]})


@router.get("/land-cover")
def land_cover(
    engine: EngineDep,
    settings: SettingsDep,
    by: Annotated[
        Literal["tambon", "amphoe", "province"], Query(description="Administrative units")
    ] = "tambon",
    first: FirstYear = None,
    last: LastYear = None,
) -> LandCoverAnswer:
    """Return the area of each class by unit and year, and what became what in between."""
    found = ask_land_cover(partial(connect, engine), settings.raster_dir, by, (first, last))
    return LandCoverAnswer.model_validate(measures.land_cover(found))
