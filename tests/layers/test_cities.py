"""One city of CITIES.toml: its form, its files, and numbers that can be checked in the head."""

from contextlib import nullcontext

import numpy as np
import pytest
import rasterio
import shapely
from cities import STREET_CITY, listed, write, write_street

from layers.cities.digest import digest_city
from layers.cities.inputs import read_city
from layers.cities.work import cover_cities
from twin.errors import InvalidInputError
from twin.testing import SOUTH_M, WEST_M


@pytest.fixture
def street(tmp_path):
    """The folder of a city of one street."""
    write_street(tmp_path)
    return tmp_path


def covered(folder, text=STREET_CITY):
    [city] = listed(folder, text)
    [outcome] = cover_cities([city], folder / "kept", nullcontext())
    return outcome


def served(outcome):
    """Return served and total of each threshold, of the city and of its areas."""
    assert outcome.fault is None, outcome.fault
    return {
        (row.code or row.level, row.threshold): (round(row.served, 6), round(row.total, 6))
        for row in outcome.answer.rows
    }


def test_city_is_counted_along_its_street(street):
    outcome = covered(street)
    assert served(outcome) == {
        ("city", 200): (10, 65),
        ("city", 600): (30, 65),
        ("W", 200): (10, 30),
        ("W", 600): (30, 30),
        ("E", 200): (0, 35),
        ("E", 600): (0, 35),
    }
    found = outcome.answer
    assert [row.unknown for row in found.rows if row.level == "city"] == [5, 5]
    assert (found.name_th, found.epsg, found.facilities, found.parts) == ("ถนนเดียว", 32647, 1, 1)
    assert found.street_km == pytest.approx(1, abs=1e-3)
    assert {row.name_en for row in found.rows} == {"", "ตะวันตก", "ตะวันออก"}


@pytest.mark.parametrize(
    "condition", ["beds > 20", "beds IS NOT NULL", "amenity IN ('hospital', 'clinic')"]
)
def test_filter_leaves_out_what_it_does_not_hold_for(street, condition):
    text = STREET_CITY.replace("amenity = 'hospital'", condition)
    assert served(covered(street, text)) == served(covered(street))


def test_file_without_a_facility_is_refused(street):
    (street / "facilities.csv").write_text("x,y,amenity\n")
    file = '{ path = "facilities.csv", crs = "EPSG:4326", lon_lat = ["x", "y"] }'
    given = """{ path = "facilities.gpkg", filter = "amenity = 'hospital'" }"""
    fault = covered(street, STREET_CITY.replace(given, file)).fault
    assert fault.field == "facilities"
    assert "holds no facility" in fault.text.en
    assert "ไม่มีสถานบริการเลย" in fault.text.th


def test_people_by_area_are_spread_along_its_streets(street):
    text = STREET_CITY.replace('{ path = "people.gpkg", weight = "people" }', '{ people = "pop" }')
    found = served(covered(street, text))
    # 60 people on 600 m west, 40 on 400 m east: pieces of 100 m, counted at their middles.
    assert found["W", 600] == (60, 60)
    assert found["city", 200] == (20, 100)
    assert found["E", 600] == (0, 40)


def test_raster_of_people_is_cut_to_the_areas(street):
    values = np.zeros((1, 12), dtype="float32")
    values[0, [0, 4, 8, 11]] = (7, 20, 30, 999)
    transform = rasterio.Affine(100, 0, WEST_M, 0, -100, SOUTH_M + 50)
    profile = {"driver": "GTiff", "width": 12, "height": 1, "count": 1, "dtype": "float32"}
    with rasterio.open(
        street / "people.tif", "w", crs="EPSG:32647", transform=transform, **profile
    ) as dataset:
        dataset.write(values, 1)
    text = STREET_CITY.replace('{ path = "people.gpkg", weight = "people" }', '"people.tif"')
    found = served(covered(street, text))
    assert found["city", 200] == (7, 57)  # 999 people are beyond the areas, 150 m from the road
    assert found["city", 600] == (27, 57)


def test_table_of_points_needs_its_reference_system(street):
    (street / "people.csv").write_text("lon,lat,people\n98.3,7.9,1\n")
    text = STREET_CITY.replace("people.gpkg", "people.csv")
    fault = covered(street, text).fault
    assert fault.field == "demand.crs"
    assert "EPSG:4326" in fault.text.en
    assert fault.text.th


def test_openstreetmap_roads_and_their_direction(street, extract):
    extract.way(1, [(-1000, 2000), (0, 2000)], highway="residential", oneway="yes")
    file = extract.write("roads.osm.pbf")
    text = STREET_CITY.replace('"roads.gpkg"', f'"{file}"').replace(
        "question = {", 'question = { mode = "car",'
    )
    [city] = listed(street, text)
    streets = read_city(city, "").streets
    assert streets.oneway.tolist() == ["yes"]
    assert streets.highway.tolist() == ["residential"]


