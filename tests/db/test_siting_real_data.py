"""Where next and what hangs on what, on the main roads and hospitals of Phuket."""

import geopandas as gpd
import numpy as np
import pytest

from twin.analysis.coverage import service_coverage
from twin.analysis.criticality import facility_loss, road_loss
from twin.analysis.graph import make_graph
from twin.analysis.missing_links import find_missing_links
from twin.analysis.model import Basis, Demand, Supply
from twin.analysis.opportunity import find_opportunity
from twin.analysis.situation import Situation
from twin.analysis.what_if import with_added
from twin.db.engine import make_engine
from twin.studies.network import load_network
from twin.types import Text

pytestmark = pytest.mark.real_data

NOTHING = Text("", "")
BASIS = Basis(NOTHING, NOTHING, "")
HOSPITALS = "SELECT geom FROM layer.facility WHERE amenity = 'hospital' ORDER BY id"


@pytest.fixture(scope="module")
def coverage(phuket, phuket_url):
    """Five minutes by car from every piece of main road, weighed by its length, to a hospital."""
    engine = make_engine(phuket_url, read_only=True)
    with engine.begin() as connection:
        network, _ = load_network(connection, phuket.network_dir)
        sites = gpd.read_postgis(HOSPITALS, connection).to_crs(32647).geometry
    engine.dispose()
    middle = network.node_xy[network.edge_nodes].mean(axis=1)
    demand = Demand(middle, network.length_m, BASIS)
    count = len(sites)
    supply = Supply(
        np.stack([sites.x, sites.y], axis=1),
        tuple(str(row) for row in range(count)),
        (NOTHING,) * count,
        np.full(count, np.nan),
        (None,) * count,
        BASIS,
    )
    graph = make_graph(network, "car")
    return service_coverage(graph, demand, supply, direction="to", thresholds=[300])


@pytest.fixture(scope="module")
def now(coverage):
    places = (coverage.demand_at, coverage.supply_at)
    return Situation(coverage.usual.graph, *places, coverage.weight, coverage.direction, 300)


def test_the_best_corner_gains_what_a_facility_there_serves_anew(coverage, now):
    found = find_opportunity(now)
    before = coverage.totals[0].served
    assert now.served == before
    for place in found.best(3, spacing_m=2000):
        added = with_added(coverage, (place.x_m, place.y_m))
        assert place.people == pytest.approx(added.totals[0].served - before)
        assert place.people > 0


def test_hospitals_that_close_lose_no_more_than_they_serve(coverage, now):
    found = facility_loss(now)
    served = np.array([load.served for load in coverage.loads])
    assert (found.lost <= served + 1e-6).all()
    assert found.lost.max() > 0


def test_the_worst_roads_are_found_without_trying_all(now):
    tried = []
    found = road_loss(now, top=5, progress=lambda done, count: tried.append((done, count)))
    assert (found.lost > 0).all()
    assert found.rest_at_most <= found.lost[-1]
    assert tried[-1][0] < tried[-1][1] / 2


def test_links_say_what_they_do_not_know(now):
    found = find_missing_links(now)
    assert "level" in found.notes[0].en
    assert all(link.people > 0 and link.length_m <= 200 for link in found.links)
