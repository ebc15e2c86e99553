"""Downloads, read back by the programs that people open them with."""

import csv
import io
import json
import sqlite3
import time
from datetime import date, datetime

import geopandas as gpd
import httpx
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from geopandas import GeoDataFrame
from serving import serve
from shapely import MultiPolygon, Point, box
from starlette.testclient import TestClient

from api.main import create_app
from twin.db.database import open_engine
from twin.settings import DbSettings, Settings
from twin.testing import make_columns, make_spec, publish_layer, publish_toy, publish_toy_rasters

SUFFIXES = {
    "geojson": "geojson",
    "geojsonseq": "geojsons",
    "csv": "csv",
    "flatgeobuf": "fgb",
    "gpkg": "gpkg",
    "geoparquet": "parquet",
}
MEDIA = {
    "geojson": "application/geo+json",
    "geojsonseq": "application/geo+json-seq",
    "csv": "text/csv; charset=utf-8",
    "flatgeobuf": "application/flatgeobuf",
    "gpkg": "application/geopackage+sqlite3",
    "geoparquet": "application/vnd.apache.parquet",
}
COLUMNS = ["id", "code", "note_th", "counted", "share", "opened", "is_open"]
ROWS = [
    (1, "a", 'โรงเรียน "หนึ่ง", ตลาดใหญ่', 5, 2.5, date(2021, 12, 31), True),
    (2, "b", None, None, None, None, None),
    (3, "c", "line\nbreak\tand \\ back\\slash", -7, float("nan"), date(1900, 1, 1), False),
    (4, "d", "=1+1", 2**53 - 1, 1e300, date(2024, 2, 29), True),
    (5, "e", "", 0, -0.1, None, False),
    (6, "f", "@SUM(A1) 🏝 \x1f", 1, 0.1 + 0.2, None, None),
]
#: As a spreadsheet must get it: no formula.
GUARDED = {4: "'=1+1", 6: "'@SUM(A1) 🏝 \x1f"}


def place(number):
    """Where the odd item of that number lies."""
    return MultiPolygon([box(98.3 + number / 100, 7.8, 98.305 + number / 100, 7.81)])


