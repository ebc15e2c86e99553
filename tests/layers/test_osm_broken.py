"""Files that are broken, or no OpenStreetMap data: a named error, never a traceback."""

import bz2
import gzip

import pytest

from layers.osm_format import osm_format
from layers.readers import read_vector
from layers.readers.osm import read_osm
from layers.readers.raw import Reading
from twin.errors import LayerFileError

ROADS = Reading(take="roads")
XML = b'<?xml version="1.0"?><osm version="0.6">'


def road(extract, name):
    nodes = [extract.node(1, 0, 0), extract.node(2, 100, 0)]
    for number in range(1, 2000):
        extract.way(number, nodes, name=f"{number * 7919}")
    return extract.write(name)


@pytest.mark.parametrize("name", ["x.osm.pbf", "x.osm", "x.osm.gz", "x.osm.bz2"])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_truncated_file_is_refused(extract, name, share):
    path = road(extract, name)
    whole = path.read_bytes()
    path.write_bytes(whole[: max(1, int(len(whole) * share))])
    with pytest.raises(LayerFileError, match=f"{name}: cannot be read") as told:
        read_vector(path, ROADS)
    assert "อ่านไฟล์ไม่ได้" in told.value.th


@pytest.mark.parametrize(
    "content",
    [
        b"garbage" * 100,
        XML + b"<node",
        XML + b'<node id="abc" lat="1" lon="2"/></osm>',
        XML + b'<node id="1" lat="north" lon="2"/></osm>',
        XML + b'<way id="1"><nd/></way></osm>',
        XML + b'<way id="1"><nd ref="x"/></way></osm>',
        b'<osm version="0.5"></osm>',
        b"<html><body>504 Gateway Timeout</body></html>",
        b'<?xml version="1.0"?><gpx></gpx>',
    ],
)
def test_file_that_is_no_osm_xml_is_refused(toy, content):
    path = toy.folder / "x.osm"
    path.write_bytes(content)
    with pytest.raises(LayerFileError, match=r"x\.osm"):
        read_vector(path, ROADS)


def test_changes_are_told_from_a_map(toy):
    path = toy.folder / "x.osm"
    path.write_bytes(b'<osmChange version="0.6"><create></create></osmChange>')
    with pytest.raises(LayerFileError, match="changes or old versions"):
        read_osm(path, "roads")


@pytest.mark.parametrize("damage", [100, 1000])
def test_damaged_byte_is_refused(extract, damage):
    path = road(extract, "x.osm.pbf")
    content = bytearray(path.read_bytes())
    content[damage % len(content)] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(LayerFileError):
        read_osm(path, "roads")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.geojson", b'{"type": "FeatureCollection", "elements": [], "features": []}', None),
        ("a.json", b'{"type": "Feature"}', None),
        ("a", b'{ "version": 0.6, "elements": []}', "json"),
        ("a", b"\xef\xbb\xbf" + XML, "osm"),
        ("a", b'<osm version="0.6">', "osm"),
        ("a", gzip.compress(XML, mtime=0), "osm.gz"),
        ("a", bz2.compress(XML), "osm.bz2"),
        ("a.gz", gzip.compress(b"a,b", mtime=0), None),
        ("a.zip", b"PK\x03\x04", None),
        ("a.csv", b"osm,b", None),
        ("a.kml", b'<?xml version="1.0"?><kml></kml>', None),
        ("a.osm.gz", b"broken", "osm.gz"),
        ("a.PBF", b"broken", "pbf"),
        ("a.osm", b"", "osm"),
    ],
)
def test_format_goes_by_content_then_by_name(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content)
    assert osm_format(path) == expected


def test_file_of_another_kind_is_no_osm_data(toy):
    with pytest.raises(LayerFileError, match="no OpenStreetMap data"):
        read_osm(toy.csv("a\n1\n"), "roads")


def test_reading_without_a_layer_asks_for_one(extract):
    with pytest.raises(LayerFileError, match="--layer road"):
        read_vector(road(extract, "x.osm.pbf"), Reading())
