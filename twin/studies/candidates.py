"""Where new facilities could stand: street corners, features of a layer, drawn points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from twin.analysis.graph import Graph
from twin.analysis.model import FloatArray, IntArray, Supply
from twin.analysis.supply import join, select
from twin.errors import TooLargeError
from twin.studies.inputs import CandidateChoice
from twin.studies.question import SupplyChoice
from twin.studies.sites import make_part
from twin.studies.supply import read_supply
from twin.types import Text

#: Features of a layer that can be candidates.
MOST: Final = 500


@dataclass(frozen=True, eq=False)
class Places:
    """Places where a facility could stand, and what they are."""

    supply: Supply
    text: Text


def read_candidates(connection: Connection, choice: CandidateChoice, graph: Graph) -> Places:
    """Return the places where a new facility could stand.

    Raises
    ------
    InvalidInputError
        There is no such layer, its filter keeps nothing, or a drawn point is not near Phuket.
    TooLargeError
        The layer has more than `MOST` features.
    """
    if choice.source == "corners":
        return _corners(graph, choice.most)
    layer = choice.layer if choice.source == "layer" else None
    wanted = SupplyChoice(
        layer=layer,
        filter=choice.filter if layer else None,
        points=choice.points if choice.source == "points" else (),
    )
    supply = read_supply(connection, wanted)
    if len(supply.ids) > MOST:
        raise TooLargeError(
            f"Layer `{layer}` has {len(supply.ids):,} candidates; choose at most {MOST} by"
            " `candidates.filter`.",
            f"ชั้นข้อมูล `{layer}` มี {len(supply.ids):,} แห่ง โปรดกรองให้เหลือไม่เกิน {MOST} ด้วย"
            " `candidates.filter`",
            parameter="filter",
        )
    if layer is None:
        count = len(supply.ids)
        points = "point" if count == 1 else "points"
        return Places(supply, Text(f"จุดที่วาด {count} จุด", f"{count} drawn {points}"))
    told = supply.basis.text
    return Places(supply, Text(told.th, told.en.removesuffix(".")))


def _corners(graph: Graph, most: int) -> Places:
    used = np.unique(graph.network.edge_nodes[graph.is_open]).astype(np.int32)
    xy = graph.network.node_xy[used]
    kept, cell_m = thin(xy, most)
    nodes = used[kept].tolist()
    names = [Text(f"มุมถนน {node}", f"Street corner {node}") for node in nodes]
    ids = [f"corner/{node}" for node in nodes]
    corners = make_part(xy[kept], ids, names, (None,) * len(nodes))
    if len(nodes) == len(used):
        text = Text(f"มุมถนนทั้งหมด {len(nodes):,} แห่ง", f"all {len(nodes):,} street corners")
    else:
        text = Text(
            f"มุมถนน {len(nodes):,} แห่ง (จาก {len(used):,} ช่องขนาด {cell_m:,.0f} ม. ละหนึ่งแห่ง)",
            f"{len(nodes):,} street corners (of {len(used):,}, one in each cell of"
            f" {cell_m:,.0f} m)",
        )
    return Places(corners, text)


def thin(xy: FloatArray, most: int) -> tuple[IntArray, float]:
    """Return rows of points spread over the map, and the side of the cells that hold one each.

    Parameters
    ----------
    xy
        (n, 2) metres, at least one.
    most
        Rows at most; the cells are the smallest, in steps of a tenth, that give no more.

    Returns
    -------
    rows : (k,) ascending; of each cell the point nearest to its middle, of equal ones the first
    cell_m : 0 where all points are kept

    Examples
    --------
    >>> rows, cell_m = thin(np.array([[0.0, 0], [1, 0], [100, 0]]), 2)
    >>> rows.tolist(), cell_m > 1
    ([1, 2], True)
    """
    if len(xy) <= most:
        return np.arange(len(xy), dtype=np.int32), 0.0
    low = xy.min(axis=0)
    cell_m = ceil(max(1.0, sqrt(float(np.ptp(xy, axis=0).prod()) / most) / 10))
    while True:
        cell = ((xy - low) // cell_m).astype(np.int64)
        _, of = np.unique(cell, axis=0, return_inverse=True)
        if of.max() < most:
            break
        cell_m = ceil(cell_m * 1.1)
    away = np.hypot(*(xy - low - (cell + 0.5) * cell_m).T)
    order = np.lexsort((np.arange(len(xy)), away, of))
    _, first = np.unique(of[order], return_index=True)
    return np.sort(order[first]).astype(np.int32), float(cell_m)


def with_sites(supply: Supply | None, candidates: Supply, rows: NDArray[np.integer[Any]]) -> Supply:
    """Return a supply with some candidates more, as `site/<id>`; None: those alone."""
    chosen = select(candidates, np.isin(np.arange(len(candidates.ids)), rows))
    chosen = replace(chosen, ids=tuple(f"site/{one}" for one in chosen.ids))
    return chosen if supply is None else join([supply, chosen], supply.basis)
