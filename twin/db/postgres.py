"""Finding the PostgreSQL programs on this machine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twin.errors import SetupError

#: Where Debian, Ubuntu, Fedora, Alpine and Homebrew keep each major version's programs.
FOLDERS: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
OLDEST: Final = 14


@dataclass(frozen=True)
class Programs:
    """The programs of one major version."""

    folder: Path
    major: int

    @property
    def initdb(self) -> Path:
        """Makes a cluster."""
        return self.folder / "initdb"

    @property
    def pg_ctl(self) -> Path:
        """Starts and stops a cluster."""
        return self.folder / "pg_ctl"

    @property
    def has_postgis(self) -> bool:
        """Whether PostGIS is installed for this version, where Debian or Homebrew would put it."""
        shares = (
            Path(f"/usr/share/postgresql/{self.major}/extension"),
            self.folder.parent / "share" / "extension",
            self.folder.parent / "share" / f"postgresql@{self.major}" / "extension",
        )
        return any((share / "postgis.control").exists() for share in shares)


def installed_programs() -> list[Programs]:
    """Return every usable version, those with PostGIS first, then the newest first."""
    found = {programs.major: programs for folder in _folders() for programs in _versions(folder)}
    usable = [programs for programs in found.values() if programs.major >= OLDEST]
    return sorted(usable, key=lambda programs: (programs.has_postgis, programs.major), reverse=True)


def find_programs(major: str | None, data: Path) -> Programs:
    """Return the programs for a cluster.

    Parameters
    ----------
    major
        Major version of the cluster in `data`; None where it is yet to be made.

    Raises
    ------
    SetupError
        No PostgreSQL, or not of the cluster's version.
    """
    installed = installed_programs()
    if major is None and installed:
        return installed[0]
    for programs in installed:
        if str(programs.major) == major:
            return programs
    if major is None:
        raise SetupError(
            f"PostgreSQL {OLDEST} or newer is not installed. On Debian or Ubuntu:"
            " apt-get install postgresql postgis; on macOS: brew install postgresql@17 postgis.",
            f"ยังไม่ได้ติดตั้ง PostgreSQL {OLDEST} ขึ้นไป บน Debian หรือ Ubuntu ให้สั่ง"
            " apt-get install postgresql postgis บน macOS ให้สั่ง brew install postgresql@17 postgis",
        )
    have = ", ".join(str(programs.major) for programs in installed) or "-"
    raise SetupError(
        f"The cluster in {data} was made by PostgreSQL {major}, but this machine has {have}."
        f" Install postgresql-{major} with its PostGIS, or move {data.parent} away: layers and"
        " projects are loaded again into a new cluster.",
        f"ฐานข้อมูลใน {data} สร้างด้วย PostgreSQL {major} แต่เครื่องนี้มีรุ่น {have}"
        f" โปรดติดตั้ง postgresql-{major} พร้อม PostGIS หรือย้าย {data.parent} ออกไป"
        " แล้วระบบจะโหลดชั้นข้อมูลและโครงการลงฐานใหม่",
    )


def _folders() -> Iterator[Path]:
    for pattern in FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent


def _versions(folder: Path) -> Iterator[Programs]:
    if not (folder / "initdb").exists():
        return
    if match := re.search(r"(\d+)", str(folder)):
        yield Programs(folder, int(match[1]))
