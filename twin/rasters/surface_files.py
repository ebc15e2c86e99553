"""Travel-time surfaces kept as GeoTIFFs, named by digest; when there are many, the oldest go.

A file is written beside its place and renamed, so it is whole or not there. What it shows is told
by a tag in it, so that a surface is one file.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.enums import Resampling
from rasterio.warp import transform_bounds

from twin.crs import METRIC_SRID, STORAGE_SRID
from twin.errors import NotFoundError
from twin.rasters.files import FILES
from twin.types import BBox, Json

MAX_FILES: Final = 200
MAX_BYTES: Final = 200_000_000

_TAG: Final = "PHUKET_TWIN"
#: Smaller pictures of it in the file, down to about a tile.
_OVERVIEWS: Final = (2, 4, 8)
_TILE: Final = 256

#: A file that nobody renamed for so long was left by a process that is gone, seconds.
_ABANDONED_S: Final = 3600


def keep_surface(
    folder: Path, digest: str, values: NDArray[Any], transform: Affine, about: Json
) -> Path:
    """Write a surface unless it is there, and remove the oldest of too many.

    Parameters
    ----------
    folder
        `Settings.surface_dir`.
    digest
        Hexadecimal; names what the surface shows and how it was made.
    values
        (rows, columns), north up; NaN and infinite: no value.
    transform
        EPSG:32647.
    about
        What is to be told of it; `unit` is written as the band's unit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = _path(folder, digest)
    if path.is_file():
        os.utime(path)  # asked for again, it is not old
        return path
    part = folder / f".{uuid4().hex}.tif"
    try:
        _write(part, values, transform, about)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _remove_oldest(folder, path)
    return path


def find_surface(folder: Path, digest: str) -> Path:
    """Return the GeoTIFF of a surface.

    Raises
    ------
    NotFoundError
        It is not kept, or not any more; told how to get it again.
    """
    path = _path(folder, digest)
    if not path.is_file():
        raise NotFoundError(
            "This surface is not kept, or not any more. Run the process `travel-time` again with"
            " the same inputs: unless streets or facilities have changed, the address is the same.",
            "ไม่มีพื้นผิวนี้เก็บไว้ หรือถูกลบไปแล้ว โปรดเรียกกระบวนการ `travel-time` อีกครั้งด้วยข้อมูลเดิม"
            " หากถนนและสถานบริการไม่เปลี่ยน จะได้ที่อยู่เดิม",
            parameter="digest",
        )
    return path


def read_about(path: Path) -> tuple[Json, BBox]:
    """Return what is told of a surface, and where it is, degrees.

    Raises
    ------
    SetupError
        The file cannot be read.
    """
    with FILES.lend(path) as dataset:
        told: Json = json.loads(dataset.tags()[_TAG])
        box = transform_bounds(METRIC_SRID, STORAGE_SRID, *dataset.bounds)
    return told, BBox(*box)


def _path(folder: Path, digest: str) -> Path:
    return folder / f"{digest}.tif"


def _write(path: Path, values: NDArray[Any], transform: Affine, about: Json) -> None:
    rows, columns = values.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype="float32",
        crs=METRIC_SRID,
        transform=transform,
        nodata=np.nan,
        tiled=True,
        compress="deflate",
        predictor=3,
    ) as file:
        file.write(np.where(np.isfinite(values), values, np.nan).astype(np.float32), 1)
        file.set_band_unit(1, about["unit"])
        file.update_tags(**{_TAG: json.dumps(about, ensure_ascii=False)})
        levels = [level for level in _OVERVIEWS if max(values.shape) >= level * _TILE]
        if levels:
            file.build_overviews(levels, Resampling.nearest)


def _remove_oldest(folder: Path, newest: Path) -> None:
    left_bytes, left_files = MAX_BYTES, MAX_FILES
    found = sorted(_ages(folder), key=lambda one: (one[0] != newest, -one[1].st_mtime))
    for path, told in found:
        if path.name.startswith("."):
            if time.time() - told.st_mtime > _ABANDONED_S:
                path.unlink(missing_ok=True)
            continue
        left_bytes -= told.st_size
        left_files -= 1
        if (left_bytes < 0 or left_files < 0) and path != newest:
            path.unlink(missing_ok=True)


def _ages(folder: Path) -> list[tuple[Path, os.stat_result]]:
    found = []
    for path in folder.glob("*.tif"):
        with suppress(FileNotFoundError):  # another process removes, too
            found.append((path, path.stat()))
    return found
