"""The judge of tiles finds what is wrong with a tile, and only that."""

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from benchmarks.judge import Grid, Judge

from twin.crs import TILE_SRID
from twin.testing import make_columns, make_spec

TILE = (14, 12669, 7832)
GRID = Grid(*TILE)


def place(x, y):
    return GRID.to_metres(x, y)


LINE = shapely.MultiLineString([[place(100, 100), place(2000, 1500), place(4000, 1500)]])
FAR = shapely.MultiLineString([[place(9000, 100), place(9500, 100)]])
AREA = shapely.MultiPolygon([shapely.box(*place(500, 500), *place(2500, 2500))])


def judge_of(geometry_type, shapes):
    spec = make_spec("things", geometry_type, columns=make_columns(code="text", lanes="integer"))
    rows = gpd.GeoDataFrame(
        {
            "id": range(1, len(shapes) + 1),
            "code": ["a", "b", "c"][: len(shapes)],
            "lanes": [2, None, None][: len(shapes)],
        },
        geometry=shapes,
        crs=TILE_SRID,
    )
    return Judge(spec, rows)


def tile_of(*features):
    layer = {
        "name": "things",
        "features": [
            {"id": number, "geometry": on_grid(shape).wkt, "properties": properties}
            for number, shape, properties in features
        ],
    }
    return mapbox_vector_tile.encode([layer], default_options={"extents": 4096})


def on_grid(shape):
    corner = np.array(place(0, 0))
    return shapely.transform(shape, lambda xy: np.round((xy - corner) / GRID.unit_m))


RIGHT = {"code": "a", "lanes": 2}


def moved(shape, units):
    return shapely.transform(shape, lambda xy: xy + np.array([units * GRID.unit_m, 0]))


@pytest.fixture
def lines():
    return judge_of("MultiLineString", [LINE, FAR])


def reasons(judge, tile):
    return [fault.reason for fault in judge.faults(TILE, tile)]


def test_tile_as_the_layer_has_it_has_no_faults(lines):
    assert not reasons(lines, tile_of((1, LINE, RIGHT)))


def test_area_as_the_layer_has_it_has_no_faults():
    assert not reasons(judge_of("MultiPolygon", [AREA]), tile_of((1, AREA, RIGHT)))


def test_point_as_the_layer_has_it_has_no_faults():
    point = shapely.Point(place(300, 300))
    judge = judge_of("Point", [point])
    assert not reasons(judge, tile_of((1, point, RIGHT)))
    assert reasons(judge, tile_of((1, moved(point, 5), RIGHT)))


def test_missing_feature_is_found(lines):
    assert "not in the tile" in reasons(lines, b"")[0]


def test_feature_left_out_of_a_thinned_tile_is_no_fault(lines):
    assert not lines.faults(TILE, b"", thinned=True)


def test_feature_that_lies_elsewhere_is_found(lines):
    assert "does not lie there" in reasons(lines, tile_of((1, LINE, RIGHT), (2, LINE, {})))[0]


def test_feature_below_its_zoom_is_found(lines):
    late = Judge(lines.spec.model_copy(update={"min_zoom": 15}), lines.rows.reset_index())
    assert "not shown at this zoom" in reasons(late, tile_of((1, LINE, RIGHT)))[0]


@pytest.mark.parametrize(
    "wrong", [{"code": "a"}, {"code": "b", "lanes": 2}, {**RIGHT, "more": 1}], ids=str
)
def test_wrong_attribute_is_found(lines, wrong):
    assert len(reasons(lines, tile_of((1, LINE, wrong)))) == 1


def test_moved_geometry_is_found(lines):
    found = reasons(lines, tile_of((1, moved(LINE, 6), RIGHT)))
    assert "beyond" in found[0]


def test_one_unit_off_is_within_the_precision(lines):
    assert not reasons(lines, tile_of((1, moved(LINE, 0.9), RIGHT)))


def test_missing_part_of_a_line_is_found(lines):
    half = shapely.MultiLineString([LINE.geoms[0].coords[:2]])
    assert "lacks a part" in reasons(lines, tile_of((1, half, RIGHT)))[0]


def test_missing_part_of_an_area_is_found():
    half = shapely.box(*place(500, 500), *place(1500, 2500))
    assert "lacks a part" in reasons(judge_of("MultiPolygon", [AREA]), tile_of((1, half, RIGHT)))[0]


def test_generalisation_widens_the_tolerance(lines):
    points = judge_of("Point", [shapely.Point(place(1, 1))])
    assert lines.tolerance_m(12) > points.tolerance_m(12) > lines.tolerance_m(13)
