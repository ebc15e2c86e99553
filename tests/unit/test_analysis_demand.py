"""People spread over places: by hand, and whatever the places."""

import math
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.analysis.areas import locate
from twin.analysis.demand import Places, along, gather, spread
from twin.analysis.model import Basis, Supply
from twin.analysis.supply import count_coincident, is_open, join, select
from twin.types import Text

NOWHERE = Basis(Text("", ""), Text("", ""), "")


def places(xy, size, area):
    return Places(
        np.array(xy, float).reshape(-1, 2), np.array(size, float), np.array(area, np.int32)
    )


def test_gather_splits_a_cell_by_area_and_puts_points_at_the_centroid_of_each():
    cells, nearest = gather(
        places([(410, 5), (430, 5), (490, 95), (499, 5)], [1, 3, 2, 2], [0, 0, 1, 1])
    )
    assert cells.area.tolist() == [0, 1]
    assert cells.size.tolist() == [4, 4]
    assert cells.xy.tolist() == [[425, 5], [494.5, 50]]
    assert nearest.tolist() == [1, 2]


def test_gather_cells_begin_at_multiples_of_their_side_also_below_zero():
    cells, _ = gather(places([(-1, 0), (0, 0), (99.9, 0), (100, 0)], [1, 1, 1, 1], [0, 0, 0, 0]))
    assert cells.size.tolist() == [1, 2, 1]


def test_gather_nothing_gives_nothing():
    cells, nearest = gather(places([], [], []))
    assert (len(cells), len(nearest)) == (0, 0)


def test_along_cuts_each_part_of_a_line_into_equal_pieces():
    lines = [
        shapely.MultiLineString([[(0, 0), (0, 150)], [(5, 5), (5, 5.5)]]),
        shapely.LineString([(10, 0), (10, 100)]),
    ]
    xy, length_m, line = along(np.array(lines, dtype=object))
    assert xy.tolist() == [[0, 37.5], [0, 112.5], [5, 5.25], [10, 50]]
    assert length_m.tolist() == [75, 75, 0.5, 100]
    assert line.tolist() == [0, 0, 0, 1]


def test_along_leaves_out_lines_without_length():
    lines = np.array([shapely.LineString([(1, 1), (1, 1)]), shapely.LineString()], dtype=object)
    xy, length_m, _ = along(lines)
    assert (xy.shape, len(length_m)) == ((0, 2), 0)


def test_spread_refuses_to_lose_people():
    with pytest.raises(ValueError, match=r"\[1\]"):
        spread(np.array([1.0, 2.0]), places([(0, 0)], [1], [0]))


def test_spread_leaves_areas_without_people_empty():
    weight = spread(np.array([0.0, 0.0, 6.0]), places([(0, 0)] * 3, [1, 1, 2], [0, 2, 2]))
    assert weight.tolist() == [0, 2, 4]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.floats(418_000, 443_000),
            st.floats(826_000, 907_000),
            st.floats(0.01, 1e4),
            st.integers(0, 4),
        ),
        min_size=1,
        max_size=200,
    ),
    registered=st.lists(st.integers(0, 60_000), min_size=5, max_size=5),
)
def test_mass_is_kept_to_the_last_digit_in_every_area(rows, registered):
    cells, _ = gather(
        places([row[:2] for row in rows], [row[2] for row in rows], [row[3] for row in rows])
    )
    people = np.array(registered, float)
    people[np.setdiff1d(np.arange(5), cells.area)] = 0
    weight = spread(people, cells)
    assert (weight >= 0).all()
    assert [math.fsum(weight[cells.area == area]) for area in range(5)] == people.tolist()
    assert cells.size.sum() == pytest.approx(sum(row[2] for row in rows))


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(12)))
def test_order_of_places_does_not_matter(order):
    random = np.random.default_rng(3)
    xy, size = random.uniform(0, 300, (12, 2)), random.uniform(1, 9, 12)
    area = np.repeat([0, 1], 6)
    first, _ = gather(places(xy, size, area))
    second, _ = gather(places(xy[order], size[order], area[order]))
    assert np.allclose(first.xy, second.xy, rtol=0, atol=1e-9)
    assert np.allclose(first.size, second.size)


def test_locate_knows_holes_borders_and_parts():
    ring = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    parts = shapely.MultiPolygon([shapely.box(30, 0, 40, 30), shapely.box(50, 0, 60, 30)])
    xy = [(5, 5), (15, 15), (10, 15), (30, 15), (30, 0), (45, 5), (55, 5), (60, 30), (60.1, 30)]
    assert locate([ring, parts], np.array(xy, float)).tolist() == [0, -1, 0, 0, 0, -1, 1, 1, -1]


def test_locate_gives_what_areas_share_to_the_first():
    boxes = [shapely.box(20, 0, 40, 9), shapely.box(0, 0, 30, 9)]
    assert locate(boxes, np.array([[25.0, 5], [5, 5]])).tolist() == [0, 1]


def test_locate_without_points_or_areas():
    assert locate([shapely.box(0, 0, 1, 1)], np.empty((0, 2))).tolist() == []
    assert locate([], np.zeros((2, 2))).tolist() == [-1, -1]


def supply(*ids, opened=None):
    names = tuple(Text(one, one) for one in ids)
    days = opened or (None,) * len(ids)
    return Supply(
        np.zeros((len(ids), 2)), ids, names, np.full(len(ids), np.nan), tuple(days), NOWHERE
    )


def test_supplies_are_joined_in_their_order():
    joined = join([supply("a/1", "a/2"), supply("drawn/1")], NOWHERE)
    assert joined.ids == ("a/1", "a/2", "drawn/1")
    assert joined.xy.shape == (3, 2)
    with pytest.raises(ValueError, match="unique"):
        join([supply("a/1"), supply("a/1")], NOWHERE)


def test_facilities_are_open_from_their_day_on():
    days = (date(2020, 1, 1), None, date(2020, 1, 2))
    one = supply("a", "b", "c", opened=days)
    opened = is_open(one, date(2020, 1, 1))
    assert opened.tolist() == [True, True, False]
    assert select(one, opened).ids == ("a", "b")
    assert select(one, ~opened).opened == (date(2020, 1, 2),)


def test_coincident_facilities_are_counted_beyond_the_first():
    assert count_coincident(np.array([[0, 0], [3, 3], [0, 0.04], [0, 0.0], [3, 3.2]])) == 2
