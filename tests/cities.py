"""Cities for batch runs: files of a street of 1 km, and workers that die."""

import os
import signal
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from layers.cities.form import read_cities
from layers.cities.task import answer
from twin.testing import SOUTH_M, WEST_M

#: People along the street by metres from its west end; the last are 600 m away from it.
PEOPLE = [(100, 0, 10), (500, 0, 20), (900, 0, 30), (900, 600, 5)]

STREET_CITY = """
[[city]]
id = "street"
name_th = "ถนนเดียว"
name_en = "One Street"
roads = "roads.gpkg"
demand = { path = "people.gpkg", weight = "people" }
facilities = { path = "facilities.gpkg", filter = "amenity = 'hospital'" }
areas = { path = "areas.gpkg", code = "code", name_th = "name" }
question = { unit = "metres", thresholds = [200, 600] }
"""

SYNTHETIC = """
[question]
mode = "car"
thresholds = [2, 5]
""" + "".join(
    f'[[city]]\nid = "{name}"\nsynthetic = 3000\nseed = {seed}\n'
    for seed, name in enumerate("abc", start=1)
)


def write(path, shapes, **columns):
    """Write features given in metres from the island's corner as a GeoPackage in degrees."""
    corner = np.array([WEST_M, SOUTH_M])
    moved = [shapely.transform(shape, lambda xy: xy + corner) for shape in shapes]
    frame = gpd.GeoDataFrame(columns, geometry=moved, crs=32647).to_crs(4326)
    frame.to_file(path)


def write_street(folder):
    """Write the files of a street from west to east: a hospital at 0, a school at 1000 m."""
    line = shapely.LineString([(0, 0), (1000, 0)])
    write(folder / "roads.gpkg", [line], highway=["residential"])
    points = [shapely.Point(x, y) for x, y, _ in PEOPLE]
    write(folder / "people.gpkg", points, people=[people for *_, people in PEOPLE])
    ends = [shapely.Point(0, 0), shapely.Point(1000, 0)]
    write(folder / "facilities.gpkg", ends, amenity=["hospital", "school"], beds=[30, None])
    halves = [shapely.box(-50, -50, 600, 700), shapely.box(600, -50, 1100, 700)]
    write(folder / "areas.gpkg", halves, code=["W", "E"], name=["ตะวันตก", "ตะวันออก"], pop=[60, 40])


def listed(folder, text):
    """Return the cities of a list written into a folder."""
    path = Path(folder) / "CITIES.toml"
    path.write_text(text, encoding="utf-8")
    return read_cities(path)


def die_once(mark, city, task):
    """Answer a task, but the first time kill the worker in the midst of one."""
    if task.city.id == city and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return answer(task)


def die_always(city, task):
    """Answer a task; that of one city kills whoever takes it."""
    if task.city.id == city:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer(task)


def refuse(task):
    """Fail at every task."""
    raise AssertionError(f"{task.city.id} was to be kept")
