"""A batch of cities tells what the service tells of the same layers."""

from contextlib import nullcontext

import geopandas as gpd
import pytest
from asking import ask, open_context
from cities import listed
from sqlalchemy import select, table, text
from working import make_settings

from layers.cities.work import cover_cities
from twin.db.engine import make_engine

LAYERS = ("road", "facility", "grid", "tambon")
ASKED = {"unit": "metres", "thresholds": [60, 160, 900], "max_snap_m": 60}
LIST = """
[question]
unit = "metres"
thresholds = [60, 160, 900]
max_snap_m = 60

[[city]]
id = "toy"
roads = "road.gpkg"
demand = { path = "grid.gpkg", weight = "people" }
facilities = { path = "facility.gpkg", filter = "amenity = 'school'" }
areas = { path = "tambon.gpkg", code = "code", name_th = "name_th", name_en = "name_en" }
"""


@pytest.fixture(scope="module")
def context(new_database, open_folder):
    yield from open_context(make_settings(new_database("cities"), open_folder / "cities"))


@pytest.fixture(scope="module")
def folder(context, tmp_path_factory):
    """The layers of the toy island as files."""
    folder = tmp_path_factory.mktemp("cities")
    engine = make_engine(context.settings.db.url)
    for layer in LAYERS:
        rows = select(text("*")).select_from(table(layer, schema="layer"))
        frame = gpd.read_postgis(rows, engine, crs=4326)
        frame.to_file(folder / f"{layer}.gpkg")
    engine.dispose()
    return folder


def told(totals):
    names = ("threshold", "total", "served", "unserved", "unknown", "ratio")
    return {name: pytest.approx(totals[name], rel=1e-9) for name in names}


def test_batch_counts_as_the_service_does(context, folder):
    service = ask(
        context,
        "coverage",
        supply={"filter": "amenity = 'school'"},
        demand={"source": "layer", "layer": "grid", "weight": "people"},
        areas=["tambon"],
        **ASKED,
    )
    [outcome] = cover_cities(listed(folder, LIST), folder / "kept", nullcontext())
    rows = [row.model_dump() for row in outcome.answer.rows]
    assert 0 < service["totals"][1]["ratio"] < 1
    wanted = [("", totals) for totals in service["totals"]] + [
        (area["code"], totals) for area in service["areas"]["tambon"] for totals in area["totals"]
    ]
    assert len(rows) == len(wanted)
    for row, (code, totals) in zip(rows, wanted, strict=True):
        assert row["code"] == code
        assert {name: row[name] for name in told(totals)} == told(totals)
