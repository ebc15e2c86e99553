"""OpenStreetMap data into a database: from a download, or from a file of one's own."""

import shutil

import osmium
import pytest
import shapely
from osmium.osm.mutable import Node, Way
from sqlalchemy import select, text

from api.commands.loading import load_file, load_layers
from layers.content import is_loaded
from layers.edition import Choice, starter
from layers.load import Loader
from layers.located import locate
from layers.manifest import read_catalogue
from layers.own import forget, own_file, take_in
from twin.db.engine import make_engine
from twin.db.models import Fault, Layer, Quarantine
from twin.errors import LayerFileError, NotFoundError
from twin.settings import Settings

MANIFESTS = read_catalogue()
ROAD = next(manifest for manifest in MANIFESTS if manifest.id == "road")
FACILITY = next(manifest for manifest in MANIFESTS if manifest.id == "facility")
LOADED = [each for each in MANIFESTS if each.id in ("land", "tambon", "road", "facility")]
#: Phuket town, on land in both editions.
LON, LAT = 98.39, 7.885


def write(path, day="2026-05-19"):
    """Write a small extract: a road, one in Bangkok, one without nodes; a school."""
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", f"{day}T20:21:22Z")
    with osmium.SimpleWriter(path, header=header, overwrite=True) as writer:
        for number in range(3):
            writer.add_node(Node(id=number + 1, location=(LON + number / 1000, LAT)))
        writer.add_node(Node(id=4, location=(100.5, 13.75)))
        writer.add_node(Node(id=5, location=(100.6, 13.75)))
        school = {"amenity": "school", "name": "โรงเรียน"}
        writer.add_node(Node(id=6, location=(LON, LAT + 0.001), tags=school))
        tags = {"highway": "primary", "name:en": "Phuket Road", "maxspeed": "TH:urban"}
        tags |= {"bridge": "yes", "layer": "1", "oneway": "-1"}
        writer.add_way(Way(id=11, nodes=[1, 2, 3], tags=tags))
        writer.add_way(Way(id=12, nodes=[4, 5], tags={"highway": "primary"}))
        writer.add_way(Way(id=13, nodes=[8, 9], tags={"highway": "path", "name": "หาย"}))
    return path


@pytest.fixture(scope="module")
def template(new_database):
    """A database with the bundled reference layers and roads."""
    engine = make_engine(new_database("osm"))
    Loader(engine, LOADED, starter(), None).load_all()
    engine.dispose()
    return "osm"


@pytest.fixture
def engine(new_database, template, request):
    engine = make_engine(new_database(f"osm_{abs(hash(request.node.name))}", template))
    yield engine
    engine.dispose()


@pytest.fixture
def told(tmp_path):
    return Settings(home=tmp_path / "home")


@pytest.fixture
def choice(told):
    return starter().at_home(told)


def layer_row(engine, layer="road"):
    with engine.begin() as connection:
        return connection.execute(select(Layer).where(Layer.id == layer)).one()


def test_extract_is_loaded_with_its_columns_faults_and_quarantine(engine, told, choice, tmp_path):
    file = write(tmp_path / "town.osm.pbf")
    load = load_file(engine, told, choice, "road", file)
    assert (load.outcome, load.rows_read, load.rows_loaded, load.rows_quarantined) == (
        "loaded", 2, 1, 1,
    )  # fmt: skip
    with engine.begin() as connection:
        row = connection.execute(text("SELECT * FROM layer.road")).one()._asdict()
        shape = connection.scalar(text("SELECT ST_AsText(geom) FROM layer.road"))
        faults = connection.execute(select(Fault).where(Fault.layer_id == "road")).all()
        quarantined = connection.execute(select(Quarantine.properties)).scalars().all()
    assert shape.startswith("MULTILINESTRING((98.39 7.885,")
    assert row.pop("length_m") == pytest.approx(220.6, abs=0.5)
    del row["geom"]
    assert {name: value for name, value in row.items() if value is not None} == {
        "id": 11,
        "osm_id": 11,
        "highway": "primary",
        "name_en": "Phuket Road",
        "oneway": "-1",
        "bridge": True,
        "tunnel": False,
        "layer": 1,
        "is_ferry": False,
    }
    assert "หาย" in [properties.get("name") for properties in quarantined]
    messages = [fault.message_en for fault in faults]
    assert "1 more roads of the file lie outside the province and were not taken" in messages
    assert any("way/13: the file has the places of only 0" in message for message in messages)
    assert any("e.g. “TH:urban” in row 1" in message for message in messages)
    assert all(fault.message_th != fault.message_en for fault in faults)


def test_catalogue_says_where_the_extract_is_from_and_of_which_day(engine, told, choice, tmp_path):
    load_file(engine, told, choice, "road", write(tmp_path / "town.osm.pbf"))
    row = layer_row(engine)
    assert (row.provenance, row.edition, str(row.valid_date)) == ("osm", "starter", "2026-05-19")
    assert row.attribution == "© OpenStreetMap contributors"
    assert "town.osm.pbf" in row.source_en


def test_facilities_of_the_same_extract(engine, told, choice, tmp_path):
    load = load_file(engine, told, choice, "facility", write(tmp_path / "town.osm.pbf"))
    assert load.rows_loaded == 1
    with engine.begin() as connection:
        found = connection.execute(text("SELECT osm_ref, name_th FROM layer.facility")).one()
    assert tuple(found) == ("node/6", "โรงเรียน")


