"""Files of one's own: given for a layer once, kept, and loaded in the place of the edition's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twin.errors import LayerFileError


def own_file(own_dir: Path | None, layer_id: str) -> Path | None:
    """Return the file that was given for a layer; None where there is none."""
    if own_dir is None or not (own_dir / layer_id).is_dir():
        return None
    return next((own_dir / layer_id).iterdir(), None)


@contextmanager
def take_in(own_dir: Path, layer_id: str, file: Path) -> Iterator[Path]:
    """Yield a copy of a file, to be loaded; it takes the place of an earlier one unless that fails.

    Raises
    ------
    LayerFileError
        The file cannot be copied, or is one of several that make up a Shapefile.
    """
    if file.suffix.lower() == ".shp":
        raise LayerFileError(
            f"{file.name}: a Shapefile is several files; give them in one .zip.",
            f"{file.name}: Shapefile ประกอบด้วยหลายไฟล์ โปรดรวมเป็น .zip ไฟล์เดียว",
            parameter="file",
        )
    staging = own_dir / f"{layer_id}.new"
    try:
        try:
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(parents=True)
            copy = Path(shutil.copy2(file, staging / file.name))
        except OSError as error:
            raise LayerFileError(
                f"{file}: cannot be copied to {staging}: {error.strerror}.",
                f"{file}: คัดลอกไปที่ {staging} ไม่ได้: {error.strerror}",
                parameter="file",
            ) from error
        yield copy
        forget(own_dir, layer_id)
        staging.rename(own_dir / layer_id)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def forget(own_dir: Path, layer_id: str) -> bool:
    """Remove the file that was given for a layer; tell whether there was one."""
    was_there = own_file(own_dir, layer_id) is not None
    shutil.rmtree(own_dir / layer_id, ignore_errors=True)
    return was_there
