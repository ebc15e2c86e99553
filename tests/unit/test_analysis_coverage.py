"""Coverage is counted as by hand, and refuses what cannot be counted."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from networks import BASIS, make_demand, make_network, make_supply

from twin.analysis.coverage import service_coverage
from twin.analysis.graph import make_graph
from twin.analysis.model import Areas
from twin.analysis.tally import make_exact
from twin.analysis.what_if import with_added, without
from twin.errors import InvalidInputError, NotFoundError
from twin.types import Text

#: Five crossings on one street, 100 m apart; on foot a metre a second.
STREET = make_network([(x, 0) for x in range(0, 500, 100)], [(0, 1), (1, 2), (2, 3), (3, 4)])
HOMES = [(0, 0), (80, 0), (100, 0), (150, 0), (300, 0), (100, -300)]
PEOPLE = [10, 5, 20, 30, 40, 7]
CLINICS = [(50, 0), (400, 0)]


def cover(homes=HOMES, people=PEOPLE, clinics=CLINICS, thresholds=(40, 60, 100), **options):
    members = {"tambon": [0, 0, 0, 1, 1, 0][: len(people)]} if people else {}
    demand = make_demand(homes, people, **members)
    options = {"direction": "to", "unit": "s", "mode": "walk"} | options
    graph = make_graph(STREET, options.pop("mode"), unit=options.pop("unit"))
    return service_coverage(graph, demand, make_supply(clinics), thresholds=thresholds, **options)


def test_toy_street_is_counted_as_by_hand():
    coverage = cover()
    # Seconds to the nearest clinic: 50, 30, 50, 100, 100; the last home is 300 m from the street.
    told = [(row.total, row.served, row.unserved, row.unknown) for row in coverage.totals]
    assert told == [(112, 5, 100, 7), (112, 35, 70, 7), (112, 105, 0, 7)]
    assert coverage.totals[1].ratio == 35 / 112
    west, east = coverage.areas["tambon"]
    assert [(row.total, row.served, row.unknown) for row in west.totals] == [
        (42, 5, 7),
        (42, 35, 7),
        (42, 35, 7),
    ]
    assert [row.served for row in east.totals] == [0, 0, 70]
    assert [(row.id, row.served, row.points) for row in coverage.loads] == [
        ("facility/0", 65, 4),
        ("facility/1", 40, 1),
    ]
    assert coverage.impedance_quantile(0.5) == 100
    assert coverage.impedance_quantile(1 / 3) == 50
    assert coverage.impedance_quantile(0.9) == 100


def test_slow_usual_and_fast_walkers_are_counted():
    slow, usual, fast = cover(thresholds=(95,)).paces
    # Slow walkers go 71.25 m in that time, usual ones 95 m, fast ones 108.9 m.
    assert (slow.pace, slow.factor, slow.totals[0].served) == ("slow", 0.75, 35)
    assert (usual.pace, usual.factor, usual.totals[0].served) == ("usual", 1, 35)
    assert (fast.pace, fast.factor, fast.totals[0].served) == ("fast", 5.5 / 4.8, 105)
    assert cover(thresholds=(95,), speed_range=None).paces == ()
    assert cover(thresholds=(95,), unit="m").paces == ()


def test_vehicles_are_counted_at_peak_and_on_empty_streets():
    homes = [(0, 0), (75, 0)]
    slow, usual, fast = cover(homes, [1, 1], [(400, 0)], thresholds=(34,), mode="car").paces
    # 400 m and 325 m at 10 m/s are 40 and 32.5 s; at peak 57 and 46 s; on empty streets 33 and 27.
    assert [row.totals[0].served for row in (slow, usual, fast)] == [0, 1, 2]


def test_metres_are_metres_whatever_the_speed():
    coverage = cover(unit="m", mode="car")
    assert [row.served for row in coverage.totals] == [5, 35, 105]


def test_worst_off_areas_come_lowest_first_and_only_with_people():
    demand = make_demand(HOMES, [10, 0, 20, 30, 40, 7], zone=[3, 2, 1, 0, 0, -1])
    graph = make_graph(STREET, "walk")
    coverage = service_coverage(
        graph, demand, make_supply(CLINICS), direction="to", thresholds=(60, 100)
    )
    assert [row.code for row in coverage.worst_off("zone", threshold=60)] == ["00", "01", "03"]
    assert [row.code for row in coverage.worst_off("zone", count=1)] == ["00"]
    outside = coverage.areas["zone"][-1]
    assert (outside.code, outside.name.en, outside.totals[0].unknown) == (
        "",
        "Outside all areas",
        7,
    )
    assert sum(row.totals[0].total for row in coverage.areas["zone"]) == coverage.totals[0].total
    with pytest.raises(NotFoundError, match="amphoe"):
        coverage.worst_off("amphoe")
    with pytest.raises(NotFoundError, match="45"):
        coverage.worst_off("zone", threshold=45)


def test_no_supply_serves_nobody():
    coverage = cover(clinics=[])
    assert [(row.served, row.unserved, row.ratio) for row in coverage.totals] == [(0, 105, 0)] * 3
    assert coverage.loads == coverage.off_network == ()
    assert coverage.impedance_quantile(0.5) is None


def test_no_demand_has_no_ratio():
    coverage = cover(homes=[], people=[])
    assert [(row.total, row.served, row.ratio) for row in coverage.totals] == [(0, 0, None)] * 3
    assert coverage.impedance_quantile(0.5) is None
    assert cover(people=[0] * 6).totals[0].ratio is None


def test_facilities_in_the_sea_are_named_with_their_distance():
    coverage = cover(clinics=[*CLINICS, (200, 2000)])
    (lost,) = coverage.off_network
    assert (lost.id, lost.offset_m) == ("facility/2", 2000)
    assert coverage.totals == cover().totals
    assert (coverage.loads[2].served, coverage.loads[2].nearest_points) == (0, 0)


def test_everything_that_was_assumed_is_told_in_both_languages():
    told = cover().assumptions
    assert (told.mode, told.direction, told.unit, told.thresholds) == (
        "walk",
        "to",
        "s",
        (40, 60, 100),
    )
    assert (told.max_snap_m, told.walking_kmh, told.speed_factor) == (250, 4.8, 1)
    assert told.network_revision == STREET.revision
    assert told.demand.revision == told.supply.revision == BASIS.revision
    assert all(sentence.th and sentence.en for sentence in told.sentences)
    words = " ".join(sentence.en for sentence in told.sentences)
    assert "on foot at 4.8 km/h" in words
    assert "3.6, usual 4.8, fast 5.5 km/h" in words
    graph = make_graph(STREET, "car", speed_factor=0.5)
    slow = service_coverage(
        graph, make_demand([], []), make_supply([]), direction="from", thresholds=(1,)
    )
    words = " ".join(sentence.en for sentence in slow.assumptions.sentences)
    assert "Speeds are 0.5 of the usual" in words
    assert "not measured" in words


def test_digest_names_the_question_and_not_the_order_of_rows():
    base = cover()
    order = [3, 1, 5, 0, 4, 2]
    demand = make_demand(
        [HOMES[row] for row in order],
        [PEOPLE[row] for row in order],
        tambon=[[0, 0, 0, 1, 1, 0][row] for row in order],
    )
    supply = make_supply(CLINICS[::-1], ids=("facility/1", "facility/0"))
    again = service_coverage(
        make_graph(STREET, "walk"), demand, supply, direction="to", thresholds=(40, 60, 100)
    )
    assert again.digest == base.digest
    assert len(base.digest) == 64
    assert again.totals == base.totals
    opened = replace(base.supply, opened=(date(2027, 1, 1), None))
    others = [
        cover(direction="from"),
        cover(thresholds=(40, 60)),
        cover(max_snap_m=300),
        cover(people=[10, 5, 20, 30, 40, 8]),
        cover(clinics=[(50, 0), (399, 0)]),
        cover(speed_range=None),
        replace(base, supply=opened),
    ]
    assert len({base.digest, *(other.digest for other in others)}) == 8


def test_added_point_in_the_sea_changes_nothing_and_is_named():
    base = cover()
    lost = with_added(base, (200, 2000), facility="drawn/9")
    assert lost.totals == base.totals
    assert [(row.id, row.offset_m) for row in lost.off_network] == [("drawn/9", 2000)]


def test_what_if_without_the_range_of_speeds_is_the_same_otherwise():
    base = cover(mode="car", thresholds=(3, 8))
    plain = with_added(base, (300, 0), is_paced=False)
    assert plain.paces == ()
    assert plain.totals == with_added(base, (300, 0)).totals


def test_whole_numbers_stay_and_others_add_up_in_any_order():
    np.testing.assert_array_equal(make_exact(np.array([3.0, 400_000.0])), [3, 400_000])
    random = np.random.default_rng(1)
    weight = random.exponential(20, 1000)
    exact = make_exact(weight)
    np.testing.assert_allclose(exact, weight, atol=1e-9)
    assert len({random.permutation(exact).cumsum()[-1] for _ in range(20)}) == 1


@pytest.mark.parametrize(
    ("thresholds", "parameter"),
    [((-5,), "thresholds"), ((), "thresholds"), ((5, 5), "thresholds"), ((np.nan,), "thresholds")],
)
def test_thresholds_that_are_none_are_refused(thresholds, parameter):
    with pytest.raises(InvalidInputError) as caught:
        cover(thresholds=thresholds)
    assert caught.value.parameter == parameter


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"weight": np.array([1.0, 2.0])}, "demand"),
        ({"weight": np.array([1, 2, 3, 4, 5, -1.0])}, "demand"),
        ({"weight": np.array([1, 2, 3, 4, 5, np.nan])}, "demand"),
        ({"xy": np.full((6, 2), np.nan)}, "demand"),
    ],
)
def test_demand_that_does_not_fit_is_refused(change, parameter):
    demand = replace(make_demand(HOMES, PEOPLE), **change)
    with pytest.raises(InvalidInputError) as caught:
        service_coverage(
            make_graph(STREET, "walk"),
            demand,
            make_supply(CLINICS),
            direction="to",
            thresholds=(60,),
        )
    assert caught.value.parameter == parameter
    assert caught.value.th


@pytest.mark.parametrize(
    "areas",
    [
        Areas("zone", ("1",), (Text("ก", "a"),), np.zeros(5, dtype=np.int32)),
        Areas("zone", ("1",), (Text("ก", "a"),), np.full(6, 1, dtype=np.int32)),
        Areas("zone", ("1",), (), np.zeros(6, dtype=np.int32)),
    ],
    ids=["rows", "beyond", "names"],
)
def test_areas_that_do_not_fit_are_refused(areas):
    demand = replace(make_demand(HOMES, PEOPLE), areas={"zone": areas})
    with pytest.raises(InvalidInputError, match="one value for each"):
        service_coverage(
            make_graph(STREET, "walk"),
            demand,
            make_supply(CLINICS),
            direction="to",
            thresholds=(60,),
        )


def test_supply_that_does_not_fit_is_refused():
    for supply in (
        replace(make_supply(CLINICS), names=()),
        make_supply(CLINICS, ids=("facility/1", "facility/1")),
    ):
        with pytest.raises(InvalidInputError) as caught:
            service_coverage(
                make_graph(STREET, "walk"),
                make_demand(HOMES, PEOPLE),
                supply,
                direction="to",
                thresholds=(60,),
            )
        assert caught.value.parameter == "supply"


def test_facilities_that_are_there_or_not_are_named():
    with pytest.raises(InvalidInputError, match="facility/1"):
        with_added(cover(), (0, 0), facility="facility/1")
    with pytest.raises(NotFoundError, match="facility/7"):
        without(cover(), "facility/7")
