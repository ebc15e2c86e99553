"""Summing up what building a network found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.analysis.model import MODES, FloatArray, Network
from twin.analysis.network.components import components
from twin.analysis.network.costs import street_speeds
from twin.analysis.network.pieces import Pieces
from twin.analysis.network.report import ClassReport, NetworkReport, Points
from twin.analysis.network.speeds import SpeedTable
from twin.analysis.network.streets import Streets
from twin.analysis.network.vertices import Vertices, places


@dataclass(frozen=True, eq=False)
class Found:
    """Where streets met without a common vertex: (k, 2) EPSG:32647, a spot for each pair."""

    joined: FloatArray
    left: FloatArray
    snapped: FloatArray


def summarise(
    streets: Streets,
    vertices: Vertices,
    pieces: Pieces,
    network: Network,
    found: Found,
    speeds: SpeedTable,
) -> NetworkReport:
    """Return the report on a network of these streets, whatever was left out before."""
    step = vertices.length_m
    by_street = np.bincount(vertices.street, step, minlength=len(streets))
    _, shared_m = components(
        int(vertices.place.max()) + 1,
        np.column_stack([vertices.place[vertices.segments], vertices.place[vertices.segments + 1]]),
        step[vertices.segments + 1],
    )
    _, joined_m = components(network.node_count, network.edge_nodes, network.length_m)
    ways = np.sort(network.edge_nodes, axis=1)
    is_loop = ways[:, 0] == ways[:, 1]
    return NetworkReport(
        streets=int((by_street > 0).sum()),
        street_km=_km(by_street.sum()),
        nodes=network.node_count,
        edges=network.edge_count,
        shared_vertex_km=tuple(map(_km, shared_m)),
        component_km=tuple(map(_km, joined_m)),
        crossings_joined=_points(found.joined),
        crossings_left=_points(found.left),
        snapped=_points(found.snapped),
        dead_ends=int((np.bincount(network.edge_nodes.ravel()) == 1).sum()),
        loops=int(is_loop.sum()),
        parallels=int((~is_loop).sum() - len(np.unique(ways[~is_loop], axis=0))),
        left_over=len(pieces.left_over_m),
        left_over_m=round(float(pieces.left_over_m.sum()), 3),
        without_line=int((by_street == 0).sum()),
        unknown_level=int((~streets.is_level_known).sum()),
        ferries_left_out=0,
        by_class=_by_class(streets, vertices, speeds),
        unknown_oneway=int((streets.oneway == "").sum()),
        has_elevation=False,
        revision=network.revision,
    )


def _by_class(streets: Streets, vertices: Vertices, speeds: SpeedTable) -> dict[str, ClassReport]:
    """Return how many streets of each class there are, how long, and open to whom."""
    length = np.bincount(vertices.street, vertices.length_m, minlength=len(streets))
    is_open = {
        mode: (speed > 0).any(axis=1) for mode, speed in street_speeds(streets, speeds).items()
    }
    told = {}
    for name in np.unique(streets.highway).tolist():
        here = (streets.highway == name) & (length > 0)
        told[name] = ClassReport(
            streets=int(here.sum()),
            length_km=_km(length[here].sum()),
            open_km={mode: _km(length[here & is_open[mode]].sum()) for mode in MODES},
        )
    return dict(sorted(told.items(), key=lambda item: -item[1].length_km))


def _km(metres: float) -> float:
    return round(float(metres) / 1000, 3)


def _points(xy: FloatArray) -> Points:
    """Return each spot once, to the centimetre."""
    _, first = np.unique(places(xy), return_index=True)
    return tuple((round(x, 2), round(y, 2)) for x, y in xy[first].tolist())
