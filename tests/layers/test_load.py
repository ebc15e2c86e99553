"""Loading: idempotent by content, whole or not at all, every fault kept."""

import hashlib
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select, text, update

from layers.content import is_loaded
from layers.edition import Choice, loaded_edition, real_data, starter
from layers.load import Loader
from layers.manifest import read_catalogue
from twin.db.engine import make_engine
from twin.db.models import Fault, Layer, Load, Quarantine
from twin.errors import LayerFileError, NotFoundError

PHUKET_COUNTS = {
    "province": 1,
    "amphoe": 3,
    "tambon": 17,
    "land": 30,
    "road": 793,
    "waterway": 2203,
    "bus_line": 6,
    "stop": 131,
    "facility": 200,
    "poi": 5239,
    "population": 567,
    "population_aged": 9,
}


@pytest.fixture(scope="module")
def manifests():
    return read_catalogue()


@pytest.fixture(scope="module")
def loaded(new_database, manifests, tmp_path_factory):
    """A database with the starter edition, to be copied; what became of each layer."""
    engine = make_engine(new_database("loaded"))
    loader = Loader(engine, manifests, starter(), tmp_path_factory.mktemp("raster"))
    loads = loader.load_all()
    engine.dispose()
    return loads


@pytest.fixture
def engine(new_database, request):
    request.getfixturevalue("loaded")
    name = hashlib.md5(request.node.name.encode(), usedforsecurity=False).hexdigest()
    engine = make_engine(new_database(f"load_{name}", "loaded"))
    yield engine
    engine.dispose()


@pytest.fixture
def folder(tmp_path):
    """A copy of the starter's files, to be changed by the test."""
    shutil.copytree(starter().root, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def loader(engine, folder, manifests, tmp_path):
    return Loader(engine, manifests, Choice("starter", folder), tmp_path / "raster")


def manifest_of(manifests, layer):
    return next(manifest for manifest in manifests if manifest.id == layer)


def layers(engine):
    with engine.begin() as connection:
        return {row.id: row for row in connection.execute(select(Layer))}


def change_places(folder):
    path = folder / "place.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Saphan Hin", "Saphan Hin Park", 1))


def test_load_twice_changes_nothing(loader, engine, loaded):
    before = layers(engine)
    second = loader.load_all()
    assert {load.outcome for load in loaded} == {"loaded"}
    assert {load.outcome for load in second} == {"unchanged"}
    assert layers(engine) == before
    with engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(Load)) == len(loaded)


def test_load_all_tells_each_layer_once_before_and_once_after(loader, manifests):
    told = []
    loads = loader.load_all(lambda layer, step: told.append((layer, step)))
    expected = [manifest.id for manifest in manifests if "starter" in manifest.sources]
    assert [layer for layer, step in told if step == "check"] == expected
    assert [layer for layer, step in told if step != "check"] == expected
    assert [step for _, step in told if step != "check"] == [load.outcome for load in loads]


def test_is_loaded_follows_the_files(loader, manifests, engine, folder):
    def is_current():
        with engine.begin() as connection:
            return is_loaded(connection, manifests, loader.choice, loader.raster_dir)

    assert is_current()
    change_places(folder)
    assert not is_current()
    loader.load_all()
    assert is_current()
    (folder / "road.parquet").unlink()
    assert not is_current()


def test_load_changed_file_bumps_only_its_revision(loader, folder):
    change_places(folder)
    outcomes = {load.layer_id: load for load in loader.load_all()}
    assert outcomes["place"].outcome == "loaded"
    assert outcomes["place"].revision == 2
    assert {load.outcome for load in outcomes.values()} - {"loaded"} == {"unchanged"}
    assert sum(load.outcome == "loaded" for load in outcomes.values()) == 1


def test_load_records_provenance_and_counts(engine):
    road = layers(engine)["road"]
    assert road.provenance == "synthetic"
    assert road.edition == "starter"
    assert road.feature_count > 20_000
    assert isinstance(road.valid_date, date)
    west, south, east, north = road.bbox
    assert 98.2 < west < east < 98.5
    assert 7.7 < south < north < 8.25
    with engine.begin() as connection:
        counts = "SELECT (SELECT count(*) FROM layer.road), (SELECT count(*) FROM tile.road)"
        assert connection.execute(text(counts)).one() == (road.feature_count,) * 2


def test_load_place_without_position_is_quarantined_with_its_reason(engine):
    with engine.begin() as connection:
        refused = connection.execute(select(Quarantine).where(Quarantine.layer_id == "place")).all()
        faults = connection.execute(select(Fault).where(Fault.layer_id == "place")).all()
    assert [row.properties["name_en"] for row in refused] == ["Rassada pier"]
    assert refused[0].rules == ["geometry_missing"]
    [fault] = [fault for fault in faults if fault.severity == "refuse"]
    assert fault.row == refused[0].row
    assert fault.message_th != fault.message_en


def test_load_file_without_one_usable_row_keeps_the_old_layer(loader, manifests, engine, folder):
    path = folder / "place.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(LayerFileError, match="place"):
        loader.load(manifest_of(manifests, "place"))
    assert layers(engine)["place"].revision == 1
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM layer.place")) > 40


