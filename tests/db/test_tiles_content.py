"""Tiles at every zoom against the layer as geopandas has it: features, attributes, geometry."""

import random

import geopandas as gpd
import mapbox_vector_tile
import pytest
import shapely
from benchmarks.judge import Grid, Judge
from starlette.testclient import TestClient

from api.main import create_app
from twin.db.engine import make_engine
from twin.queries.catalogue import list_layers

ZOOMS = range(6, 17)
TILES_PER_ZOOM = 4


def judges(settings):
    """One judge for each vector layer of a twin, with its rows read by geopandas."""
    engine = make_engine(settings.db.url)
    with engine.connect() as connection:
        specs = [layer.spec for layer in list_layers(connection) if layer.kind == "vector"]
        made = [
            Judge(spec, gpd.read_postgis(f"SELECT * FROM layer.{spec.id}", connection))
            for spec in specs
        ]
    engine.dispose()
    return made
