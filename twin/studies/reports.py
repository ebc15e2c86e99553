"""What files hold of each answer: its tables, and its layers for a map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely.geometry
from pydantic import BaseModel

from twin.crs import METRIC_SRID, STORAGE_SRID
from twin.db.engine import connect
from twin.jobs.process import Context
from twin.studies.answer import CoverageAnswer, Explanation
from twin.studies.files import Report
from twin.studies.frames import area_frame, demand_frame, facility_frame, layer_titles, to_frame
from twin.studies.listing import (
    list_corners,
    list_explained,
    list_links,
    list_losses,
    list_people,
    list_roads,
    list_sites,
)
from twin.studies.outputs import (
    CriticalityAnswer,
    MissingLinksAnswer,
    OpportunityAnswer,
    RoadCriticalityAnswer,
    SdgAnswer,
    SitingAnswer,
)
from twin.studies.study import studies_of
from twin.studies.tables import Table, area_table, basis_table, facility_table, total_table
from twin.types import Json
from twin.words import UNIT_WORDS


class Listed(NamedTuple):
    """How an answer is listed: its model, its table, and its lines as a list of Features.

    Parameters
    ----------
    name
        Of the layer and the sheet.
    lines
        None: the table has `lon` and `lat`, or no place at all.
    has_unit
        The table wants to know the unit of the question, in words.
    """

    name: str
    model: type[BaseModel]
    table: Callable[..., Table]
    lines: Callable[[Any], list[Json]] | None = None
    has_unit: bool = False


#: By id of the process.
LISTED: Final[Mapping[str, Listed]] = {
    "explain": Listed("way", Explanation, list_explained, lambda told: [told.route], has_unit=True),
    "siting": Listed("sites", SitingAnswer, list_sites),
    "opportunity": Listed("best_corners", OpportunityAnswer, list_corners),
    "criticality": Listed("facilities", CriticalityAnswer, list_losses),
    "road-criticality": Listed(
        "roads", RoadCriticalityAnswer, list_roads, lambda told: told.roads["features"]
    ),
    "missing-links": Listed(
        "links",
        MissingLinksAnswer,
        list_links,
        lambda told: told.links["features"],
        has_unit=True,
    ),
    "sdg": Listed("areas", SdgAnswer, list_people),
}


def make_report(context: Context, process: str, asked: BaseModel, result: Json) -> Report:
    """Return what files hold of an answer.

    Parameters
    ----------
    process
        `coverage`, or one of `LISTED`.
    asked, result
        Inputs and output of the process.

    Raises
    ------
    BusyError
        Areas were loaded anew since the answer.
    """
    if process in LISTED:
        return _list(context, LISTED[process], asked, result)
    return coverage_report(context, CoverageAnswer.model_validate(result))


def coverage_report(context: Context, answer: CoverageAnswer) -> Report:
    """Return the totals, areas, facilities and demand points of a coverage answer.

    Raises
    ------
    BusyError
        Areas were loaded anew since the answer.
    """
    study, found = studies_of(context).coverage(answer.question)
    layers: dict[str, pd.DataFrame] = {}
    with connect(context.engine) as connection:
        titles = layer_titles(connection)
        for layer in answer.areas:
            layers[f"areas_{layer}"] = area_frame(connection, answer, layer)
    layers["facilities"] = facility_frame(answer, found)
    layers["demand_points"] = demand_frame(study, found)
    basis = basis_table(answer, answer.question)
    layers["assumptions"] = to_frame(basis)
    sheets = {f"พื้นที่ {layer}": area_table(answer, [layer]) for layer in answer.areas}
    return Report(
        answer=answer.model_dump(mode="json"),
        summary=answer.summary,
        heads=(total_table(answer), basis),
        sheets={**sheets, "สถานบริการ facilities": facility_table(answer)},
        listed=area_table(answer, answer.areas) if answer.areas else None,
        layers=layers,
        titles=titles,
    )


def _list(
    context: Context,
    how: Listed,
    asked: Any,  # noqa: ANN401 (inputs of any process)
    result: Json,
) -> Report:
    """Return the table of an answer, and the same as a layer where it has places."""
    answer: Any = how.model.model_validate(result)
    unit = (UNIT_WORDS[asked.question.unit],) if how.has_unit else ()
    table, basis = how.table(answer, *unit), basis_table(answer, asked)
    lines = None if how.lines is None else how.lines(answer)
    with connect(context.engine) as connection:
        titles = layer_titles(connection)
    return Report(
        answer=result,
        summary=answer.summary,
        heads=(basis,),
        sheets={how.name: table},
        listed=table,
        layers={how.name: _place(to_frame(table), lines), "assumptions": to_frame(basis)},
        titles=titles,
    )


def _place(frame: pd.DataFrame, lines: list[Json] | None) -> pd.DataFrame:
    """Return rows on the map, EPSG:32647; as they are where they have no place."""
    if lines is not None:
        shapes = [line and shapely.geometry.shape(line["geometry"]) for line in lines]
    elif "lon" in frame:
        shapes = list(gpd.points_from_xy(frame["lon"], frame["lat"]))
    else:
        return frame
    placed: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=shapes, crs=STORAGE_SRID).to_crs(
        METRIC_SRID
    )
    return placed
