"""Networks of layers: built when streets change, kept on disk and in PostGIS."""

import itertools
import json
import os

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import select, text, update

from twin.db.engine import make_engine
from twin.db.models import Layer
from twin.db.models_network import NetworkEdge, NetworkNode, StreetNetwork
from twin.errors import InvalidInputError, NotFoundError, SetupError
from twin.studies import network as studies
from twin.studies.network import load_network
from twin.studies.network_cache import read_state
from twin.studies.streets import tell_streets
from twin.testing import centre, make_columns, make_spec, publish_layer, publish_toy_rasters

COLUMNS = {"code": "text", "highway": "text", "oneway": "text", "bridge": "boolean"}


def lane(*corners):
    """A street through the centres of cells of the toy island."""
    return shapely.MultiLineString([[centre(*corner).coords[0] for corner in corners]])


def publish_roads(connection, rows, layer="road", columns=COLUMNS, **row):
    names = ["id", *columns, "geom"]
    frame = gpd.GeoDataFrame(
        [dict(zip(names, values, strict=True)) for values in rows],
        columns=names,
        geometry="geom",
        crs=4326,
    )
    spec = make_spec(layer, "MultiLineString", columns=make_columns(**columns))
    publish_layer(connection, spec, frame, **row)


#: A main road west to east and a one-way street north of its middle; 10 is 400 m, 11 is 200 m.
ROADS = (
    (10, "a", "primary", None, False, lane((0, 2), (2, 2), (4, 2))),
    (11, "b", "residential", "yes", False, lane((2, 2), (2, 4))),
)

NUMBERS = itertools.count()


@pytest.fixture
def town(new_database, open_folder):
    """A database of its own with the two roads, committed; an engine on it and a folder."""
    name = f"town_{next(NUMBERS)}"
    engine = make_engine(new_database(name))
    with engine.begin() as connection:
        publish_roads(connection, ROADS)
    yield engine, open_folder / name / "network"
    engine.dispose()


@pytest.fixture
def builds(monkeypatch):
    """Count how often a network is built."""
    made = []

    def counted(*args, **options):
        made.append(options)
        return real(*args, **options)

    real = studies.build_network
    monkeypatch.setattr(studies, "build_network", counted)
    return made


def load(town, **options):
    engine, folder = town
    with engine.begin() as connection:
        return load_network(connection, folder, **options)


def test_network_of_a_layer_is_in_metres_and_knows_its_roads(town):
    network, report = load(town)
    assert sorted(network.road.tolist()) == [10, 10, 11]
    assert network.length_m == pytest.approx([200, 200, 200], abs=0.01)
    assert report.component_km == (0.6,)
    assert report.shared_vertex_km == (0.6,)
    one_way = network.road.tolist().index(11)
    assert network.cost_s["car"][one_way] == pytest.approx([36, np.inf], abs=0.01)
    assert network.cost_s["walk"][one_way] == pytest.approx([150, 150], abs=0.01)


def test_network_is_read_from_disk_until_streets_change(town, builds):
    first, told = load(town)
    second, again = load(town)
    assert len(builds) == 1
    assert told == again
    assert first.revision == second.revision
    assert np.array_equal(first.path_xy, second.path_xy)
    assert not second.path_xy.flags.writeable
    assert isinstance(second.path_xy.base, np.memmap)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE layer.road SET oneway = 'no' WHERE id = 11",
        "DELETE FROM layer.road WHERE id = 11",
        "INSERT INTO layer.road (id, code, highway, geom)"
        " SELECT 12, 'c', 'service', ST_Translate(geom, 0.0001, 0) FROM layer.road WHERE id = 11",
    ],
    ids=["update", "delete", "insert"],
)
def test_an_edit_is_seen_at_the_next_look(town, builds, edit):
    engine, folder = town
    before, _ = load(town)
    with engine.begin() as connection:
        connection.execute(text(edit))
    after, _ = load(town)
    assert len(builds) == 2
    assert after.revision != before.revision
    with engine.begin() as connection:
        assert connection.scalar(select(StreetNetwork.revision)) == after.revision
        edges = select(NetworkEdge.id)
        assert len(connection.execute(edges).all()) == after.edge_count
    assert before.path_xy.shape[1] == 2
    assert {path.name for path in (folder / "road").iterdir()} == {after.revision, "state.json"}


def test_edit_that_was_undone_leaves_nothing_behind(town, builds):
    engine, folder = town
    before, _ = load(town)
    with engine.connect() as connection:
        connection.execute(text("DELETE FROM layer.road WHERE id = 11"))
        within, _ = load_network(connection, folder)
        assert set(within.road.tolist()) == {10}
        connection.rollback()
    after, _ = load(town)
    assert after.revision == before.revision
    assert len(builds) == 3
    load(town)
    assert len(builds) == 3