@pytest.mark.parametrize(
    ("old", "new", "field", "told"),
    [
        ("roads.gpkg", "nowhere.gpkg", "roads", "there is no such file"),
        ("roads.gpkg", "people.gpkg", "roads.streets", "must be lines"),
        ('weight = "people"', 'weight = "heads"', "demand.heads", "has no field `heads`"),
        ("'hospital'", "= 1", "facilities.filter", "cannot be used"),
        ("'hospital'", "'museum'", "facilities.filter", "keeps none"),
        ("amenity = 'hospital'", "kind = 'x'", "facilities.filter", "it has: amenity, beds"),
        ("amenity = 'hospital'", "beds > 'x'", "facilities.filter", "cannot be compared"),
        ('code = "code"', 'code = "id"', "areas.id", "has no field `id`"),
        ("areas.gpkg", "people.gpkg", "areas", "must be polygons"),
    ],
    ids=str,
)
def test_file_that_cannot_be_used_names_the_field(street, old, new, field, told):
    fault = covered(street, STREET_CITY.replace(old, new, 1)).fault
    assert fault.field == field
    assert told in fault.text.en
    assert fault.text.th


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("city = [", "not a readable TOML file"),
        ("", "at least one table"),
        ("[[town]]\nid = 'a'", "town: unknown"),
        ("[[city]]\nid = 'a'", "city a: roads, demand, facilities missing"),
        ("[[city]]\nsynthetic = 3000", "city #1: id: is required"),
        ("[[city]]\nid = 'a'\nsynthetic = 3000\nroad = 'x'", "city a: road: is not a known name"),
        ("[[city]]\nid = 'a'\nsynthetic = 9", "city a: synthetic: must be at least 3000"),
        ("[[city]]\nid = 'a'\nsynthetic = 3000\nareas = {path='x', code='y'}", "has no areas"),
        ("[question]\nmode = 'boat'\n[[city]]\nid = 'a'\nsynthetic = 3000", "[question]: mode:"),
        ("[question]\nareas = []\n[[city]]\nid = 'a'\nsynthetic = 3000", "areas: not asked here"),
        ("[[city]]\nid = 'a'\nsynthetic = 3000\n[[city]]\nid = 'a'\nsynthetic = 3000", "twice"),
        (STREET_CITY.replace('weight = "people"', 'crs = "EPSG:4326"'), "`weight` names"),
        (STREET_CITY.replace("[200, 600]", "[600, 200]"), "thresholds must grow"),
    ],
)
def test_list_that_does_not_fit_names_city_and_field(tmp_path, text, told):
    with pytest.raises(InvalidInputError) as refused:
        listed(tmp_path, text)
    assert told in refused.value.en
    assert "CITIES.toml" in refused.value.th


def test_all_faults_of_a_list_are_told_at_once(tmp_path):
    with pytest.raises(InvalidInputError) as refused:
        listed(tmp_path, "[[city]]\nid = 'a'\n[[city]]\nid = 'b'\nsynthetic = 1")
    assert "city a:" in refused.value.en
    assert "city b: synthetic" in refused.value.en


def test_fault_of_the_common_question_is_told_once(tmp_path):
    cities = "".join(f"[[city]]\nid = '{name}'\nsynthetic = 3000\n" for name in "abc")
    with pytest.raises(InvalidInputError) as refused:
        listed(tmp_path, "[question]\nmode = 'boat'\nthresholds = [5]\n" + cities)
    for told in (refused.value.en, refused.value.th):
        assert told.count("mode") == 1
        assert "[question]: mode" in told
    assert "city" not in refused.value.en


def test_syntax_of_a_list_is_told_by_line_and_column_in_thai(tmp_path):
    with pytest.raises(InvalidInputError) as refused:
        listed(tmp_path, "[question]\nmode = boat")
    assert "at line 2, column 8" in refused.value.en
    assert "บรรทัด 2 คอลัมน์ 8" in refused.value.th
    assert "line" not in refused.value.th


def test_digest_knows_content_and_question_but_not_names(street):
    [city] = listed(street, STREET_CITY)
    known = digest_city(city)
    [renamed] = listed(street, STREET_CITY.replace('id = "street"', 'id = "other"'))
    assert digest_city(renamed) == known
    [other] = listed(street, STREET_CITY.replace("[200, 600]", "[200, 601]"))
    assert digest_city(other) != known
    write_street(street)  # the same again; GeoPackage notes the time
    with (street / "people.gpkg").open("ab") as file:
        file.write(b"\0")
    assert digest_city(city) != known


CROSSING = """
[[city]]
id = "street"
roads = { path = "roads.gpkg", is_osm = %s }
demand = { path = "people.gpkg", weight = "people" }
facilities = "facilities.gpkg"
"""


@pytest.mark.parametrize(("is_osm", "parts"), [("false", 1), ("true", 2)])
def test_streets_of_openstreetmap_that_cross_without_a_vertex_stay_apart(street, is_osm, parts):
    lines = [shapely.LineString(ends) for ends in ([(0, 0), (1000, 0)], [(500, -90), (500, 90)])]
    write(street / "roads.gpkg", lines, highway=["residential"] * 2)
    outcome = covered(street, CROSSING % is_osm)
    assert outcome.answer.parts == parts
    assert [row.level for row in outcome.answer.rows] == ["city"]


PHUKET = """
[[city]]
id = "83"
roads = {{ path = "{0}/roads/roads_main_osm.geojson", is_osm = true }}
demand = {{ people = "pop_2021" }}
facilities = {{ path = "{0}/poi/public_facilities_osm.geojson", filter = "amenity = 'hospital'" }}
areas = {{ path = "{0}/admin/tambon.geojson", code = "code", name_th = "name_th" }}
question = {{ mode = "car", thresholds = [5, 15] }}
"""


@pytest.mark.real_data
def test_main_roads_of_phuket_are_in_three_parts(data_dir, tmp_path):
    found = covered(tmp_path, PHUKET.format(data_dir)).answer
    assert (found.parts, found.epsg) == (3, 32647)
    totals = [row for row in found.rows if row.level == "city"]
    assert totals[0].served < totals[1].served < totals[1].total
    assert sum(row.total for row in found.rows if row.threshold == 5) == pytest.approx(
        2 * totals[0].total
    )
