"""New streets and a clinic on the main roads and the people of Phuket."""

import numpy as np
import pytest

from twin.analysis.overlay import apply_changes
from twin.analysis.overlay.changes import AddFacilities, Facility, OpenStreet
from twin.db.engine import make_engine
from twin.jobs.process import Context
from twin.studies.covering import cover, question_graph
from twin.studies.question import Question, SupplyChoice
from twin.studies.study import studies_of
from twin.types import Text

pytestmark = pytest.mark.real_data

QUESTION = Question(supply=SupplyChoice(filter="amenity = 'hospital'"), mode="motorcycle")
SPEEDS = {"walk": (4.8, 4.8), "motorcycle": (30.0, 0.0), "car": (30.0, 0.0)}


@pytest.fixture(scope="module")
def base(phuket, phuket_url):
    engine = make_engine(phuket_url)
    inputs = studies_of(Context(phuket, engine, engine)).inputs(QUESTION)
    engine.dispose()
    return inputs


def answer(question, inputs):
    return cover(question, question_graph(question, inputs.network), inputs)


def assert_nobody_is_worse_off(before, after):
    was, now = before.reach.impedance, after.reach.impedance
    known = ~np.isnan(was)
    assert (now[known] <= was[known] + 1e-6).all()
    assert after.totals[0].served >= before.totals[0].served


@pytest.mark.parametrize("mode", ["walk", "motorcycle", "car"])
def test_one_way_streets_anywhere_make_nobody_worse_off(base, mode):
    random = np.random.default_rng(28)
    asked = QUESTION.model_copy(update={"mode": mode})
    before = answer(asked, base)
    nodes = base.network.node_xy
    for number in range(5):
        start = nodes[random.integers(len(nodes))]
        line = (start, start + random.normal(0, 400, 2), start + random.normal(0, 800, 2))
        street = OpenStreet(-1 - number, tuple(map(tuple, line)), SPEEDS)
        assert_nobody_is_worse_off(before, answer(asked, apply_changes(base, {1: street})))


def test_bridge_joins_the_parts_of_the_network(base):
    parts = [np.flatnonzero(base.network.component == part) for part in (0, 1)]
    one, other = (base.network.node_xy[rows] for rows in parts)
    distance = np.hypot(*(one[:, None] - other[None]).transpose(2, 0, 1))
    first, last = np.unravel_index(distance.argmin(), distance.shape)
    bridge = OpenStreet(-1, (tuple(one[first]), tuple(other[last])), {"motorcycle": (30.0, 30.0)})
    made = apply_changes(base, {1: bridge})
    assert made.network.component.max() == base.network.component.max() - 1
    assert_nobody_is_worse_off(answer(QUESTION, base), answer(QUESTION, made))


def test_clinic_where_most_people_are_unserved_serves_some_of_them(base):
    asked = QUESTION.model_copy(update={"thresholds": (5.0,)})
    before = answer(asked, base)
    is_unserved = before.band == 1
    place = base.demand.xy[np.where(is_unserved, before.weight, 0.0).argmax()]
    clinic = AddFacilities((Facility("new", Text("ใหม่", "New"), tuple(place)),))
    after = answer(asked, apply_changes(base, {1: clinic}))
    assert_nobody_is_worse_off(before, after)
    assert after.totals[0].served > before.totals[0].served
