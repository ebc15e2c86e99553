"""Siting: answers by hand, by trying every subset, and by the solver."""

from itertools import combinations
from time import monotonic

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.analysis.siting.lscp import solve_lscp
from twin.analysis.siting.mclp import solve_mclp
from twin.analysis.siting.pmedian import solve_p_median
from twin.analysis.siting.problem import Candidates
from twin.analysis.siting.proof import Allowance
from twin.errors import InvalidInputError
from twin.jobs.process import DismissedError

#: A street of five homes, one minute apart, a candidate at each; 10, 1, 1, 1 and 8 people.
STREET = np.abs(np.arange(5.0)[:, None] - np.arange(5.0))
PEOPLE = np.array([10.0, 1, 1, 1, 8])


@st.composite
def problems(draw, candidates=6, points=8):
    """Small problems with everything in them that there can be."""
    shape = draw(st.integers(1, candidates)), draw(st.integers(1, points))
    values = st.sampled_from([0.0, 1, 2, 3, 5, 8, np.inf])
    cells = draw(st.lists(values, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    weight = draw(st.lists(st.integers(0, 9), min_size=shape[1], max_size=shape[1]))
    present = draw(st.none() | st.lists(values, min_size=shape[1], max_size=shape[1]))
    roles = draw(st.lists(st.sampled_from("ffn---"), min_size=shape[0], max_size=shape[0]))
    return Candidates(
        np.array(cells).reshape(shape),
        np.array(weight, float),
        None if present is None else np.array(present),
        fixed=tuple(np.flatnonzero(np.array(roles) == "f").tolist()),
        forbidden=tuple(np.flatnonzero(np.array(roles) == "n").tolist()),
    )


def choices(problem, sizes):
    """Return every set of allowed rows of these sizes that holds the fixed ones."""
    for size in sizes:
        for rows in combinations(problem.allowed.tolist(), size):
            if set(problem.fixed) <= set(rows):
                yield list(rows)


def before(problem):
    present = problem.present
    return np.full(len(problem.weight), np.inf) if present is None else present


def newly_served(problem, rows, threshold):
    """Return people within the threshold of a row who were not before."""
    near = (problem.impedance[rows] <= threshold).any(axis=0) & ~(before(problem) <= threshold)
    return problem.weight[near].sum()


def travelled(problem, rows, unreached):
    """Return weight times impedance, over those whom somebody allowed can reach."""
    every = np.vstack([problem.impedance[problem.allowed], before(problem)]).min(axis=0)
    least = np.vstack([problem.impedance[rows], before(problem)]).min(axis=0)
    least = np.minimum(least, unreached)
    counted = np.isfinite(every) & (problem.weight > 0)
    return (problem.weight * least)[counted].sum()


def test_mclp_of_a_street_serves_both_ends():
    found = solve_mclp(Candidates(STREET, PEOPLE), 1, 2)
    assert found.chosen.tolist() == [1, 3]
    assert found.gain.tolist() == [12, 9]
    assert (found.objective, found.best_bound, found.gap, found.proven) == (21, 21, 0, True)
    assert found.nearest.tolist() == [1, 1, 1, 3, 3]
    assert found.impedance.tolist() == [1, 0, 1, 0, 1]


def test_mclp_with_an_existing_facility_serves_the_rest():
    problem = Candidates(STREET, PEOPLE, present=STREET[0])
    found = solve_mclp(problem, 1, 1)
    assert found.chosen.tolist() == [3]
    assert (found.tally.before, found.objective) == (11, 10)
    assert found.nearest.tolist() == [-1, -1, 3, 3, 3]


def test_mclp_takes_the_lowest_of_equal_candidates():
    assert solve_mclp(Candidates(np.zeros((3, 2)), np.ones(2)), 1, 1).chosen.tolist() == [0]


def test_mclp_does_not_choose_a_site_that_serves_nobody_anew():
    found = solve_mclp(Candidates(np.zeros((3, 2)), np.ones(2)), 1, 3)
    assert found.chosen.tolist() == [0]
    assert found.proven


def test_mclp_keeps_a_fixed_site_that_serves_nobody_and_leaves_out_a_forbidden_one():
    problem = Candidates(STREET, PEOPLE, fixed=(2,), forbidden=(0, 1))
    found = solve_mclp(problem, 0, 2)
    assert sorted(found.chosen.tolist()) == [2, 4]
    assert found.tally.out_of_reach == 11


def test_points_on_no_street_are_unknown_and_not_out_of_reach():
    impedance = np.array([[1, np.nan, np.inf], [1, np.nan, np.inf]])
    found = solve_mclp(Candidates(impedance, np.array([1.0, 2, 4])), 5, 1)
    assert (found.tally.total, found.tally.unknown, found.tally.out_of_reach) == (7, 2, 4)
    assert np.isnan(found.impedance[1])
    assert found.impedance[2] == np.inf


def test_lscp_of_a_street_needs_two_sites():
    found = solve_lscp(Candidates(STREET, PEOPLE), 1)
    assert sorted(found.chosen.tolist()) in ([0, 3], [1, 3], [1, 4])
    assert (found.objective, found.best_bound, found.proven) == (2, 2, True)


def test_lscp_leaves_out_whom_nobody_reaches_and_tells_their_number():
    impedance = np.array([[1.0, np.inf], [np.inf, np.inf]])
    found = solve_lscp(Candidates(impedance, np.array([3.0, 4])), 5, prove=True)
    assert found.chosen.tolist() == [0]
    assert found.tally.out_of_reach == 4


def test_lscp_needs_nobody_where_everyone_is_served():
    for prove in (False, True):
        found = solve_lscp(Candidates(STREET, PEOPLE, present=np.zeros(5)), 1, prove=prove)
        assert (found.chosen.tolist(), found.objective, found.proven) == ([], 0, True)


def test_p_median_of_a_street_is_at_the_weighted_median():
    found = solve_p_median(Candidates(STREET, PEOPLE), 1, prove=True)
    assert found.chosen.tolist() == [1]
    assert (found.objective, found.proven) == (10 + 0 + 1 + 2 + 24, True)


def test_p_median_counts_the_unreached_ten_times_the_longest_way():
    impedance = np.array([[0.0, 0, np.inf], [9, 9, 9]])
    found = solve_p_median(Candidates(impedance, np.array([5.0, 4, 2])), 1)
    assert found.chosen.tolist() == [1]


def test_p_median_counts_the_unreached_as_far_as_it_is_told_to():
    impedance = np.array([[0.0, 0, np.inf], [9, 9, 9]])
    found = solve_p_median(Candidates(impedance, np.array([5.0, 5, 1])), 1, unreached=20)
    assert (found.chosen.tolist(), found.objective) == ([0], 20)
    assert found.impedance[2] == np.inf


@pytest.mark.parametrize("p", [0, -1, 6])
def test_a_number_of_sites_that_cannot_be_chosen_is_refused_with_numbers(p):
    street = Candidates(STREET, PEOPLE)
    for solve in (lambda: solve_mclp(street, 1, p), lambda: solve_p_median(street, p)):
        with pytest.raises(InvalidInputError, match=str(p)) as caught:
            solve()
        assert caught.value.parameter == "p"
        assert str(p) in caught.value.th


def test_more_fixed_sites_than_sites_are_refused():
    with pytest.raises(InvalidInputError, match="2 sites are fixed"):
        solve_mclp(Candidates(STREET, PEOPLE, fixed=(0, 1)), 1, 1)


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"weight": np.ones(4)}, "weight"),
        ({"weight": -PEOPLE}, "weight"),
        ({"weight": PEOPLE * np.nan}, "weight"),
        ({"impedance": -STREET}, "impedance"),
        ({"present": np.ones(4)}, "present"),
        ({"present": -PEOPLE}, "impedance"),
        ({"fixed": (5,)}, "fixed"),
        ({"fixed": (1, 1)}, "fixed"),
        ({"forbidden": (-1,)}, "forbidden"),
        ({"fixed": (1,), "forbidden": (1,)}, "fixed"),
    ],
)
def test_a_problem_that_does_not_fit_is_refused(change, parameter):
    with pytest.raises(InvalidInputError) as caught:
        Candidates(**({"impedance": STREET, "weight": PEOPLE} | change))
    assert caught.value.parameter == parameter


