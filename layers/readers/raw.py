"""What every reader gives, and what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

import pandas as pd
from pyproj import CRS

from layers.faults import Fault
from layers.manifest import Taken
from twin.errors import LayerFileError


class Declared(Protocol):
    """What is known of a file before it is opened; a manifest's source is one."""

    @property
    def take(self) -> Taken | None:
        """What is taken out of OpenStreetMap data; nothing can be where None."""

    @property
    def crs(self) -> str | None:
        """Declared CRS, `EPSG:n`."""

    @property
    def layer(self) -> str | None:
        """Inner layer or sheet."""

    @property
    def encoding(self) -> str | None:
        """Text encoding; guessed where None."""

    @property
    def lon_lat(self) -> tuple[str, str] | None:
        """Coordinate fields of a table; looked for where None."""


@dataclass(frozen=True)
class Reading:
    """What is declared of a file that has no manifest."""

    crs: str | None = None
    layer: str | None = None
    encoding: str | None = None
    lon_lat: tuple[str, str] | None = None
    take: Taken | None = None


@dataclass(frozen=True)
class Raw:
    """A file as it was read, nothing converted.

    Parameters
    ----------
    frame
        The file's fields under their own names; a column `geometry` where it has any. The index
        counts rows from 1, the header not counted.
    crs
        The CRS the file itself states; None if it states none.
    encoding
        Text encoding that was used; None where the format leaves no choice.
    faults
        What the reader noticed: the encoding, coordinates that are not numbers.
    used
        Fields of the frame that the geometry was made from.
    valid_date
        The day that the data describe, where the file itself says so.
    """

    frame: pd.DataFrame
    crs: CRS | None = None
    encoding: str | None = None
    faults: list[Fault] = field(default_factory=list)
    used: tuple[str, ...] = ()
    valid_date: date | None = None

    @property
    def has_geometry(self) -> bool:
        """Whether the file holds geometries at all."""
        return "geometry" in self.frame


def count_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with its rows counted from 1."""
    return frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="row"), axis="index")


def one_of(names: Sequence[str], wanted: str | None, path: Path) -> str:
    """Return the inner layer or sheet to read.

    Raises
    ------
    LayerFileError
        There is none, not the wanted one, or several and none is wanted.
    """
    listed = ", ".join(names)
    if wanted is not None and wanted not in names:
        raise LayerFileError(
            f"{path.name}: has no layer “{wanted}”; it holds: {listed or 'nothing'}.",
            f"{path.name}: ไม่มีชั้นข้อมูล “{wanted}” ในไฟล์มี: {listed or 'ไม่มีเลย'}",
            parameter="layer",
        )
    if not names:
        raise LayerFileError(
            f"{path.name}: there is nothing in it that can be read.",
            f"{path.name}: ไม่มีข้อมูลที่อ่านได้อยู่ในไฟล์",
            parameter="path",
        )
    if wanted is None and len(names) > 1:
        raise LayerFileError(
            f"{path.name}: holds {len(names)} layers ({listed}); name the one to read"
            " (`--sheet`, or `layer` in the manifest).",
            f"{path.name}: มี {len(names)} ชั้นข้อมูล ({listed}) โปรดระบุว่าจะอ่านชั้นใด"
            " (`--sheet` หรือ `layer` ในไฟล์กำกับชั้นข้อมูล)",
            parameter="layer",
        )
    return wanted or names[0]


def require_content(path: Path) -> None:
    """Refuse a path where there is no file with something in it.

    Raises
    ------
    LayerFileError
        It is not there, a folder, or an empty file.
    """
    if path.is_dir():
        en, th = "is a folder; name a file in it", "เป็นโฟลเดอร์ โปรดระบุไฟล์ที่อยู่ข้างใน"
    elif not path.is_file():
        en, th = "there is no such file", "ไม่พบไฟล์นี้"
    elif not path.stat().st_size:
        en, th = "the file is empty", "ไฟล์ว่างเปล่า"
    else:
        return
    raise LayerFileError(f"{path}: {en}.", f"{path}: {th}", parameter="path")


def unreadable(path: Path, error: Exception) -> LayerFileError:
    """Return the error of a file that its own format's library cannot read."""
    told = str(error).partition("; It might help")[0]  # GDAL's advice to its programmers
    return LayerFileError(
        f"{path.name}: cannot be read, it is broken or not what its name says: {told}",
        f"{path.name}: อ่านไฟล์ไม่ได้ ไฟล์อาจเสียหรือไม่ใช่ชนิดตามนามสกุล: {told}",
        parameter="path",
    )
