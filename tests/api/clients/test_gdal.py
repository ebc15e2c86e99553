"""GDAL reads the twin through its OGC API Features driver (OAPIF), told only where the API is."""

import json
import shutil
import subprocess
import sys

import pytest

from twin.testing import square


def run(*command):
    """Run one of GDAL's commands; a warning on its error output is a failure too."""
    if shutil.which(command[0]) is None:
        pytest.fail(f"{command[0]} is not installed; run scripts/test once")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert not done.stderr.strip()
    return done.stdout


def geojson(*arguments):
    return json.loads(run("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", *arguments))["features"]


def test_ogrinfo_lists_the_collections_that_have_items(api):
    told = run("ogrinfo", "-ro", f"OAPIF:{api}")
    names = {line.split()[1] for line in told.splitlines() if line[:1].isdigit()}
    assert {"grid", "facility", "road", "tambon"} <= names
    assert not {"elevation", "land_cover"} & names


def test_ogrinfo_describes_a_collection(api):
    told = run("ogrinfo", "-ro", "-so", f"OAPIF:{api}", "grid")
    assert "Feature Count: 25" in told
    assert "people: Integer" in told
    assert "Extent: (98.3" in told


def test_ogr2ogr_pages_through_every_item_once(api):
    features = geojson("-oo", "PAGE_SIZE=4", f"OAPIF:{api}", "grid")
    codes = [feature["properties"]["code"] for feature in features]
    assert len(codes) == len(set(codes)) == 25
    assert sum(feature["properties"]["people"] for feature in features) == 25 * 22


def test_ogr2ogr_asks_by_box(api):
    west, south, east, north = square(0, 0).buffer(-0.0001).bounds
    box = [str(value) for value in (west, south, east, north)]
    features = geojson("-spat", *box, f"OAPIF:{api}", "grid")
    assert [feature["properties"]["people"] for feature in features] == [0]


def test_ogr2ogr_asks_by_property(api):
    features = geojson("-where", "amenity = 'school'", f"OAPIF:{api}", "facility")
    assert [feature["properties"]["amenity"] for feature in features] == ["school", "school"]


def test_ogr2ogr_geometry_is_where_it_is(api):
    features = geojson("-where", "code = 'F1'", f"OAPIF:{api}", "facility")
    (feature,) = features
    lon, lat = feature["geometry"]["coordinates"][:2]
    assert (lon, lat) == pytest.approx(square(0, 0).centroid.coords[0], abs=1e-6)


def test_gdal_in_pyogrio_reads_a_collection(api):
    """A newer GDAL than the distribution's; it asks for a CRS by name, which part 2 answers.

    In a process of its own: while it reads, it lets no other thread run, and the proxy is one.
    """
    script = (
        "import sys, pyogrio\n"
        "print(*(name for name, _ in pyogrio.list_layers(sys.argv[1])))\n"
        "print(len(pyogrio.read_dataframe(sys.argv[1], layer='grid')))\n"
    )
    command = [sys.executable, "-c", script, f"OAPIF:{api}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    names, number = told.splitlines()
    assert {"grid", "facility", "road", "tambon"} <= {*names.split()}
    assert number == "25"
