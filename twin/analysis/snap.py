"""Put points on the nearest street that a mode may use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import STRtree

from twin.analysis.checks import check_positive, check_xy
from twin.analysis.graph import Graph
from twin.analysis.model import FloatArray, IntArray, Mode, Network

#: A point farther than this from any street is unknown, not unserved, metres.
MAX_SNAP_M: Final = 250.0


@dataclass(frozen=True, eq=False)
class Snapped:
    """Points on streets.

    Parameters
    ----------
    edge
        (p,) int32: piece of street, -1 where none is near enough.
    fraction
        (p,) how far along the piece, 0 at its first node and 1 at its second.
    offset_m
        (p,) straight metres from the point to the nearest street, however far.
    xy
        (p, 2) EPSG:32647 metres: the nearest place on a street, however far.
    former
        Where that is on a street that a scenario opened: the places on those that were there
        before, as near as is asked; all others are on no street. None: nobody is beside a new
        street.
    """

    edge: IntArray
    fraction: FloatArray
    offset_m: FloatArray
    xy: FloatArray
    former: Snapped | None = None

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """(p,) whether a street is near enough."""
        return self.edge >= 0

    @property
    def places(self) -> tuple[Snapped, ...]:
        """Where each point may start from: on the nearest street; on that from before."""
        return (self,) if self.former is None else (replace(self, former=None), self.former)

    def __len__(self) -> int:
        return len(self.edge)

    def take(self, rows: ArrayLike) -> Snapped:
        """Return some of the points, by number or by mask, in that order."""
        chosen = np.asarray(rows)
        former = None if self.former is None else self.former.take(chosen)
        return Snapped(
            self.edge[chosen], self.fraction[chosen], self.offset_m[chosen], self.xy[chosen], former
        )

    def apart(self) -> Snapped:
        """Return every place as a point of its own: the nearest ones, then the former ones."""
        if self.former is None:
            return self
        return replace(self, former=None).joined(self.former.take(self.former.is_known))

    def joined(self, *others: Snapped) -> Snapped:
        """Return these points, then those of others on the same streets."""
        parts = (self, *others)
        former = None
        if any(part.former is not None for part in parts):
            first, *rest = (part._kept() for part in parts)
            former = first.joined(*rest)
        return Snapped(
            np.concatenate([part.edge for part in parts]),
            np.concatenate([part.fraction for part in parts]),
            np.concatenate([part.offset_m for part in parts]),
            np.concatenate([part.xy for part in parts]),
            former,
        )

    def _kept(self) -> Snapped:
        """Return former places, on no street where nobody is beside a new one."""
        nowhere = np.full(len(self), -1, np.int32)
        return replace(self, edge=nowhere) if self.former is None else self.former


@dataclass(frozen=True, eq=False)
class _Streets:
    """The pieces that a mode may use, and runs of their segments in a tree.

    A box around a long winding line says little of where it is, and measuring to it takes long.

    Parameters
    ----------
    edge
        (k,) the pieces.
    line
        (k,) their lines.
    piece
        (r,) row in `line` of each run.
    tree
        Of the runs.
    """

    edge: IntArray
    line: NDArray[Any]
    piece: NDArray[np.intp]
    tree: STRtree


#: Longest run, segments, and runs in a node of the tree: quickest but for a few per cent, and
#: with a tenth more memory than whole lines where pieces have 6 vertices on average.
_RUN: Final = 16
_NODE: Final = 4

#: Trees live as long as their network; making one costs a tenth of a second for 70,000 pieces.
#: Streets that a scenario opened have one of their own.
_TREES: Final[WeakKeyDictionary[Network, dict[Mode, tuple[_Streets, ...]]]] = WeakKeyDictionary()


def snap(graph: Graph, xy: ArrayLike, *, max_snap_m: float = MAX_SNAP_M) -> Snapped:
    """Put points on the nearest piece of street that the graph's mode may use.

    Parameters
    ----------
    graph
        Streets and mode.
    xy
        (p, 2) EPSG:32647 metres; may be empty.
    max_snap_m
        Above 0; farther points get no street.

    Returns
    -------
    Snapped
        In the order of the points. Of pieces equally near, the first in the network is taken.
        Whoever is nearest to a street of `network.opened` also keeps the place on the nearest of
        the others, see `Snapped.former`: a new street that leads nowhere takes nothing away.

    Raises
    ------
    InvalidInputError
        If the shape is not (p, 2), a coordinate is not finite, or the distance is not above 0.
    """
    points: NDArray[Any] = np.asarray(shapely.points(check_xy(xy)))
    check_positive(max_snap_m, "max_snap_m")
    streets, *opened = _streets(graph)
    found = _put(streets, points, max_snap_m)
    return _prefer(opened[0], found, points, max_snap_m) if opened else found


def _prefer(opened: _Streets, before: Snapped, points: NDArray[Any], max_snap_m: float) -> Snapped:
    """Return the nearer places; of equally near ones those on streets that were there before."""
    near = opened.tree.query(points, predicate="dwithin", distance=max_snap_m)[0]
    rows = np.union1d(near, np.flatnonzero(~before.is_known))
    new = _put(opened, points[rows], max_snap_m)
    is_nearer = new.offset_m < before.offset_m[rows]
    rows, new = rows[is_nearer], new.take(is_nearer)
    number = np.arange(len(before))
    chosen = number.copy()
    chosen[rows] = len(before) + np.arange(len(rows))
    edge = np.where(chosen == number, -1, before.edge).astype(np.int32)
    former = replace(before, edge=edge) if (edge >= 0).any() else None
    return replace(before.joined(new).take(chosen), former=former)


def _put(streets: _Streets, points: NDArray[Any], max_snap_m: float) -> Snapped:
    row, offset = _nearest_rows(streets, points)
    line = streets.line[row]
    along = shapely.line_locate_point(line, points)
    length = shapely.length(line)
    fraction = np.divide(along, length, out=np.zeros(len(points)), where=length > 0)
    place = shapely.line_interpolate_point(line, along)
    edge = np.where(offset <= max_snap_m, streets.edge[row], -1).astype(np.int32)
    return Snapped(edge, np.clip(fraction, 0, 1), offset, shapely.get_coordinates(place))


def edge_lines(network: Network) -> NDArray[Any]:
    """Return the line of every piece of street, EPSG:32647."""
    count = np.diff(network.path_start)
    rows = np.repeat(np.arange(network.edge_count), count)
    return np.asarray(shapely.linestrings(network.path_xy, indices=rows))


def _streets(graph: Graph) -> tuple[_Streets, ...]:
    """Return the streets that were there, then those that a scenario opened; none is empty."""
    by_mode = _TREES.setdefault(graph.network, {})
    if graph.mode not in by_mode:
        is_new = np.isin(graph.network.road, graph.network.opened)
        groups = [np.flatnonzero(graph.is_open & part) for part in (~is_new, is_new)]
        lines = edge_lines(graph.network)
        by_mode[graph.mode] = tuple(
            _in_tree(edge.astype(np.int32), lines[edge]) for edge in groups if len(edge)
        )
    return by_mode[graph.mode]


def _in_tree(edge: IntArray, line: NDArray[Any]) -> _Streets:
    piece, runs = _runs(line)
    return _Streets(edge, line, piece, STRtree(runs, node_capacity=_NODE))


def _runs(line: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Return lines with the long ones cut into runs, and which line each is of."""
    count = shapely.get_num_coordinates(line)
    is_long = count > _RUN + 1
    count = count[is_long]
    position = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    is_cut = (position % _RUN == 0) & (position > 0) & (position < np.repeat(count, count) - 1)
    begins = (position == 0) | is_cut
    # A vertex at a cut is there twice: it ends one run and begins the next.
    copies = 1 + is_cut
    run = np.repeat(np.cumsum(begins) - 1, copies)
    run[np.cumsum(copies)[is_cut] - 2] -= 1
    xy = np.repeat(shapely.get_coordinates(line[is_long]), copies, axis=0)
    runs = np.concatenate([line[~is_long], shapely.linestrings(xy, indices=run)])
    cut = np.repeat(np.flatnonzero(is_long), count)[begins]
    return np.concatenate([np.flatnonzero(~is_long), cut]), runs


def _nearest_rows(streets: _Streets, points: NDArray[Any]) -> tuple[NDArray[np.intp], FloatArray]:
    """Return the nearest line of each point and the distance, metres."""
    (point, run), offset = streets.tree.query_nearest(points, return_distance=True)
    # All that are equally near come together; the first in the network is wanted.
    row = streets.piece[run]
    order = np.lexsort((row, point))
    _, first = np.unique(point[order], return_index=True)
    return row[order][first], offset[order][first]