def test_load_with_a_view_on_the_old_table_names_it_and_keeps_both(
    loader, manifests, engine, folder
):
    with engine.begin() as connection:
        connection.execute(text("CREATE VIEW public.my_places AS SELECT id FROM layer.place"))
    change_places(folder)
    with pytest.raises(LayerFileError, match="my_places"):
        loader.load(manifest_of(manifests, "place"))
    assert layers(engine)["place"].revision == 1


def test_load_missing_file_is_told_and_its_layer_retired(loader, engine, folder):
    (folder / "road.parquet").unlink()
    outcomes = {load.layer_id: load.outcome for load in loader.load_all()}
    assert outcomes["road"] == "missing"
    assert "road" not in layers(engine)
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT to_regclass('layer.road')")) is None


def test_load_of_an_edition_with_one_broken_file_changes_no_layer(loader, engine, folder):
    change_places(folder)
    (folder / "population.csv").write_text("nothing\n1\n", encoding="utf-8")
    before = layers(engine)
    with pytest.raises(LayerFileError, match=r"population\.csv"):
        loader.load_all()
    assert layers(engine) == before


def test_load_by_two_at_once_changes_the_layer_once(loader, manifests, folder):
    change_places(folder)
    place = manifest_of(manifests, "place")
    with ThreadPoolExecutor(2) as pool:
        loads = list(pool.map(loader.load, [place, place]))
    assert sorted((load.outcome, load.revision) for load in loads) == [
        ("loaded", 2),
        ("unchanged", 2),
    ]


def test_edition_changed_half_way_counts_as_none_and_is_mended(loader, engine):
    def edition():
        with engine.begin() as connection:
            return loaded_edition(connection)

    assert edition() == "starter"
    with engine.begin() as connection:
        connection.execute(
            update(Layer).where(Layer.id == "land").values(edition="phuket", content_sha256="")
        )
    assert edition() is None
    loader.load_all()
    assert edition() == "starter"


def test_load_layer_that_the_edition_has_not_is_named(loader, manifests):
    with pytest.raises(NotFoundError, match="starter does not have the layer stop"):
        loader.load(manifest_of(manifests, "stop"))


KILLED = """
import os, signal, sys
from pathlib import Path
import layers.load
from layers.edition import Choice
from layers.load import Loader
from layers.manifest import read_catalogue
from twin.db.engine import make_engine

url, folder, raster, moment = sys.argv[1:]
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
setattr(layers.load, moment, die)
manifests = read_catalogue()
loader = Loader(make_engine(url), manifests, Choice("starter", Path(folder)), Path(raster))
loader.load(next(manifest for manifest in manifests if manifest.id == "place"))
"""


@pytest.mark.parametrize("moment", ["check_layer", "publish", "register", "record"])
def test_loader_killed_leaves_the_old_layer_whole(
    moment, loader, manifests, engine, folder, tmp_path
):
    with engine.begin() as connection:
        before = connection.execute(text("SELECT * FROM layer.place ORDER BY id")).all()
    change_places(folder)
    url = engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(folder), str(tmp_path), moment], check=False
    )
    assert done.returncode == -signal.SIGKILL
    with engine.begin() as connection:
        assert connection.execute(text("SELECT * FROM layer.place ORDER BY id")).all() == before
        assert connection.scalar(text("SELECT to_regclass('stage.place')")) is None
    assert layers(engine)["place"].revision == 1
    assert loader.load(manifest_of(manifests, "place")).revision == 2


@pytest.mark.real_data
def test_load_phuket_gives_the_known_counts_and_faults(phuket_url):
    engine = make_engine(phuket_url)
    catalogue = layers(engine)
    assert {layer: catalogue[layer].feature_count for layer in PHUKET_COUNTS} == PHUKET_COUNTS
    assert {row.edition for row in catalogue.values()} == {"phuket"}
    rasters = {"elevation", "land_cover_2018", "land_cover_2022", "land_cover_2025"}
    assert {layer for layer, row in catalogue.items() if row.kind == "raster"} == rasters
    with engine.begin() as connection:
        counted = connection.execute(
            select(Fault.layer_id, Fault.rule, func.count()).group_by(Fault.layer_id, Fault.rule)
        )
        faults = {(row.layer_id, row.rule): row.count for row in counted}
    assert faults["stop", "outside_province"] == 6
    assert faults["facility", "outside_province"] == 4
    assert faults["poi", "outside_province"] == 1
    assert faults["facility", "duplicate_feature"] == 45
    engine.dispose()


@pytest.mark.real_data
def test_load_other_edition_retires_what_it_has_not(loader, manifests, engine, data_dir, tmp_path):
    Loader(engine, manifests, real_data(data_dir), tmp_path / "raster").load_all()
    assert "waterway" in layers(engine)
    loader.load_all()
    assert {row.edition for row in layers(engine).values()} == {"starter"}
    assert "waterway" not in layers(engine)
    assert list((tmp_path / "raster").iterdir()) == []
