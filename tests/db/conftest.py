"""Fixtures of the database tests."""

import geopandas as gpd
import pytest


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
