"""Publishing a layer: stage, swap, and tile tables that follow every edit."""

from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import mapbox_vector_tile
import pytest
from psycopg import errors as pg
from shapely import MultiLineString, MultiPolygon, Point, box
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from twin.db.engine import make_engine
from twin.db.layer_table import layer_table, tile_table
from twin.db.publish import drop_layer, publish
from twin.queries.catalogue import describe
from twin.spec import Column, Label, LayerSpec, Title, ZoomBy
from twin.tiles.vector import tile_statement

TITLE = Title(th="ทดสอบ", en="Test")


def spec(geometry_type="MultiLineString", **changes):
    columns = [
        Column(name="code", type="integer", title=TITLE),
        Column(name="highway", type="text", title=TITLE, tile=True),
        Column(name="note", type="text", title=TITLE),
    ]
    values = {
        "id": "toy",
        "kind": "vector",
        "position": 1,
        "theme": "transport",
        "title": TITLE,
        "description": TITLE,
        "geometry_type": geometry_type,
        "key": ["code"],
        "columns": columns,
        "zoom_by": ZoomBy(column="highway", zooms={"primary": 7}, default=13),
    }
    return LayerSpec(**values | changes)


def lines(*ids):
    zigzag = [
        MultiLineString([[(98.3, 7.9), (98.30001, 7.90002), (98.31, 7.91 + n / 1000)]]) for n in ids
    ]
    data = {"id": list(ids), "code": list(ids), "highway": ["primary"] * len(ids)}
    return gpd.GeoDataFrame(data, geometry=zigzag, crs=4326).rename_geometry("geom")


def ids(connection, schema="layer"):
    return sorted(connection.scalars(select(layer_table(spec(), schema).c.id)))


@pytest.fixture
def toy(connection):
    publish(connection, spec(), lines(1, 2))
    return connection


def test_publish_twice_replaces_the_rows(toy):
    publish(toy, spec(), lines(2, 3, 4))
    assert ids(toy) == ids(toy, "tile") == [2, 3, 4]


def test_publish_missing_column_becomes_null(toy):
    assert toy.scalar(text("SELECT count(note) FROM layer.toy")) == 0


def test_publish_wrong_geometry_type_is_refused_by_the_database(connection):
    points = lines(1)
    points["geom"] = [Point(98.3, 7.9)]
    with pytest.raises(pg.InvalidParameterValue, match="does not match column type"):
        publish(connection, spec(), points)


def test_publish_column_comments_carry_both_titles(toy):
    query = "SELECT col_description('layer.toy'::regclass, 2)"
    assert toy.scalar(text(query)) == "ทดสอบ | Test"


def test_tile_table_generalises_by_half_a_pixel(toy):
    row = toy.execute(
        text(
            "SELECT min_zoom, ST_SRID(geom), ST_NPoints(geom), ST_NPoints(geom_12),"
            " ST_HausdorffDistance(geom, geom_12) FROM tile.toy WHERE id = 1"
        )
    ).one()
    assert row[:4] == (7, 3857, 3, 2)
    assert 0 < row[4] < 78271.517 / 2**12 / 2


def test_tile_follows_insert_update_delete_and_truncate(toy):
    table = layer_table(spec())
    geom = "SRID=4326;MULTILINESTRING((98.3 7.9,98.4 7.8))"
    toy.execute(insert(table), {"id": 9, "code": 9, "highway": "residential", "geom": geom})
    assert toy.scalar(text("SELECT min_zoom FROM tile.toy WHERE id = 9")) == 13
    toy.execute(text("UPDATE layer.toy SET highway = 'primary', id = 10 WHERE id = 9"))
    assert toy.scalar(text("SELECT min_zoom FROM tile.toy WHERE id = 10")) == 7
    assert ids(toy, "tile") == [1, 2, 10]
    toy.execute(text("UPDATE layer.toy SET geom = ST_Translate(geom, 0.1, 0) WHERE id = 1"))
    moved = toy.scalar(
        text(
            "SELECT ST_Distance(ST_Transform(l.geom, 3857), t.geom)"
            " FROM layer.toy l JOIN tile.toy t USING (id) WHERE id = 1"
        )
    )
    assert moved < 0.001
    toy.execute(text("DELETE FROM layer.toy WHERE id = 10"))
    assert ids(toy, "tile") == [1, 2]
    toy.execute(text("TRUNCATE layer.toy"))
    assert ids(toy, "tile") == []


def test_area_with_label_gets_a_label_point_inside(connection):
    area = spec("MultiPolygon", label=Label(th="highway", en="highway"), zoom_by=None)
    frame = gpd.GeoDataFrame(
        {"id": [1], "code": [1], "highway": ["x"]},
        geometry=[MultiPolygon([box(98.3, 7.8, 98.4, 7.9)])],
        crs=4326,
    ).rename_geometry("geom")
    publish(connection, area, frame)
    assert connection.scalar(text("SELECT ST_Within(label, geom) FROM tile.toy"))


