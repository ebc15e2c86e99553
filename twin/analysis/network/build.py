"""From streets to a network: the steps in their order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from twin.analysis.model import FloatArray, Mode, Network
from twin.analysis.network.components import components
from twin.analysis.network.costs import piece_costs
from twin.analysis.network.elevation import Elevation, slowed
from twin.analysis.network.junctions import Contacts, crossings, mends, near_misses
from twin.analysis.network.pieces import Pieces, cut
from twin.analysis.network.report import NetworkReport
from twin.analysis.network.speeds import SPEEDS, SpeedTable
from twin.analysis.network.streets import Streets
from twin.analysis.network.summary import Found, summarise
from twin.analysis.network.vertices import take_apart
from twin.errors import InvalidInputError
from twin.types import Text

#: Raised whenever the same streets would give another network.
METHOD: Final = 1

#: Told the share that is done, 0 to 1, and what comes next.
Progress = Callable[[float, Text], None]


def build_network(
    streets: Streets,
    *,
    speeds: SpeedTable = SPEEDS,
    elevation: Elevation | None = None,
    ferries: bool = False,
    progress: Progress | None = None,
) -> tuple[Network, NetworkReport]:
    """Build a network from streets, in any order.

    Parameters
    ----------
    streets
        EPSG:32647.
    speeds
        Usual speeds by class and mode.
    elevation
        Heights that slow walking down (`smoothed` already where they need it); None: all is flat.
    ferries
        Whether ferry lines are part of it.
    progress
        Told the share that is done, and what comes next.

    Returns
    -------
    The network and what became of the streets. Pieces are in the order of the streets' ids and of
    their vertices, nodes from west to east; the same streets in another order give the same.

    Raises
    ------
    InvalidInputError
        There is no street with a length.

    Notes
    -----
    `twin.analysis.network.junctions` says where streets meet. Their lengths are kept exactly, but
    for pieces of two metres and less that lead from a node back to itself.
    """
    tell = progress or _quiet
    tell(0.0, Text("อ่านเส้นถนน", "reading lines"))
    streets = streets.take(np.argsort(streets.id, kind="stable"))
    used = streets if ferries else streets.take(~streets.is_ferry)
    vertices = take_apart(used.line)
    if not len(vertices.xy):
        raise _no_streets()
    tell(0.15, Text("หาทางแยกและทางข้าม", "finding crossings"))
    joined, left = crossings(used, vertices)
    tell(0.45, Text("ต่อปลายถนนที่ห่างกันไม่ถึงหนึ่งเมตร", "joining ends that miss by a metre"))
    snapped = near_misses(used, vertices)
    tell(0.65, Text("แบ่งถนนที่ทางแยก", "cutting at junctions"))
    pieces = cut(vertices, _together(joined, snapped))
    tell(0.8, Text("คิดเวลาเดินทาง", "travel times"))
    network = Network(
        node_xy=pieces.node_xy,
        edge_nodes=pieces.nodes,
        length_m=pieces.length_m,
        cost_s=_costs(used, pieces, speeds, elevation),
        path_xy=pieces.path_xy,
        path_start=pieces.path_start,
        road=used.id[pieces.street],
        component=components(len(pieces.node_xy), pieces.nodes, pieces.length_m)[0],
        revision=revision(streets, speeds, elevation, ferries=ferries),
    )
    tell(0.95, Text("สรุปผล", "summing up"))
    gaps = snapped.take(mends(vertices, snapped))
    found = Found(joined.xy(vertices, 0), left.xy(vertices, 0), gaps.xy(vertices, 0))
    report = replace(
        summarise(used, vertices, pieces, network, found, speeds),
        ferries_left_out=len(streets) - len(used),
        has_elevation=elevation is not None,
    )
    tell(1.0, Text("เสร็จแล้ว", "done"))
    return network, report


def revision(
    streets: Streets, speeds: SpeedTable, elevation: Elevation | None, *, ferries: bool
) -> str:
    """Return the SHA-256 of everything that a network depends on."""
    told = hashlib.sha256(speeds.canonical())
    heights = elevation.digest() if elevation else None
    told.update(repr((METHOD, streets.digest(), heights, ferries)).encode())
    return told.hexdigest()


def _costs(
    streets: Streets, pieces: Pieces, speeds: SpeedTable, elevation: Elevation | None
) -> dict[Mode, FloatArray]:
    costs = piece_costs(streets, speeds, pieces.street, pieces.length_m)
    if elevation is not None:
        is_straight = (streets.bridge | streets.tunnel | streets.is_ferry)[pieces.street]
        factor = slowed(elevation, pieces.path_xy, pieces.path_start, is_straight)
        factor[streets.is_ferry[pieces.street]] = 1
        costs["walk"] = costs["walk"] * factor
    return costs


def _together(*contacts: Contacts) -> Contacts:
    return Contacts(
        np.concatenate([one.segment for one in contacts]),
        np.concatenate([one.fraction for one in contacts]),
    )


def _quiet(_share: float, _text: Text) -> None:
    pass


def _no_streets() -> InvalidInputError:
    return InvalidInputError(
        "There are no streets to build a network of: no line has a length. Load a layer of streets,"
        " or ask for ferries if there are only those.",
        "ไม่มีถนนให้สร้างโครงข่าย ไม่มีเส้นใดมีความยาว โปรดนำเข้าชั้นข้อมูลถนน หรือขอให้นับเรือข้ามฟากหากมีเพียงเรือ",
        parameter="streets",
    )
