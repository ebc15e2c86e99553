"""A question with what it is answered from, kept while the layers stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Connection, Engine

from twin.analysis.coverage import Placed, ServiceCoverage, place, service_coverage
from twin.analysis.graph import Graph, make_graph
from twin.analysis.model import Areas, Basis, Demand, FloatArray, Network, Supply, Unit
from twin.analysis.network.report import NetworkReport
from twin.db.engine import connect
from twin.errors import InvalidInputError
from twin.jobs.process import Context
from twin.rasters.memo import Memo
from twin.rasters.values import metric
from twin.settings import Settings
from twin.studies.areas import read_areas
from twin.studies.demand import read_demand
from twin.studies.network import load_network
from twin.studies.question import DemandChoice, LonLat, Question
from twin.studies.state import read_state
from twin.studies.streets import tell_streets
from twin.studies.supply import read_supply

_SECONDS: Final = 60.0


@dataclass(frozen=True, eq=False)
class Study:
    """A question and its inputs.

    Parameters
    ----------
    question
        As asked.
    state
        Digest of the layers as they were read.
    streets
        Where the streets come from, and what became of them.
    graph
        Streets as the question's mode sees them, in seconds or metres.
    demand
        With the areas asked for.
    placed
        Where demand and supply are on the streets.
    """

    question: Question
    state: str
    streets: Basis
    graph: Graph
    demand: Demand
    supply: Supply
    placed: Placed

    @property
    def scale(self) -> float:
        """What a unit of the question is in the graph's unit: 60 s a minute, 1 m a metre."""
        return _SECONDS if self.question.unit == "minutes" else 1.0

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Thresholds in the graph's unit."""
        return tuple(threshold * self.scale for threshold in self.question.thresholds)

    def cover(self) -> ServiceCoverage:
        """Return who is served."""
        return service_coverage(
            self.graph,
            self.demand,
            self.supply,
            direction=self.question.direction,
            thresholds=self.thresholds,
            max_snap_m=self.question.max_snap_m,
            speed_range="default" if self.question.speed_range else None,
            at=self.placed,
        )


class Studies:
    """Studies of one database; what they share is read once, and again when a layer changed.

    Parameters
    ----------
    settings
        Where networks and rasters are kept.
    engine
        Read-only.
    writer
        May write: a network that is built is kept in the database.
    """

    def __init__(self, settings: Settings, engine: Engine, writer: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self.writer = writer
        self._networks: Memo[tuple[Network, NetworkReport]] = Memo(2)
        self._graphs: Memo[Graph] = Memo(4)
        self._demands: Memo[Demand] = Memo(4)
        self._studies: Memo[Study] = Memo(4)
        self._coverages: Memo[ServiceCoverage] = Memo(4)

    def study(self, question: Question) -> Study:
        """Return a question with its inputs.

        Raises
        ------
        InvalidInputError, NotFoundError
            The question names what is not there, or streets, demand or supply cannot be used;
            told what to do.
        """
        with connect(self.engine) as connection:
            state = read_state(connection)
            key = (state, question.model_dump_json())
            return self._studies.get(key, lambda: self._read(connection, question, state))

    def coverage(self, question: Question) -> tuple[Study, ServiceCoverage]:
        """Return who is served, worked out once while nothing changes; raises as `study` does."""
        study = self.study(question)
        key = (study.state, question.model_dump_json())
        return study, self._coverages.get(key, study.cover)

    def network(self, *, ferries: bool = False) -> tuple[Network, NetworkReport]:
        """Return the street network, built if the streets changed; raises as `load_network`."""
        with connect(self.engine) as connection:
            return self._network(read_state(connection), ferries)

    def _network(self, state: str, ferries: bool) -> tuple[Network, NetworkReport]:
        def load() -> tuple[Network, NetworkReport]:
            with connect(self.writer) as connection:
                return load_network(connection, self.settings.network_dir, ferries=ferries)

        return self._networks.get((state, ferries), load)

    def _read(self, connection: Connection, question: Question, state: str) -> Study:
        supply = read_supply(connection, question.supply)  # what is wrong in a question, is here
        demand = self._demand(connection, question.demand, question.areas, state)
        network, report = self._network(state, question.ferries)
        unit: Unit = "s" if question.unit == "minutes" else "m"
        known = (network.revision, question.mode, unit, question.speed_factor)
        graph = self._graphs.get(
            known,
            lambda: make_graph(
                network, question.mode, unit=unit, speed_factor=question.speed_factor
            ),
        )
        placed = place(graph, demand, supply, max_snap_m=question.max_snap_m)
        require_on_streets(supply, placed, question.max_snap_m)
        streets = tell_streets(connection, report)
        return Study(question, state, streets, graph, demand, supply, placed)

    def _demand(
        self, connection: Connection, choice: DemandChoice, areas: Sequence[str], state: str
    ) -> Demand:
        def read() -> Demand:
            demand = read_demand(connection, choice, raster_dir=self.settings.raster_dir)
            layers: dict[str, Areas] = {
                layer: read_areas(connection, layer, demand.xy) for layer in areas
            }
            return replace(demand, areas=layers)

        return self._demands.get((state, choice.model_dump_json(), tuple(areas)), read)


_BY_ENGINE: Final[WeakKeyDictionary[Engine, Studies]] = WeakKeyDictionary()


def studies_of(context: Context) -> Studies:
    """Return the studies of a database, the same for as long as its engine lives."""
    return _BY_ENGINE.setdefault(
        context.engine, Studies(context.settings, context.engine, context.writer)
    )


def require_on_streets(supply: Supply, placed: Placed, max_snap_m: float) -> None:
    """Refuse a supply of which nothing is near a street.

    Raises
    ------
    InvalidInputError
        No facility is; told how far the nearest of them is.
    """
    if placed.supply.is_known.any():
        return
    least = float(placed.supply.offset_m.min())
    raise InvalidInputError(
        f"None of the {len(supply.ids)} facilities is within {max_snap_m:,.0f} m of a street; the"
        f" nearest is {least:,.0f} m away. Raise `max_snap_m`, or correct the points or the roads.",
        f"สถานบริการทั้ง {len(supply.ids)} แห่งไม่มีแห่งใดอยู่ห่างถนนไม่เกิน {max_snap_m:,.0f} ม. แห่งที่ใกล้ที่สุดห่าง"
        f" {least:,.0f} ม. โปรดเพิ่ม `max_snap_m` หรือแก้ไขตำแหน่งหรือข้อมูลถนน",
        parameter="max_snap_m",
    )


def to_metres(place: LonLat, parameter: str) -> FloatArray:
    """Return a place as (2,) EPSG:32647 metres.

    Raises
    ------
    InvalidInputError
        It is too far from Phuket for the projection.
    """
    xs, ys = metric([place[0]], [place[1]])
    xy = np.array([xs[0], ys[0]])
    if not np.isfinite(xy).all():
        raise InvalidInputError(
            f"{place[0]:g}, {place[1]:g} is too far from Phuket; coordinates are lon, lat degrees.",
            f"{place[0]:g}, {place[1]:g} อยู่ไกลจากภูเก็ตเกินไป พิกัดเรียงเป็นลองจิจูด ละติจูด หน่วยองศา",
            parameter=parameter,
        )
    return xy
