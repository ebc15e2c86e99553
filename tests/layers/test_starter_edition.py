from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.starter.areas import approximate_areas
from layers.starter.build import LAYERS, build
from layers.starter.tables import read_seed
from layers.synthetic.graph import spanning_forest

STARTER = Path(str(resources.files("layers.starter")))
DATA = STARTER / "data"


def read(name):
    return gpd.read_parquet(DATA / f"{name}.parquet")


@pytest.fixture(scope="module")
def tambon():
    return read("tambon")


@pytest.fixture(scope="module")
def road():
    return read("road")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("starter")
    build(folder)
    return folder


def test_build_gives_the_committed_files(rebuilt):
    assert sorted(path.name for path in rebuilt.iterdir()) == sorted(
        path.name for path in DATA.iterdir()
    )
    for path in sorted(rebuilt.glob("*.parquet")):
        ours, theirs = gpd.read_parquet(path), read(path.stem)
        pd.testing.assert_frame_equal(
            ours.drop(columns="geometry"), theirs.drop(columns="geometry"), check_dtype=True
        )
        # Another machine's libm may differ in the last digit before rounding to the grid.
        gap = shapely.hausdorff_distance(ours.geometry.to_numpy(), theirs.geometry.to_numpy())
        assert gap.max() < 1e-5, path.name
    for path in rebuilt.glob("*.csv"):
        assert path.read_bytes() == (DATA / path.name).read_bytes()


def test_build_again_gives_the_same_bytes(rebuilt, tmp_path):
    build(tmp_path)
    for path in rebuilt.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_edition_is_complete_and_under_two_megabytes():
    files = list(DATA.iterdir())
    assert {path.stem for path in files} == set(LAYERS)
    assert sum(path.stat().st_size for path in files) < 2_000_000


def test_land_has_the_main_island_and_the_islets_but_no_neighbours():
    land = read("land")
    assert land["land_no"].tolist() == list(range(1, len(land) + 1))
    assert land["area_km2"].is_monotonic_decreasing
    assert land["area_km2"].iloc[0] == pytest.approx(521.16, abs=0.01)
    assert land["area_km2"].sum() == pytest.approx(544.9, abs=0.1)
    maphrao, racha_yai, yao_yai = gpd.points_from_xy([98.427, 98.365, 98.595], [7.936, 7.603, 8.0])
    assert land.contains(maphrao).any()
    assert land.contains(racha_yai).any()
    assert not land.contains(yao_yai).any()
    assert land.total_bounds[3] == pytest.approx(8.2003, abs=1e-3)  # ends at the Pak Phra strait


def test_tambon_has_the_17_codes_and_facts(tambon):
    seed = read_seed("tambon.csv")
    assert tambon["code"].tolist() == seed["code"].tolist()
    assert tambon["code"].is_unique
    assert len(tambon) == 17
    assert (tambon["amphoe_code"] == tambon["code"].str[:4]).all()
    assert tambon["pop_2021"].sum() == 418_785
    assert tambon["households_2021"].sum() == 277_112
    assert seed["source"].notna().all()
    assert set(seed["confidence"]) == {"sourced"}


def test_tambon_areas_are_within_one_percent_of_the_known_ones(tambon):
    area_km2 = tambon.to_crs(32647).area / 1e6
    error = (area_km2 / tambon["area_km2"] - 1).abs()
    assert error.max() < 0.01


def test_tambon_hold_their_label_points(tambon):
    seed = read_seed("tambon.csv")
    points = gpd.GeoSeries.from_xy(seed["lon"], seed["lat"], crs=4326)
    assert tambon.contains(points, align=False).all()


def test_areas_of_all_levels_are_one_coverage(tambon):
    shapes = tambon.geometry.to_numpy()
    amphoe, province, land = read("amphoe"), read("province"), read("land")
    assert shapely.coverage_is_valid(shapes)
    assert shapely.coverage_is_valid(amphoe.geometry.to_numpy())
    for frame in (tambon, amphoe, province, land):
        assert frame.is_valid.all()
    for code, shape in zip(amphoe["code"], amphoe.geometry, strict=True):
        parts = tambon.geometry[tambon["amphoe_code"] == code].to_numpy()
        assert shapely.coverage_union_all(parts).normalize() == shape.normalize()
    whole = province.geometry.iloc[0]
    assert shapely.coverage_union_all(shapes).normalize() == whole.normalize()
    assert shapely.union_all(land.geometry.to_numpy()).normalize() == whole.normalize()
    assert amphoe["pop_2021"].tolist() == [249_787, 57_137, 111_861]


def test_road_is_one_component_on_the_main_island(road):
    ends = shapely.get_coordinates(road.geometry.to_numpy())
    _, number = np.unique(ends, axis=0, return_inverse=True)
    edges = number.reshape(-1, 2)
    _, labels = spanning_forest(int(edges.max()) + 1, edges, np.zeros(len(edges)))
    assert len(np.unique(labels)) == 1
    assert road.within(read("land").geometry.iloc[0]).all()


