"""Bases, streets and facilities drawn at random, and scenarios of them answered."""

from functools import cache

import numpy as np
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from networks import make_grid

from twin.analysis.coverage import service_coverage
from twin.analysis.graph import make_graph
from twin.analysis.model import Areas, Basis, Demand, Supply
from twin.analysis.overlay import Inputs, apply_changes
from twin.analysis.overlay.changes import OpenStreet
from twin.errors import InvalidInputError
from twin.types import Text

BASIS = Basis(Text("", ""), Text("", ""), "b")
NAME = Text("ก", "A")
SNAP_M = 120.0

#: Whole tens of metres: many points lie on nodes, on streets, or as near to one street as another.
positions = st.tuples(*[st.integers(-3, 48).map(lambda ten: ten * 10.0)] * 2)
anywhere = st.tuples(*[st.floats(-30, 430, allow_nan=False)] * 2)
places = (positions | anywhere).map(lambda xy: (430_000 + xy[0], 873_000 + xy[1]))
modes = st.sampled_from(["walk", "motorcycle", "car"])
directions = st.sampled_from(["to", "from"])
speeds = st.sampled_from([0.0, 1.0, 4.8, 60.0])
streets = st.builds(
    OpenStreet,
    st.just(-1),
    st.lists(places, min_size=2, max_size=5).map(tuple),
    st.dictionaries(modes, st.tuples(speeds, speeds), min_size=1),
)


grids = st.builds(
    cache(make_grid),
    st.just(4),
    st.just(4),
    jitter_m=st.sampled_from([0.0, 10.0]),
    kept=st.sampled_from([0.0, 0.5, 1.0]),
    one_way=st.sampled_from([0.0, 0.6]),
    seed=st.integers(0, 4),
)


@st.composite
def bases(draw):
    network = draw(grids)
    xy = np.array(draw(st.lists(places, min_size=1, max_size=12)))
    weight = np.arange(1.0, len(xy) + 1)
    member = np.arange(len(xy), dtype=np.int32) % 2
    areas = Areas("tambon", ("01", "02"), (NAME, NAME), member)
    demand = Demand(xy, weight, BASIS, {"tambon": areas})
    at = np.array(draw(st.lists(places, min_size=1, max_size=3)))
    ids = tuple(f"facility/{row}" for row in range(len(at)))
    supply = Supply(at, ids, (NAME,) * len(at), np.full(len(at), np.nan), (None,) * len(at), BASIS)
    return Inputs(network, demand, supply)


def answer(inputs, mode, direction, unit="s", threshold=100.0):
    graph = make_graph(inputs.network, mode, unit=unit)
    return service_coverage(
        graph,
        inputs.demand,
        inputs.supply,
        direction=direction,
        thresholds=[threshold],
        max_snap_m=SNAP_M,
    )


def served(inputs, mode, direction, threshold):
    return answer(inputs, mode, direction, "s", threshold).totals[0].served


def opened(base, street):
    try:
        return apply_changes(base, {1: street})
    except InvalidInputError:
        assume(False)


quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)
