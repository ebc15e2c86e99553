"""Answers on the real data are those geopandas gave: `tambon_code` and `tambon_distance_m`.

Both columns come with the data: the nearest sub-district within 1 km, and the planar distance to it
in EPSG:32647, 0 inside. Ours are geodesic, so 1 m is the tolerance.
"""

import asyncio
import json
from collections import Counter
from itertools import pairwise

import geopandas as gpd
import pytest
from shapely import LineString, from_wkb
from shapely.geometry import shape
from sqlalchemy import func, select

from twin.db.engine import make_engine
from twin.db.pool import open_pool
from twin.queries.batch import Places, ask_holding
from twin.queries.catalogue import get_layer
from twin.queries.filters import Window
from twin.queries.item_query import ItemQuery
from twin.queries.nearest import find_nearest
from twin.queries.pages import find_items
from twin.queries.place import Point
from twin.queries.search import search
from twin.queries.spatial import find_intersecting, find_within
from twin.queries.summary import Asked, summarise
from twin.types import BBox

pytestmark = pytest.mark.real_data

REACH_M = 1000
POINTS = ["facility", "stop", "poi"]


@pytest.fixture(scope="module")
def island(phuket_url):
    engine = make_engine(phuket_url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def layer(connection, layer_id):
    return get_layer(connection, layer_id).described


def read(connection, layer_id, every=1):
    """Every so many-th item of a layer, with its geometry."""
    table = layer(connection, layer_id).rows
    statement = select(
        table.c.id,
        table.c.tambon_code,
        table.c.tambon_distance_m,
        func.ST_AsBinary(table.c.geom).label("wkb"),
    )
    rows = connection.execute(statement.order_by(table.c.id)).all()
    return [(row, from_wkb(bytes(row.wkb))) for row in rows[::every]]


@pytest.mark.parametrize(("layer_id", "every"), [("facility", 1), ("stop", 1), ("poi", 10)])
def test_nearest_tambon_is_the_one_in_the_data(island, layer_id, every):
    tambon = layer(island, "tambon")
    checked = 0
    for row, place in read(island, layer_id, every):
        hits = find_nearest(island, tambon, Point(place.x, place.y), 1, REACH_M)
        if row.tambon_code is None:
            # The data may leave out what lies within a metre of the bound.
            assert all(hit.distance_m > REACH_M - 1 for hit in hits), row
            continue
        assert hits[0].distance_m == pytest.approx(row.tambon_distance_m, abs=1), row
        if row.tambon_distance_m == 0:
            assert json.loads(hits[0].properties)["code"] == row.tambon_code, row
        checked += 1
    assert checked > 100


def ask_many(url, layer, places):
    async def inside():
        async with open_pool(url, size=1, max_waiting=1, statement_timeout_ms=9000) as pool:
            return await ask_holding(pool, places, [layer])

    return asyncio.run(inside())


@pytest.mark.parametrize("layer_id", POINTS)
def test_tambon_at_many_points_is_the_one_that_holds_them_in_the_data(island, phuket_url, layer_id):
    rows = read(island, layer_id)
    places = Places([place.x for _, place in rows], [place.y for _, place in rows])
    found = ask_many(phuket_url, layer(island, "tambon"), places)
    told = [json.loads(areas["tambon"].properties)["code"] if areas else None for areas in found]
    assert told == [row.tambon_code if row.tambon_distance_m == 0 else None for row, _ in rows]


@pytest.mark.parametrize("layer_id", ["road", "waterway", "bus_line", "land"])
def test_summary_by_tambon_is_that_of_geopandas(island, data_dir, layer_id):
    table = layer(island, layer_id).rows
    rows = island.execute(select(func.ST_AsBinary(table.c.geom))).scalars()
    things = gpd.GeoDataFrame(geometry=[from_wkb(bytes(wkb)) for wkb in rows], crs=4326)
    tambon = gpd.read_file(data_dir / "admin" / "tambon.geojson").sort_values("code")
    # Segment by segment: an overlay would count what a bus line runs twice only once.
    bits = things.explode().to_crs(32647)
    if layer_id != "land":
        coords = bits.geometry.apply(lambda line: list(pairwise(line.coords))).explode()
        bits = gpd.GeoDataFrame(geometry=[LineString(pair) for pair in coords], crs=32647)
    (found,) = summarise(island, [Asked(layer(island, layer_id))], layer(island, "tambon"))
    assert [zone.code for zone, _ in found.zones] == list(tambon.code)
    for area, (zone, each) in zip(tambon.to_crs(32647).geometry, found.zones, strict=True):
        parts = bits.clip(area).geometry
        expected = parts.area.sum() if layer_id == "land" else parts.length.sum()
        # UTM shortens or lengthens by up to 0.04 %, areas by 0.08 %.
        assert each.whole.size == pytest.approx(expected, rel=1e-3, abs=5), zone
    every = [each.whole for _, each in found.zones] + [found.outside.whole]
    assert sum(each.count for each in every) == len(things)
    assert sum(each.size for each in every) == pytest.approx(found.total.whole.size)


def test_summary_of_points_is_that_of_the_data(island):
    asked = [Asked(layer(island, layer_id)) for layer_id in POINTS]
    for layer_id, found in zip(
        POINTS, summarise(island, asked, layer(island, "tambon")), strict=True
    ):
        rows = [row for row, _ in read(island, layer_id)]
        expected = Counter(row.tambon_code for row in rows if row.tambon_distance_m == 0)
        assert {zone.code: each.whole.count for zone, each in found.zones if each.whole.count} == (
            expected
        )
        assert found.outside.whole.count == len(rows) - expected.total()


def test_points_within_each_tambon_are_those_of_the_data(island):
    tambon = layer(island, "tambon")
    layers = [layer(island, layer_id) for layer_id in POINTS]
    expected = {
        (layer_id, row.id): row.tambon_code
        for layer_id in POINTS
        for row, _ in read(island, layer_id)
        if row.tambon_distance_m == 0
    }
    found = {}
    for unit in find_items(island, tambon, ItemQuery()).features:
        area = shape(unit["geometry"])
        for each in find_within(island, layers, area, 10_000):
            assert each.page.number_matched == len(each.page.items)
            found |= {
                (each.layer.spec.id, item.id): unit["properties"]["code"]
                for item in each.page.items
            }
    # Borders travel as GeoJSON rounded to 1 cm: no point of the data is that close to one.
    assert found == expected


def test_roads_that_touch_a_tambon_have_it_at_no_distance(island):
    tambon, road = layer(island, "tambon"), layer(island, "road")
    touched = set()
    for unit in find_items(island, tambon, ItemQuery()).features:
        (found,) = find_intersecting(island, [road], shape(unit["geometry"]), 10_000)
        touched |= {item.id for item in found.page.items}
    inside = {row.id for row, _ in read(island, "road") if row.tambon_distance_m == 0}
    assert touched == inside
    assert len(inside) > 700


def test_items_by_box_are_those_of_geopandas(island, data_dir):
    frame = gpd.read_file(data_dir / "poi" / "pois_osm_unnamed_5class.geojson")
    for west, south, east, north in (
        (98.28, 7.88, 98.31, 7.91),
        (98.38, 7.87, 98.40, 7.89),
        (98.0, 7.0, 98.2, 7.1),
    ):
        query = ItemQuery(window=Window(BBox(west, south, east, north)), limit=1000)
        page = find_items(island, layer(island, "poi"), query)
        inside = frame.cx[west:east, south:north]
        assert page.number_matched == len(inside)
        assert {item["properties"]["poi_id"] for item in page.features} <= set(inside["poi_id"])


def test_nearest_facilities_are_those_of_geopandas(island, data_dir):
    frame = gpd.read_file(data_dir / "poi" / "public_facilities_osm.geojson").to_crs(32647)
    for lon, lat in ((98.39, 7.885), (98.30, 7.90), (98.31, 8.11), (98.33, 7.78)):
        place = gpd.GeoSeries.from_xy([lon], [lat], crs=4326).to_crs(32647).iloc[0]
        expected = frame.distance(place).sort_values().head(10)
        hits = find_nearest(island, layer(island, "facility"), Point(lon, lat), 10, None)
        # UTM shortens or lengthens by up to 0.04 %.
        assert [hit.distance_m for hit in hits] == pytest.approx(expected.tolist(), rel=5e-4)


@pytest.mark.parametrize("text", ["Patong", "Pa Tong", "pa-tong", "ป่าตอง", "ตำบลป่าตอง"])
def test_search_finds_pa_tong_however_it_is_spelt(island, text):
    results = [(result.kind, result.id) for result in search(island, text, 20)]
    assert results[0] == ("tambon", "830202")
    assert any(kind == "project" for kind, _ in results)


def test_search_joins_the_pieces_of_a_road(island):
    results = search(island, "Chaofah Tawantok Road", 20)
    (road,) = [result for result in results if result.kind == "road"]
    assert road.rank == 0
    assert road.bbox.east - road.bbox.west > 0.01
