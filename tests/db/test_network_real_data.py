"""The main roads of Phuket as a network."""

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components
from sqlalchemy import text

from twin.db.engine import make_engine
from twin.queries.catalogue import get_layer
from twin.studies.network import load_network
from twin.studies.network_streets import read_streets

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def main_roads(phuket, phuket_url):
    engine = make_engine(phuket_url, read_only=True)
    with engine.begin() as connection:
        found = load_network(connection, phuket.network_dir)
        streets = read_streets(connection, get_layer(connection, "road"))
    engine.dispose()
    return *found, streets


def test_main_roads_are_three_parts(main_roads):
    _, report, _ = main_roads
    assert report.streets == 793
    assert report.shared_vertex_km == pytest.approx((375.8, 19.1, 2.8), abs=0.05)
    # Nothing misses by less than a metre, and the levels of crossings are unknown: no part grows.
    assert report.component_km == report.shared_vertex_km
    assert report.snapped == ()
    assert report.crossings_joined == ()
    assert report.unknown_level == 793


def test_crossings_without_a_common_vertex_come_in_pairs_of_carriageways(main_roads):
    """Eighteen spots at six places: both carriageways of one road pass below or above another."""
    _, report, streets = main_roads
    spots = np.array(report.crossings_left)
    near = np.hypot(*(spots[:, None] - spots[None]).T) < 50
    _, place = connected_components(near)
    assert sorted(np.bincount(place).tolist()) == [2, 2, 2, 4, 4, 4]
    assert not streets.is_level_known.any()


def test_heights_slow_walking_over_the_hills(main_roads):
    network, report, _ = main_roads
    assert report.has_elevation
    flat = network.length_m / 4.8 * 3.6
    slowness = network.cost_s["walk"] / flat[:, None]
    assert 0.8 < slowness.min() < 1.02
    assert 1.2 < slowness.max() < 3.5
    mean = np.average(slowness.mean(axis=1), weights=network.length_m)
    assert 1.0 < mean < 1.2
    assert np.isfinite(network.cost_s["walk"]).all()


def test_length_is_that_of_the_roads(main_roads, phuket_url):
    network, report, _ = main_roads
    engine = make_engine(phuket_url)
    with engine.begin() as connection:
        metres = connection.scalar(
            text("SELECT sum(ST_Length(ST_Transform(geom, 32647))) FROM layer.road")
        )
    engine.dispose()
    assert network.length_m.sum() == pytest.approx(metres, abs=0.1)
    assert report.street_km == pytest.approx(397.7, abs=0.05)