def test_publish_with_a_dependent_view_is_refused_and_names_it(toy):
    toy.execute(text("CREATE VIEW public.mine AS SELECT id FROM layer.toy"))
    with pytest.raises(DBAPIError) as refused, toy.begin_nested():
        publish(toy, spec(), lines(5))
    assert isinstance(refused.value.orig, pg.DependentObjectsStillExist)
    assert "mine" in refused.value.orig.diag.message_detail
    assert ids(toy) == [1, 2]


def test_drop_layer_leaves_nothing(toy):
    drop_layer(toy, spec())
    assert toy.scalar(text("SELECT to_regclass('layer.toy')")) is None
    assert toy.scalar(text("SELECT to_regclass('tile.toy')")) is None


def test_readers_see_the_old_layer_or_the_new_one_never_half(new_database):
    engine = make_engine(new_database("readers"))
    old, new = [1, 2], [3, 4, 5]
    with engine.begin() as connection:
        publish(connection, spec(), lines(*old))

    def replace():
        for rows in (new, old) * 3:
            with engine.begin() as connection:
                publish(connection, spec(), lines(*rows))

    seen = []
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(replace)
        while not writing.done():
            with engine.begin() as connection:
                seen.append(ids(connection))
        writing.result()
    assert {tuple(rows) for rows in seen} <= {tuple(old), tuple(new)}
    assert len(seen) > 1
    engine.dispose()


def test_server_killed_while_publishing_leaves_the_old_layer_whole(new_database):
    engine = make_engine(new_database("terminated"))
    with engine.begin() as connection:
        publish(connection, spec(), lines(1, 2))
    with engine.connect() as victim, engine.connect() as killer:
        pid = victim.scalar(text("SELECT pg_backend_pid()"))
        publish(victim, spec(), lines(7, 8, 9))
        killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(DBAPIError):
            victim.execute(text("SELECT 1"))
        victim.invalidate()
    with engine.connect() as connection:
        assert ids(connection) == ids(connection, "tile") == [1, 2]
        assert connection.scalar(text("SELECT to_regclass('stage.toy')")) is None
    engine.dispose()


def test_tile_table_indexes_every_geometry_that_tiles_read():
    table = tile_table(spec())
    indexed = {column.name for index in table.indexes for column in index.columns}
    assert indexed == {"geom", "geom_8", "geom_10", "geom_12"}


def areas(*boxes):
    polygons = [MultiPolygon([box(*bounds)]) for bounds in boxes]
    ids_ = list(range(1, len(boxes) + 1))
    data = {"id": ids_, "code": ids_, "highway": ["x"] * len(boxes)}
    return gpd.GeoDataFrame(data, geometry=polygons, crs=4326).rename_geometry("geom")


def test_area_is_cut_into_pieces_that_make_it_whole_and_follow_edits(connection):
    publish(connection, spec("MultiPolygon", zoom_by=None), areas((98.3, 7.8, 98.5, 8.0)))
    lost = text(
        "SELECT t.id, count(*), ST_Area(ST_Difference(t.geom, ST_Union(p.geom)))"
        ' FROM tile.toy t JOIN tile."toy$piece" p USING (id) GROUP BY t.id, t.geom'
    )
    ((_id, pieces, missing),) = connection.execute(lost).all()
    assert pieces >= 6
    assert missing < 1
    connection.execute(text("UPDATE layer.toy SET geom = ST_Translate(geom, 1, 0)"))
    east = 'SELECT min(ST_XMin(ST_Transform(geom, 4326))) FROM tile."toy$piece"'
    assert connection.scalar(text(east)) == pytest.approx(99.3)
    connection.execute(text("DELETE FROM layer.toy"))
    assert connection.scalar(text('SELECT count(*) FROM tile."toy$piece"')) == 0


def test_area_of_too_many_pieces_stays_whole_and_is_drawn(connection):
    whole = spec("MultiPolygon", zoom_by=None)
    publish(connection, whole, areas((70, -20, 120, 30), (98.3, 7.8, 98.31, 7.81)))
    found = text('SELECT id, x FROM tile."toy$piece" ORDER BY id, x')
    assert connection.execute(found).first() == (1, -1)
    described = describe(whole.model_dump_json())
    values = {"z": 14, "x": 12668, "y": 7831}
    part = connection.execute(tile_statement([described], 14), values).scalar_one()
    assert [f["id"] for f in mapbox_vector_tile.decode(part)["toy"]["features"]] == [1]


def test_layer_of_areas_is_replaced_and_dropped_with_its_pieces(connection):
    kind = spec("MultiPolygon", zoom_by=None)
    for _ in range(2):
        publish(connection, kind, areas((98.3, 7.8, 98.5, 8.0)))
    drop_layer(connection, kind)
    assert connection.scalar(text("SELECT to_regclass('tile.\"toy$piece\"')")) is None
