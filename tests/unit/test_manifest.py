"""Manifests: the catalogue is whole, its schema is true, and faults are named."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from layers.manifest import (
    BUNDLED,
    Manifest,
    manifest_schema,
    read_catalogue,
    read_manifest,
)
from twin.errors import ManifestError

LAYERS = Path(__file__).parents[2] / "layers"
TOML = sorted((LAYERS / "catalogue").glob("*.toml"))
IDS = [
    "land",
    "province",
    "amphoe",
    "tambon",
    "waterway",
    "road",
    "place",
    "facility",
    "stop",
    "bus_line",
    "poi",
    "population",
    "population_aged",
    "elevation",
    "land_cover_2018",
    "land_cover_2022",
    "land_cover_2025",
]
MINIMAL = """
id = "tree"
kind = "vector"
position = 1
theme = "environment"
title = { th = "ต้นไม้", en = "Trees" }
description = { th = "ต้นไม้", en = "Trees" }
geometry_type = "Point"
key = ["no"]
columns = [{ name = "no", type = "integer", title = { th = "เลขที่", en = "Number" } }]
[sources.starter]
path = "tree.csv"
crs = "EPSG:4326"
provenance = "synthetic"
source = { th = "ทดสอบ", en = "Test" }
licence = "CC0-1.0"
attribution = "nobody"
valid_date = 2026-01-01
"""


def has_thai(text):
    return any("\u0e00" <= letter <= "\u0e7f" for letter in text)


def test_catalogue_holds_every_layer_in_loading_order():
    assert [manifest.id for manifest in read_catalogue()] == IDS


def test_schema_file_is_what_the_model_generates():
    assert (LAYERS / "manifest.schema.json").read_text(encoding="utf-8") == manifest_schema()


@pytest.mark.parametrize("path", TOML, ids=lambda path: path.stem)
def test_manifest_file_fits_the_json_schema_and_is_named_by_its_id(path):
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    plain = json.loads(json.dumps(data, default=str))
    jsonschema.validate(plain, json.loads(manifest_schema()))
    assert path.stem == data["id"]


@pytest.mark.parametrize("manifest", read_catalogue(), ids=lambda manifest: manifest.id)
def test_manifest_texts_are_in_both_languages(manifest):
    titles = [manifest.title, manifest.description]
    titles += [column.title for column in manifest.columns]
    titles += [title for column in manifest.columns for title in (column.values or {}).values()]
    for source in manifest.sources.values():
        titles += [source.source, *([source.upstream.note] if source.upstream else [])]
    for title in titles:
        assert has_thai(title.th) or not any(letter.isalpha() for letter in title.th)
        assert not has_thai(title.en)


@pytest.mark.parametrize("name", ["road", "waterway"])
def test_names_that_the_map_writes_along_lines_are_in_the_tiles(name):
    manifest = read_manifest(LAYERS / "catalogue" / f"{name}.toml")
    drawn = {column.name for column in manifest.columns if column.tile}
    assert drawn >= {"name_th", "name_en"}


@pytest.mark.parametrize("manifest", read_catalogue(), ids=lambda manifest: manifest.id)
def test_phuket_source_names_an_untried_upstream_and_what_to_do_with_it(manifest):
    source = manifest.sources["phuket"]
    if source.bundled:
        assert source.upstream is None
        return
    assert source.upstream.tried is False
    assert source.upstream.url.startswith("https://")


def test_starter_sources_say_so_where_they_are_approximate_or_synthetic():
    said = {
        m.id: m.sources["starter"].provenance for m in read_catalogue() if "starter" in m.sources
    }
    assert {said[layer] for layer in ("province", "amphoe", "tambon")} == {"approximate"}
    assert said["road"] == "synthetic"


def test_bundled_source_is_found_in_the_package_whatever_the_data_folder(tmp_path):
    place = next(manifest for manifest in read_catalogue() if manifest.id == "place")
    assert place.sources["phuket"].locate(tmp_path) == BUNDLED / "data/place.csv"
    land = read_catalogue()[0]
    assert land.sources["phuket"].locate(tmp_path) == tmp_path / "admin/land_polygons.geojson"


def test_osm_source_of_a_layer_that_is_not_made_from_osm_is_refused():
    with pytest.raises(ValueError, match="land is not made"):
        read_catalogue()[0].osm_source("x.pbf", date(2026, 1, 1))


def test_published_layer_says_nothing_of_how_it_is_made_from_osm():
    road = next(manifest for manifest in read_catalogue() if manifest.id == "road")
    assert "osm" not in road.spec.model_dump()


def test_read_manifest_minimal_is_a_manifest(tmp_path):
    path = tmp_path / "tree.toml"
    path.write_text(MINIMAL, encoding="utf-8")
    assert isinstance(read_manifest(path), Manifest)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('crs = "EPSG:4326"', "", "declared CRS"),
        ('crs = "EPSG:4326"', 'crs = "WGS84"', "crs"),
        ('key = ["no"]', 'key = ["number"]', "unknown columns: number"),
        ('key = ["no"]', "key = []", "`key`"),
        ('path = "tree.csv"', 'path = "tree.csv"\nabsent = ["no"]', "absent"),
        ('path = "tree.csv"', 'path = "tree.csv"\nfields = { nr = "no" }', "unknown columns"),
        ('path = "tree.csv"', 'path = "tree.csv"\nduplicates_by = ["nr"]', "unknown columns"),
        ('path = "tree.csv"', 'path = "tree.csv"\ncolour = "red"', "colour"),
        ('crs = "EPSG', 'checks = { duplicate_key = "note" }\ncrs = "EPSG', "duplicate_key"),
        ("[sources.starter]", '[osm]\ntake = "trees"\n[sources.starter]', "osm.take"),
        (
            "[sources.starter]",
            '[osm]\ntake = "roads"\nabsent = ["nr"]\n[sources.starter]',
            "osm: unknown columns",
        ),
        (
            "valid_date = 2026-01-01",
            'valid_date = 2026-01-01\nupstream = { url = "https://a.example/b", format = "osm",'
            ' tried = false, note = { th = "ก", en = "a" } }',
            "the layer has no `osm`",
        ),
        ('id = "tree"', 'id = "Tree 1"', "id"),
        ('id = "tree"', "id = ", "TOML"),
    ],
)
def test_read_manifest_faulty_names_the_fault_in_both_languages(tmp_path, old, new, told):
    path = tmp_path / "tree.toml"
    path.write_text(MINIMAL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ManifestError, match=r"tree\.toml") as caught:
        read_manifest(path)
    assert told in caught.value.en
    assert has_thai(caught.value.th.removeprefix("tree.toml: ผิดรูปแบบ: "))


def test_read_manifest_missing_file_is_a_manifest_error(tmp_path):
    with pytest.raises(ManifestError, match=r"nowhere\.toml"):
        read_manifest(tmp_path / "nowhere.toml")