def test_a_negative_threshold_is_refused():
    street = Candidates(STREET, PEOPLE)
    for solve in (lambda: solve_mclp(street, -1, 1), lambda: solve_lscp(street, float("nan"))):
        with pytest.raises(InvalidInputError) as caught:
            solve()
        assert caught.value.parameter == "threshold"


def test_an_unreached_impedance_below_the_longest_way_is_refused():
    with pytest.raises(InvalidInputError, match=r"4\.0"):
        solve_p_median(Candidates(STREET, PEOPLE), 1, unreached=3)


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(1, 4), st.sampled_from([0.0, 2, 4]))
def test_mclp_is_never_beyond_the_optimum_and_its_bound_never_within(problem, p, threshold):
    p = max(len(problem.fixed), min(p, len(problem.allowed)))
    if p < 1:
        return
    sizes = range(len(problem.fixed), p + 1)
    best = max(newly_served(problem, rows, threshold) for rows in choices(problem, sizes))
    found = solve_mclp(problem, threshold, p)
    assert found.objective == newly_served(problem, found.chosen, threshold) <= best
    assert found.best_bound >= best - 1e-6
    assert not found.proven or found.objective == best
    proof = solve_mclp(problem, threshold, p, prove=True)
    assert (proof.objective, proof.proven, proof.gap) == (best, True, 0)
    assert set(problem.fixed) <= set(proof.chosen.tolist()) <= set(problem.allowed.tolist())


