"""Many cities on worker processes: the same answers as one after the other, whatever happens."""

import json
from contextlib import nullcontext
from functools import partial

import dask
import geopandas as gpd
import pandas as pd
import pytest
from cities import (
    STREET_CITY,
    SYNTHETIC,
    die_always,
    die_once,
    listed,
    refuse,
    write_street,
)

from layers.cities.table import write_table
from layers.cities.work import cover_cities
from twin.errors import SetupError
from twin.studies.batch import open_client


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with three synthetic cities listed."""
    return tmp_path_factory.mktemp("cities")


@pytest.fixture(scope="module")
def cities(folder):
    return listed(folder, SYNTHETIC)


@pytest.fixture(scope="module")
def serial(cities, folder):
    """Answers worked out in this process, one after the other."""
    return answers(cover_cities(cities, folder / "serial", nullcontext()))


@pytest.fixture(scope="module")
def client(folder):
    with open_client(None, 2, folder / "dask") as client:
        yield client


def answers(outcomes):
    found = list(outcomes)
    assert not [one.fault for one in found if one.fault]
    return {one.city: one.answer for one in found}


def test_workers_answer_as_one_process_does(cities, serial, client, tmp_path):
    assert answers(cover_cities(cities, tmp_path, nullcontext(client))) == serial
    assert len({one.coverage for one in serial.values()}) == 3
    assert all(0 < one.rows[0].ratio < 1 for one in serial.values())


def test_city_of_a_killed_worker_is_answered_by_another(cities, serial, client, tmp_path):
    mark = tmp_path / "killed"
    function = partial(die_once, mark, "b")
    found = answers(cover_cities(cities, tmp_path / "kept", nullcontext(client), function=function))
    assert mark.exists()
    assert found == serial


def test_city_that_kills_every_worker_does_not_take_the_others_along(cities, serial, tmp_path):
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        open_client(None, 1, tmp_path / "dask") as client,
    ):
        function = partial(die_always, "a")
        found = {
            one.city: one
            for one in cover_cities(cities[:2], tmp_path, nullcontext(client), function=function)
        }
    assert "for lack of memory" in found["a"].fault.text.en
    assert found["b"].answer == serial["b"]


def test_what_is_answered_is_kept_until_an_input_changes(cities, serial, folder):
    kept = cover_cities(cities, folder / "serial", nullcontext(), function=refuse)
    assert answers(kept) == serial
    changed = [*cities[:2], cities[2].model_copy(update={"seed": 4})]
    outcomes = {one.city: one for one in cover_cities(changed, folder / "serial", nullcontext())}
    assert [one.seconds is None for one in outcomes.values()] == [True, True, False]
    assert outcomes["c"].answer != serial["c"]
    again = cover_cities(cities, folder / "serial", nullcontext(), again=True)
    assert all(one.seconds is not None for one in again)


def test_kept_answer_that_is_broken_is_worked_out_anew(cities, serial, folder):
    (folder / "serial" / f"{serial['a'].inputs}.json").write_text("{")
    outcomes = {one.city: one for one in cover_cities(cities, folder / "serial", nullcontext())}
    assert [one.seconds is None for one in outcomes.values()].count(False) == 1
    assert outcomes["a"].answer == serial["a"]


def test_city_without_its_files_does_not_stop_the_others(folder, serial, tmp_path):
    cities = listed(tmp_path, SYNTHETIC + STREET_CITY)
    outcomes = {one.city: one for one in cover_cities(cities, folder / "serial", nullcontext())}
    assert outcomes["street"].fault.field == "roads"
    assert outcomes["a"].answer == serial["a"]


@pytest.mark.parametrize("ending", ["csv", "json", "gpkg"])
def test_table_has_a_row_for_each_city_area_and_threshold(tmp_path, ending):
    write_street(tmp_path)
    cities = listed(tmp_path, SYNTHETIC.partition("[[city]]")[0] + STREET_CITY)
    outcomes = list(cover_cities(cities, tmp_path / "kept", nullcontext()))
    path = tmp_path / f"table.{ending}"
    assert write_table(path, cities, outcomes) == 6
    assert write_table(path, cities, outcomes) == 6  # in place of the first
    if ending == "gpkg":
        table = gpd.read_file(path)
        assert table.geometry.is_empty.sum() + table.geometry.isna().sum() == 2
        assert table.crs.to_epsg() == 4326
    elif ending == "csv":
        table = pd.read_csv(path)
    else:
        table = pd.DataFrame(json.loads(path.read_text())["rows"])
    assert len(table) == 6
    assert table["served"].tolist() == [10, 30, 10, 30, 0, 0]
    assert table["area_code"].fillna("").tolist() == ["", "", "W", "W", "E", "E"]
    assert set(table["name_th"]) == {"ถนนเดียว"}
    assert table["inputs"].str.len().eq(64).all()
    assert table["made_by"].str.contains("scipy").all()


def test_scheduler_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("twin.studies.batch.PATIENCE_S", 1)
    with (
        pytest.raises(SetupError, match="dask scheduler") as refused,
        open_client("tcp://127.0.0.1:9", 1, tmp_path),
    ):
        pytest.fail("there is no scheduler")
    assert refused.value.parameter == "scheduler"


def test_scheduler_elsewhere_is_used(cities, serial, client, tmp_path):
    address = client.scheduler.address
    with open_client(address, 0, tmp_path) as other:
        assert answers(cover_cities(cities[:1], tmp_path, nullcontext(other))) == {"a": serial["a"]}
    assert client.scheduler_info()["workers"]  # and left running
