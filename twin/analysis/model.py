"""What analysis works on: street networks, demand, supply, areas.

Everything is an array or frozen, in EPSG:32647 (metres); nothing here knows a database or a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from twin.types import Text

Mode = Literal["walk", "motorcycle", "car"]
MODES: Final[tuple[Mode, ...]] = ("walk", "motorcycle", "car")

#: `to`: people travel to the facility; `from`: the facility comes to them (fire, ambulance).
Direction = Literal["to", "from"]

#: What a threshold is measured in: seconds of travel or metres along streets.
Unit = Literal["s", "m"]

#: Kilometres an hour of a metre a second.
KMH_PER_M_S: Final = 3.6

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Network:
    """Streets as a graph: each piece of street between two nodes once, with both directions.

    Parameters
    ----------
    node_xy
        (n, 2) EPSG:32647 metres.
    edge_nodes
        (m, 2) int32, rows of `node_xy`: where the piece begins and ends.
    length_m
        (m,) metres along the piece.
    cost_s
        For each mode (m, 2) seconds at the usual speed along the piece (column 0) and against it
        (column 1); infinite where that way may not be taken.
    path_xy, path_start
        (k, 2) metres and (m + 1,) int64: the line of piece i, from its first node to its second, is
        `path_xy[path_start[i]:path_start[i + 1]]`.
    road
        (m,) int64, `id` of the road each piece is of.
    component
        (n,) int32: connected part that a node is in, whatever the mode and direction; 0 is the
        longest in metres.
    revision
        Digest of what the network was built from and how, hexadecimal.
    opened
        Ids of the roads that a scenario opened: whoever is beside one may start from the street
        next to it as before, see `snap`.
    """

    node_xy: FloatArray
    edge_nodes: IntArray
    length_m: FloatArray
    cost_s: Mapping[Mode, FloatArray]
    path_xy: FloatArray
    path_start: NDArray[np.int64]
    road: NDArray[np.int64]
    component: IntArray
    revision: str
    opened: tuple[int, ...] = ()

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.node_xy)

    @property
    def edge_count(self) -> int:
        """Number of pieces of street."""
        return len(self.edge_nodes)


@dataclass(frozen=True)
class Basis:
    """Where something comes from, told beside every result.

    Parameters
    ----------
    text
        What it is and how it was made, a sentence in each language.
    source
        Source line, licence included.
    revision
        Digest of its inputs and method, hexadecimal: equal digests, equal content.
    """

    text: Text
    source: Text
    revision: str


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas that totals are told by, and the one that each demand point lies in.

    Parameters
    ----------
    layer
        Layer id: `amphoe`, `tambon`, or any other of polygons.
    codes, names
        One for each area, in the order of the layer.
    member
        (p,) int32: area of each demand point, -1 outside all.
    """

    layer: str
    codes: tuple[str, ...]
    names: tuple[Text, ...]
    member: IntArray


@dataclass(frozen=True, eq=False)
class Demand:
    """Who needs the service, at points.

    Parameters
    ----------
    xy
        (p, 2) EPSG:32647 metres.
    weight
        (p,) people (or what `basis` says), 0 or more.
    basis
        Variant, source and method.
    areas
        By layer id.
    """

    xy: FloatArray
    weight: FloatArray
    basis: Basis
    areas: Mapping[str, Areas] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Supply:
    """Who offers the service, at points.

    Parameters
    ----------
    xy
        (q, 2) EPSG:32647 metres.
    ids, names
        One for each facility; ids are unique, e.g. `facility/12` or `drawn/1`.
    capacity
        (q,) in the unit that `basis` says; NaN where unknown.
    opened
        Day each opens; None: open already.
    basis
        Layers, filters and their revisions.
    """

    xy: FloatArray
    ids: tuple[str, ...]
    names: tuple[Text, ...]
    capacity: FloatArray
    opened: tuple[date | None, ...]
    basis: Basis