@pytest.fixture(scope="session")
def odd(new_database, open_folder):
    """Settings of a twin with a layer of odd values, a large one, and the toy island."""
    address = new_database("odd_downloads").set(drivername="postgresql").render_as_string()
    settings = Settings(home=open_folder / "odd", db=DbSettings(url=address))
    spec = make_spec(
        "odd",
        "MultiPolygon",
        columns=make_columns(
            code="text",
            note_th="text",
            counted="integer",
            share="number",
            opened="date",
            is_open="boolean",
        ),
    )
    frame = GeoDataFrame(
        ROWS,
        columns=COLUMNS,
        geometry=[place(n) for n in range(len(ROWS))],
        crs=4326,
    ).rename_geometry("geom")
    frame["counted"] = frame["counted"].astype("Int64")
    many = make_spec("many", "Point", columns=make_columns(code="text", number="integer"))
    points = [Point(98.2 + n % 100 / 300, 7.5 + n // 100 / 150) for n in range(12_000)]
    rows = {"id": range(12_000), "code": [f"จุด {n}" for n in range(12_000)]}
    rows["number"] = range(12_000)
    with open_engine(settings) as engine, engine.begin() as connection:
        publish_toy(connection)
        publish_toy_rasters(connection, settings.raster_dir)
        publish_layer(connection, spec, frame, provenance="approximate")
        publish_layer(
            connection,
            many,
            GeoDataFrame(rows, geometry=points, crs=4326).rename_geometry("geom"),
            provenance="osm",
        )
    return settings


@pytest.fixture(scope="session")
def odd_client(odd):
    with TestClient(create_app(odd)) as client:
        yield client


def download(client, layer, f, **query):
    response = client.get(f"/api/collections/{layer}/download", params={"f": f, **query})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == MEDIA[f]
    return response


def read(client, tmp_path, layer, f, **query):
    """Download and read with geopandas or pandas."""
    path = tmp_path / f"{layer}.{SUFFIXES[f]}"
    path.write_bytes(download(client, layer, f, **query).content)
    if f == "geoparquet":
        is_spatial = b"geo" in pq.read_schema(path).metadata
        return gpd.read_parquet(path) if is_spatial else pd.read_parquet(path)
    if f == "csv":
        frame = pd.read_csv(path, keep_default_na=False, na_values={})
        if "geometry" in frame:
            frame = GeoDataFrame(
                frame, geometry=gpd.GeoSeries.from_wkt(frame["geometry"]), crs=4326
            )
        return frame
    if f == "geojsonseq" and not path.stat().st_size:
        return GeoDataFrame({"id": []})
    if f.startswith("geojson"):
        return gpd.read_file(path, fid_as_index=True).rename_axis("id").reset_index()
    return gpd.read_file(path)


def plain(value):
    """A value as Python has it, whatever the reader made of it."""
    if pd.isna(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    return value.item() if hasattr(value, "item") else value


@pytest.mark.parametrize("f", [f for f in SUFFIXES if f != "csv"])
def test_download_reads_back_as_it_was_stored(odd_client, tmp_path, f):
    frame = read(odd_client, tmp_path, "odd", f).sort_values("id")
    assert len(frame) == len(ROWS)
    for stored, row in zip(ROWS, frame.to_dict("records"), strict=True):
        expected = {name: plain(value) for name, value in zip(COLUMNS, stored, strict=True)}
        found = {name: plain(row[name]) for name in COLUMNS}
        if isinstance(found["opened"], str):
            found["opened"] = date.fromisoformat(found["opened"])
        if f == "flatgeobuf" and expected["note_th"] == "":
            expected["note_th"] = found["note_th"]
        assert found == expected
        assert row["geometry"].geom_type == "MultiPolygon"
        assert row["geometry"].symmetric_difference(place(stored[0] - 1)).area < 1e-9


def test_csv_opens_in_a_spreadsheet(odd_client):
    content = download(odd_client, "odd", "csv").content
    assert content.startswith(b"\xef\xbb\xbfid,code,note_th")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["note_th"] for row in rows] == [
        GUARDED.get(number, note or "") for number, _, note, *_ in ROWS
    ]
    assert [row["counted"] for row in rows] == ["5", "", "-7", "9007199254740991", "0", "1"]
    assert [row["share"] for row in rows][:4] == ["2.5", "", "", "1e+300"]
    assert [row["opened"] for row in rows][:3] == ["2021-12-31", "", "1900-01-01"]
    assert [row["is_open"] for row in rows][:3] == ["true", "", "false"]
    assert rows[0]["geometry"].startswith("MULTIPOLYGON(((98.305 7.8,")


def test_geojson_says_where_it_comes_from(odd_client):
    response = download(odd_client, "odd", "geojson")
    answer = response.json()
    assert answer["provenance"] == "approximate"
    assert "not a substitute" in answer["caution"]
    assert "ห้ามใช้แทน" in answer["caution"]
    assert answer["attribution"] == "Phuket Twin"
    assert [*answer][-1] == "features"
    assert (
        'filename="odd-approximate-2021-12-31.geojson"' in response.headers["content-disposition"]
    )
    assert 'rel="describedby"' in response.headers["link"]


def test_geojson_features_are_those_of_the_items(odd_client):
    items = odd_client.get("/api/collections/odd/items").json()["features"]
    assert download(odd_client, "odd", "geojson").json()["features"] == items
    lines = download(odd_client, "odd", "geojsonseq").text.split("\x1e")
    assert lines[0] == ""
    assert all(line.endswith("\n") for line in lines[1:])
    assert [json.loads(line) for line in lines[1:]] == items


def test_files_say_where_they_come_from(odd_client, tmp_path):
    for f in ("gpkg", "flatgeobuf", "geoparquet"):
        (tmp_path / f"x.{SUFFIXES[f]}").write_bytes(download(odd_client, "odd", f).content)
    told = sqlite3.connect(tmp_path / "x.gpkg").execute("SELECT description FROM gpkg_contents")
    assert "not a substitute" in told.fetchone()[0]
    metadata = pyogrio.read_info(tmp_path / "x.gpkg")["layer_metadata"]
    assert metadata["provenance"] == "approximate"
    metadata = pyogrio.read_info(tmp_path / "x.fgb")["layer_metadata"]
    assert "not a substitute" in metadata["DESCRIPTION"]
    metadata = pq.read_schema(tmp_path / "x.parquet").metadata
    assert metadata[b"provenance"] == b"approximate"
    geo = json.loads(metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"]["geometry"]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["MultiPolygon"])
    assert column["bbox"] == pytest.approx([98.3, 7.8, 98.355, 7.81])
    assert "crs" not in column


@pytest.mark.parametrize("f", SUFFIXES)
def test_download_of_many_has_them_all(odd_client, tmp_path, f):
    frame = read(odd_client, tmp_path, "many", f)
    assert sorted(frame["id"]) == list(range(12_000))
    assert (frame["code"] == [f"จุด {n}" for n in frame["id"]]).all()


@pytest.mark.parametrize("f", SUFFIXES)
def test_download_of_nothing_is_a_file_without_items(odd_client, tmp_path, f):
    frame = read(odd_client, tmp_path, "many", f, filter="number < 0")
    assert len(frame) == 0


@pytest.mark.parametrize("f", SUFFIXES)
def test_download_is_filtered_sorted_and_shortened_like_items(odd_client, tmp_path, f):
    query = {
        "filter": "number >= 10",
        "code": "จุด 42",
        "bbox": "98,7,99,9",
        "sortby": "-number",
        "properties": "number",
    }
    frame = read(odd_client, tmp_path, "many", f, **query)
    assert frame["number"].tolist() == [42]
    assert "code" not in frame


@pytest.mark.parametrize("f", ["gpkg", "geoparquet", "flatgeobuf"])
def test_file_in_another_reference_system(odd_client, tmp_path, f):
    crs = "http://www.opengis.net/def/crs/EPSG/0/32647"
    frame = read(odd_client, tmp_path, "odd", f, crs=crs)
    assert frame.crs.to_epsg() == 32647
    back = frame.to_crs(4326).sort_values("id").geometry.iloc[0]
    assert back.symmetric_difference(place(0)).area < 1e-8


@pytest.mark.parametrize("f", ["csv", "geojson", "geojsonseq", "gpkg", "geoparquet"])
def test_table_without_geometry_is_downloaded(odd_client, tmp_path, f):
    frame = read(odd_client, tmp_path, "population", f)
    assert sorted(frame["total"]) == [1000 * n for n in range(6)]


def test_raster_is_downloaded_as_it_is(odd, odd_client):
    response = odd_client.get("/api/collections/elevation/download")
    assert response.headers["content-type"] == "image/tiff; application=geotiff"
    assert response.content == (odd.raster_dir / "elevation.tif").read_bytes()
    part = odd_client.get("/api/collections/elevation/download", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, response.content[:4])


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip", "gzip"), ("identity", "identity"), ("gzip;q=0, identity", "identity")],
)
def test_download_is_compressed_where_the_client_takes_it(odd_client, accepted, encoding):
    response = odd_client.get(
        "/api/collections/many/download", headers={"Accept-Encoding": accepted}
    )
    assert response.headers["content-encoding"] == encoding
    assert len(response.json()["features"]) == 12_000


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("odd/download?f=geotiff&bbox=1,2,3,4", 400, "f"),
        ("odd/download?f=geotiff", 400, "f"),
        ("elevation/download?f=csv", 400, "f"),
        ("population/download?f=flatgeobuf", 400, "f"),
        ("odd/download?f=shp", 400, "f"),
        ("odd/download?limit=3", 400, "limit"),
        ("odd/download?after=x", 400, "after"),
        ("odd/download?colour=red", 400, "colour"),
        ("odd/download?filter=counted%20%3D", 400, "filter"),
        ("odd/download?f=gpkg&filter=colour%20%3D%201", 400, "filter"),
        ("odd/download?crs=http://www.opengis.net/def/crs/EPSG/0/32647", 400, "crs"),
        ("nothing/download", 404, "collectionId"),
    ],
)
def test_download_that_cannot_be_names_what_is_wrong(odd_client, path, status, parameter):
    response = odd_client.get(f"/api/collections/{path}")
    assert response.status_code == status
    assert response.json()["parameter"] == parameter


