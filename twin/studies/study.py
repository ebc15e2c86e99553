"""A question with what it is answered from, kept while the layers stay as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from twin.analysis.coverage import Placed, ServiceCoverage
from twin.analysis.graph import Graph
from twin.analysis.model import Areas, Basis, Demand, Network, Supply
from twin.analysis.network.report import NetworkReport
from twin.analysis.overlay import Inputs
from twin.analysis.situation import Situation
from twin.analysis.snap import Snapped, snap
from twin.db.engine import connect
from twin.errors import within
from twin.jobs.process import Context
from twin.memo import Memo
from twin.studies.areas import read_areas
from twin.studies.covering import cover, question_graph, require_on_streets
from twin.studies.demand import read_demand
from twin.studies.ground import is_along_streets
from twin.studies.memory import give_back
from twin.studies.network import load_network
from twin.studies.question import Asked, DemandChoice, Question, SupplyChoice
from twin.studies.scenarios.model import Scenario
from twin.studies.scenarios.overlaying import overlay
from twin.studies.scenarios.store import get_scenario
from twin.studies.state import States
from twin.studies.streets import has_main_roads_only, tell_streets
from twin.studies.supply import read_supply, tell_mixed
from twin.types import Text

#: Number of the state of the database, and version of the scenario.
State = tuple[int, str]


@dataclass(frozen=True, eq=False)
class Study:
    """A question and its inputs.

    Parameters
    ----------
    question
        As asked.
    state
        Of the database when it was read, see `States`, and of the scenario.
    streets
        Where the streets come from, in words.
    report
        What became of them.
    graph
        Streets as the question's mode sees them, in seconds or metres.
    demand
        With the areas asked for.
    placed
        Where demand and supply are on the streets.
    notes
        What else limits the answer: kinds of facilities that count as one service, people where
        no street of theirs is loaded.
    """

    question: Question
    state: State
    streets: Basis
    report: NetworkReport
    graph: Graph
    demand: Demand
    supply: Supply
    placed: Placed
    notes: tuple[Text, ...] = ()

    @property
    def scale(self) -> float:
        """What a unit of the question is in the graph's unit: 60 s a minute, 1 m a metre."""
        return self.question.scale

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Thresholds in the graph's unit."""
        return self.question.limits

    @property
    def situation(self) -> Situation:
        """Streets, people and facilities with the largest threshold: where changes start from."""
        return Situation(
            self.graph,
            self.placed.demand,
            self.placed.supply,
            self.demand.weight,
            self.question.direction,
            self.thresholds[-1],
            self.question.max_snap_m,
        )

    def sign(self, asked: Asked) -> str:
        """Return a digest of all inputs and of what is asked: the same again, the same answer."""
        revisions = (
            self.graph.network.revision,
            self.demand.basis.revision,
            self.supply.basis.revision,
        )
        told = "\n".join((type(asked).__name__, asked.model_dump_json(), *revisions))
        return hashlib.sha256(told.encode()).hexdigest()

    def cover(self) -> ServiceCoverage:
        """Return who is served."""
        inputs = Inputs(self.graph.network, self.demand, self.supply)
        return cover(self.question, self.graph, inputs, self.placed)


class Held:
    """What is kept of one database between questions."""

    def __init__(self) -> None:
        self.states = States()
        self.networks: Memo[tuple[Network, NetworkReport]] = Memo(2)
        self.graphs: Memo[Graph] = Memo(4)
        self.demands: Memo[Demand] = Memo(4)
        self.homes: Memo[Snapped] = Memo(4)
        self.studies: Memo[Study] = Memo(4)
        self.coverages: Memo[ServiceCoverage] = Memo(4)


