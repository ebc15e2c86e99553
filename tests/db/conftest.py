"""Fixtures of the database tests."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from twin.queries.catalogue import describe
from twin.testing import make_columns, make_spec, publish_layer


@pytest.fixture
def real_layers(connection, data_dir):
    """The rolled-back connection, with the real layers that projects are placed on."""
    files = {
        "tambon": "admin/tambon.geojson",
        "land": "admin/land_polygons.geojson",
        "road": "roads/roads_main_osm.geojson",
        "bus_line": "bus/bus_lines_pksb.geojson",
    }
    for name, path in files.items():
        frame = gpd.read_file(data_dir / path).rename_geometry("geom")
        frame.to_postgis(name, connection, schema="layer")
    return connection


@pytest.fixture
def north(connection):
    """10,000 points at 60° north, where a degree of longitude is half one of latitude."""
    random = np.random.default_rng(7)
    points = shapely.points(random.uniform((10, 60), (10.5, 60.25), (10_000, 2)))
    rows = {"id": range(10_000), "code": range(10_000)}
    spec = make_spec("north", "Point", columns=make_columns(code="integer"))
    frame = gpd.GeoDataFrame(rows, geometry=points, crs=4326).rename_geometry("geom")
    publish_layer(connection, spec, frame)
    return connection, describe(spec.model_dump_json()), frame
