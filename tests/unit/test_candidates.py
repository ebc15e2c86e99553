"""Street corners thinned to a workable number."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.studies.candidates import thin

PLACES = st.lists(
    st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)), min_size=1, max_size=60
).map(lambda places: np.array(places, dtype=float))


@settings(max_examples=60)
@given(PLACES, st.integers(1, 80))
def test_thin_keeps_at_most_so_many_one_in_each_cell(xy, most):
    rows, cell_m = thin(xy, most)
    assert 1 <= len(rows) <= most
    assert np.array_equal(rows, np.unique(rows))
    if len(xy) <= most:
        assert len(rows) == len(xy)
    else:
        cells = (xy - xy.min(axis=0)) // cell_m
        assert len(rows) == len(np.unique(cells, axis=0))
        assert len(np.unique(cells[rows], axis=0)) == len(rows)


def test_thin_takes_what_is_nearest_to_the_middle_of_a_cell():
    xy = np.array([[0.0, 0.0], [4.0, 5.0], [9.0, 9.0], [1_000.0, 1_000.0]])
    rows, cell_m = thin(xy, 2)
    middle = xy.min(axis=0) + cell_m / 2
    nearest = int(np.hypot(*(xy[:3] - middle).T).argmin())
    assert rows.tolist() == [nearest, 3]