class Studies:
    """Studies of one database; what they share is read once, and again when something changed.

    Parameters
    ----------
    context
        Its writer keeps a network that had to be built.
    held
        What was read before.
    """

    def __init__(self, context: Context, held: Held) -> None:
        self._context = context
        self._held = held

    def study(self, question: Question) -> Study:
        """Return a question with its inputs.

        Raises
        ------
        InvalidInputError, NotFoundError
            The question names what is not there, or streets, demand or supply cannot be used;
            told what to do.
        """
        number, scenario = self._state(), self._scenario(question)
        state = (number, scenario.version if scenario else "")
        key = (state, question.model_dump_json())
        return self._held.studies.get(key, lambda: self._read(question, state, scenario))

    def coverage(self, question: Question) -> tuple[Study, ServiceCoverage]:
        """Return who is served, worked out once while nothing changes; raises as `study` does."""
        study = self.study(question)
        key = (study.state, question.model_dump_json())
        return study, self._held.coverages.get(key, study.cover)

    def inputs(self, question: Question) -> Inputs:
        """Return what a question is answered from, without its scenario; raises as `study` does."""
        state = self._state()
        with connect(self._context.engine) as connection:
            return self._inputs(connection, question, state)[0]

    def cover(self, question: Question, inputs: Inputs) -> ServiceCoverage:
        """Return who is served, given the inputs of a question, with changes or without."""
        graph = self._graph(inputs.network, question)
        placed = self._place(graph, inputs.demand, inputs.supply, question.max_snap_m)
        return cover(question, graph, inputs, placed)

    def demand(self, choice: DemandChoice, areas: Sequence[str]) -> Demand:
        """Return who needs the service, with the areas asked for; raises as `study` does."""
        state = self._state()
        with connect(self._context.engine) as connection:
            return self._demand(connection, choice, areas, state)

    def supply(self, choice: SupplyChoice) -> Supply:
        """Return who offers the service; raises as `read_supply` does."""
        with connect(self._context.engine) as connection:
            return read_supply(connection, choice)

    def network(self, *, ferries: bool = False) -> tuple[Network, NetworkReport]:
        """Return the street network, built if the streets changed; raises as `load_network`."""
        return self._network(self._state(), ferries)

    def streets(self, *, ferries: bool = False) -> Basis:
        """Return where the streets of the network come from; raises as `network` does."""
        _, report = self.network(ferries=ferries)
        with connect(self._context.engine) as connection:
            return tell_streets(connection, report)

    def tell_main_roads(self, demand: DemandChoice) -> Text:
        """Return that people are put where streets are loaded, if main roads are; else nothing."""
        _, report = self.network()
        with connect(self._context.engine) as connection:
            return _tell_main_roads(connection, demand, report) or Text("", "")

    def graph(self, question: Question) -> Graph:
        """Return the streets as a question's mode and unit see them; raises as `network` does."""
        network, _ = self.network(ferries=question.ferries)
        return self._graph(network, question)

    def _state(self) -> int:
        return self._held.states.now(self._context.engine, self._context.heard)

    def _network(self, state: int, ferries: bool) -> tuple[Network, NetworkReport]:
        def load() -> tuple[Network, NetworkReport]:
            folder = self._context.settings.network_dir
            with connect(self._context.writer) as connection:
                return load_network(
                    connection, folder, ferries=ferries, progress=self._context.building
                )

        return self._held.networks.get((state, ferries), load)

    def _graph(self, network: Network, question: Question) -> Graph:
        key = (network.revision, question.mode, question.unit, question.speed_factor)
        return self._held.graphs.get(key, lambda: question_graph(question, network))

    def _scenario(self, question: Question) -> Scenario | None:
        if question.scenario is None:
            return None
        with connect(self._context.engine) as connection, within(scenarioId="scenario"):
            return get_scenario(connection, question.scenario)

    def _read(self, question: Question, state: State, scenario: Scenario | None) -> Study:
        with connect(self._context.engine) as connection:
            made, report = self._inputs(connection, question, state[0])
            streets = tell_streets(connection, report)
            notes = _tell_notes(connection, question, report)
            if scenario is not None:
                with within("scenario"):
                    made = overlay(connection, made, question, scenario.changes)
                streets = _with_scenario(streets, scenario, made.network)
        graph = self._graph(made.network, question)
        placed = self._place(graph, made.demand, made.supply, question.max_snap_m)
        require_on_streets(made.supply, placed.supply, question.max_snap_m, "max_snap_m")
        parts = (streets, report, graph, made.demand, made.supply, placed, notes)
        return Study(question, state, *parts)

    def _inputs(
        self, connection: Connection, question: Question, number: int
    ) -> tuple[Inputs, NetworkReport]:
        with within("supply"):  # most faults are found here
            supply = read_supply(connection, question.supply)
        demand = self._demand(connection, question.demand, question.areas, number)
        network, report = self._network(number, question.ferries)
        return Inputs(network, demand, supply), report

    def _place(self, graph: Graph, demand: Demand, supply: Supply, max_snap_m: float) -> Placed:
        """Put demand and supply on streets; the slow part of a question is that of the demand."""

        def place_homes() -> Snapped:
            homes = snap(graph, demand.xy, max_snap_m=max_snap_m)
            give_back()
            return homes

        key = (graph.network.revision, graph.mode, demand.basis.revision, max_snap_m)
        homes = self._held.homes.get(key, place_homes)
        return Placed(homes, snap(graph, supply.xy, max_snap_m=max_snap_m))

    def _demand(
        self, connection: Connection, choice: DemandChoice, areas: Sequence[str], state: int
    ) -> Demand:
        def read() -> Demand:
            folder = self._context.settings.raster_dir
            demand = read_demand(connection, choice, raster_dir=folder)
            layers: dict[str, Areas] = {
                layer: read_areas(connection, layer, demand.xy) for layer in areas
            }
            give_back()
            return replace(demand, areas=layers)

        return self._held.demands.get((state, choice.model_dump_json(), tuple(areas)), read)


#: Engines are not kept alive by what is kept of their database.
_HELD: Final[WeakKeyDictionary[Engine, Held]] = WeakKeyDictionary()


def studies_of(context: Context) -> Studies:
    """Return the studies of a database; what they read is kept for as long as its engine lives."""
    return Studies(context, _HELD.setdefault(context.engine, Held()))


def _tell_notes(
    connection: Connection, question: Question, report: NetworkReport
) -> tuple[Text, ...]:
    with within("supply"):
        mixed = tell_mixed(connection, question.supply)
    notes = (mixed, _tell_main_roads(connection, question.demand, report))
    return tuple(note for note in notes if note is not None)


def _tell_main_roads(
    connection: Connection, demand: DemandChoice, report: NetworkReport
) -> Text | None:
    if not (has_main_roads_only(report) and is_along_streets(connection, demand)):
        return None
    return Text(
        "ประชากรถูกกระจายบนถนนสายหลักซึ่งเป็นถนนที่มีเท่านั้น ผลจึงดีเกินจริง",
        "People are spread along main roads, the only ones loaded: the ratio is too good.",
    )


def _with_scenario(streets: Basis, scenario: Scenario, network: Network) -> Basis:
    """Return where streets come from, with the scenario that was laid over everything."""
    count = len(scenario.changes)
    text = Text(
        f"{streets.text.th} สถานการณ์จำลอง “{scenario.names.th}” (`{scenario.id}`) {count} รายการ",
        f"{streets.text.en} Scenario “{scenario.names.en}” (`{scenario.id}`), {count} changes.",
    )
    return replace(streets, text=text, revision=network.revision)
