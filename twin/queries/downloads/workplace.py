"""Where files are made before they are sent: a folder for each, and room on the disk for it."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from twin.errors import BusyError

#: A file is not begun, nor gone on with, when less than this is free on its disk.
MIN_FREE_BYTES: Final = 500_000_000

_PREFIX: Final = "download-"

#: Folders older than this were left by a process that was killed, seconds.
_ABANDONED_S: Final = 6 * 3600


@contextmanager
def own_folder(parent: Path) -> Iterator[Path]:
    """Lend a folder that goes with the block, and clear away those that were left behind."""
    parent.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(parent)
    require_room(parent)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def require_room(folder: Path, min_free_bytes: int = MIN_FREE_BYTES) -> None:
    """Refuse to fill the disk.

    Raises
    ------
    BusyError
        Too little is free.
    """
    if shutil.disk_usage(folder).free < min_free_bytes:
        raise BusyError(
            "The server's disk is nearly full, so no file can be made now; CSV and GeoJSON need"
            " none. Please tell the operator.",
            "ดิสก์ของเซิร์ฟเวอร์เกือบเต็ม จึงสร้างไฟล์ไม่ได้ในขณะนี้ CSV และ GeoJSON ไม่ต้องใช้ดิสก์ โปรดแจ้งผู้ดูแลระบบ",
        )


def _clear_abandoned(parent: Path) -> None:
    oldest = time.time() - _ABANDONED_S
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:  # another worker cleared it
            continue