def test_road_is_marked_by_number_and_has_no_invented_names(road):
    assert len(road) == 25_000
    assert road["osm_id"].tolist() == list(range(1, 25_001))
    assert not {"name", "ref"} & set(road.columns)
    assert (road["length_m"] - road.to_crs(32647).length).abs().max() < 2.5
    assert (road.to_crs(32647).length > 5).all()


def test_road_is_denser_where_more_people_live(road, tambon):
    count = road.groupby("tambon_code").size()
    facts = tambon.set_index("code")
    density = count / facts["area_km2"]
    people = facts["pop_2021"] / facts["area_km2"]
    assert density["830101"] > 5 * density["830305"]  # Talat Yai, Mai Khao
    assert density.rank().corr(people.rank()) > 0.9


def test_road_tambon_code_holds_the_middle(road, tambon):
    sample = road.iloc[::100]
    points = sample.representative_point()
    shape = tambon.set_index("code").geometry
    assert all(
        shape[code].covers(point) for code, point in zip(sample["tambon_code"], points, strict=True)
    )


def test_place_has_49_rows_and_keeps_the_one_without_coordinates():
    places = pd.read_csv(DATA / "place.csv")
    assert len(places) == 49
    assert places["name_en"].is_unique
    unknown = places[places["lon"].isna()]
    assert unknown["name_en"].tolist() == ["Rassada pier"]
    assert unknown["confidence"].tolist() == ["unknown"]
    assert places["source"].notna().all()
    assert places["confidence"].value_counts().to_dict() == {
        "sourced": 44, "inferred": 4, "unknown": 1,
    }  # fmt: skip


def test_facility_has_only_sourced_public_facilities():
    facility = read("facility")
    assert facility["osm_ref"].is_unique
    assert facility["amenity"].value_counts().to_dict() == {
        "hospital": 9, "police": 11, "fire_station": 10, "university": 2,
    }  # fmt: skip
    assert facility["osm_ref"].str.fullmatch(r"(node|way)/\d+|place/.+").all()
    other = facility[facility["osm_ref"].str.startswith("place/")]
    assert other["name"].tolist() == ["Kathu Police Station"]


def test_population_adds_up_over_the_levels():
    rows = pd.read_csv(DATA / "population.csv", dtype={"code": str})
    assert rows.groupby("level")["total"].sum().to_dict() == dict.fromkeys(
        ("amphoe", "province", "tambon"), 418_785
    )
    assert rows.groupby("level").size().to_dict() == {"amphoe": 3, "province": 1, "tambon": 17}
    assert set(rows["year"]) == {2021}


def test_aliases_point_at_rows_that_exist(tambon):
    aliases = pd.read_csv(STARTER / "aliases.csv", dtype=str)
    keys = {
        "tambon": set(tambon["code"]),
        "amphoe": set(tambon["amphoe_code"]),
        "province": {"83"},
        "place": set(pd.read_csv(DATA / "place.csv")["name_en"]),
    }
    assert all(key in keys[layer] for layer, key in zip(aliases.layer_id, aliases.key, strict=True))
    assert not aliases.duplicated().any()
    assert {"Patong", "Cherng Talay", "Srisoonthorn", "Rassada", "Thep Krasatti"} <= set(
        aliases["alias"]
    )
    assert set(aliases.loc[aliases["alias"] == "Phuket Town", "key"]) == {"830101", "830102"}


def test_files_declare_their_crs_in_degrees():
    for path in DATA.glob("*.parquet"):
        frame = gpd.read_parquet(path)
        assert frame.crs.to_epsg() == 4326
        assert json.loads(frame.to_json())["features"]


def test_seed_files_name_no_address_of_a_machine():
    for path in (STARTER / "seed").iterdir():
        assert not re.search(r"/(home|root|tmp|usr|work|Users)/", path.read_text(encoding="utf-8"))


def test_approximate_areas_of_a_square_are_in_the_given_proportions():
    square = shapely.box(430_000, 870_000, 440_000, 880_000)
    islet = shapely.box(441_000, 870_000, 441_500, 870_500)
    land = gpd.GeoDataFrame(geometry=[square, islet], crs=32647)
    points = gpd.GeoSeries.from_xy([432_000, 438_000], [875_000, 874_000], crs=32647)
    areas = approximate_areas(land, points, np.array([30.0, 10.0]))
    shapes = areas.to_crs(32647)
    assert shapely.coverage_is_valid(areas.geometry.to_numpy())
    assert (shapes.area / shapes.area.sum()).tolist() == pytest.approx([0.75, 0.25], abs=0.003)
    assert shapes.geometry.iloc[1].intersects(islet.centroid)
    assert shapes.contains(points).all()
