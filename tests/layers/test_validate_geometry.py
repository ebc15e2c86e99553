"""Geometries: what cannot stand in a table is refused, what can be mended is mended and told."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

#: South-west corner of the toy island, and the place of `toy.here()`; metres of EPSG:32647.
X0, Y0 = 430_000.0, 870_000.0
MIDDLE = (X0 + 500, Y0 + 1000)


def test_check_layer_null_geometry_is_refused_with_its_properties(toy):
    path = toy.features((None, {"no": 1}), (toy.here(), {"no": 2}))
    checked = toy.check(toy.manifest(), path)
    assert toy.told(checked) == [(1, "geometry_missing", "refuse")]
    refused = checked.quarantined[0]
    assert (refused.row, refused.rules, refused.properties, refused.geom) == (
        1,
        ("geometry_missing",),
        {"no": 1},
        None,
    )
    assert checked.frame["no"].tolist() == [2]
    assert checked.rows_read == 2


def test_check_layer_empty_geometry_is_refused(toy, tmp_path):
    path = tmp_path / "x.gpkg"
    frame = gpd.GeoDataFrame({"no": [1]}, geometry=[shapely.LineString()], crs=4326)
    frame.to_file(path)
    checked = toy.check(toy.manifest("MultiLineString"), path)
    assert toy.told(checked) == [(1, "geometry_empty", "refuse")]


def test_check_layer_bow_tie_is_repaired_and_noted(toy):
    tie = toy.degrees(
        shapely.Polygon([(X0, Y0), (X0 + 900, Y0 + 900), (X0 + 900, Y0), (X0, Y0 + 900)])
    )
    checked = toy.check(toy.manifest("MultiPolygon"), toy.features((tie, {"no": 1})))
    assert toy.told(checked) == [(1, "geometry_invalid", "note")]
    assert "Self-intersection" in checked.faults[0].value
    repaired = checked.frame.geometry.iloc[0]
    assert repaired.is_valid
    assert repaired.geom_type == "MultiPolygon"
    assert shapely.get_num_geometries(repaired) == 2


def test_check_layer_line_of_one_place_is_refused_since_a_repair_makes_a_point(toy):
    line = shapely.LineString([toy.here(), toy.here()])
    checked = toy.check(toy.manifest("MultiLineString"), toy.features((line, {"no": 1})))
    assert toy.told(checked) == [(1, "geometry_invalid", "refuse")]
    assert checked.quarantined[0].geom.equals(line)


@pytest.mark.parametrize(
    ("geometry_type", "shape"),
    [
        ("Point", shapely.MultiPoint([(98.3, 7.9), (98.4, 7.9)])),
        ("Point", shapely.LineString([(98.3, 7.9), (98.4, 7.9)])),
        ("MultiLineString", shapely.box(98.3, 7.9, 98.31, 7.91)),
        ("MultiPolygon", shapely.GeometryCollection([shapely.Point(98.3, 7.9)])),
    ],
)
def test_check_layer_wrong_geometry_type_is_refused(toy, geometry_type, shape):
    path = toy.features((shape, {"no": 1}))
    checked = toy.check(toy.manifest(geometry_type), path)
    assert (1, "geometry_type", "refuse") in toy.told(checked)
    assert len(checked.frame) == 0


@pytest.mark.parametrize(
    ("geometry_type", "single"),
    [
        ("MultiPoint", shapely.Point(MIDDLE)),
        ("MultiLineString", shapely.LineString([MIDDLE, (X0 + 10, Y0 + 10)])),
        ("MultiPolygon", shapely.box(X0, Y0, X0 + 5, Y0 + 5)),
    ],
)
def test_check_layer_single_geometry_becomes_its_multi(toy, geometry_type, single):
    path = toy.features((toy.degrees(single), {"no": 1}))
    checked = toy.check(toy.manifest(geometry_type), path)
    assert checked.faults == []
    assert checked.frame.geometry.iloc[0].geom_type == geometry_type


def test_check_layer_multipoint_of_one_is_a_point(toy):
    path = toy.features((shapely.MultiPoint([toy.here()]), {"no": 1}))
    assert toy.check(toy.manifest(), path).frame.geometry.iloc[0].geom_type == "Point"


def test_check_layer_heights_are_dropped_and_said_so(toy):
    lon, lat = toy.lon_lat(*MIDDLE)
    path = toy.features((shapely.Point(lon, lat, 12.5), {"no": 1}))
    checked = toy.check(toy.manifest(), path)
    assert toy.told(checked) == [(None, "value_converted", "note")]
    assert not checked.frame.geometry.iloc[0].has_z


def test_check_layer_zero_heights_are_nothing_to_tell(toy):
    lon, lat = toy.lon_lat(*MIDDLE)
    path = toy.features((shapely.Point(lon, lat, 0.0), {"no": 1}))
    assert toy.check(toy.manifest(), path).faults == []


@pytest.mark.parametrize(
    ("xy", "hint"),
    [
        ((7.9, 98.3), "swapped"),
        ((433_685.0, 872_185.0), "metres of UTM"),
        ((98.3, -90.0), "no place on earth"),
    ],
)
def test_check_layer_coordinates_off_the_earth_are_refused_with_a_hint(toy, xy, hint):
    source = {"checks": {"outside_province": "note"}}
    path = toy.features((shapely.Point(xy), {"no": 1}))
    checked = toy.check(toy.manifest(source=source), path)
    assert toy.told(checked) == [(1, "geometry_invalid", "refuse")]
    assert hint in checked.faults[0].message_en
    assert checked.quarantined[0].geom is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_check_layer_coordinates_that_are_not_finite_are_refused(toy, tmp_path, bad):
    path = tmp_path / "x.parquet"
    with np.errstate(invalid="ignore"):
        line = shapely.linestrings([[98.3, 7.9], [98.31, bad]])
    gpd.GeoDataFrame({"no": [1]}, geometry=[line], crs=4326).to_parquet(path)
    checked = toy.check(toy.manifest("MultiLineString"), path)
    assert toy.told(checked) == [(1, "geometry_invalid", "refuse")]
    assert checked.quarantined[0].geom is None
