"""Areas of points, as PostGIS has them."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from islands import replace_rows
from shapely import MultiPolygon
from sqlalchemy import text

from twin.db.engine import make_engine
from twin.errors import InvalidInputError
from twin.projection import to_metric
from twin.studies.areas import read_areas
from twin.testing import SOUTH_M, WEST_M, publish_toy, square

COVERED_BY = text(
    "SELECT (SELECT min(area.id) FROM layer.tambon AS area WHERE ST_Covers(area.geom, point))"
    " FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY"
    " AS given(lon, lat, number), ST_Point(lon, lat, 4326) AS point ORDER BY number"
)


def test_areas_have_codes_and_names_in_the_order_of_their_ids(connection):
    publish_toy(connection)
    xy = np.array([[50.0, 50], [450, 50], [600, 600], [250, 499]]) + np.array([WEST_M, SOUTH_M])
    areas = read_areas(connection, "tambon", xy)
    assert areas.layer == "tambon"
    assert areas.codes == ("830101", "830102")
    assert areas.names[1] == ("ฝั่งตะวันออก", "East Side")
    assert areas.member.tolist() == [0, 1, -1, 1]
    assert areas.member.dtype == np.int32


def test_any_layer_of_polygons_will_do(connection):
    publish_toy(connection)
    areas = read_areas(connection, "grid", np.array([[WEST_M + 150.0, SOUTH_M + 250]]))
    assert areas.codes[areas.member[0]] == "1-2"
    assert areas.names[areas.member[0]] == ("1-2", "1-2")


@pytest.mark.parametrize("layer", ["facility", "road", "population", "nothing", "X"])
def test_other_layers_are_refused_with_those_there_are(connection, layer):
    publish_toy(connection)
    with pytest.raises(InvalidInputError, match="there are: amphoe, grid, land, tambon") as refusal:
        read_areas(connection, layer, np.empty((0, 2)))
    assert refusal.value.parameter == "areas"
    assert "amphoe, grid, land, tambon" in refusal.value.th


def test_edit_of_an_area_is_seen(connection):
    publish_toy(connection)
    xy = np.array([[WEST_M + 50.0, SOUTH_M + 50]])
    assert read_areas(connection, "tambon", xy).member.tolist() == [0]
    connection.execute(text("DELETE FROM layer.tambon WHERE id = 830101"))
    assert read_areas(connection, "tambon", xy).member.tolist() == [-1]


def test_holes_parts_and_overlaps_are_as_in_postgis(connection):
    publish_toy(connection)
    ring = square(0, 0, 5, 5).difference(square(1, 1, 2, 2))
    shapes = [
        MultiPolygon([ring]),
        MultiPolygon([square(1.5, 1.5), square(3, 3, 4, 4)]),
        MultiPolygon([square(-1, -1, 2, 2)]),
    ]
    rows = {"id": [30, 10, 20], "code": ["c", "a", "b"]}
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=4326).rename_geometry("geom")
    replace_rows(connection, "tambon", frame)
    random = np.random.default_rng(1)
    west, south, east, north = shapely.total_bounds(shapes)
    lons, lats = random.uniform(west, east, 3000), random.uniform(south, north, 3000)
    check_like_postgis(connection, lons, lats, least=4)


@pytest.mark.real_data
def test_real_sub_districts_are_as_in_postgis(phuket):
    engine = make_engine(phuket.db.url, read_only=True)
    random = np.random.default_rng(2)
    lons, lats = random.uniform(98.25, 98.49, 4000), random.uniform(7.47, 8.21, 4000)
    with engine.connect() as connection:
        check_like_postgis(connection, lons, lats, least=18)
    engine.dispose()


def check_like_postgis(connection, lons, lats, least):
    """Compare every point; `least` different answers make it a test."""
    ids = connection.scalars(text("SELECT id FROM layer.tambon ORDER BY id")).all()
    theirs = connection.scalars(COVERED_BY, {"lons": lons.tolist(), "lats": lats.tolist()}).all()
    ours = read_areas(connection, "tambon", to_metric(np.stack([lons, lats], axis=1))).member
    assert [None if area < 0 else ids[area] for area in ours.tolist()] == theirs
    assert len(set(theirs)) >= least
