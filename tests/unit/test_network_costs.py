"""Who may use a street, which way, and how fast."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from twin.analysis.network.build import build_network
from twin.analysis.network.speeds import SPEEDS, read_speeds
from twin.analysis.network.streets import make_streets
from twin.errors import InvalidInputError

#: 3.6 km, so that a speed of v km/h takes 12,960 / v seconds.
LINE = shapely.LineString([(0, 0), (3600, 0)])


def kmh(mode, **columns):
    """Speed along and against one street; 0 where closed."""
    network, _ = build_network(
        make_streets([LINE], **columns), ferries=bool(columns.get("is_ferry"))
    )
    return [round(12_960 / seconds, 6) for seconds in network.cost_s[mode][0].tolist()]


@pytest.mark.parametrize(
    ("highway", "car", "motorcycle", "walk"),
    [
        ("primary", 50, 45, 4.8),
        ("residential", 20, 20, 4.8),
        ("path", 0, 10, 4.8),
        ("footway", 0, 0, 4.8),
        ("pedestrian", 0, 0, 4.8),
        ("steps", 0, 0, 2.4),
        ("construction", 0, 0, 0),
        ("", 20, 20, 4.8),
        ("ทางใหม่", 20, 20, 4.8),
    ],
)
def test_class_decides_who_goes_how_fast(highway, car, motorcycle, walk):
    assert kmh("car", highway=highway) == [car, car]
    assert kmh("motorcycle", highway=highway) == [motorcycle, motorcycle]
    assert kmh("walk", highway=highway) == [walk, walk]


@pytest.mark.parametrize(
    ("columns", "car", "walk"),
    [
        ({"oneway": "yes"}, [20, 0], [4.8, 4.8]),
        ({"oneway": "-1"}, [0, 20], [4.8, 4.8]),
        ({"oneway": "no"}, [20, 20], [4.8, 4.8]),
        ({"oneway": "reversible"}, [20, 20], [4.8, 4.8]),
        ({"oneway": "alternating"}, [20, 20], [4.8, 4.8]),
        ({"highway": "motorway"}, [90, 0], [0, 0]),
        ({"highway": "motorway", "oneway": "-1"}, [0, 90], [0, 0]),
        ({"highway": "motorway", "oneway": "no"}, [90, 90], [0, 0]),
        ({"highway": "motorway_link"}, [45, 0], [0, 0]),
    ],
)
def test_one_way_binds_vehicles_only(columns, car, walk):
    assert kmh("car", **columns) == car
    assert kmh("walk", **columns) == walk


def test_motorcycles_keep_off_motorways():
    assert kmh("motorcycle", highway="motorway") == [0, 0]


@pytest.mark.parametrize(
    ("columns", "car", "motorcycle", "walk"),
    [
        ({"access": "private"}, 0, 0, 0),
        ({"access": "no"}, 0, 0, 0),
        ({"access": "no", "foot": "yes"}, 0, 0, 4.8),
        ({"access": "destination"}, 20, 20, 4.8),
        ({"foot": "no"}, 20, 20, 0),
        ({"foot": "use_sidepath"}, 20, 20, 0),
        ({"highway": "motorway", "foot": "yes"}, 90, 0, 4.8),
        ({"motor_vehicle": "no"}, 0, 0, 4.8),
        ({"motor_vehicle": "no", "motorcycle": "yes"}, 0, 20, 4.8),
        ({"highway": "footway", "motorcycle": "yes"}, 0, 10, 4.8),
        ({"highway": "footway", "access": "yes"}, 0, 0, 4.8),
        ({"highway": "path", "motorcycle": "no"}, 0, 0, 4.8),
        ({"access": "private", "maxspeed_kmh": 40}, 0, 0, 0),
    ],
)
def test_permissions_close_and_open(columns, car, motorcycle, walk):
    found = [kmh(mode, **columns)[0] for mode in ("car", "motorcycle", "walk")]
    assert found == [car, motorcycle, walk]


@pytest.mark.parametrize(("limit", "car"), [(30, 30), (80, 50), (np.nan, 50), (0, 50)])
def test_speed_limit_lowers_and_never_raises(limit, car):
    assert kmh("car", highway="primary", maxspeed_kmh=limit) == [car, car]
    assert kmh("walk", highway="primary", maxspeed_kmh=3) == [4.8, 4.8]


def test_ferries_are_left_out_unless_asked_for():
    streets = make_streets([LINE, LINE], highway=["primary", "ferry"], is_ferry=[False, True])
    network, report = build_network(streets)
    assert network.road.tolist() == [1]
    assert report.ferries_left_out == 1
    network, report = build_network(streets, ferries=True)
    assert network.road.tolist() == [1, 2]
    assert report.ferries_left_out == 0
    ferry = network.road.tolist().index(2)
    assert network.cost_s["walk"][ferry] == pytest.approx([900 + 3600 / 25 * 3.6] * 2)
    assert np.isinf(network.cost_s["car"][ferry]).all()


def test_closed_ferry_carries_nobody():
    assert kmh("walk", is_ferry=True, access="no") == [0, 0]


def test_report_tells_lengths_by_class_and_mode():
    streets = make_streets(
        [LINE, shapely.LineString([(0, 0), (0, 500)]), shapely.LineString([(0, 0), (0, 0)])],
        highway=["primary", "footway", "footway"],
        oneway=["yes", "", ""],
    )
    _, report = build_network(streets)
    assert list(report.by_class) == ["primary", "footway"]
    assert report.by_class["primary"].open_km == {"walk": 3.6, "motorcycle": 3.6, "car": 3.6}
    assert report.by_class["footway"].open_km == {"walk": 0.5, "motorcycle": 0, "car": 0}
    assert report.by_class["footway"].streets == 1
    assert report.unknown_oneway == 2


def test_speed_table_says_where_its_figures_come_from():
    assert "not measured" in SPEEDS.source.en
    assert "สมมติฐาน" in SPEEDS.source.th
    assert SPEEDS.kmh["primary"] == {"walk": 4.8, "motorcycle": 45, "car": 50}


TABLE = """
[source]
en = "x"
th = "x"
[class]
other = { car = 20 }
[access]
closed = []
open = []
opened = {}
[ferry]
speed = {}
board_s = 0
"""


def test_smallest_speed_table_is_read():
    assert read_speeds(TABLE).kmh == {"other": {"car": 20}}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("car = 20", "car = 0", "not between"),
        ("car = 20", "car = 500", "not between"),
        ("car = 20", "tank = 20", "tank"),
        ("car = 20", "car = 'fast'", "fast"),
        ("other", "primary", "other"),
        ("[ferry]", "[boat]", "ferry"),
        ("[source]", "[source", "line"),
        ("board_s = 0", "board_s = -1", "board_s"),
    ],
)
def test_speed_table_with_a_slip_is_refused(old, new, told):
    with pytest.raises(InvalidInputError, match=told):
        read_speeds(TABLE.replace(old, new))


def test_revision_changes_with_whatever_changes_the_network():
    streets = make_streets([LINE, LINE], id=[1, 2])
    same = build_network(streets)[0].revision
    assert build_network(streets)[0].revision == same
    assert build_network(streets.take(np.array([1, 0])))[0].revision == same
    slower = replace(SPEEDS, board_s=60)
    others = [
        build_network(make_streets([LINE, LINE], id=[1, 3]))[0],
        build_network(make_streets([LINE, LINE], foot=["no", ""]))[0],
        build_network(make_streets([LINE, LINE], foot=["", "no"]))[0],
        build_network(make_streets([LINE, shapely.LineString([(0, 0), (9, 0)])]))[0],
        build_network(streets, ferries=True)[0],
        build_network(streets, speeds=slower)[0],
    ]
    assert len({same, *(other.revision for other in others)}) == 7


@pytest.mark.parametrize(
    ("lines", "columns", "told"),
    [
        ([LINE], {"colour": "red"}, "colour"),
        ([LINE], {"id": [1, 2]}, "shape"),
        ([shapely.Point(0, 0)], {}, "lines"),
        ([shapely.LineString([(0, 0), (np.inf, 0)])], {}, "finite"),
    ],
)
def test_streets_that_cannot_be_used_are_named(lines, columns, told):
    with pytest.raises(InvalidInputError, match=told):
        make_streets(lines, **columns)


def test_progress_is_told_to_the_end():
    told = []
    build_network(make_streets([LINE]), progress=lambda share, text: told.append((share, text)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert all(text.th and text.en for _, text in told)