@settings(max_examples=60, deadline=None)
@given(problems(), st.sampled_from([0.0, 2, 4]))
def test_lscp_serves_all_it_can_and_its_proof_needs_the_fewest(problem, threshold):
    allowed = problem.allowed.tolist()
    most = newly_served(problem, allowed, threshold) if allowed else 0
    sizes = range(len(allowed) + 1)
    fewest = next(
        len(rows)
        for rows in choices(problem, sizes)
        if (newly_served(problem, rows, threshold) if rows else 0) == most
    )
    found = solve_lscp(problem, threshold)
    assert found.gain.sum() == most
    assert found.best_bound <= fewest <= found.objective
    proof = solve_lscp(problem, threshold, prove=True)
    assert (proof.objective, proof.proven, proof.gain.sum()) == (fewest, True, most)


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(1, 4))
def test_p_median_is_never_beyond_the_optimum_and_its_proof_reaches_it(problem, p):
    p = max(len(problem.fixed), min(p, len(problem.allowed)))
    if p < 1:
        return
    best = min(travelled(problem, rows, 80) for rows in choices(problem, range(1, p + 1)) if rows)
    found = solve_p_median(problem, p, unreached=80)
    assert found.objective == pytest.approx(travelled(problem, found.chosen, 80))
    assert found.best_bound - 1e-6 <= best <= found.objective + 1e-6
    proof = solve_p_median(problem, p, unreached=80, prove=True)
    assert proof.proven
    assert proof.objective == pytest.approx(best)


@settings(max_examples=40, deadline=None)
@given(problems(), st.integers(1, 3), st.lists(st.sampled_from([0.0, 3, np.inf]), min_size=8))
def test_one_candidate_more_never_lowers_the_optimum(problem, p, row):
    p = max(len(problem.fixed), min(p, len(problem.allowed)))
    if p < 1:
        return
    count = len(problem.weight)
    more = Candidates(
        np.vstack([problem.impedance, row[:count]]),
        problem.weight,
        problem.present,
        problem.fixed,
        problem.forbidden,
    )
    less = solve_mclp(problem, 2, p, prove=True).objective
    assert solve_mclp(more, 2, p, prove=True).objective >= less
    longer = solve_p_median(problem, p, unreached=80, prove=True)
    shorter = solve_p_median(more, p, unreached=80, prove=True)
    # Those out of everyone's reach are left out: compare where nobody comes in.
    if shorter.tally.out_of_reach == longer.tally.out_of_reach:
        assert shorter.objective <= longer.objective + 1e-6


