"""Demand on the toy island: people of 2021 are 4000 in the west, 5000 in the east.

The border of the two sub-districts is 200 m from the west; cells are named (column, row).
"""

import math

import geopandas as gpd
import numpy as np
import pytest
from islands import built_up, publish_aged, publish_cover, publish_people, replace_rows
from shapely import MultiPolygon
from sqlalchemy import delete, text

from twin.db.models import Layer
from twin.errors import InvalidInputError, NotFoundError, TooLargeError
from twin.studies.areas import read_areas
from twin.studies.demand import read_demand
from twin.studies.question import DemandChoice
from twin.testing import (
    CELL_M,
    SIDE,
    SOUTH_M,
    WEST_M,
    centre,
    make_columns,
    make_spec,
    publish_layer,
    publish_toy,
    square,
)

WEST, EAST = 4000, 5000

#: 75 cells of 10 m in (0, 0), 25 in (1, 0), one in (4, 4).
VILLAGE = ((0, 0, 10, 7), (0, 7, 5, 1), (10, 0, 5, 5), (49, 49, 1, 1))


@pytest.fixture
def ask(connection, tmp_path):
    publish_toy(connection)

    def ask(**choice):
        return read_demand(connection, DemandChoice(**choice), raster_dir=tmp_path)

    return ask


@pytest.fixture
def village(ask, connection, tmp_path):
    publish_cover(connection, tmp_path, 2022, built_up(*VILLAGE))
    return ask


def forget(connection, layer_id):
    connection.execute(delete(Layer).where(Layer.id == layer_id))


def on_island(demand):
    """Metres from the south-west corner of the island."""
    return (demand.xy - (WEST_M, SOUTH_M)).round(6).tolist()


def by_tambon(connection, demand):
    member = read_areas(connection, "tambon", demand.xy).member
    return [math.fsum(demand.weight[member == area]) for area in range(2)]


def test_people_go_where_it_is_built_up_in_proportion_to_the_area(village):
    demand = village()
    # Two points in the west: 3 to 1; one in the east.
    assert demand.weight.tolist() == [3000, 1000, 5000]
    near, far, corner = on_island(demand)
    assert near == pytest.approx([(70 * 50 + 5 * 25) / 75, (70 * 35 + 5 * 75) / 75], abs=1e-6)
    assert far == [125, 25]
    assert corner == [495, 495]


def test_basis_tells_variant_source_and_method(village):
    basis = village().basis
    assert "9,000 people" in basis.text.en
    assert "built-up land of 2022 (`land_cover_2022`)" in basis.text.en
    assert "31 ธันวาคม ค.ศ. 2021" in basis.text.th
    assert "พื้นที่สิ่งปลูกสร้าง" in basis.text.th
    assert "synthetic" in basis.text.en
    assert basis.source.en == "Toy island (Apache-2.0)"
    assert len(basis.revision) == 64


def test_cell_cut_by_a_border_has_a_point_in_each_area(ask, connection, tmp_path):
    halves = [MultiPolygon([square(0, 0, 2.5, SIDE)]), MultiPolygon([square(2.5, 0, 2.5, SIDE)])]
    rows = {"id": [830101, 830102], "code": ["830101", "830102"]}
    frame = gpd.GeoDataFrame(rows, geometry=halves, crs=4326).rename_geometry("geom")
    replace_rows(connection, "tambon", frame)
    # A strip of 3 + 5 cells of 10 m, all in (2, 0), and one more cell in (3, 0).
    publish_cover(connection, tmp_path, 2022, built_up((22, 0, 8, 1), (30, 0, 5, 1)))
    demand = ask()
    assert demand.weight.tolist() == [WEST, EAST / 2, EAST / 2]
    assert on_island(demand) == [[235, 5], [275, 5], [325, 5]]


def test_centroid_that_leaves_its_area_is_moved_to_the_nearest_cell_in_it(
    ask, connection, tmp_path
):
    # The west is a frame of 20 m around a square of the east, within one cell of 100 m.
    hole = square(0.2, 0.2, 0.6, 0.6)
    shapes = [MultiPolygon([square(0, 0).difference(hole)]), MultiPolygon([hole])]
    rows = {"id": [830101, 830102], "code": ["830101", "830102"]}
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=4326).rename_geometry("geom")
    replace_rows(connection, "tambon", frame)
    publish_cover(connection, tmp_path, 2022, built_up((0, 0, 10, 10)))
    demand = ask()
    assert by_tambon(connection, demand) == [WEST, EAST]
    assert on_island(demand)[1] == [50, 50]
    assert sorted(abs(side - 50) for side in on_island(demand)[0]) == [5, 35]