def test_own_file_stays_until_it_is_forgotten(engine, told, choice, tmp_path):
    def is_current():
        with engine.begin() as connection:
            return is_loaded(connection, LOADED, choice, tmp_path)

    file = write(tmp_path / "town.osm.pbf")
    load_file(engine, told, choice, "road", file)
    file.unlink()
    [again] = load_layers(engine, told, choice, ["road"])
    assert again.outcome == "unchanged"
    assert is_current()
    assert forget(told.own_dir, "road")
    assert not is_current()
    [back] = load_layers(engine, told, choice, ["road"])
    assert back.outcome == "loaded"
    assert layer_row(engine).provenance == "synthetic"


def test_same_own_file_again_changes_nothing(engine, told, choice, tmp_path):
    file = write(tmp_path / "town.osm.pbf")
    assert load_file(engine, told, choice, "road", file).outcome == "loaded"
    assert load_file(engine, told, choice, "road", file).outcome == "unchanged"
    write(file, day="2026-06-01")
    assert load_file(engine, told, choice, "road", file).outcome == "loaded"


@pytest.mark.parametrize("earlier", [True, False])
def test_broken_own_file_leaves_layer_and_earlier_file(engine, told, choice, tmp_path, earlier):
    if earlier:
        load_file(engine, told, choice, "road", write(tmp_path / "town.osm.pbf"))
    revision = layer_row(engine).revision
    (tmp_path / "bad.osm.pbf").write_bytes(b"garbage" * 100)
    with pytest.raises(LayerFileError, match=r"bad\.osm\.pbf"):
        load_file(engine, told, choice, "road", tmp_path / "bad.osm.pbf")
    assert layer_row(engine).revision == revision
    kept = own_file(told.own_dir, "road")
    assert (kept.name if kept else None) == ("town.osm.pbf" if earlier else None)
    assert not list(told.own_dir.glob("*.new"))


def test_own_geojson_is_read_as_the_edition_would_and_says_whose_it_is(
    engine, told, choice, tmp_path
):
    path = tmp_path / "mine.geojson"
    line = shapely.LineString([(LON, LAT), (LON + 0.001, LAT)])
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties":'
        ' {"osm_id": 5, "highway": "tertiary", "foot": "no"}, "geometry": '
        f"{shapely.to_geojson(line)}}}]}}"
    )
    load_file(engine, told, choice, "road", path)
    row = layer_row(engine)
    assert (row.provenance, row.licence) == ("operator", "not stated")
    assert "mine.geojson" in row.source_th
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT foot FROM layer.road")) == "no"


def test_extract_for_a_layer_that_is_not_made_from_one_is_refused(engine, told, choice, tmp_path):
    file = write(tmp_path / "town.osm.pbf")
    with pytest.raises(LayerFileError, match="land is not made from OpenStreetMap"):
        load_file(engine, told, choice, "land", file)
    with pytest.raises(NotFoundError, match="roads"):
        load_file(engine, told, choice, "roads", file)


def test_part_of_a_shapefile_is_refused(tmp_path):
    (tmp_path / "x.shp").write_bytes(b"x")
    with (
        pytest.raises(LayerFileError, match=r"\.zip"),
        take_in(tmp_path / "own", "road", tmp_path / "x.shp"),
    ):
        pytest.fail("was taken in")


def test_file_that_cannot_be_copied_says_where_to(tmp_path):
    (tmp_path / "own").touch()
    with (
        pytest.raises(LayerFileError, match="cannot be copied"),
        take_in(tmp_path / "own", "road", write(tmp_path / "x.osm.pbf")),
    ):
        pytest.fail("was taken in")


@pytest.mark.parametrize("manifest", [ROAD, FACILITY], ids=lambda manifest: manifest.id)
def test_download_is_used_where_the_data_folder_lacks_the_file(manifest, told, tmp_path):
    choice = Choice("phuket", tmp_path / "data").at_home(told)
    source = manifest.sources["phuket"]
    there = choice.root / source.path
    assert locate(manifest, choice) == (source, there)
    download = told.download_dir / source.upstream.file_name
    download.parent.mkdir(parents=True)
    write(tmp_path / "x.osm.pbf").rename(download)
    found = locate(manifest, choice)
    assert found.path == download
    assert found.source.take == manifest.osm.take
    assert found.source.upstream == source.upstream
    there.parent.mkdir(parents=True)
    there.touch()
    assert locate(manifest, choice).path == there


@pytest.mark.real_data
def test_phuket_without_its_roads_loads_the_download(engine, told, data_dir, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data_dir, folder, ignore=shutil.ignore_patterns("raster", "roads"))
    choice = Choice("phuket", folder).at_home(told)
    download = told.download_dir / ROAD.sources["phuket"].upstream.file_name
    download.parent.mkdir(parents=True)
    write(tmp_path / "x.osm.pbf").rename(download)
    load = Loader(engine, MANIFESTS, choice, tmp_path / "raster").load(ROAD)
    assert (load.outcome, load.rows_loaded) == ("loaded", 1)
    row = layer_row(engine)
    assert row.source_url == ROAD.sources["phuket"].upstream.url
    assert str(row.valid_date) == "2026-05-19"
