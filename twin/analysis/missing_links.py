"""Short connections that are not there and would serve most people for their length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree
from shapely import MultiPolygon, Polygon

from twin.analysis.checks import check_positive
from twin.analysis.gain import People, blocks, make_people, people_near
from twin.analysis.graph import Graph
from twin.analysis.model import FloatArray, IntArray, Mode
from twin.analysis.pool import Progress
from twin.analysis.reach import Ends, search
from twin.analysis.situation import Situation
from twin.types import Text

#: Speed on a new connection, km/h: on foot as elsewhere, on wheels as in a narrow lane.
LINK_KMH: Final[Mapping[Mode, float]] = {"walk": 4.8, "motorcycle": 20.0, "car": 20.0}

#: Connections looked at together.
_PAIRS: Final = 256

_M_S_TO_KMH: Final = 3.6

NOTES: Final = (
    Text(
        "เส้นเชื่อมเป็นเส้นตรงระหว่างมุมถนน ไม่ทราบระดับความสูงของถนนทั้งสอง (สะพาน อุโมงค์) "
        "ไม่ได้พิจารณากรรมสิทธิ์ที่ดิน ความลาดชัน และอาคาร ต้องตรวจสอบในสนาม",
        "Connections are straight lines between street corners. Whether both streets are on one "
        "level (bridge, tunnel) is unknown; who owns the land, slopes and buildings are not looked "
        "at: check on the spot.",
    ),
    Text(
        "จำนวนคนของแต่ละเส้นคิดเมื่อสร้างเพียงเส้นนั้น นำมาบวกกันไม่ได้",
        "People are counted for each connection alone; the numbers must not be added.",
    ),
)
NO_LAND: Final = Text(
    "ไม่มีขอบเขตแผ่นดินให้เทียบ เส้นเชื่อมอาจข้ามน้ำ",
    "No outline of the land was given: a connection may cross water.",
)
ON_LAND: Final = Text(
    "ตัดเส้นเชื่อมที่ออกนอกแผ่นดินแล้ว",
    "Connections that leave the land are left out.",
)


class Link(NamedTuple):
    """A connection that is not there.

    Parameters
    ----------
    near, far
        Nodes: `far` is the end nearer to a facility, from `near` people are newly served.
    near_xy, far_xy
        EPSG:32647 metres.
    length_m
        Straight metres.
    impedance, present
        Of the connection, and of the way between its ends now; infinite: there is none.
    people
        Newly served, were this one built.
    people_per_m
        For each metre of it.
    """

    near: int
    far: int
    near_xy: tuple[float, float]
    far_xy: tuple[float, float]
    length_m: float
    impedance: float
    present: float
    people: float
    people_per_m: float


@dataclass(frozen=True)
class MissingLinks:
    """Connections worth most for their length, the best first, and what to know about them."""

    links: tuple[Link, ...]
    looked_at: int
    notes: tuple[Text, ...]


@dataclass(frozen=True)
class LinkRules:
    """Which connections to look for.

    Parameters
    ----------
    max_length_m
        Straight metres at most.
    min_detour
        The way between both ends now takes at least so many times what the connection would.
    spacing_m
        Straight metres between the middles of any two.
    count
        Connections at most.
    speed_kmh
        On the connection; None: `LINK_KMH` of the mode. No meaning in metres.

    Raises
    ------
    InvalidInputError
        If a number is not above 0.
    """

    max_length_m: float = 200.0
    min_detour: float = 3.0
    spacing_m: float = 200.0
    count: int = 10
    speed_kmh: float | None = None

    def __post_init__(self) -> None:
        check_positive(self.max_length_m, "max_length_m")
        check_positive(self.min_detour, "min_detour")
        check_positive(self.spacing_m, "spacing_m")
        check_positive(self.count, "count")
        if self.speed_kmh is not None:
            check_positive(self.speed_kmh, "speed_kmh")

    def per_metre(self, graph: Graph) -> float:
        """Return the impedance of a metre of connection."""
        if graph.unit == "m":
            return 1.0
        usual = LINK_KMH[graph.mode] * graph.speed_factor
        return _M_S_TO_KMH / (usual if self.speed_kmh is None else self.speed_kmh)


def find_missing_links(
    now: Situation,
    rules: LinkRules | None = None,
    *,
    land: Polygon | MultiPolygon | None = None,
    progress: Progress | None = None,
) -> MissingLinks:
    """Return short connections between corners, ranked by people newly served for each metre.

    Parameters
    ----------
    now
        Streets, people, existing facilities, direction and threshold.
    rules
        How long, how far apart, how many; None: as `LinkRules` says.
    land
        Polygon or multipolygon, EPSG:32647, that connections must not leave; None: no such limit,
        and the answer says so.
    progress
        Called with connections looked at and connections in all. What it raises ends the work.

    Raises
    ------
    InvalidInputError
        If a rule is not above 0.

    Notes
    -----
    Pairs of corners come from a k-d tree. With D(v) the impedance between v and the nearest
    facility, a connection of impedance c from u to v serves an unserved point anew exactly if that
    is within the threshold less c less D(v) of u; so only pairs with such a point are searched,
    from u, as far as that. Both ways along a connection are open.
    """
    rules = rules or LinkRules()
    pairs = _candidates(now, rules, land)
    people = _waiting(now)
    gained = np.zeros(len(pairs.near))
    done = 0
    for rows in blocks(people.node_xy[pairs.near], _PAIRS):
        gained[rows] = people_near(people, pairs.near[rows], pairs.left[rows])
        done += len(rows)
        if progress is not None:
            progress(done, len(pairs.near))
    notes = (*NOTES, NO_LAND if land is None else ON_LAND)
    return MissingLinks(_choose(now, rules, pairs, gained), len(pairs.near), notes)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Ends of possible connections, their metres, and what is left of the threshold at `near`."""

    near: IntArray
    far: IntArray
    length_m: FloatArray
    left: FloatArray