def test_land_cover_is_that_of_the_nearest_year_the_earlier_of_two(village, connection, tmp_path):
    publish_cover(connection, tmp_path, 2018, built_up((0, 0, 1, 1), (49, 0, 1, 1)))
    assert "built-up land of 2022" in village().basis.text.en
    told = village(year=2020)
    assert "built-up land of 2018" in told.basis.text.en
    assert told.weight.tolist() == [2000, 3000]


def test_sub_district_without_built_up_land_uses_its_streets_and_says_so(ask, connection, tmp_path):
    publish_cover(connection, tmp_path, 2022, built_up((0, 0, 1, 1)))
    demand = ask()
    assert by_tambon(connection, demand) == [WEST, EAST]
    # One built-up cell; five streets of three pieces of 100 m, the primary one with a quarter.
    assert len(demand.weight) == 1 + 15
    assert demand.weight[1:].min() == pytest.approx(EAST / 12.75 / 4)
    assert "without any of that are spread over the streets" in demand.basis.text.en
    assert "East Side (830102)" in demand.basis.text.en
    assert "ฝั่งตะวันออก (830102)" in demand.basis.text.th


def test_sub_district_without_streets_either_uses_a_point_and_says_so(ask, connection, tmp_path):
    forget(connection, "road")
    publish_cover(connection, tmp_path, 2022, built_up((0, 0, 1, 1)))
    demand = ask()
    assert demand.weight.tolist() == [WEST, EAST]
    assert by_tambon(connection, demand) == [WEST, EAST]
    assert "spread over one point in it instead: East Side (830102)" in demand.basis.text.en


def test_without_land_cover_people_live_along_streets_by_length_and_class(ask, connection):
    demand = ask()
    assert len(demand.weight) == 25
    assert by_tambon(connection, demand) == [WEST, EAST]
    # West: five streets of two pieces; four are residential, the primary one counts a quarter.
    heaviest, lightest = WEST / (2 * 4.25), EAST / (3 * 4.25) / 4
    assert demand.weight.max() == pytest.approx(heaviest)
    assert demand.weight.min() == pytest.approx(lightest)
    assert "along" not in demand.basis.text.th
    assert "the streets (`road`) by length and class" in demand.basis.text.en
    assert "synthetic, not real" in demand.basis.text.en


def test_streets_can_be_chosen_where_there_is_land_cover(village):
    assert len(village(spread="streets").weight) == 25


def test_visitors_are_spread_over_all_of_the_ground_and_residents_grow(village):
    demand = village(variant="with_visitors", unregistered_share=0.5, visitors=1010)
    # 101 cells of 10 m are built-up: ten visitors each.
    assert demand.weight == pytest.approx([4500 + 750, 1500 + 250, 7500 + 10])
    for told in ("0.5 unregistered", "4,500 people", "1,010 visitors", "the asker's assumption"):
        assert told in demand.basis.text.en
    assert "ข้อสมมติของผู้ถาม" in demand.basis.text.th


def test_visitors_do_not_go_where_another_ground_stands_in(ask, connection, tmp_path):
    publish_cover(connection, tmp_path, 2022, built_up((0, 0, 2, 1)))
    demand = ask(variant="with_visitors", visitors=50)
    assert by_tambon(connection, demand) == [WEST + 50, EAST]


def test_aged_are_the_same_share_everywhere_and_the_province_in_all(village, connection):
    publish_aged(connection, {2020: 1, 2021: 900})
    demand = village(variant="aged_60")
    assert demand.weight == pytest.approx([300, 100, 500])
    assert "People aged 60 and over in 2021: 900 in the province" in demand.basis.text.en
    assert "10.0%, in every sub-district" in demand.basis.text.en
    assert "ร้อยละ 10.0 " in demand.basis.text.th


def test_aged_take_the_newest_year_that_both_have(village, connection):
    publish_aged(connection, {2020: 500, 2024: 900})
    assert math.fsum(village(variant="aged_60").weight) == pytest.approx(500)
    with pytest.raises(InvalidInputError, match=r"2021\. Years: 2020, 2024"):
        village(variant="aged_60", year=2021)


