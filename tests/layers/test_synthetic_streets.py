from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.synthetic import synthetic_buildings, synthetic_facilities, synthetic_streets
from layers.synthetic.graph import gabriel_edges, spanning_forest
from twin.errors import InvalidInputError


def island(people=(9000, 3000, 500)):
    """Three districts side by side on an island with a bay, 10 km by 12 km, and an islet."""
    x, y = 425_000, 870_000
    bay = shapely.box(x + 6000, y + 4000, x + 9500, y + 9000)
    main = shapely.box(x, y, x + 9000, y + 12_000) - bay
    districts = [
        main & shapely.box(x + 3000 * i, y, x + 3000 * (i + 1), y + 12_000) for i in range(3)
    ]
    areas = gpd.GeoDataFrame({"pop_2021": people}, geometry=districts, crs=32647)
    islet = shapely.box(x + 12_000, y, x + 13_000, y + 1000)
    return areas, gpd.GeoDataFrame(geometry=[islet, main], crs=32647)


def corners(streets):
    ends = shapely.get_coordinates(streets.geometry.to_numpy())
    _, number = np.unique(ends, axis=0, return_inverse=True)
    return number.reshape(-1, 2)


def components(edges):
    n = int(edges.max()) + 1
    _, labels = spanning_forest(n, edges, np.zeros(len(edges)))
    return len(np.unique(labels))


@pytest.fixture(scope="module")
def town():
    areas, land = island()
    return areas, land, synthetic_streets(areas, land, 6000, seed=5)


def test_gabriel_edges_square_with_centre_gives_spokes_only():
    xy = np.array([[0.0, 0.0], [0.0, 2.0], [1.0, 1.0], [2.0, 0.0], [2.0, 2.0]])
    edges = {tuple(edge) for edge in gabriel_edges(xy).tolist()}
    assert {(0, 2), (1, 2), (2, 3), (2, 4)} <= edges
    assert (0, 4) not in edges
    assert (1, 3) not in edges


def test_spanning_forest_two_parts_gives_lightest_trees():
    edges = np.array([[0, 1], [1, 2], [0, 2], [3, 4]])
    chosen, labels = spanning_forest(6, edges, np.array([1.0, 3.0, 2.0, 9.0]))
    assert chosen.tolist() == [True, False, True, True]
    assert labels[0] == labels[1] == labels[2]
    assert labels[3] == labels[4]
    assert len(set(labels.tolist())) == 3


@given(st.integers(2, 40), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_spanning_forest_random_graph_has_n_minus_components_edges(n, seed):
    rng = np.random.default_rng(seed)
    edges = np.unique(np.sort(rng.integers(0, n, (2 * n, 2)), axis=1), axis=0)
    edges = edges[edges[:, 0] < edges[:, 1]]
    chosen, labels = spanning_forest(n, edges, rng.random(len(edges)))
    assert chosen.sum() == n - len(np.unique(labels))
    assert (labels[edges[:, 0]] == labels[edges[:, 1]]).all()
    again, _ = spanning_forest(n, edges[chosen], np.zeros(int(chosen.sum())))
    assert again.all()  # no cycle among the chosen


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(3000, 5000))
@settings(max_examples=20, deadline=None)
def test_streets_any_seed_are_exact_connected_and_on_land(seed, n):
    areas, land = island()
    streets = synthetic_streets(areas, land, n, seed)
    assert len(streets) == n
    assert components(corners(streets)) == 1
    assert streets.within(land.geometry.iloc[1]).all()
    assert not streets.geometry.duplicated().any()


def test_streets_same_seed_gives_the_same_and_another_seed_others(town):
    areas, land, streets = town
    assert streets.equals(synthetic_streets(areas, land, 6000, seed=5))
    assert not streets.equals(synthetic_streets(areas, land, 6000, seed=6))


def test_streets_are_denser_where_more_people_live(town):
    areas, _, streets = town
    middles = streets.geometry.interpolate(0.5, normalized=True)
    density = [middles.within(area).sum() / area.area for area in areas.geometry]
    assert density[0] > 1.5 * density[1] > 1.5 * density[2]


def test_streets_have_a_hierarchy_of_main_roads_that_hang_together(town):
    streets = town[2]
    main = streets[streets["highway"].isin(["primary", "secondary", "tertiary"])]
    length = main.length.groupby(main["highway"]).sum()
    assert set(streets["highway"]) <= {
        "primary", "secondary", "tertiary", "unclassified", "residential",
    }  # fmt: skip
    assert (length > 0).all()
    assert len(length) == 3
    assert components(corners(main)) == 1


def test_streets_meet_only_at_corners(town):
    lines = town[2].geometry.to_numpy()
    assert len(shapely.STRtree(lines).query(lines, predicate="crosses")[0]) == 0


def test_streets_in_degrees_give_the_same_network(town):
    areas, land, streets = town
    again = synthetic_streets(areas.to_crs(4326), land.to_crs(4326), 6000, seed=5)
    assert again.crs.to_epsg() == 32647
    assert len(again) == len(streets)


def test_streets_too_few_are_refused_with_the_least_number():
    areas, land = island()
    with pytest.raises(InvalidInputError, match="3000"):
        synthetic_streets(areas, land, 2999, seed=1)


def test_streets_on_land_too_small_are_refused():
    land = gpd.GeoDataFrame({"pop_2021": [5]}, geometry=[shapely.box(0, 0, 900, 900)], crs=32647)
    with pytest.raises(InvalidInputError) as refused:
        synthetic_streets(land, land, 3000, seed=1)
    assert refused.value.parameter == "land"


def test_facilities_lie_beside_streets_on_land(town):
    _, land, streets = town
    facilities = synthetic_facilities(streets, 500, seed=2)
    assert facilities["facility_no"].tolist() == list(range(1, 501))
    assert facilities.within(land.geometry.iloc[1]).all()
    nearest = facilities.sjoin_nearest(streets, distance_col="distance_m")["distance_m"]
    assert nearest.max() <= 10.02
    assert facilities["amenity"].value_counts().index[0] == "school"


@pytest.mark.parametrize("n", [0, 1, 3000, 40_000])
def test_buildings_any_number_are_valid_rectangles_on_land(town, n):
    _, land, streets = town
    buildings = synthetic_buildings(streets, n, seed=3)
    assert len(buildings) == n
    assert buildings.is_valid.all()
    assert buildings.within(land.geometry.iloc[1]).all()


def test_buildings_same_seed_gives_the_same(town):
    streets = town[2]
    one, two = (synthetic_buildings(streets, 200, seed=4) for _ in range(2))
    assert one.equals(two)


@pytest.mark.parametrize("make", [synthetic_facilities, synthetic_buildings])
def test_sites_without_streets_are_refused(town, make):
    with pytest.raises(InvalidInputError, match="0 streets"):
        make(town[2].iloc[:0], 5, seed=1)
    with pytest.raises(InvalidInputError, match="-1"):
        make(town[2], -1, seed=1)
