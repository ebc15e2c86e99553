"""`twin tiles`: made ahead, resumed, exported with the same features, and what is refused."""

import gzip
import json
import subprocess

import mapbox_vector_tile
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from serving import TWIN

from twin.db.engine import make_engine
from twin.queries.catalogue import list_layers
from twin.testing import SIDE, square
from twin.tiles.address import Address
from twin.tiles.store import open_store
from twin.tiles.tileset import get_tileset
from twin.tiles.vector import read_tile


@pytest.fixture
def run(toy, tmp_path):
    def command(*arguments):
        environment = {"TWIN_HOME": str(tmp_path / "home"), "TWIN_DB__URL": toy.db.url}
        return subprocess.run(
            [*TWIN, "tiles", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return command


ISLAND = ",".join(map(str, square(0, 0, SIDE, SIDE).bounds))


def test_seeding_tells_what_it_made_and_goes_on_where_it_was(run, tmp_path):
    done = run("seed", "base", "facilities", "--zoom", "10-15", "--bbox", ISLAND)
    assert done.returncode == 0, done.stderr
    assert "base" in done.stdout
    with open_store(tmp_path / "home" / "tiles", 16_000_000) as store:
        stored = store.count
    assert stored > 0
    again = run("seed", "base", "facilities", "--zoom", "10-15", "--bbox", ISLAND)
    assert again.stdout == done.stdout
    with open_store(tmp_path / "home" / "tiles", 16_000_000) as store:
        assert store.count == stored


def test_archive_serves_the_same_features(run, toy, tmp_path):
    file = tmp_path / "island.pmtiles"
    names = "base,facilities,projects"
    done = run("export", str(file), "--tileset", names, "--zoom", "12-16", "--bbox", ISLAND)
    assert done.returncode == 0, done.stderr
    engine = make_engine(toy.db.url)
    with file.open("rb") as opened, engine.connect() as connection:
        source = MmapSource(opened)
        reader = Reader(source)
        header, metadata = reader.header(), reader.metadata()
        tileset = get_tileset(list_layers(connection), names)
        found = dict(all_tiles(source))
        assert len(found) >= 5
        for address, content in found.items():
            expected = read_tile(connection, tileset, Address(*address))
            packed = mapbox_vector_tile.decode(gzip.decompress(content))
            assert packed == mapbox_vector_tile.decode(expected)
    engine.dispose()
    assert (header["min_zoom"], header["max_zoom"]) == (12, 16)
    assert {"land", "road", "facility"} <= {layer["id"] for layer in metadata["vector_layers"]}
    assert "Phuket Twin" in metadata["attribution"]
    assert json.dumps(metadata)
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("seed", "nothing"), "no such tileset"),
        (("seed", "base", "--zoom", "x"), "--zoom"),
        (("seed", "base", "--zoom", "9-3"), "zoom"),
        (("seed", "base", "--bbox", "1,2,3"), "--bbox"),
        (("seed", "base", "--bbox", "9,2,3,4"), "west < east"),
        (("seed", "base", "--bbox", "0,0,170,80"), "at most"),
        (("export", "/nowhere/at/all.pmtiles"), "folder"),
        (("export", "island.zip", "--bbox", ISLAND), "ending in .pmtiles"),
        (("export", "sea.pmtiles", "--bbox", "10,10,10.1,10.1"), "Nothing is drawn"),
    ],
)
def test_what_cannot_be_done_is_told_in_both_languages(run, arguments, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.returncode == 1
    assert told in done.stderr
    assert done.stderr.count("✗") == 2
    assert "Traceback" not in done.stderr
    assert not [*tmp_path.glob("*.pmtiles*"), *tmp_path.glob("*.zip")]
