"""Rasters: checked, and kept as Cloud-Optimised GeoTIFF in EPSG:32647."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
from pyproj import CRS
from rasterio import Affine
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.shutil import copy as copy_raster
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform, transform_bounds

from layers.digest import file_sha256
from layers.faults import Fault, fault
from layers.manifest import Manifest
from layers.projection import agreed_crs
from layers.readers.raw import require_content, unreadable
from twin.crs import INDIAN_1975_UTM_47N, METRIC_SRID, PROVINCE_BBOX, STORAGE_SRID
from twin.errors import LayerFileError
from twin.spec import Column
from twin.types import BBox, Text

_BLOCK = 512

#: Unit of rasters whose cells are counts, which add up.
_COUNTS: Final = "people"


@dataclass(frozen=True)
class RasterInfo:
    """A stored raster.

    Parameters
    ----------
    file
        Name of the GeoTIFF below the raster folder; tells the content.
    bbox
        West, south, east, north, degrees.
    """

    file: str
    bbox: BBox


def store_raster(path: Path, manifest: Manifest, folder: Path) -> RasterInfo:
    """Convert a usable raster to a Cloud-Optimised GeoTIFF in EPSG:32647, whole or not at all.

    Pixels that are in EPSG:32647 already stay as they are. Others are resampled: classes by the
    nearest pixel, so that no class is made up, counts of people by their sum, so that none is lost,
    and measures bilinearly.

    Parameters
    ----------
    folder
        Where the file goes; its name is the layer's id and a digest of the source file, and
        `counts` where the values add up.

    Raises
    ------
    LayerFileError
        The file cannot be read.
    """
    kind = "-counts" if manifest.columns[0].unit == _COUNTS else ""
    target = folder / f"{manifest.id}-{file_sha256(path)[:12]}{kind}.tif"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        try:
            _write(path, part, manifest.columns[0])
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(target)
        except RasterioError as error:
            raise unreadable(path, error) from error
        finally:
            part.unlink(missing_ok=True)
    with rasterio.open(target) as stored:
        bbox = BBox(*transform_bounds(stored.crs, STORAGE_SRID, *stored.bounds))
        return RasterInfo(target.name, bbox)


def require_usable(path: Path, crs: str | None, manifest: Manifest) -> list[Fault]:
    """Check a raster that is to be stored; return what was noted.

    Raises
    ------
    LayerFileError
        The file cannot be read, has more than one band, lies elsewhere, or its CRS is missing,
        contradictory or on another datum.
    """
    faults = check_raster(path, crs, manifest)
    for found in faults:
        if found.severity == "refuse":
            raise LayerFileError(
                f"{path.name}: {found.message_en}", f"{path.name}: {found.message_th}"
            )
    return faults


def check_raster(path: Path, crs: str | None, manifest: Manifest | None = None) -> list[Fault]:
    """Check a raster without storing it.

    Parameters
    ----------
    crs
        Declared CRS, `EPSG:n`.
    manifest
        Tells the classes that the pixels may have; None: any values.

    Raises
    ------
    LayerFileError
        The file cannot be read, or its CRS is missing, contradictory or on another datum.
    """
    require_content(path)
    try:
        with rasterio.open(path) as raster:
            own = CRS(raster.crs.to_wkt()) if raster.crs else None
            agreed = agreed_crs(crs, own, path.name)
            if own is None or agreed.to_epsg() == INDIAN_1975_UTM_47N:
                raise _not_warpable(path, own)
            return [*_shape_faults(raster), *_class_faults(raster, manifest)]
    except RasterioError as error:
        raise unreadable(path, error) from error


def _shape_faults(raster: DatasetReader) -> list[Fault]:
    faults = []
    if raster.count != 1:
        text = Text(
            f"มี {raster.count} แบนด์ แต่ชั้นข้อมูลใช้แบนด์เดียว",
            f"has {raster.count} bands, but a layer holds one",
        )
        faults.append(fault(None, None, "value_type", raster.count, text, refuse=True))
    west, south, east, north = transform_bounds(raster.crs, STORAGE_SRID, *raster.bounds)
    if west > PROVINCE_BBOX[2] or east < PROVINCE_BBOX[0] or _apart(south, north):
        value = f"{west:.3f} {south:.3f} {east:.3f} {north:.3f}"
        text = Text("ภาพไม่ครอบคลุมจังหวัดภูเก็ต", "the raster does not touch the province")
        faults.append(fault(None, "geom", "outside_province", value, text, refuse=True))
    return faults


def _apart(south: float, north: float) -> bool:
    return south > PROVINCE_BBOX[3] or north < PROVINCE_BBOX[1]


def _class_faults(raster: DatasetReader, manifest: Manifest | None) -> list[Fault]:
    if manifest is None or manifest.columns[0].values is None:
        return []
    column = manifest.columns[0]
    found: set[int] = set()
    for _, window in raster.block_windows(1):
        block = raster.read(1, window=window, masked=True)
        found |= {int(value) for value in np.unique(block.compressed())}
    unknown = sorted(found - {int(code) for code in column.values or {}})
    if not unknown:
        return []
    listed = ", ".join(map(str, unknown))
    text = Text(
        f"มีค่าที่ไม่อยู่ในรายการประเภท: {listed}", f"has values that are none of the classes: {listed}"
    )
    return [fault(None, column.name, "value_unknown", listed, text)]


def _write(path: Path, part: Path, column: Column) -> None:
    is_classes = column.values is not None
    options = {
        "driver": "COG",
        "compress": "DEFLATE",
        "blocksize": _BLOCK,
        "overview_resampling": "MODE" if is_classes else "AVERAGE",
    }
    with rasterio.open(path) as raster:
        if raster.crs.to_epsg() == METRIC_SRID:
            copy_raster(raster, part, **options)
            return
        with WarpedVRT(raster, crs=f"EPSG:{METRIC_SRID}", **_resampling(raster, column)) as warped:
            copy_raster(warped, part, **options)


def _resampling(raster: DatasetReader, column: Column) -> dict[str, Any]:
    """Return how pixels become those of EPSG:32647."""
    if column.unit != _COUNTS:
        return {"resampling": Resampling.nearest if column.values else Resampling.bilinear}
    # A cell more on each side, since what the outermost cells share out must land somewhere.
    transform, width, height = calculate_default_transform(
        raster.crs, f"EPSG:{METRIC_SRID}", raster.width, raster.height, *raster.bounds
    )
    return {
        "resampling": Resampling.sum,
        "transform": transform @ Affine.translation(-1, -1),
        "width": width + 2,
        "height": height + 2,
    }


def _not_warpable(path: Path, own: CRS | None) -> LayerFileError:
    if own is None:
        return LayerFileError(
            f"{path.name}: the raster states no CRS of its own; write it into the file first, e.g."
            " with gdal_edit.py -a_srs EPSG:32647.",
            f"{path.name}: ภาพไม่ระบุระบบพิกัดในไฟล์ โปรดบันทึกลงในไฟล์ก่อน เช่น"
            " gdal_edit.py -a_srs EPSG:32647",
            parameter="crs",
        )
    return LayerFileError(
        f"{path.name}: rasters in EPSG:24047 are not converted here, since the datum operation"
        " EPSG:1812 cannot be pinned for them; warp to EPSG:32647 with that operation first.",
        f"{path.name}: ไม่แปลงภาพจาก EPSG:24047 ที่นี่ เพราะกำหนดวิธีแปลง EPSG:1812 ไม่ได้"
        " โปรดแปลงเป็น EPSG:32647 ด้วยวิธีดังกล่าวก่อน",
        parameter="crs",
    )
