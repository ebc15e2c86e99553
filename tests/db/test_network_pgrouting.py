"""pgRouting, where it is installed, finds the same ways in the stored network."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from sqlalchemy import text

from twin.sql import read_sql
from twin.studies.network import load_network
from twin.testing import WEST_M, make_columns, make_spec, publish_layer, to_degrees

ROAD = {"code": "text", "highway": "text", "oneway": "text"}


@pytest.fixture
def routing(connection):
    """The rolled-back connection, with pgRouting in it."""
    there = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pgrouting'"
    if not connection.scalar(text(there)):
        pytest.skip("pgRouting is not installed on this PostgreSQL; it is not required")
    connection.execute(text("CREATE EXTENSION pgrouting"))
    return connection


def publish(connection, rows):
    lines = [
        to_degrees(shapely.MultiLineString([[(WEST_M + x, 873_000 + y) for x, y in line]]))
        for *_, line in rows
    ]
    told = {
        "id": range(len(rows)),
        "code": [str(number) for number in range(len(rows))],
        "highway": [row[0] for row in rows],
        "oneway": [row[1] for row in rows],
    }
    frame = gpd.GeoDataFrame(told, geometry=lines, crs=4326).rename_geometry("geom")
    publish_layer(
        connection, make_spec("road", "MultiLineString", columns=make_columns(**ROAD)), frame
    )


def route(connection, start, end):
    """The documented query, run as it stands."""
    query = read_sql("network_route").replace("$1", ":start").replace("$2", ":end")
    return connection.execute(text(query), {"start": start, "end": end}).all()


def node_at(network, x, y):
    return int(np.hypot(*(network.node_xy - (WEST_M + x, 873_000 + y)).T).argmin())


def test_quickest_of_parallel_streets_is_taken(routing, tmp_path):
    """62.5 m at 45 km/h are 5 s, 87.5 m at 45 km/h are 7 s; by car 50 km/h."""
    corner = (np.sqrt(43.75**2 - 31.25**2)).round(6)
    publish(
        routing,
        [
            ("primary", None, [(0, 0), (62.5, 0)]),
            ("primary", None, [(0, 0), (31.25, corner), (62.5, 0)]),
        ],
    )
    network, _ = load_network(routing, tmp_path)
    assert sorted(network.cost_s["motorcycle"][:, 0]) == pytest.approx([5, 7], abs=0.001)
    found = route(routing, node_at(network, 0, 0), node_at(network, 62.5, 0))
    assert [row.road_id for row in found] == [0, None]
    assert found[-1].seconds == pytest.approx(4.5, abs=0.001)


def test_one_way_street_is_gone_round(routing, tmp_path):
    publish(
        routing,
        [
            ("primary", "yes", [(0, 0), (100, 0)]),
            ("primary", None, [(100, 0), (100, 100), (0, 100), (0, 0)]),
        ],
    )
    network, _ = load_network(routing, tmp_path)
    west, east = node_at(network, 0, 0), node_at(network, 100, 0)
    assert route(routing, west, east)[-1].seconds == pytest.approx(7.2, abs=0.001)
    assert route(routing, east, west)[-1].seconds == pytest.approx(21.6, abs=0.001)


def test_all_ways_of_a_town_agree_with_networkx(routing, tmp_path):
    random = np.random.default_rng(3)
    rows = []
    for number in range(7):
        across = [(-20, number * 100 + 3), (620, number * 100 + 3)]
        along = [(number * 100, -20), (number * 100 + 25, 620)]
        for line in (across, along):
            highway = random.choice(["primary", "residential", "footway"])
            rows.append((str(highway), str(random.choice(["yes", "-1", "no"])), line))
    publish(routing, rows)
    network, _ = load_network(routing, tmp_path)
    graph = nx.DiGraph()
    for (a, b), (there, back) in zip(
        network.edge_nodes.tolist(), network.cost_s["car"].tolist(), strict=True
    ):
        for tail, head, cost in ((a, b, there), (b, a, back)):
            if np.isfinite(cost):
                graph.add_edge(tail, head, s=cost)
    start = node_at(network, 300, 303)
    wanted = nx.single_source_dijkstra_path_length(graph, start, weight="s")
    found = routing.execute(
        text(
            "SELECT end_vid, max(agg_cost) FROM pgr_dijkstra("
            "'SELECT id, source, target, cost_car AS cost, reverse_cost_car AS reverse_cost"
            " FROM twin.network_edge', :start,"
            " (SELECT array_agg(id) FROM twin.network_node)) GROUP BY end_vid"
        ),
        {"start": start},
    ).all()
    assert len(found) > 10
    del wanted[start]
    assert dict(map(tuple, found)) == pytest.approx(wanted)
