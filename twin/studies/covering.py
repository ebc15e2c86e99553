"""From a question and what it is answered from to who is served: one way, whoever asks."""

from __future__ import annotations

from twin.analysis.coverage import Placed, ServiceCoverage, service_coverage
from twin.analysis.graph import Graph, make_graph
from twin.analysis.model import Network, Supply
from twin.analysis.overlay import Inputs
from twin.analysis.snap import Snapped
from twin.errors import InvalidInputError
from twin.studies.question import Question


def question_graph(question: Question, network: Network) -> Graph:
    """Return the streets as a question's mode sees them, in its `graph_unit`."""
    return make_graph(
        network, question.mode, unit=question.graph_unit, speed_factor=question.speed_factor
    )


def cover(
    question: Question, graph: Graph, inputs: Inputs, at: Placed | None = None
) -> ServiceCoverage:
    """Return who is served, as `service_coverage` does.

    Parameters
    ----------
    graph
        Of the network of the inputs, see `question_graph`.
    at
        Where demand and supply are on its streets, if it is known.
    """
    return service_coverage(
        graph,
        inputs.demand,
        inputs.supply,
        direction=question.direction,
        thresholds=question.limits,
        max_snap_m=question.max_snap_m,
        speed_range="default" if question.speed_range else None,
        at=at,
    )


def require_on_streets(supply: Supply, at: Snapped, max_snap_m: float, parameter: str) -> None:
    """Refuse a supply of which nothing is near a street; none at all is no fault.

    Raises
    ------
    InvalidInputError
        No facility is; told how far the nearest of them is.
    """
    count = len(supply.ids)
    if count == 0 or at.is_known.any():
        return
    least = float(at.offset_m.min())
    nobody = "The only facility is not" if count == 1 else f"None of the {count} facilities is"
    raise InvalidInputError(
        f"{nobody} within {max_snap_m:,.0f} m of a street; the nearest is {least:,.0f} m away."
        " Raise `max_snap_m`, or correct the points or the roads.",
        f"ไม่มีสถานบริการใดใน {count} แห่งอยู่ห่างถนนไม่เกิน {max_snap_m:,.0f} ม. แห่งที่ใกล้ที่สุดห่าง"
        f" {least:,.0f} ม. โปรดเพิ่ม `max_snap_m` หรือแก้ไขตำแหน่งหรือข้อมูลถนน",
        parameter=parameter,
    )