def test_two_databases_with_one_folder_have_their_own_networks(town, new_database):
    engine, folder = town
    engine.dispose()  # a database in use cannot be copied
    name = engine.url.database.removeprefix("test_")
    copy = make_engine(new_database("town_copy", template=name))
    with copy.begin() as connection:
        connection.execute(text("DELETE FROM layer.road WHERE id = 11"))
    try:
        assert set(load((copy, folder))[0].road.tolist()) == {10}
        assert set(load(town)[0].road.tolist()) == {10, 11}
        assert set(load((copy, folder))[0].road.tolist()) == {10}
    finally:
        copy.dispose()


def test_edits_of_other_layers_build_nothing(town, builds):
    engine, _ = town
    load(town)
    with engine.begin() as connection:
        publish_roads(connection, ROADS[:1], "canal")
    load(town)
    assert len(builds) == 1


def test_change_log_that_is_gone_is_made_up_for_by_reading_the_rows(town, builds):
    engine, folder = town
    load(town)
    state = folder / "road" / "state.json"
    told = json.loads(state.read_text())
    state.write_text(json.dumps(told | {"looked_s": told["looked_s"] - 8 * 24 * 3600}))
    with engine.begin() as connection:
        connection.execute(text("UPDATE layer.road SET highway = 'tertiary' WHERE id = 11"))
        connection.execute(text("DELETE FROM twin.change"))
    load(town)
    assert len(builds) == 2
    assert read_state(folder / "road").looked_s > told["looked_s"]


@pytest.mark.parametrize("damage", ["path_xy.npy", "report.json", "cost_car.npy"])
def test_damaged_cache_is_built_anew(town, builds, damage):
    _, folder = town
    first, _ = load(town)
    (folder / "road" / first.revision / damage).write_bytes(b"x")
    again, _ = load(town)
    assert len(builds) == 2
    assert np.array_equal(first.edge_nodes, again.edge_nodes)


def test_damaged_state_is_made_anew(town, builds):
    _, folder = town
    load(town)
    (folder / "road" / "state.json").write_text("{")
    load(town)
    assert len(builds) == 2


def test_reloaded_layer_with_the_same_streets_keeps_its_network(town):
    engine, _ = town
    before, _ = load(town)
    with engine.begin() as connection:
        connection.execute(update(Layer).values(revision=2))
    after, _ = load(town)
    assert after.revision == before.revision


def test_read_only_connection_gets_the_network_and_stores_nothing(town):
    engine, folder = town
    reader = make_engine(engine.url, read_only=True)
    with reader.begin() as connection:
        network, _ = load_network(connection, folder)
        assert connection.execute(select(StreetNetwork)).all() == []
    load(town)
    with reader.begin() as connection:
        assert connection.scalar(select(StreetNetwork.revision)) == network.revision
    reader.dispose()


def test_stored_network_is_the_network(town):
    engine, _ = town
    network, report = load(town)
    with engine.begin() as connection:
        stored = connection.execute(select(StreetNetwork)).one()
        nodes = connection.execute(select(NetworkNode).order_by(NetworkNode.id)).all()
        edges = connection.execute(select(NetworkEdge).order_by(NetworkEdge.id)).all()
        lengths = connection.scalars(
            text("SELECT ST_Length(ST_Transform(geom, 32647)) FROM twin.network_edge ORDER BY id")
        ).all()
        joined = connection.scalar(
            text(
                "SELECT count(*) FROM twin.network_edge e"
                " JOIN twin.network_node a ON a.id = e.source"
                " JOIN twin.network_node b ON b.id = e.target"
                " WHERE ST_Equals(ST_StartPoint(e.geom), a.geom)"
                " AND ST_Equals(ST_EndPoint(e.geom), b.geom)"
            )
        )
    assert (stored.id, stored.layer_id, stored.revision) == ("road", "road", network.revision)
    assert stored.report == json.loads(json.dumps(report.to_json()))
    assert [node.component for node in nodes] == network.component.tolist()
    assert [[edge.source, edge.target] for edge in edges] == network.edge_nodes.tolist()
    assert [edge.road_id for edge in edges] == network.road.tolist()
    assert lengths == pytest.approx(network.length_m.tolist(), abs=1e-6)
    assert joined == network.edge_count
    one_way = network.road.tolist().index(11)
    assert edges[one_way].cost_car == pytest.approx(36, abs=0.01)
    assert edges[one_way].reverse_cost_car == -1
    assert edges[one_way].reverse_cost_walk == pytest.approx(150, abs=0.01)