def test_aged_are_refused_where_nobody_counted_them(village):
    with pytest.raises(NotFoundError, match="population_aged") as refusal:
        village(variant="aged_60")
    assert refusal.value.parameter == "demand.variant"
    assert "population_aged" in refusal.value.th


@pytest.mark.parametrize("year", [1999, 2022])
def test_year_that_is_not_there_is_refused_with_those_that_are(ask, year):
    with pytest.raises(InvalidInputError, match="Years: 2019–2021") as refusal:
        ask(year=year)
    assert refusal.value.parameter == "demand.year"
    assert "2019–2021" in refusal.value.th


def test_people_of_a_sub_district_without_an_area_are_not_lost_in_silence(ask, connection):
    connection.execute(text("UPDATE layer.population SET code = '830109' WHERE id = 5"))
    with pytest.raises(InvalidInputError, match="830109"):
        ask()


def test_sub_district_that_the_register_lacks_is_told(ask, connection):
    connection.execute(text("DELETE FROM layer.population WHERE id = 5"))
    demand = ask()
    assert math.fsum(demand.weight) == WEST
    assert "no number of that year: East Side (830102)" in demand.basis.text.en


@pytest.mark.parametrize(
    ("choice", "parameter"),
    [
        ({"visitors": 10}, "visitors"),
        ({"variant": "aged_60", "unregistered_share": 0.1}, "unregistered_share"),
        ({"layer": "grid"}, "layer"),
        ({"weight": "people"}, "weight"),
        ({"source": "layer", "layer": "grid", "weight": "people", "year": 2021}, "year"),
        ({"source": "raster", "layer": "grid", "weight": "people"}, "weight"),
        ({"variant": "with_visitors"}, "unregistered_share"),
    ],
)
def test_what_a_choice_would_not_use_is_refused(ask, choice, parameter):
    with pytest.raises(InvalidInputError) as refusal:
        ask(**choice)
    assert refusal.value.parameter == f"demand.{parameter}"


def test_missing_layers_are_named(ask, connection):
    with pytest.raises(NotFoundError, match="land_cover_YYYY"):
        ask(spread="land_cover")
    forget(connection, "road")
    for spread in ("streets", "auto"):
        with pytest.raises(NotFoundError, match="road"):
            ask(spread=spread)
    forget(connection, "population")
    with pytest.raises(NotFoundError, match="`population` is not loaded"):
        ask()


def test_land_cover_without_any_built_up_land_is_refused(ask, connection, tmp_path):
    publish_cover(connection, tmp_path, 2022, built_up())
    with pytest.raises(InvalidInputError, match="choose another `spread`"):
        ask()


def test_revision_tells_content_and_choice(village, connection):
    first = village().basis.revision
    assert village().basis.revision == first
    assert village(year=2020).basis.revision != first
    connection.execute(text("UPDATE twin.layer SET revision = 2 WHERE id = 'land_cover_2022'"))
    assert village().basis.revision != first


def test_raster_of_people_has_a_point_for_each_cell_with_people(ask, connection, tmp_path):
    values = np.zeros((SIDE, SIDE))
    values[0, 0], values[4, 1], values[2, 2] = 7, 2.5, -1
    publish_people(connection, tmp_path, values)
    demand = ask(source="raster", layer="headcount")
    assert demand.weight.tolist() == [7, 2.5]
    assert on_island(demand) == [[50, 450], [150, 50]]
    assert "10 people in 2 cells of 100 m" in demand.basis.text.en


def test_fine_raster_of_people_is_put_together_by_100_m(ask, connection, tmp_path):
    publish_people(connection, tmp_path, np.ones((10 * SIDE, 10 * SIDE)))
    demand = ask(source="raster", layer="headcount")
    assert demand.weight == pytest.approx([100] * SIDE**2)
    assert on_island(demand)[0] == [CELL_M / 2, CELL_M / 2]


@pytest.mark.parametrize("value", [-99999, math.inf])
def test_raster_with_what_is_no_number_of_people_is_refused(ask, connection, tmp_path, value):
    values = np.ones((SIDE, SIDE))
    values[3, 3] = value
    publish_people(connection, tmp_path, values, nodata=None)
    with pytest.raises(InvalidInputError, match=f"e\\.g\\. {value:g}"):
        ask(source="raster", layer="headcount")


