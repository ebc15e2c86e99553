"""What a coverage study found, as data frames on the map: areas, facilities, demand points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from twin.analysis.coverage import ServiceCoverage
from twin.analysis.model import FloatArray
from twin.crs import METRIC_SRID, STORAGE_SRID
from twin.errors import BusyError
from twin.queries.catalogue import get_layer, list_layers
from twin.studies.answer import CoverageAnswer
from twin.studies.areas import read_shapes
from twin.studies.people import read_registered
from twin.studies.study import Study
from twin.studies.tables import Column, Table, area_table, facility_table
from twin.types import Json, Text


def area_frame(connection: Connection, answer: CoverageAnswer, layer: str) -> gpd.GeoDataFrame:
    """Return the areas of a layer with their totals, EPSG:32647.

    Returns
    -------
    GeoDataFrame
        Columns of `area_table`; polygons, and None for what lies outside all areas.

    Raises
    ------
    BusyError
        The layer was loaded anew since the answer.
    """
    known = read_shapes(connection, layer)
    table = area_table(answer, [layer])
    codes = tuple(code for code in table.by_name["code"] if code)
    if codes != known.codes:
        raise BusyError(
            f"Layer `{layer}` was loaded anew meanwhile; ask again.",
            f"ชั้นข้อมูล `{layer}` ถูกนำเข้าใหม่ระหว่างนี้ โปรดถามอีกครั้ง",
        )
    shapes: list[Any] = [*known.shapes, *[None] * (len(table.rows) - len(codes))]
    return gpd.GeoDataFrame(to_frame(table), geometry=shapes, crs=METRIC_SRID)


def facility_frame(answer: CoverageAnswer, found: ServiceCoverage) -> gpd.GeoDataFrame:
    """Return the facilities with their catchments; columns of `facility_table`, EPSG:32647."""
    places = shapely.points(found.supply.xy)
    return gpd.GeoDataFrame(to_frame(facility_table(answer)), geometry=places, crs=METRIC_SRID)


def demand_frame(study: Study, found: ServiceCoverage) -> gpd.GeoDataFrame:
    """Return the demand points with the way to the nearest facility, EPSG:32647.

    Returns
    -------
    GeoDataFrame
        `people`; `minutes` or `metres` as the question asks, none without a way; `within`, the
        first threshold that it is within; `facility`, the nearest one's id; `off_street_m`, and
        whether that `is_known` to be near enough; the code of the area in each layer.
    """
    reach, unit = found.reach, study.question.unit
    columns: dict[str, NDArray[Any]] = {
        "people": found.weight,
        unit: _finite(reach.impedance) / study.scale,
        "within": _take(study.question.thresholds, found.band),
        "facility": _name(found.supply.ids, reach.facility),
        "off_street_m": found.demand_at.offset_m,
        "is_known": found.demand_at.is_known,
    }
    for layer, areas in found.demand.areas.items():
        columns[layer] = _name(areas.codes, areas.member)
    places = shapely.points(found.demand.xy)
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=places, crs=METRIC_SRID)


def layer_titles(connection: Connection) -> dict[str, Text]:
    """Return what layers are called, by their ids."""
    return {one.id: Text(one.spec.title.th, one.spec.title.en) for one in list_layers(connection)}


def layer_frame(connection: Connection, layer_id: str) -> gpd.GeoDataFrame:
    """Return the features of a layer with all columns, EPSG:32647, in the order of their ids.

    Where the layer has labels, `name_th` and `name_en` are those, each for want of the other.

    Raises
    ------
    NotFoundError
        There is no such layer of features.
    """
    layer = get_layer(connection, layer_id)
    table = layer.described.rows
    columns = [table.c[column.name] for column in layer.spec.columns]
    shape = func.ST_AsBinary(table.c.geom).label("wkb")
    rows = connection.execute(select(*columns, shape).order_by(table.c.id)).all()
    frame = pd.DataFrame([row[:-1] for row in rows], columns=[column.name for column in columns])
    if label := layer.spec.label:
        th, en = frame[label.th], frame[label.en]
        frame["name_th"], frame["name_en"] = th.fillna(en), en.fillna(th)
    shapes = shapely.from_wkb([bytes(row.wkb) for row in rows])
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=STORAGE_SRID).to_crs(METRIC_SRID)


def people_frame(connection: Connection, year: int | None = None) -> gpd.GeoDataFrame:
    """Return the registered people of the sub-districts, EPSG:32647; raises as `read_registered`.

    Returns
    -------
    GeoDataFrame
        `code`, `name_th`, `name_en`, `people`, `people_per_km2`.
    """
    register = read_registered(connection, year)
    tambon = register.tambon
    names = {
        "name_th": [one.th for one in tambon.names],
        "name_en": [one.en for one in tambon.names],
    }
    frame = gpd.GeoDataFrame(
        {"code": tambon.codes, **names, "people": register.people},
        geometry=list(tambon.shapes),
        crs=METRIC_SRID,
    )
    frame["people_per_km2"] = frame["people"] / (frame.area / 1e6)
    return frame


def place_frame(places: Iterable[Json]) -> gpd.GeoDataFrame:
    """Return what an answer lists with its `lon_lat`, EPSG:32647."""
    rows = list(places)
    spots = shapely.points(np.array([row["lon_lat"] for row in rows]).reshape(-1, 2))
    frame = pd.DataFrame(rows).drop(columns="lon_lat", errors="ignore")
    return gpd.GeoDataFrame(frame, geometry=spots, crs=STORAGE_SRID).to_crs(METRIC_SRID)


def to_frame(table: Table) -> pd.DataFrame:
    """Return a table as a data frame; an unknown number is NaN, an unknown text None."""
    types = {column.name: _type(column) for column in table.columns}
    return pd.DataFrame(
        {name: pd.Series(cells, dtype=types[name]) for name, cells in table.by_name.items()}
    )


def _type(column: Column) -> str:
    return "object" if column.kind == "text" else "float64"


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, np.nan)


def _take(thresholds: tuple[float, ...], band: NDArray[np.intp]) -> FloatArray:
    known = np.array([*thresholds, np.nan])
    return known[np.minimum(band, len(thresholds))]


def _name(names: tuple[str, ...], rows: NDArray[Any]) -> NDArray[Any]:
    known: NDArray[Any] = np.array([*names, None], dtype=object)  # -1, for none, is the last
    named: NDArray[Any] = known[rows]
    return named