def town(candidates=60, points=600):
    """A town on a square of 10 km, ways along the axes, seconds at 8 m/s."""
    draw = np.random.default_rng(3)
    xy = draw.random((points, 2)) * 10_000
    sites = xy[draw.choice(points, candidates, replace=False)]
    seconds = np.abs(sites[:, None] - xy).sum(axis=2) / 8
    return Candidates(seconds, draw.integers(1, 90, points).astype(float))


def test_the_same_question_gives_the_same_answer():
    for solve in (lambda: solve_mclp(town(), 300, 6), lambda: solve_p_median(town(), 6)):
        first, second = solve(), solve()
        assert first.chosen.tolist() == second.chosen.tolist()
        assert first.objective == second.objective


def test_search_in_a_town_is_within_one_percent_of_what_is_proven():
    problem = town()
    mclp = solve_mclp(problem, 300, 6), solve_mclp(problem, 300, 6, prove=True)
    assert mclp[1].proven
    assert mclp[0].objective >= 0.99 * mclp[1].objective
    median = solve_p_median(problem, 6), solve_p_median(problem, 6, prove=True)
    assert median[1].gap < 0.05
    assert median[0].objective <= 1.01 * median[1].objective


def test_a_proof_that_has_no_time_tells_a_gap_that_holds():
    problem = town()
    proven = solve_mclp(problem, 600, 6, prove=True)
    hurried = solve_mclp(problem, 600, 6, prove=True, time_limit_s=1e-9)
    assert hurried.objective <= proven.objective <= hurried.best_bound + 1e-6
    cut = solve_p_median(problem, 6, prove=True, time_limit_s=1e-9)
    assert not cut.proven
    assert cut.best_bound <= cut.objective
    assert (proven.out_of_time, hurried.out_of_time, cut.out_of_time) == (False, True, True)


SOLVERS = {
    "mclp": lambda **options: solve_mclp(town(), 600, 6, **options),
    "lscp": lambda **options: solve_lscp(town(), 300, **options),
    "p-median": lambda **options: solve_p_median(town(), 6, **options),
}


@pytest.mark.parametrize("solve", SOLVERS.values(), ids=SOLVERS)
def test_a_proof_ends_with_the_run_that_it_is_part_of(solve):
    over = Allowance(ends=monotonic())
    assert solve(prove=True, time_limit_s=3600, allowance=over).out_of_time


@pytest.mark.parametrize("solve", SOLVERS.values(), ids=SOLVERS)
def test_a_search_ends_when_its_asker_leaves(solve):
    def leave():
        raise DismissedError

    with pytest.raises(DismissedError):
        solve(allowance=Allowance(tell=leave))


def test_an_answer_tells_its_gap_in_words():
    assert "gap" in str(solve_mclp(town(), 300, 6))
    assert "proven (milp)" in str(solve_lscp(Candidates(STREET, PEOPLE), 1, prove=True))


def test_single_precision_is_taken_as_it_is():
    problem = town()
    single = Candidates(problem.impedance.astype(np.float32), problem.weight)
    assert solve_mclp(single, 300, 6).objective == solve_mclp(problem, 300, 6).objective


def test_a_site_that_others_make_idle_is_given_up():
    # The first serves most and is chosen first; the other two serve everyone.
    serves = np.array([[0, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]])
    found = solve_lscp(Candidates(np.where(serves == 1, 0.0, np.inf), np.ones(6)), 1)
    assert sorted(found.chosen.tolist()) == [1, 2]


@pytest.mark.parametrize("threshold", [250, 350, 450])
def test_covering_a_town_takes_hardly_more_sites_than_is_proven(threshold):
    found, proof = (solve_lscp(town(), threshold, prove=prove) for prove in (False, True))
    assert proof.proven
    assert found.best_bound <= proof.objective <= found.objective <= proof.objective + 1
