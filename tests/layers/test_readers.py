"""Every format gives the same rows; what is broken or ambiguous says so."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from layers.readers import read_vector
from layers.readers.encoding import detect_encoding
from layers.readers.raw import Reading
from twin.errors import LayerFileError

NAMES = ["ป่าตอง", "กะทู้", "O'Brien, Ltd."]
CODES = [830202, 830201, 830101]
POINTS = [shapely.Point(98.30, 7.90), shapely.Point(98.34, 7.91), shapely.Point(98.39, 7.88)]


def frame(crs="EPSG:4326"):
    points = gpd.GeoDataFrame({"name": NAMES, "code": CODES}, geometry=POINTS, crs="EPSG:4326")
    return points.to_crs(crs) if crs else points.set_crs(None, allow_override=True)


def zip_shapefile(folder, features, *, encoding="UTF-8", cpg=None, inner="", name="points"):
    """Write a zipped shapefile; `cpg` replaces what the label file says, "" removes it."""
    path = folder / f"{name}.shp"
    pyogrio.write_dataframe(features, path, encoding=encoding)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    target = folder / f"{name}.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for part in sorted(folder.glob(f"{name}.*")):
            if part.suffix != ".zip" and not (part.suffix == ".cpg" and cpg == ""):
                archive.write(part, inner + part.name)
    return target


def write_csv(folder, text, encoding="utf-8", name="rows.csv"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def write_excel(folder, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = folder / "rows.xlsx"
    book.save(path)
    return path


def written(folder, suffix):
    features = frame()
    path = folder / f"points{suffix}"
    if suffix == ".zip":
        return zip_shapefile(folder, features)
    if suffix == ".parquet":
        features.to_parquet(path)
    elif suffix == ".csv":
        table = pd.DataFrame({"name": NAMES, "code": CODES})
        table.assign(lon=features.geometry.x, lat=features.geometry.y).to_csv(path, index=False)
    elif suffix == ".xlsx":
        header = [["name", "code", "wkt"]]
        rows = zip(NAMES, CODES, features.geometry.to_wkt(), strict=True)
        return write_excel(folder, {"data": header + [list(row) for row in rows]})
    else:
        features.to_file(path, driver="KML" if suffix == ".kml" else None)
    return path


@pytest.mark.parametrize(
    "suffix", [".geojson", ".gpkg", ".zip", ".shp", ".fgb", ".parquet", ".kml", ".csv", ".xlsx"]
)
def test_read_vector_any_format_gives_the_same_rows(tmp_path, suffix):
    raw = read_vector(written(tmp_path, suffix), Reading())
    by_row = raw.frame.sort_index()
    if suffix == ".fgb":  # FlatGeobuf keeps features in the order of its index
        by_row = by_row.set_index(by_row["name"].map({n: i + 1 for i, n in enumerate(NAMES)}))
        by_row = by_row.sort_index()
    name = "Name" if suffix == ".kml" else "name"
    if name in by_row:
        assert by_row[name].tolist() == NAMES
    assert [int(code) for code in by_row["code"]] == CODES
    assert by_row.index.tolist() == [1, 2, 3]
    for found, expected in zip(by_row["geometry"], POINTS, strict=True):
        assert shapely.equals_exact(shapely.force_2d(found), expected, tolerance=1e-9)
    states_crs = suffix not in (".csv", ".xlsx")
    assert (raw.crs is not None) is states_crs


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".shp", ".parquet"])
def test_read_vector_file_without_crs_states_none(tmp_path, suffix):
    path = tmp_path / f"points{suffix}"
    features = frame(crs=None)
    if suffix == ".parquet":
        features.to_parquet(path)
    else:
        with pytest.warns(UserWarning, match="crs"):
            pyogrio.write_dataframe(features, path)
    assert read_vector(path, Reading()).crs is None


def test_read_vector_indian_1975_shapefile_states_its_crs(tmp_path):
    raw = read_vector(zip_shapefile(tmp_path, frame("EPSG:24047")), Reading())
    assert raw.crs.to_epsg() == 24047


@pytest.mark.parametrize("cpg", [None, "", "874", "TIS-620", "UTF-8", "nonsense"])
def test_read_vector_windows_874_shapefile_reads_thai_whatever_its_label(tmp_path, cpg):
    raw = read_vector(zip_shapefile(tmp_path, frame(), encoding="cp874", cpg=cpg), Reading())
    assert raw.frame["name"].tolist() == NAMES
    assert raw.encoding == "cp874"
    assert [fault.rule for fault in raw.faults] == ["text_encoding"]


def test_read_vector_thai_field_names_of_windows_874_are_read(tmp_path):
    features = frame().rename(columns={"name": "ชื่อ"})
    raw = read_vector(zip_shapefile(tmp_path, features, encoding="cp874", cpg=""), Reading())
    assert raw.frame["ชื่อ"].tolist() == NAMES


@pytest.mark.filterwarnings("ignore:.*truncated:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:Could not decode:RuntimeWarning")
def test_read_vector_utf8_text_cut_inside_a_letter_is_read(tmp_path):
    features = frame().assign(name=["ก" * 100, "ข", "ค"])
    raw = read_vector(zip_shapefile(tmp_path, features, cpg=""), Reading())
    assert raw.frame["name"].tolist() == ["ก" * 84, "ข", "ค"]
    assert raw.encoding == "utf-8"


def test_read_vector_declared_encoding_is_used(tmp_path):
    path = zip_shapefile(tmp_path, frame(), encoding="cp874", cpg="")
    assert read_vector(path, Reading(encoding="TIS-620")).frame["name"].tolist() == NAMES


def test_read_vector_zip_with_a_folder_inside_is_read(tmp_path):
    raw = read_vector(zip_shapefile(tmp_path, frame(), inner="ข้อมูล/"), Reading())
    assert len(raw.frame) == 3


def test_read_vector_zip_of_two_shapefiles_asks_which(tmp_path):
    path = zip_shapefile(tmp_path, frame(), name="b")
    with zipfile.ZipFile(path, "a") as archive:
        for part in tmp_path.glob("b.*"):
            if part.suffix != ".zip":
                archive.write(part, "a" + part.suffix)
    with pytest.raises(LayerFileError, match="2 layers") as caught:
        read_vector(path, Reading())
    assert "a, b" in caught.value.en
    assert len(read_vector(path, Reading(layer="b")).frame) == 3


def test_read_vector_geopackage_of_two_layers_asks_which(tmp_path):
    path = tmp_path / "two.gpkg"
    for layer in ("roads", "stops"):
        pyogrio.write_dataframe(frame(), path, layer=layer)
    with pytest.raises(LayerFileError, match="roads, stops"):
        read_vector(path, Reading())
    with pytest.raises(LayerFileError, match="no layer “piers”"):
        read_vector(path, Reading(layer="piers"))
    assert len(read_vector(path, Reading(layer="stops")).frame) == 3


def test_read_vector_kml_drops_the_columns_that_gdal_adds(tmp_path):
    fields = read_vector(written(tmp_path, ".kml"), Reading()).frame
    assert {"tessellate", "extrude", "visibility", "drawOrder", "icon"}.isdisjoint(fields)


def test_read_vector_null_geometry_is_none(tmp_path):
    path = tmp_path / "null.geojson"
    feature = {"type": "Feature", "geometry": None, "properties": {"year": "2564-12-31"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    raw = read_vector(path, Reading())
    assert raw.frame["geometry"].tolist() == [None]


def test_read_vector_buddhist_date_stays_as_written(tmp_path):
    path = tmp_path / "date.geojson"
    point = {"type": "Point", "coordinates": [98.3, 7.9]}
    feature = {"type": "Feature", "geometry": point, "properties": {"day": "2564-12-31"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert read_vector(path, Reading()).frame["day"].tolist() == ["2564-12-31"]


@pytest.mark.parametrize(
    "name", ["a.geojson", "a.gpkg", "a.zip", "a.fgb", "a.parquet", "a.kml", "a.xlsx"]
)
def test_read_vector_broken_file_says_which(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"this is not what the name says")
    with pytest.raises(LayerFileError, match="cannot be read") as caught:
        read_vector(path, Reading())
    assert name in caught.value.th


def test_read_vector_missing_file_says_so(tmp_path):
    with pytest.raises(LayerFileError, match="no such file"):
        read_vector(tmp_path / "nowhere.geojson", Reading())


def test_read_vector_unknown_format_lists_the_known(tmp_path):
    path = tmp_path / "plan.dwg"
    path.write_bytes(b"AC1032")
    with pytest.raises(LayerFileError, match=r"\.geojson"):
        read_vector(path, Reading())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp874"])
def test_read_vector_csv_in_any_thai_encoding_is_read(tmp_path, encoding):
    path = write_csv(tmp_path, "ชื่อ,lon,lat\nป่าตอง,98.3,7.9\n", encoding)
    raw = read_vector(path, Reading())
    assert raw.frame["ชื่อ"].tolist() == ["ป่าตอง"]
    assert bool(raw.faults) is (encoding in ("cp874", "utf-16"))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_read_vector_csv_of_any_separator_is_read(tmp_path, separator):
    path = write_csv(tmp_path, "name,lon,lat\na,98.3,7.9\n".replace(",", separator))
    assert read_vector(path, Reading()).frame["geometry"].tolist() == [shapely.Point(98.3, 7.9)]


def test_read_vector_csv_keeps_text_as_text(tmp_path):
    path = write_csv(tmp_path, "code,n\n0123,NA\n")
    assert read_vector(path, Reading()).frame.iloc[0].tolist() == ["0123", "NA"]


def test_read_vector_csv_latin_text_is_not_taken_for_thai(tmp_path):
    path = write_csv(tmp_path, "name\ncafé\n", "latin-1")
    with pytest.raises(LayerFileError, match="neither UTF-8 nor Windows-874"):
        read_vector(path, Reading())
    assert read_vector(path, Reading(encoding="latin-1")).frame["name"].tolist() == ["café"]


def test_read_vector_csv_coordinates_in_thai_digits_are_read_and_words_are_faults(tmp_path):
    path = write_csv(tmp_path, "lon,lat\n๙๘.๓,๗.๙\n98.3,เหนือ\n,\n")
    raw = read_vector(path, Reading())
    assert raw.frame["geometry"].tolist() == [shapely.Point(98.3, 7.9), None, None]
    assert [(f.row, f.column, f.rule, f.value) for f in raw.faults] == [
        (2, "lat", "value_type", "เหนือ")
    ]


def test_read_vector_csv_declared_coordinate_fields_must_be_there(tmp_path):
    path = write_csv(tmp_path, "a,b\n1,2\n")
    with pytest.raises(LayerFileError, match="no coordinate column E, N"):
        read_vector(path, Reading(lon_lat=("E", "N")))


def test_read_vector_csv_wkt_that_is_none_is_a_fault(tmp_path):
    path = write_csv(tmp_path, "id;wkt\n1;POINT (98.3 7.9)\n2;POINT (98.3\n")
    raw = read_vector(path, Reading())
    assert raw.frame["geometry"].tolist() == [shapely.Point(98.3, 7.9), None]
    assert [(f.row, f.column) for f in raw.faults] == [(2, "wkt")]


def test_read_vector_csv_without_coordinates_is_a_table(tmp_path):
    raw = read_vector(write_csv(tmp_path, "code,n\n830101,5\n"), Reading())
    assert not raw.has_geometry


@pytest.mark.parametrize("text", ["\n", "a,b\n1,2,3,4\n"])
def test_read_vector_csv_broken_says_so(tmp_path, text):
    with pytest.raises(LayerFileError, match="cannot be read"):
        read_vector(write_csv(tmp_path, text), Reading())


def test_read_vector_excel_of_two_sheets_asks_which(tmp_path):
    path = write_excel(tmp_path, {"ก": [["a"], [1]], "ข": [["a"], [2]], "ว่าง": []})
    with pytest.raises(LayerFileError, match="ก, ข"):
        read_vector(path, Reading())
    assert read_vector(path, Reading(layer="ข")).frame["a"].tolist() == [2]


def test_read_vector_excel_blank_rows_are_left_out(tmp_path):
    path = write_excel(tmp_path, {"a": [["n", "m"], [1, None], [None, None], [3, None]]})
    assert read_vector(path, Reading()).frame["n"].tolist() == [1, 3]


def test_detect_encoding_of_plain_ascii_is_utf8():
    assert detect_encoding([b"abc", b""], "a.csv") == "utf-8"


def test_read_vector_parquet_without_geometry_is_a_table(tmp_path):
    path = Path(tmp_path / "t.parquet")
    pd.DataFrame({"code": ["1"]}).to_parquet(path)
    raw = read_vector(path, Reading())
    assert not raw.has_geometry
    assert raw.frame["code"].tolist() == ["1"]


def test_read_vector_geoparquet_geometry_of_another_name_is_found(tmp_path):
    path = tmp_path / "a.parquet"
    frame().rename_geometry("the_geom").to_parquet(path)
    assert read_vector(path, Reading()).frame["geometry"].tolist() == POINTS


def test_read_vector_geopackage_without_geometry_is_a_table(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"code": ["1"]}), path)
    raw = read_vector(path, Reading())
    assert not raw.has_geometry
    assert raw.frame["code"].tolist() == ["1"]


def test_read_vector_csv_blank_wkt_is_no_geometry_and_no_fault(tmp_path):
    raw = read_vector(write_csv(tmp_path, "id;wkt\n1;\n2;POINT (98.3 7.9)\n"), Reading())
    assert raw.frame["geometry"].tolist() == [None, shapely.Point(98.3, 7.9)]
    assert raw.faults == []
    assert raw.used == ("wkt",)