def _candidates(now: Situation, rules: LinkRules, land: Polygon | MultiPolygon | None) -> _Pairs:
    xy = now.graph.network.node_xy
    used = np.unique(now.graph.network.edge_nodes[now.graph.is_open]).astype(np.int32)
    found = KDTree(xy[used]).query_pairs(rules.max_length_m, output_type="ndarray")
    either = used[found]
    near, far = np.concatenate([either, either[:, ::-1]]).T
    length = np.hypot(*(xy[near] - xy[far]).T)
    cost = length * rules.per_metre(now.graph)
    left = now.limit - cost - _to_facility(now)[far]
    kept = (length > 0) & (left >= 0) & (_to_waiting(now)[near] <= left)
    near, far, length, left = near[kept], far[kept], length[kept], left[kept]
    order = np.lexsort((far, near))
    pairs = _Pairs(near[order], far[order], length[order], left[order])
    return pairs if land is None else _on_land(pairs, xy, land)


def _on_land(pairs: _Pairs, xy: FloatArray, land: Polygon | MultiPolygon) -> _Pairs:
    shapely.prepare(land)
    lines: NDArray[Any] = np.asarray(
        shapely.linestrings(np.stack([xy[pairs.near], xy[pairs.far]], axis=1))
    )
    dry = shapely.covers(land, lines)
    return _Pairs(pairs.near[dry], pairs.far[dry], pairs.length_m[dry], pairs.left[dry])


def _to_facility(now: Situation) -> FloatArray:
    """Return the impedance between each node and the nearest facility, as far as the limit."""
    sources = now.supply.take(now.supply.is_known)
    if not len(sources):
        return np.full(now.graph.network.node_count, np.inf)
    return search(now.graph, sources, direction=now.direction, limit=now.limit)[0]


def _to_waiting(now: Situation) -> FloatArray:
    """Return the impedance between each node and the nearest unserved demand point."""
    people = _waiting(now)
    nodes = len(people.node_xy)
    finite = np.isfinite(people.ends.cost)
    least = np.full(nodes, np.inf)
    np.minimum.at(least, people.ends.node[finite], people.ends.cost[finite])
    begin = np.flatnonzero(np.isfinite(least)).astype(np.int32)
    matrix = people.inward
    entries = (
        np.concatenate([matrix.data, least[begin]]),
        np.concatenate([matrix.indices, begin]),
        np.append(matrix.indptr, matrix.indptr[-1] + len(begin)).astype(np.int32),
    )
    more = csr_array(entries, shape=(nodes + 1, nodes + 1))
    found: FloatArray = dijkstra(more, indices=[nodes], limit=now.limit)[0, :nodes]
    return found


def _waiting(now: Situation) -> People:
    rows = now.is_waiting
    ends = Ends(now.ends.node[rows], now.ends.cost[rows])
    return make_people(now.graph, ends, now.people[rows], now.direction)


def _choose(
    now: Situation, rules: LinkRules, pairs: _Pairs, gained: FloatArray
) -> tuple[Link, ...]:
    """Take the best that are apart and whose ends are far from each other on the streets."""
    xy = now.graph.network.node_xy
    middle = (xy[pairs.near] + xy[pairs.far]) / 2
    worth = gained / pairs.length_m
    outward = now.graph.search_matrix(now.direction)
    links: list[Link] = []
    left = worth > 0
    for row in np.lexsort((pairs.far, pairs.near, -worth)).tolist():
        if len(links) == rules.count or not worth[row] > 0:
            break
        if not left[row]:
            continue
        near, far = int(pairs.near[row]), int(pairs.far[row])
        length = float(pairs.length_m[row])
        cost = length * rules.per_metre(now.graph)
        present = float(dijkstra(outward, indices=[far])[0, near])
        if present < rules.min_detour * cost:
            continue
        ends = tuple(xy[near].tolist()), tuple(xy[far].tolist())
        people = float(gained[row])
        links.append(Link(near, far, *ends, length, cost, present, people, people / length))
        left &= np.hypot(*(middle - middle[row]).T) >= rules.spacing_m
    return tuple(links)
