"""Land cover by unit and year on the toy island, and what became what; then on the real data."""

import json
from contextlib import nullcontext
from threading import Thread
from time import sleep

import numpy as np
import pytest
import rasterio
import rasterio.features
from shapely import box
from sqlalchemy import text

from twin.db.engine import make_engine
from twin.errors import InvalidInputError, NotFoundError
from twin.memo import Memo
from twin.queries.catalogue import get_layer, list_layers
from twin.rasters.files import raster_file
from twin.rasters.kinds import find_years
from twin.rasters.land_cover import ask_land_cover
from twin.rasters.zonal import measure_zone
from twin.spec import Title
from twin.testing import (
    CELL_M,
    SIDE,
    make_columns,
    make_raster_spec,
    publish_raster,
    publish_toy,
)

CELL_M2 = CELL_M**2
BUILT, GREEN, WATER = 1, 2, 3

#: From north to south, as rasters are: all green but for a pond.
FIRST = np.full((SIDE, SIDE), GREEN)
FIRST[2, 0] = WATER

#: The two northern rows are built on; the pond is filled; one cell of the first row is unknown.
LAST = FIRST.copy()
LAST[:2] = BUILT
LAST[2, 0] = GREEN
LAST[0, 4] = 0

COVER = {
    2018: FIRST,
    2021: np.where(LAST == BUILT, GREEN, LAST),
    # Finer cells than in the first year.
    2025: LAST.repeat(2, axis=0).repeat(2, axis=1),
}


def publish_cover(connection, folder):
    titles = {"1": ("สิ่งปลูกสร้าง", "Built-up"), "2": ("พืชพรรณ", "Vegetation"), "3": ("น้ำ", "Water")}
    values = {code: Title(th=th, en=en) for code, (th, en) in titles.items()}
    column = make_columns(cover="integer")[0].model_copy(update={"values": values})
    for year, cover in COVER.items():
        spec = make_raster_spec(f"land_cover_{year}", column, {"colors": {"1": "#ff0000"}})
        publish_raster(connection, folder, spec, cover, nodata=0)


@pytest.fixture
def island(connection, tmp_path):
    publish_toy(connection)
    publish_cover(connection, tmp_path)

    def ask(by="tambon", first=None, last=None):
        return ask_land_cover(lambda: nullcontext(connection), tmp_path, by, (first, last))

    return ask


def cells(areas):
    return (np.array(areas) / CELL_M2).round(3).tolist()


def test_areas_by_tambon_and_year(island):
    found = island()
    assert [one.year for one in found.years] == [2018, 2021, 2025]
    assert [one.value for one in found.classes] == [BUILT, GREEN, WATER]
    assert [one.unit.code for one in found.units] == ["830101", "830102"]
    west, east = found.units
    assert cells(west.areas_m2) == [[0, 9, 1], [0, 10, 0], [4, 6, 0]]
    assert cells(east.areas_m2) == [[0, 15, 0], [0, 14, 0], [5, 9, 0]]


def test_change_tells_what_became_what_where_both_years_have_data(island):
    west, east = island().units
    assert cells(west.change_m2) == [[0, 0, 0], [4, 5, 0], [0, 1, 0]]
    assert cells(east.change_m2) == [[0, 0, 0], [5, 9, 0], [0, 0, 0]]


def test_change_is_between_the_years_asked_for(island):
    found = island("amphoe", 2018, 2021)
    assert [one.year for one in found.years] == [2018, 2021]
    (whole,) = found.units
    assert cells(whole.change_m2) == [[0, 0, 0], [0, 23, 0], [0, 1, 0]]


def test_one_year_changes_into_itself(island):
    (whole,) = island("amphoe", 2021, 2021).units
    assert cells(whole.change_m2) == [[0, 0, 0], [0, 24, 0], [0, 0, 0]]


def test_classes_keep_their_titles_and_colours(island):
    built, green, _ = island().classes
    assert (built.titles.th, built.color) == ("สิ่งปลูกสร้าง", "#ff0000")
    assert green.titles.en == "Vegetation"
    assert green.color.startswith("#")


@pytest.mark.parametrize(
    ("span", "parameter"),
    [
        ((2019, None), "from"),
        ((None, 2024), "to"),
        ((2025, 2018), "to"),
        ((0, None), "from"),
        ((None, 0), "to"),
    ],
)
def test_year_that_is_not_there_is_refused_with_those_that_are(island, span, parameter):
    with pytest.raises(InvalidInputError, match=r"2018, 2021, 2025") as refusal:
        island("tambon", *span)
    assert refusal.value.parameter == parameter