def test_downloads_leave_nothing_behind(odd, odd_client):
    for f in SUFFIXES:
        download(odd_client, "many", f)
    assert list(odd.temporary_dir.iterdir()) == []
    assert odd_client.app.state.seats.taken == 0


def test_too_many_downloads_at_once_are_told_to_wait(odd_client):
    seats = odd_client.app.state.seats
    with seats.take(), seats.take():
        response = odd_client.get("/api/collections/odd/download")
    assert response.status_code == 503
    assert response.json()["code"] == "busy"
    assert response.headers["retry-after"]
    assert odd_client.get("/api/collections/odd/download").status_code == 200


def test_file_that_nobody_waits_for_any_more_is_given_up(odd):
    odd.temporary_dir.mkdir(parents=True, exist_ok=True)
    with serve(odd) as base:
        address = f"{base}/api/collections/many/download?f=gpkg"
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(address, timeout=0.3)
        deadline = time.monotonic() + 20
        while any(odd.temporary_dir.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert list(odd.temporary_dir.iterdir()) == []
        assert httpx.get(address, timeout=60).content.startswith(b"SQLite format 3")


def test_head_tells_what_a_download_is_and_makes_none(odd_client):
    for f, media in MEDIA.items():
        response = odd_client.head(f"/api/collections/many/download?f={f}")
        assert (response.status_code, response.content) == (200, b"")
        assert response.headers["content-type"] == media
        assert SUFFIXES[f] in response.headers["content-disposition"]
