"""Asking processes without the service."""

import json

import geopandas as gpd
import jsonschema
from working import make_settings

from twin.crs import STORAGE_SRID
from twin.db.engine import make_engine
from twin.jobs.process import Context
from twin.studies.processes import get_process
from twin.testing import centre, make_columns, make_spec, publish_layer

GRID = {"source": "layer", "layer": "grid", "weight": "people"}
#: Whom does the one hospital, in the middle of row 2, serve within 160 m: 12, 22 and 32 people.
HOSPITAL = {
    "supply": {"filter": "amenity = 'hospital'"},
    "demand": GRID,
    "unit": "metres",
    "thresholds": [160],
}
ALL = {**HOSPITAL, "supply": {}}


def lon_lat(column, row):
    """Return the middle of a cell of the toy island."""
    place = centre(column, row)
    return [place.x, place.y]


def with_clinics(address, home):
    """Return settings of a twin with the toy island, and two clinics of which one has beds."""
    made = make_settings(address, home)
    engine = make_engine(made.db.url)
    with engine.begin() as connection:
        columns = make_columns(code="text", beds="number")
        rows = {"id": [1, 2], "code": ["a", "b"], "beds": [66, None]}
        places = [centre(2, 2), centre(4, 4)]
        frame = gpd.GeoDataFrame(rows, geometry=places, crs=STORAGE_SRID).rename_geometry("geom")
        publish_layer(connection, make_spec("clinic", "Point", columns=columns), frame)
    engine.dispose()
    return made


def open_context(settings):
    """Yield what a run may use, and close it."""
    engine, writer = make_engine(settings.db.url, read_only=True), make_engine(settings.db.url)
    yield Context(settings, engine, writer)
    engine.dispose()
    writer.dispose()


def ask(context, process_id, told=None, **inputs):
    """Run a process; its answer is checked against what the process says of it.

    `told` takes what the run tells of its progress.
    """
    process = get_process(process_id)
    shares = [] if told is None else told
    answer = process.answer(
        context, process.inputs.model_validate(inputs), lambda *news: shares.append(news)
    )
    text = json.dumps(answer, allow_nan=False)
    jsonschema.validate(json.loads(text), process.output.schema)
    if "summary" in answer:
        assert answer["summary"]["th"]
        assert answer["summary"]["en"]
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in answer["summary"]["th"])
    return answer


def served(answer, threshold=-1):
    """Return who is served within a threshold, of parts that make the total."""
    totals = answer["totals"][threshold]
    assert totals["served"] + totals["unserved"] + totals["unknown"] == totals["total"]
    return totals["served"]
