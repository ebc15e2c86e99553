"""The files a browser searches: what is in them, and that it finds what the engine finds."""

import json
from dataclasses import replace

import numpy as np
import pytest
from pyproj import Transformer

from tests.browsing import REACH, SNAP, run_node, to_places
from tests.networks import BASIS, make_demand, make_grid, make_network
from twin.analysis.compact import open_pieces, read_arrays, write_demand, write_network
from twin.analysis.graph import make_graph
from twin.analysis.model import Areas
from twin.analysis.reach import nearest
from twin.analysis.snap import snap
from twin.errors import InvalidInputError
from twin.types import Text


def two_streets():
    """A street one way for cars, ending in one of 1200 m that only the foot may go farther on."""
    xy = np.array([[430_000, 873_000], [430_500, 873_000], [430_500, 874_200], [431_000, 874_200]])
    network = make_network(xy, [[1, 2], [0, 1], [2, 3]], against=[1, 0, 1])
    cars = network.cost_s["car"].copy()
    cars[2] = np.inf
    return replace(network, cost_s={**network.cost_s, "car": cars})


def test_a_file_holds_what_the_mode_may_use():
    head, arrays = read_arrays(write_network(two_streets(), "car", BASIS))
    assert (head["kind"], head["mode"], head["crs"]) == ("network", "car", "EPSG:4326")
    assert (head["nodes"], head["pieces"]) == (3, 2)
    assert head["source"] == {"th": "ไม่มี", "en": "None"}
    told = {name: values.tolist() for name, values in arrays.items() if name not in ("lon", "lat")}
    assert told == {
        "start": [0, 1, 2, 2],
        "second": [1, 2],
        "along": [500, 1200],  # tenths of a second at 10 m/s
        "against": [65535, 1200],
        "length": [5000, 12000],
        "bends": [0, 0],
        "bend_lon": [],
        "bend_lat": [],
    }
    back = Transformer.from_crs(4326, 32647, always_xy=True)
    xy = np.stack(back.transform(arrays["lon"] / 1e6, arrays["lat"] / 1e6), axis=1)
    np.testing.assert_allclose(xy, two_streets().node_xy[:3], rtol=0, atol=0.06)  # half of 1e-6°
    assert read_arrays(write_network(two_streets(), "walk", BASIS))[0]["pieces"] == 3


def test_lines_keep_the_bends_that_are_more_than_a_metre():
    xy = [[430_000, 873_000], [430_300, 873_000], [430_300, 873_400]]
    paths = {
        1: [xy[1], [430_300.9, 873_100], xy[2]],
        0: [xy[0], [430_100, 873_050], [430_200, 873_050], [430_250, 873_026], xy[1]],
    }
    network = make_network(xy, [[0, 1], [1, 2]], paths=paths)
    _, arrays = read_arrays(write_network(network, "walk", BASIS))
    assert arrays["bends"].tolist() == [2, 0]
    back = Transformer.from_crs(4326, 32647, always_xy=True)
    bends = np.stack(back.transform(arrays["bend_lon"] / 1e6, arrays["bend_lat"] / 1e6), axis=1)
    np.testing.assert_allclose(bends, paths[0][1:3], rtol=0, atol=0.06)


def test_times_and_lengths_too_long_for_two_bytes_take_four():
    network = two_streets()
    slow = network.cost_s["car"] * np.array([[1], [140], [1]])
    network = replace(network, cost_s={"car": slow}, length_m=network.length_m * 6)
    _, arrays = read_arrays(write_network(network, "car", BASIS))
    assert arrays["along"].tolist() == [70_000, 1200]
    assert arrays["against"].tolist() == [2**32 - 1, 1200]
    assert arrays["length"].tolist() == [30_000, 72_000]
    assert arrays["length"].dtype == np.uint32


def test_arrays_are_aligned_and_the_same_network_gives_the_same_bytes():
    content = write_network(two_streets(), "car", BASIS)
    assert content == write_network(two_streets(), "car", BASIS)
    size = int.from_bytes(content[12:16], "little")
    head = json.loads(content[16 : 16 + size])
    starts = [size + offset for _, offset, _ in head["arrays"].values()]
    assert {start % 8 for start in starts} == {0}
    with pytest.raises(ValueError, match="version"):
        read_arrays(b"TWINARR\n\2" + content[9:])


def test_a_network_without_a_street_for_the_mode_is_refused():
    network = two_streets()
    closed = replace(network, cost_s={"car": np.full((3, 2), np.inf)})
    with pytest.raises(InvalidInputError):
        write_network(closed, "car", BASIS)


