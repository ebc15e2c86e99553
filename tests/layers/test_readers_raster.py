"""Rasters become Cloud-Optimised GeoTIFF in EPSG:32647, whole or not at all."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine

from layers.manifest import read_catalogue
from layers.raster import check_raster, require_usable, store_raster
from twin.errors import LayerFileError

MANIFESTS = {manifest.id: manifest for manifest in read_catalogue()}
CLASSES = MANIFESTS["land_cover_2018"]
HEIGHTS = MANIFESTS["elevation"]
UTM = Affine(10, 0, 430_000, 0, -10, 872_000)
DEGREES = Affine(0.0001, 0, 98.3, 0, -0.0001, 7.9)


def write(folder, values, crs="EPSG:32647", transform=UTM, nodata=0, name="in.tif"):
    values = np.atleast_3d(np.asarray(values).T).transpose(2, 1, 0)
    path = folder / name
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=values.shape[2],
        height=values.shape[1],
        count=values.shape[0],
        dtype=values.dtype,
        crs=crs,
        transform=transform,
        nodata=nodata,
    ) as raster:
        raster.write(values)
    return path


def classes(size=600):
    return (np.indices((size, size)).sum(axis=0) % 4 + 1).astype("uint8")


def store(path, manifest, folder, crs="EPSG:32647"):
    require_usable(path, crs, manifest)
    return store_raster(path, manifest, folder)


def test_store_raster_in_utm_keeps_every_pixel(tmp_path):
    info = store(write(tmp_path, classes()), CLASSES, tmp_path / "raster")
    with rasterio.open(tmp_path / "raster" / info.file) as stored:
        assert (stored.read(1) == classes()).all()
        assert stored.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert stored.overviews(1) == [2]
        assert stored.crs.to_epsg() == 32647
        assert stored.nodata == 0
    assert info.bbox == pytest.approx((98.3651, 7.8342, 98.4195, 7.8885), abs=2e-4)


def test_store_raster_overviews_of_classes_hold_classes_only(tmp_path):
    path = write(tmp_path, np.where(classes() > 2, 4, 1).astype("uint8"))
    info = store(path, CLASSES, tmp_path)
    with rasterio.open(tmp_path / info.file, overview_level=0) as overview:
        assert set(np.unique(overview.read(1))) <= {1, 4}


@pytest.mark.parametrize(("manifest", "invents"), [(CLASSES, False), (HEIGHTS, True)])
def test_store_raster_warps_classes_by_nearest_and_measures_smoothly(tmp_path, manifest, invents):
    values = np.where(np.indices((80, 80)).sum(axis=0) % 2, 100, 1).astype("int16")
    path = write(tmp_path, values, "EPSG:4326", DEGREES, nodata=-1)
    info = store(path, manifest, tmp_path, "EPSG:4326")
    with rasterio.open(tmp_path / info.file) as stored:
        assert stored.crs.to_epsg() == 32647
        found = set(np.unique(stored.read(1, masked=True).compressed()))
    assert (found == {1, 100}) is not invents
    assert info.bbox == pytest.approx((98.3, 7.892, 98.308, 7.9), abs=2e-4)


def test_store_raster_of_people_loses_and_invents_nobody(tmp_path):
    column = HEIGHTS.columns[0].model_copy(update={"name": "people", "unit": "people"})
    people = HEIGHTS.model_copy(update={"columns": [column]})
    # 3 arc seconds, as WorldPop; a coast of cells without data, and one crowded cell.
    cells = Affine(1 / 1200, 0, 98.3, 0, -1 / 1200, 7.9)
    values = np.random.default_rng(5).gamma(0.5, 8.0, (60, 50)).astype("float32")
    values[:, :7], values[30, 30] = -99999, 900
    path = write(tmp_path, values, "EPSG:4326", cells, nodata=-99999)
    store(path, HEIGHTS, tmp_path, "EPSG:4326")  # before somebody wrote the unit down
    info = store(path, people, tmp_path, "EPSG:4326")
    with rasterio.open(tmp_path / info.file) as stored:
        found = stored.read(1, masked=True)
    assert found.min() >= 0
    assert found.sum(dtype=float) == pytest.approx(values[values >= 0].sum(dtype=float), rel=1e-6)


def test_store_raster_again_is_the_same_file(tmp_path):
    path = write(tmp_path, classes())
    first = store(path, CLASSES, tmp_path / "raster")
    stamp = (tmp_path / "raster" / first.file).stat().st_mtime_ns
    assert store(path, CLASSES, tmp_path / "raster") == first
    assert (tmp_path / "raster" / first.file).stat().st_mtime_ns == stamp


def test_store_raster_other_content_has_another_name(tmp_path):
    first = store(write(tmp_path, classes()), CLASSES, tmp_path)
    other = store(write(tmp_path, classes() * 0 + 1), CLASSES, tmp_path)
    assert first.file != other.file


def test_store_raster_broken_off_leaves_nothing(tmp_path):
    path = write(tmp_path, classes())
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(LayerFileError, match="cannot be read"):
        store(path, CLASSES, tmp_path / "raster")
    folder = tmp_path / "raster"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_store_raster_of_three_bands_is_refused(tmp_path):
    path = write(tmp_path, np.ones((3, 9, 9), "uint8"))
    with pytest.raises(LayerFileError, match="3 bands") as caught:
        store(path, CLASSES, tmp_path)
    assert "แบนด์" in caught.value.th


def test_store_raster_elsewhere_is_refused(tmp_path):
    path = write(tmp_path, classes(9), "EPSG:4326", Affine(0.001, 0, 100.5, 0, -0.001, 13.8))
    with pytest.raises(LayerFileError, match="does not touch"):
        store(path, CLASSES, tmp_path, "EPSG:4326")


def test_check_raster_declared_otherwise_names_both(tmp_path):
    with pytest.raises(LayerFileError, match=r"EPSG:4326.*EPSG:32647"):
        check_raster(write(tmp_path, classes(9)), "EPSG:4326")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_check_raster_without_crs_is_refused(tmp_path):
    with pytest.raises(LayerFileError, match="no CRS"):
        check_raster(write(tmp_path, classes(9), crs=None), "EPSG:32647")


def test_check_raster_indian_1975_is_refused_rather_than_misplaced(tmp_path):
    with pytest.raises(LayerFileError, match="EPSG:1812"):
        check_raster(write(tmp_path, classes(9), crs="EPSG:24047"), "EPSG:24047")


def test_check_raster_value_that_is_no_class_is_noted(tmp_path):
    values = classes(9)
    values[0, 0] = 7
    faults = check_raster(write(tmp_path, values), "EPSG:32647", CLASSES)
    assert [(f.rule, f.severity, f.value) for f in faults] == [("value_unknown", "note", "7")]


def test_check_raster_nodata_is_no_value(tmp_path):
    values = classes(9)
    values[0, 0] = 0
    assert check_raster(write(tmp_path, values), "EPSG:32647", CLASSES) == []


def test_check_raster_that_is_none_says_so(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(b"no picture")
    with pytest.raises(LayerFileError, match="cannot be read"):
        check_raster(path, "EPSG:32647")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("layer", "size"),
    [
        ("elevation", (364, 801)),
        ("land_cover_2018", (2475, 7981)),
        ("land_cover_2025", (2475, 7981)),
    ],
)
def test_store_raster_real_data_keeps_every_pixel(tmp_path, data_dir, layer, size):
    manifest = MANIFESTS[layer]
    source = manifest.sources["phuket"]
    assert check_raster(source.locate(data_dir), source.crs, manifest) == []
    info = store_raster(source.locate(data_dir), manifest, tmp_path)
    with (
        rasterio.open(tmp_path / info.file) as stored,
        rasterio.open(source.locate(data_dir)) as given,
    ):
        assert (stored.width, stored.height) == size
        assert (stored.read(1) == given.read(1)).all()
