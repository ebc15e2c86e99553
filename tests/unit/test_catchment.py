"""Floating catchments: by hand, and as PySAL's `access` has them on the same input."""

import numpy as np
import pandas as pd
import pytest
from access import weights
from access.fca import two_stage_fca
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.analysis.catchment import Zone, enhanced_two_step, two_step
from twin.analysis.model import Basis, Supply
from twin.errors import InvalidInputError
from twin.types import Text

NOTHING = Text("", "")


def make_supply(*capacity):
    count = len(capacity)
    return Supply(
        np.zeros((count, 2)),
        tuple(f"facility/{row}" for row in range(count)),
        (NOTHING,) * count,
        np.array(capacity, float),
        (None,) * count,
        Basis(NOTHING, NOTHING, ""),
    )


#: Two clinics; the first is near points 0 and 1, the second near 1 and 2; 3 is on no street.
MINUTES = np.array([[5.0, 10, 40, np.nan], [np.inf, 10, 5, np.nan]])
PEOPLE = np.array([10.0, 10, 30, 7])


def test_two_step_of_two_clinics_by_hand():
    found = two_step(MINUTES, PEOPLE, make_supply(4, 2), 15)
    assert found.load.tolist() == [20, 40]
    assert found.ratio.tolist() == [0.2, 0.05]
    assert found.access[:3].tolist() == [0.2, 0.25, 0.05]
    assert np.isnan(found.access[3])
    assert found.mean(PEOPLE) == pytest.approx(6 / 50)
    assert (found.method, found.unused) == ("2SFCA", 0)


def test_enhanced_two_step_of_two_clinics_by_hand():
    found = enhanced_two_step(MINUTES, PEOPLE, make_supply(4, 2), [Zone(5, 1), Zone(15, 0.5)])
    assert found.load.tolist() == [15, 35]
    assert found.access[:3] == pytest.approx([4 / 15, 2 / 15 + 1 / 35, 2 / 35])


def test_a_facility_that_nobody_reaches_has_no_ratio_and_its_capacity_is_unused():
    found = two_step(np.array([[5.0], [50]]), np.array([2.0]), make_supply(1, 9), 15)
    assert np.isnan(found.ratio[1])
    assert (found.unused, found.access.tolist()) == (9, [0.5])


def test_without_facilities_everyone_finds_nothing():
    found = two_step(np.zeros((0, 2)), np.ones(2), make_supply(), 15)
    assert found.access.tolist() == [0, 0]
    assert two_step(np.zeros((0, 0)), np.ones(0), make_supply(), 15).mean(np.ones(0)) is None


def test_missing_capacity_names_the_facilities_that_lack_it():
    supply = make_supply(1, np.nan, 2, -3, *[np.nan] * 4)
    with pytest.raises(InvalidInputError) as caught:
        two_step(np.zeros((8, 1)), np.ones(1), supply, 15)
    assert caught.value.parameter == "capacity"
    for text in (caught.value.en, caught.value.th):
        assert "facility/1, facility/3, facility/4" in text
        assert "6" in text
        assert "facility/7" not in text
    assert "1 more" in caught.value.en


def test_impedances_of_another_shape_are_refused():
    with pytest.raises(InvalidInputError) as caught:
        two_step(MINUTES.T, PEOPLE, make_supply(4, 2), 15)
    assert caught.value.parameter == "impedance"


@pytest.mark.parametrize(
    "zones",
    [
        [],
        [Zone(10, 1), Zone(10, 0.5)],
        [Zone(0, 1)],
        [Zone(5, 0.5), Zone(10, 0.6)],
        [Zone(5, 1.5)],
        [Zone(5, -0.5)],
        [Zone(5, float("nan"))],
    ],
)
def test_zones_that_do_not_grow_or_fade_are_refused(zones):
    with pytest.raises(InvalidInputError) as caught:
        enhanced_two_step(MINUTES, PEOPLE, make_supply(4, 2), zones)
    assert caught.value.parameter == "zones"


def as_access_has_it(impedance, people, capacity, limit, weight_fn=None):
    """Return the scores of `access`, whose `origin` is the people's side of each cost.

    Its costs must go the way that ours do; with asymmetric times the two directions differ.
    """
    facility, home = np.nonzero(np.isfinite(impedance))
    homes = [f"home {row}" for row in home]
    clinics = [f"clinic {row}" for row in facility]
    cost = pd.DataFrame({"origin": homes, "dest": clinics, "cost": impedance[facility, home]})
    demand = pd.DataFrame({"geoid": [f"home {row}" for row in range(len(people))]})
    demand["demand"] = people
    supply = pd.DataFrame(
        {"supply": capacity}, index=[f"clinic {row}" for row in range(len(capacity))]
    )
    scores = two_stage_fca(
        demand, supply, cost, max_cost=limit, supply_name="supply", weight_fn=weight_fn
    )
    return scores.reindex(demand["geoid"]).fillna(0).to_numpy()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), homes=st.integers(1, 12), clinics=st.integers(1, 5))
def test_scores_are_those_of_access(seed, homes, clinics):
    draw = np.random.default_rng(seed)
    impedance = draw.integers(1, 50, (clinics, homes)).astype(float)
    impedance[draw.random(impedance.shape) < 0.2] = np.inf
    impedance[0, 0] = 1
    people, capacity = draw.integers(1, 90, homes) * 1.0, draw.integers(0, 30, clinics) * 1.0
    supply = make_supply(*capacity)
    plain = two_step(impedance, people, supply, 30)
    assert plain.access == pytest.approx(as_access_has_it(impedance, people, capacity, 30))
    steps = {10: 1.0, 20: 0.68, 30: 0.22}
    zones = [Zone(limit, weight) for limit, weight in steps.items()]
    found = enhanced_two_step(impedance, people, supply, zones)
    theirs = as_access_has_it(impedance, people, capacity, 30, weights.step_fn(steps))
    assert found.access == pytest.approx(theirs)
    for result in (plain, found):
        used = capacity.sum() - result.unused
        assert (people * result.access).sum() == pytest.approx(used)
