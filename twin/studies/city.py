"""One city of many: from its streets, people and facilities to rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, Literal

import numpy
import scipy
import shapely
from pydantic import BaseModel, ConfigDict

from twin.analysis.coverage import ServiceCoverage
from twin.analysis.model import Demand, Direction, Mode, Supply
from twin.analysis.network.build import build_network
from twin.analysis.network.streets import Streets
from twin.analysis.overlay import Inputs
from twin.analysis.tally import Totals
from twin.studies.covering import cover, question_graph, require_on_streets
from twin.studies.question import Question
from twin.types import Text

#: Grows when the same files and the same question would give other numbers.
METHOD: Final = 2

#: What a question of a city may hold; the rest of `Question` is what its files say.
ASKED: Final = (
    "mode",
    "direction",
    "unit",
    "thresholds",
    "max_snap_m",
    "speed_factor",
    "speed_range",
    "ferries",
)


class _Kept(BaseModel):
    """A frozen model that is kept in a file and read again."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CityRow(_Kept):
    """Who is served within one threshold, in all of a city or in one area of it.

    Parameters
    ----------
    level
        `city`, or `area` with its code and names; what lies outside all areas has the code ''.
    threshold
        In the unit of the question.
    ratio
        Served of total, 0 to 1; None where there is no demand.
    """

    level: Literal["city", "area"]
    code: str = ""
    name_th: str = ""
    name_en: str = ""
    threshold: float
    total: float
    served: float
    unserved: float
    unknown: float
    ratio: float | None


class CityAnswer(_Kept):
    """What is known of a city once it is covered; small, so that thousands fit in memory.

    Parameters
    ----------
    id, name_th, name_en
        As in the list of cities.
    inputs
        SHA-256 of its files and its question: equal, and nothing needs to be done again.
    coverage
        SHA-256 of everything that the numbers rest on, as `service_coverage` has it.
    network
        Revision of the network.
    epsg
        The reference system in which metres were measured.
    street_km, parts
        Length of the streets, and of how many unconnected parts.
    facilities, off_network
        All of them, and those too far from any street to serve anybody.
    made_by
        Versions of what worked it out.
    """

    id: str
    name_th: str
    name_en: str
    inputs: str
    coverage: str
    network: str
    epsg: int
    mode: Mode
    direction: Direction
    unit: Literal["minutes", "metres"]
    nodes: int
    pieces: int
    street_km: float
    parts: int
    demand_points: int
    facilities: int
    off_network: int
    rows: tuple[CityRow, ...]
    made_by: str


@dataclass(frozen=True, eq=False)
class CityInputs:
    """What a city is answered from, in metres of its own zone.

    Parameters
    ----------
    epsg
        The reference system of all coordinates, one of UTM.
    demand
        With the areas that totals are told by.
    question
        Only `ASKED` counts.
    """

    id: str
    name: Text
    epsg: int
    streets: Streets
    demand: Demand
    supply: Supply
    question: Question


def cover_city(city: CityInputs, inputs: str) -> CityAnswer:
    """Return who is served in a city: the functions of the service, one after the other.

    Parameters
    ----------
    inputs
        SHA-256 of its files and its question.

    Raises
    ------
    InvalidInputError
        There are no streets, nobody needs the service, or no facility is near a street.

    Notes
    -----
    Walking is as on the flat: no elevation is read. The most memory is used while the network is
    built, some 2 kB a piece of street.
    """
    question = city.question
    network, report = build_network(city.streets, ferries=question.ferries)
    graph = question_graph(question, network)
    found = cover(question, graph, Inputs(network, city.demand, city.supply))
    require_on_streets(found.supply, found.supply_at, found.max_snap_m, "facilities")
    return CityAnswer(
        id=city.id,
        name_th=city.name.th,
        name_en=city.name.en,
        inputs=inputs,
        coverage=found.digest,
        network=network.revision,
        epsg=city.epsg,
        mode=question.mode,
        direction=question.direction,
        unit=question.unit,
        nodes=network.node_count,
        pieces=network.edge_count,
        street_km=round(report.street_km, 3),
        parts=len(report.component_km),
        demand_points=len(city.demand.weight),
        facilities=len(city.supply.ids),
        off_network=len(found.off_network),
        rows=tuple(_rows(found, question.thresholds)),
        made_by=made_by(),
    )


def made_by() -> str:
    """Return the versions that numbers depend on; equal on every machine of a cluster."""
    parts = {
        "phuket-twin": version("phuket-twin"),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "shapely": shapely.__version__,
        "GEOS": shapely.geos_version_string,
    }
    return ", ".join(f"{name} {number}" for name, number in parts.items())


def _rows(found: ServiceCoverage, thresholds: Sequence[float]) -> Iterator[CityRow]:
    """Yield the rows of the city, then of its areas, thresholds in the unit of the question."""
    for totals, threshold in zip(found.totals, thresholds, strict=True):
        yield _row("city", "", Text("", ""), totals, threshold)
    for areas in found.areas.values():
        for area in areas:
            for totals, threshold in zip(area.totals, thresholds, strict=True):
                yield _row("area", area.code, area.name, totals, threshold)


def _row(
    level: Literal["city", "area"], code: str, name: Text, totals: Totals, threshold: float
) -> CityRow:
    return CityRow(
        level=level,
        code=code,
        name_th=name.th,
        name_en=name.en,
        threshold=threshold,
        total=totals.total,
        served=totals.served,
        unserved=totals.unserved,
        unknown=totals.unknown,
        ratio=totals.ratio,
    )
