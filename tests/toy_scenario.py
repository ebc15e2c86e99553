"""A toy network with demand and supply whose every answer can be checked in the head.

Two streets run west to east, 200 m apart, in three pieces of 100 m each; the southern is joined to
the northern at its western end only. Walking takes 1 s a metre.

    3 --- 4 --- 5 --- 6     y = 200, pieces 3, 4, 5 and, between 0 and 3, piece 6
    |
    0 --- 1 --- 2 --- 7     y = 0, pieces 0, 1, 2

Demand: 10 people at (50, 0) and 30 at (250, 0) in area 01, 60 at (250, 200) in area 02.
Supply: `a` with room for 5 at (0, 0), `b` at (300, 200).
"""

import numpy as np
from networks import make_network

from twin.analysis.model import Areas, Basis, Demand, Supply
from twin.analysis.overlay import Inputs
from twin.types import Text

NODES = [(0, 0), (100, 0), (200, 0), (0, 200), (100, 200), (200, 200), (300, 200), (300, 0)]
EDGES = [(0, 1), (1, 2), (2, 7), (3, 4), (4, 5), (5, 6), (0, 3)]
BASIS = Basis(Text("", ""), Text("", ""), "b")


def make_base():
    names = (Text("หนึ่ง", "One"), Text("สอง", "Two"))
    areas = Areas("tambon", ("01", "02"), names, np.array([0, 0, 1], np.int32))
    demand = Demand(
        np.array([(50.0, 0), (250, 0), (250, 200)]),
        np.array([10.0, 30, 60]),
        BASIS,
        {"tambon": areas},
    )
    supply = Supply(
        np.array([(0.0, 0), (300, 200)]),
        ("a", "b"),
        (Text("ก", "A"), Text("ข", "B")),
        np.array([5, np.nan]),
        (None, None),
        BASIS,
    )
    return Inputs(make_network(NODES, EDGES), demand, supply)
