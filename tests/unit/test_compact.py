"""The files a browser searches: what is in them, and that it finds what the engine finds."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from tests.networks import BASIS, make_demand, make_grid, make_network
from twin.analysis.compact import open_pieces, read_arrays, write_demand, write_network
from twin.analysis.graph import make_graph
from twin.analysis.model import Areas
from twin.analysis.reach import nearest
from twin.analysis.snap import snap
from twin.errors import InvalidInputError
from twin.types import Text

SOURCE = Path(__file__).parents[2] / "web" / "src" / "analysis"
NODE = """
import { readFileSync } from 'node:fs';
const [source, folder, direction, places] = process.argv.slice(1);
const { openNetwork, openDemand } = await import(`${source}/network.js`);
const { reach } = await import(`${source}/search.js`);
const read = (name) => new Uint8Array(readFileSync(`${folder}/${name}.bin`)).buffer;
const network = openNetwork(read('network'));
const demand = openDemand(read('demand'), network);
const found = reach(network, demand, JSON.parse(places), { direction });
console.log(JSON.stringify([...found].map(String)));
"""


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
    }
    back = Transformer.from_crs(4326, 32647, always_xy=True)
    xy = np.stack(back.transform(arrays["lon"] / 1e6, arrays["lat"] / 1e6), axis=1)
    np.testing.assert_allclose(xy, two_streets().node_xy[:3], rtol=0, atol=0.06)  # half of 1e-6°
    assert read_arrays(write_network(two_streets(), "walk", BASIS))[0]["pieces"] == 3


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
    assert len(content) < 1_300_000


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
    found = np.array(run_node(tmp_path, direction, network, sites), dtype=float)
    expected = nearest(graph, people, sites, direction=direction).impedance
    assert np.isnan(expected).any()
    assert np.isfinite(expected).sum() > 200
    # Half a decimetre of walking, and a 65,535th of a piece.
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.05)


def run_node(folder, direction, network, sites):
    """Return what the browser's search says, which Node.js runs as it stands."""
    pieces = open_pieces(network, "car").tolist()
    places = [
        {"piece": pieces.index(edge), "fraction": fraction, "offset": offset}
        for edge, fraction, offset in zip(
            sites.edge.tolist(), sites.fraction.tolist(), sites.offset_m.tolist(), strict=True
        )
    ]
    command = [shutil.which("node"), "--input-type=module", "-e", NODE, "--"]
    told = [SOURCE.as_uri(), str(folder), direction, json.dumps(places)]
    done = subprocess.run([*command, *told], capture_output=True, check=True, text=True)
    return [text.replace("Infinity", "inf") for text in json.loads(done.stdout)]