def test_unit_layer_that_is_not_loaded_is_not_found(island):
    with pytest.raises(NotFoundError, match="province"):
        island("province")


def test_without_land_cover_there_is_nothing_to_tell(connection, tmp_path):
    publish_toy(connection)
    with pytest.raises(NotFoundError):
        ask_land_cover(lambda: nullcontext(connection), tmp_path, "tambon", (None, None))


def test_layers_that_only_look_like_land_cover_are_left_aside(connection, tmp_path):
    publish_cover(connection, tmp_path)
    heights = make_columns(height="number")[0]
    spec = make_raster_spec("land_cover_1999", heights, {"range": [0, 1]})
    publish_raster(connection, tmp_path, spec, FIRST, nodata=0)
    assert [one.year for one in find_years(list_layers(connection))] == [2018, 2021, 2025]


def test_answer_is_kept_until_a_layer_changes(island, connection, tmp_path):
    found = island()
    assert island() is found
    assert island("amphoe") is not found
    with rasterio.open(tmp_path / "land_cover_2025.tif", "r+") as raster:
        raster.write(np.full((2 * SIDE, 2 * SIDE), WATER, dtype="int16"), 1)
    assert island() is found
    connection.execute(text("UPDATE twin.layer SET revision = 2 WHERE id = 'land_cover_2025'"))
    assert cells(island().units[0].areas_m2)[-1] == [0, 0, 10]


def test_memo_forgets_the_longest_unused():
    memo = Memo(2)
    asked = []
    for key in "abacab":
        assert memo.get(key, lambda key=key: asked.append(key) or key.upper()) == key.upper()
    assert asked == ["a", "b", "c", "b"]
    assert len(memo) == 2


def test_memo_works_out_one_answer_for_many_who_ask_at_once():
    memo, asked = Memo(2), []

    def work_out():
        asked.append(1)
        sleep(0.05)
        return "answer"

    answers = []
    threads = [Thread(target=lambda: answers.append(memo.get(1, work_out))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, asked) == (["answer"] * 5, [1])


def test_memo_does_not_keep_a_fault():
    memo = Memo(2)
    with pytest.raises(ZeroDivisionError):
        memo.get(1, lambda: 1 / 0)
    assert memo.get(1, lambda: "answer") == "answer"


@pytest.fixture(scope="module")
def real(phuket):
    engine = make_engine(phuket.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection, phuket.raster_dir
    engine.dispose()


@pytest.mark.real_data
@pytest.mark.parametrize("year", [2018, 2022, 2025])
def test_real_class_areas_are_those_of_the_source_pixels(real, data_dir, year):
    connection, folder = real
    layer = get_layer(connection, f"land_cover_{year}")
    with rasterio.open(data_dir / f"raster/landcover_s2_10m_{year}.tif") as source:
        values = source.read(1)
    zone = measure_zone(layer, raster_file(layer, folder), box(*layer.bbox))
    for one in zone.classes:
        assert one.area_m2 == pytest.approx((values == one.value).sum() * 100, rel=1e-9)


@pytest.mark.real_data
def test_real_tambon_add_up_to_the_province(real):
    connection, folder = real
    tambon, province = (
        ask_land_cover(lambda: nullcontext(connection), folder, by, (None, None))
        for by in ("tambon", "province")
    )
    assert len(tambon.units) == 17
    for table in ("areas_m2", "change_m2"):
        parts = np.sum([getattr(unit, table) for unit in tambon.units], axis=0)
        (whole,) = (np.array(getattr(unit, table)) for unit in province.units)
        assert np.allclose(parts, whole, rtol=1e-5, atol=100)


@pytest.mark.real_data
def test_real_change_is_what_numpy_counts(real):
    connection, folder = real
    found = ask_land_cover(lambda: nullcontext(connection), folder, "province", (2018, 2025))
    (unit,) = found.units
    files = [raster_file(year.layer, folder) for year in (found.years[0], found.years[-1])]
    with rasterio.open(files[0]) as first, rasterio.open(files[1]) as last:
        geom = connection.execute(
            text("SELECT ST_AsGeoJSON(ST_Transform(geom, 32647)) FROM layer.province")
        ).scalar_one()
        inside = rasterio.features.geometry_mask(
            [json.loads(geom)], first.shape, first.transform, invert=True
        )
        before, after = first.read(1)[inside], last.read(1)[inside]
    codes = [one.value for one in found.classes]
    counted = [[((before == a) & (after == b)).sum() * 100 for b in codes] for a in codes]
    # Cells on the coast are in or out for rasterio, and in by their share for us.
    assert np.allclose(unit.change_m2, counted, rtol=0.02, atol=60_000)