def test_raster_cells_that_are_not_a_number_have_nobody(ask, connection, tmp_path):
    values = np.full((SIDE, SIDE), math.nan)
    values[0, 0] = 3
    publish_people(connection, tmp_path, values, nodata=None)
    assert ask(source="raster", layer="headcount").weight.tolist() == [3]


def test_raster_without_people_or_of_something_else_is_refused(ask, connection, tmp_path):
    publish_people(connection, tmp_path, np.zeros((SIDE, SIDE)))
    with pytest.raises(InvalidInputError, match="nobody"):
        ask(source="raster", layer="headcount")
    with pytest.raises(InvalidInputError, match="there are: headcount"):
        ask(source="raster", layer="grid")
    with pytest.raises(InvalidInputError, match=r"in `demand.layer`; there are: headcount"):
        ask(source="raster")


def test_where_nothing_is_loaded_the_command_that_loads_is_told(connection, tmp_path):
    with pytest.raises(InvalidInputError, match="run `twin layers load`") as refusal:
        read_demand(connection, DemandChoice(source="layer"), raster_dir=tmp_path)
    assert "นำเข้าด้วย `twin layers load`" in refusal.value.th
    assert "–" not in refusal.value.en


def test_raster_with_too_many_cells_is_refused(ask, connection, tmp_path, monkeypatch):
    publish_people(connection, tmp_path, np.ones((SIDE, SIDE)))
    monkeypatch.setattr("twin.studies.counts.MAX_CELLS", 24)
    with pytest.raises(TooLargeError, match="more than 24 cells"):
        ask(source="raster", layer="headcount")


def test_layer_with_a_weight_column_is_taken_as_it_is(ask):
    demand = ask(source="layer", layer="grid", weight="people")
    assert demand.weight.sum() == 550
    assert on_island(demand)[0] == pytest.approx([50, 50], abs=1e-3)
    assert "(`people`): 550 at 25 places" in demand.basis.text.en


@pytest.mark.parametrize("value", [None, -1, math.inf, math.nan])
def test_layer_with_a_weight_that_is_no_quantity_is_refused_with_its_row(ask, connection, value):
    statement = text("UPDATE layer.grid SET share = :value WHERE id IN (113, 140)")
    connection.execute(statement, {"value": value})
    with pytest.raises(InvalidInputError, match=r"2 rows .* \(id 113, 140\)") as refusal:
        ask(source="layer", layer="grid", weight="share")
    assert refusal.value.parameter == "demand.weight"


@pytest.mark.parametrize(
    ("choice", "told", "parameter"),
    [
        ({"layer": "grid", "weight": "nothing"}, "`nothing`.*people, share", "weight"),
        ({"layer": "grid", "weight": "code"}, "`code`.*people, share", "weight"),
        ({"layer": "grid"}, "name one.*people, share", "weight"),
        ({"layer": "road", "weight": "code"}, "there are: amphoe, facility, grid", "layer"),
        ({"layer": "nothing", "weight": "people"}, "`nothing`", "layer"),
        ({"weight": "people"}, r"Name a layer .* in `demand.layer`; there are: amphoe", "layer"),
    ],
)
def test_layer_or_column_that_is_not_there_is_refused_with_those_that_are(
    ask, choice, told, parameter
):
    with pytest.raises(InvalidInputError, match=told) as refusal:
        ask(source="layer", **choice)
    assert refusal.value.parameter == f"demand.{parameter}"


def test_layer_without_rows_is_refused(ask, connection):
    spec = make_spec("empty", "Point", columns=make_columns(code="text", people="integer"))
    frame = gpd.GeoDataFrame({"id": [], "code": []}, geometry=[], crs=4326)
    publish_layer(connection, spec, frame.rename_geometry("geom"))
    with pytest.raises(InvalidInputError, match="`empty` is empty"):
        ask(source="layer", layer="empty", weight="people")


def test_mixed_layer_with_a_line_is_refused(ask, connection):
    spec = make_spec("mixed", "Geometry", columns=make_columns(code="text", people="integer"))
    line = square(0, 0).exterior
    rows = {"id": [1, 2], "code": ["a", "b"], "people": [1, 2]}
    frame = gpd.GeoDataFrame(rows, geometry=[centre(0, 0), line], crs=4326)
    publish_layer(connection, spec, frame.rename_geometry("geom"))
    with pytest.raises(InvalidInputError, match=r"has lines.*id 2"):
        ask(source="layer", layer="mixed", weight="people")