def test_fifty_thousand_nodes_take_less_than_two_megabytes():
    network = make_grid(200, 250, block_m=95, jitter_m=10, kept=0.36, one_way=0.088)
    content = write_network(network, "car", BASIS)
    head, arrays = read_arrays(content)
    directed = sum((arrays[way] < 65_535).sum() for way in ("along", "against"))
    assert head["nodes"] == 50_000
    assert directed > 130_000
    assert len(content) < 1_500_000


def test_people_keep_their_place_weight_and_area():
    network = two_streets()
    graph = make_graph(network, "car")
    xy = network.node_xy[0] + np.array([[125.0, 10.0], [500.0, 600.0], [0.0, 3000.0]])
    demand = make_demand(xy, [1.5, 2.0, 4.0])
    names = (Text("ก", "A"), Text("ข", "B"))
    areas = Areas("tambon", ("01", "02"), names, np.array([1, -1, 0], dtype=np.int32))
    content = write_demand(network, "car", demand, snap(graph, xy), areas)
    head, arrays = read_arrays(content)
    assert head["areas"]["names"][1] == {"th": "ข", "en": "B"}
    assert head["network"] == network.revision
    told = {name: values.tolist() for name, values in arrays.items()}
    assert told == {
        "piece": [0, 1, 2**32 - 1],
        "fraction": [round(65_535 / 4), round(65_535 / 2), 65_535],
        "offset": [100, 0, 65_535],
        "weight": [1.5, 2.0, 4.0],
        "area": [1, 65_535, 0],
    }


@pytest.mark.parametrize("direction", ["to", "from"])
def test_a_browser_finds_what_the_engine_finds(tmp_path, direction):
    network = make_grid(12, 12, jitter_m=20, kept=0.5, one_way=0.4, seed=3)
    rounded = {mode: np.round(cost, 1) for mode, cost in network.cost_s.items()}
    network = replace(network, cost_s=rounded)
    graph = make_graph(network, "car")
    random = np.random.default_rng(4)
    low, high = network.node_xy.min(axis=0), network.node_xy.max(axis=0)
    people = snap(graph, random.uniform(low - 100, high + 100, (400, 2)), max_snap_m=40)
    sites = snap(graph, random.uniform(low, high, (5, 2)))
    demand = make_demand(people.xy, np.ones(400))
    areas = Areas("tambon", (), (), np.full(400, -1, dtype=np.int32))
    (tmp_path / "network.bin").write_bytes(write_network(network, "car", BASIS))
    (tmp_path / "demand.bin").write_bytes(write_demand(network, "car", demand, people, areas))
    told = run_node(REACH, tmp_path, direction, json.dumps(to_places(network, "car", sites)))
    found = np.array([text.replace("Infinity", "inf") for text in told], dtype=float)
    expected = nearest(graph, people, sites, direction=direction).impedance
    assert np.isnan(expected).any()
    assert np.isfinite(expected).sum() > 200
    # Half a decimetre of walking, and a 65,535th of a piece.
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.05)


def test_a_browser_puts_a_pin_where_the_engine_puts_it(tmp_path):
    xy = np.array([[0, 0], [400, 0], [400, 300], [0, 300]]) + np.array([430_000, 873_000])
    round_about = [xy[2], xy[2] + [0, 200], xy[3] + [0, 200], xy[3]]
    paths = {2: round_about, 1: [xy[1], xy[1] + [60, 150], xy[2]]}
    network = make_network(xy, [[0, 1], [1, 2], [2, 3], [3, 0]], paths=paths)
    (tmp_path / "network.bin").write_bytes(write_network(network, "walk", BASIS))
    points = np.random.default_rng(5).uniform(xy[0] - 80, xy[2] + [120, 280], (300, 2))
    expected = snap(make_graph(network, "walk"), points, max_snap_m=40)
    to_degrees = Transformer.from_crs(32647, 4326, always_xy=True)
    degrees = np.stack(to_degrees.transform(*points.T), axis=1)
    found = run_node(SNAP, tmp_path, json.dumps(degrees.tolist()))
    rows = open_pieces(network, "walk").tolist()
    for place, edge, fraction, offset in zip(
        found, expected.edge, expected.fraction, expected.offset_m, strict=True
    ):
        if abs(offset - 40) < 0.2:
            continue
        assert (place is None) == (edge < 0)
        if place:
            assert place["offset"] == pytest.approx(offset, abs=0.2)
            ends = abs(fraction - round(fraction)) < 0.01  # two pieces are equally near
            if not ends:
                assert rows[place["piece"]] == edge
                assert place["fraction"] == pytest.approx(fraction, abs=0.001)
