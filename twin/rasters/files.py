"""The GeoTIFFs of raster layers, kept open between questions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

import rasterio
from rasterio.env import set_gdal_config
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from twin.errors import NotFoundError, SetupError
from twin.queries.catalogue import PublishedLayer

#: Most files kept open when nobody uses them.
MAX_IDLE: Final = 16

#: GDAL would keep decoded blocks in a twentieth of the machine's memory.
BLOCK_CACHE_BYTES: Final = 32_000_000


@contextmanager
def open_once(path: Path) -> Iterator[DatasetReader]:
    """Open a file to read most of it once; with it, its decoded blocks leave the memory.

    Raises
    ------
    SetupError
        The file cannot be read.
    """
    with _translated(path), _open(path) as dataset:
        yield dataset


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (RasterioError, OSError) as error:
        raise SetupError(
            f"{path.name} cannot be read ({error}); load the layers again.",
            f"อ่านไฟล์ {path.name} ไม่ได้ ({error}) โปรดนำเข้าชั้นข้อมูลใหม่",
        ) from error


class _Identity(NamedTuple):
    """A file and its content: another inode or time is another content under the same name."""

    path: Path
    inode: int
    modified_ns: int


class OpenFiles:
    """Open files by path, each lent to one user at a time, the longest idle closed first.

    A rasterio dataset may wander between threads but must not be used by two at once. So one is
    taken out while it is used, and whoever finds none opens another.
    """

    def __init__(self, max_idle: int) -> None:
        self._max_idle = max_idle
        self._idle: list[tuple[_Identity, DatasetReader]] = []
        self._lock = Lock()

    @contextmanager
    def lend(self, path: Path) -> Iterator[DatasetReader]:
        """Lend the dataset of a file until the block ends.

        Raises
        ------
        SetupError
            The file cannot be read.
        """
        with _translated(path):
            identity = _identify(path)
            dataset = self._take(identity) or _open(path)
            try:
                yield dataset
            finally:
                self._give_back(identity, dataset)

    def __len__(self) -> int:
        return len(self._idle)

    def close(self) -> None:
        """Close what nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, dataset in idle:
            dataset.close()

    def _take(self, wanted: _Identity) -> DatasetReader | None:
        with self._lock:
            for place in range(len(self._idle) - 1, -1, -1):
                if self._idle[place][0] == wanted:
                    return self._idle.pop(place)[1]
        return None

    def _give_back(self, identity: _Identity, dataset: DatasetReader) -> None:
        with self._lock:
            self._idle.append((identity, dataset))
            surplus = self._idle[: -self._max_idle]
            del self._idle[: -self._max_idle]
        for _, old in surplus:
            old.close()


#: The files of this process.
FILES: Final = OpenFiles(MAX_IDLE)


def raster_file(layer: PublishedLayer, folder: Path) -> Path:
    """Return the layer's GeoTIFF.

    Parameters
    ----------
    folder
        Where loaded rasters are kept.

    Raises
    ------
    NotFoundError
        The layer is no raster, or its file is gone.
    """
    path = folder / layer.file if layer.file else None
    if path is None or not path.is_file():
        raise NotFoundError(
            f"Layer `{layer.id}` has no image; where it should, load the layers again.",
            f"ชั้นข้อมูล `{layer.id}` ไม่มีข้อมูลภาพ หากควรมี โปรดนำเข้าชั้นข้อมูลใหม่",
            parameter="layer",
        )
    return path


def _identify(path: Path) -> _Identity:
    told = os.stat(path)  # noqa: PTH116 (half the time of Path.stat, and this is every sample)
    return _Identity(path, told.st_ino, told.st_mtime_ns)


def _open(path: Path) -> DatasetReader:
    _limit_memory()
    return rasterio.open(path)


@cache
def _limit_memory() -> None:
    with rasterio.Env():
        set_gdal_config("GDAL_CACHEMAX", BLOCK_CACHE_BYTES)
