"""Short connections that are not there and would serve most people for their length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse.csgraph import dijkstra
from shapely import MultiPolygon, Polygon

from twin.analysis.checks import check_positive
from twin.analysis.gain import blocks, people_near
from twin.analysis.graph import WALKING_KMH, Graph
from twin.analysis.link_pairs import Pairs, find_pairs, keep_on_land, waiting_people
from twin.analysis.model import KMH_PER_M_S, FloatArray, IntArray, Mode
from twin.analysis.pool import Progress
from twin.analysis.situation import Situation
from twin.types import Text

#: Speed on a new connection, km/h: on foot as elsewhere, on wheels as in a narrow lane.
LINK_KMH: Final[Mapping[Mode, float]] = {"walk": WALKING_KMH, "motorcycle": 20.0, "car": 20.0}

#: Connections looked at together.
_PAIRS: Final = 256


NOTES: Final = (
    Text(
        "เส้นเชื่อมเป็นเส้นตรงระหว่างถนน ไม่ทราบระดับความสูงของถนนทั้งสอง (สะพาน อุโมงค์) "
        "ไม่ได้พิจารณากรรมสิทธิ์ที่ดิน ความลาดชัน และอาคาร ต้องตรวจสอบในสนาม",
        "Connections are straight lines between streets. Whether both streets are on one "
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


class End(NamedTuple):
    """Where a connection meets a street: at a corner, or in the middle of a piece of street.

    Parameters
    ----------
    x_m, y_m
        EPSG:32647.
    node, edge
        Row of the network's nodes, or of its pieces; the other is -1.
    """

    x_m: float
    y_m: float
    node: int
    edge: int


class Link(NamedTuple):
    """A connection that is not there.

    Parameters
    ----------
    near, far
        From `near` people would come to a facility, or it to them, over the connection and `far`.
    length_m
        Straight metres.
    impedance, present
        Of the connection, and of the way between its ends now; infinite: there is none.
    people
        Newly served, were this one built.
    people_per_m
        For each metre of it.
    """

    near: End
    far: End
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
        return KMH_PER_M_S / (usual if self.speed_kmh is None else self.speed_kmh)


def find_missing_links(
    now: Situation,
    rules: LinkRules | None = None,
    *,
    land: Polygon | MultiPolygon | None = None,
    progress: Progress | None = None,
) -> MissingLinks:
    """Return short connections between streets, ranked by people newly served for each metre.

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
    Pairs of corners come from a k-d tree, pairs of a corner and the nearest place on a street from
    an R-tree. With D(v) the impedance between v and the nearest
    facility, a connection of impedance c from u to v serves an unserved point anew exactly if that
    is within the threshold less c less D(v) of u; so only pairs with such a point are searched,
    from u, as far as that. Both ways along a connection are open.
    """
    rules = rules or LinkRules()
    finer, street, pairs = find_pairs(now, rules.max_length_m, rules.per_metre(now.graph))
    if land is not None:
        pairs = keep_on_land(pairs, finer.graph.network.node_xy, land)
    people = waiting_people(finer)
    gained = np.zeros(len(pairs.near))
    done = 0
    for rows in blocks(people.node_xy[pairs.near], _PAIRS):
        gained[rows] = people_near(people, pairs.near[rows], pairs.left[rows])
        done += len(rows)
        if progress is not None:
            progress(done, len(pairs.near))
    notes = (*NOTES, NO_LAND if land is None else ON_LAND)
    links = _choose(finer, rules, street, pairs, gained)
    return MissingLinks(links, len(pairs.near), notes)


def _choose(
    now: Situation, rules: LinkRules, street: IntArray, pairs: Pairs, gained: FloatArray
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
        ends = _end(xy, street, near), _end(xy, street, far)
        people = float(gained[row])
        links.append(Link(*ends, length, cost, present, people, people / length))
        left &= np.hypot(*(middle - middle[row]).T) >= rules.spacing_m
    return tuple(links)


def _end(xy: FloatArray, street: IntArray, node: int) -> End:
    x_m, y_m = xy[node].tolist()
    edge = int(street[node])
    return End(x_m, y_m, node if edge < 0 else -1, edge)