def test_networks_with_and_without_ferries_stand_side_by_side(new_database, open_folder):
    engine, folder = make_engine(new_database("ferries")), open_folder / "ferries" / "network"
    columns = COLUMNS | {"is_ferry": "boolean"}
    ferry = (12, "f", "ferry", None, False, True, lane((4, 2), (4, 4)))
    with engine.begin() as connection:
        roads = [(*row[:-1], False, row[-1]) for row in ROADS]
        publish_roads(connection, [*roads, ferry], columns=columns)
        land, told = load_network(connection, folder)
        sea, _ = load_network(connection, folder, ferries=True)
        stored = dict(connection.execute(select(StreetNetwork.id, StreetNetwork.revision)).all())
    assert told.ferries_left_out == 1
    assert 12 in sea.road
    assert 12 not in land.road
    assert stored == {"road": land.revision, "road+ferries": sea.revision}
    assert sorted(path.name for path in folder.iterdir()) == ["road", "road+ferries"]
    engine.dispose()


def test_streets_of_openstreetmap_without_levels_do_not_meet_where_they_cross(connection, tmp_path):
    crossing = (
        (1, "a", "primary", None, None, lane((0, 2), (4, 2))),
        (2, "b", "primary", None, None, lane((2, 0), (2, 4))),
        (3, "c", "primary", None, False, lane((3, 0), (3, 4))),
    )
    publish_roads(connection, crossing, provenance="osm")
    _, report = load_network(connection, tmp_path)
    assert len(report.crossings_left) == 1
    assert len(report.crossings_joined) == 1
    assert report.unknown_level == 2


def test_layer_with_nothing_but_lines_is_enough(connection, tmp_path):
    publish_roads(
        connection, [(1, "a", lane((0, 0), (4, 0)))], layer="canal", columns={"code": "text"}
    )
    network, report = load_network(connection, tmp_path, layer="canal")
    assert network.cost_s["car"] == pytest.approx(np.array([[72, 72]]), abs=0.01)
    assert list(report.by_class) == [""]


def test_elevation_slows_walking(connection, tmp_path):
    publish_roads(connection, [(1, "a", "residential", None, False, lane((2, 0), (2, 4)))])
    flat, _ = load_network(connection, tmp_path / "network")
    publish_toy_rasters(connection, tmp_path / "raster")
    hilly, report = load_network(connection, tmp_path / "network")
    assert report.has_elevation
    assert hilly.revision != flat.revision
    north, south = hilly.cost_s["walk"][0]
    assert north > south > 0
    assert north > flat.cost_s["walk"][0, 0] * 1.2
    (tmp_path / "raster" / "elevation.tif").unlink()
    again, _ = load_network(connection, tmp_path / "network")
    assert again.revision == hilly.revision
    with pytest.raises(NotFoundError, match="load the layers again"):
        load_network(connection, tmp_path / "elsewhere")


def test_elevation_that_cannot_be_read_is_named(connection, tmp_path):
    publish_roads(connection, ROADS)
    publish_toy_rasters(connection, tmp_path / "raster")
    (tmp_path / "raster" / "elevation.tif").write_bytes(b"no raster")
    with pytest.raises(SetupError, match=r"elevation\.tif"):
        load_network(connection, tmp_path / "network")


@pytest.mark.parametrize(
    ("layer", "told"), [("road", "km of streets, 2 lines"), ("canal", "km of Layer canal, 2 lines")]
)
def test_lines_of_another_layer_are_told_by_its_title(connection, tmp_path, layer, told):
    publish_roads(connection, ROADS, layer=layer)
    _, report = load_network(connection, tmp_path, layer=layer)
    found = tell_streets(connection, report, layer=layer).text
    assert told in found.en
    assert found.th.startswith("ถนน " if layer == "road" else "ชั้น canal ")


def test_layers_that_are_no_streets_are_named_with_those_that_are(connection, tmp_path):
    publish_roads(connection, ROADS)
    publish_roads(connection, [], layer="empty_road")
    spec = make_spec("spot", "Point", columns=make_columns(code="text"))
    frame = gpd.GeoDataFrame({"id": [1], "code": ["a"]}, geometry=[centre(0, 0)], crs=4326)
    publish_layer(connection, spec, frame.rename_geometry("geom"))
    with pytest.raises(NotFoundError, match=r"no layer `nowhere`.*empty_road, road") as told:
        load_network(connection, tmp_path, layer="nowhere")
    assert "nowhere" in told.value.th
    with pytest.raises(InvalidInputError, match=r"holds no lines.*empty_road, road"):
        load_network(connection, tmp_path, layer="spot")
    with pytest.raises(InvalidInputError, match="is empty"):
        load_network(connection, tmp_path, layer="empty_road")
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_is_removed_and_what_is_being_written_stays(town):
    engine, folder = town
    load(town)
    old, new = folder / "road" / ".old", folder / "road" / ".new"
    for part in (old, new):
        part.mkdir()
    os.utime(old, (0, 0))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM layer.road WHERE id = 11"))
    load(town)
    assert not old.exists()
    assert new.exists()
