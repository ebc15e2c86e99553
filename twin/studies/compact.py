"""Streets and people as small files for the browser, written again when something has changed."""

from __future__ import annotations

from typing import Final

from twin.analysis import compact
from twin.analysis.model import Mode
from twin.analysis.snap import snap
from twin.jobs.process import Context
from twin.memo import Memo
from twin.studies.question import DemandChoice, Question
from twin.studies.study import studies_of

#: Known by the very objects they are written from, which are the same while nothing changes.
_FILES: Final[Memo[bytes]] = Memo(8)


def network_file(context: Context, mode: Mode, *, ferries: bool = False) -> bytes:
    """Return the streets that a mode may use; `twin.analysis.compact.write_network`.

    Parameters
    ----------
    context
        Its writer keeps a network that had to be built.
    mode
        Who travels.
    ferries
        Whether ferry lines are part of it.

    Raises
    ------
    NotFoundError, InvalidInputError
        There is no layer of streets, or none that the mode may use; told what to do.
    """
    studies = studies_of(context)
    network, _ = studies.network(ferries=ferries)
    basis = studies.streets(ferries=ferries)
    return _FILES.get((network, basis, mode), lambda: compact.write_network(network, mode, basis))


def demand_file(
    context: Context, mode: Mode, choice: DemandChoice, areas: str, *, ferries: bool = False
) -> bytes:
    """Return people on the streets of `network_file`; `twin.analysis.compact.write_demand`.

    Parameters
    ----------
    context, mode, ferries
        As for `network_file`.
    choice
        Who needs the service.
    areas
        Layer of polygons that totals are told by.

    Raises
    ------
    NotFoundError, InvalidInputError
        Streets, people or areas are not there, or cannot be used; told what to do.
    """
    studies = studies_of(context)
    demand = studies.demand(choice, (areas,))
    graph = studies.graph(Question(mode=mode, ferries=ferries))

    def write() -> bytes:
        at = snap(graph, demand.xy)
        return compact.write_demand(graph.network, mode, demand, at, demand.areas[areas])

    return _FILES.get((graph.network, mode, demand, areas), write)
