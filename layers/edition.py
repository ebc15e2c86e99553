"""Which edition to load, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, get_args

from sqlalchemy import Connection, select

from twin.db.models import Layer
from twin.errors import SetupError
from twin.settings import Settings
from twin.types import Edition


class Choice(NamedTuple):
    """An edition and the folder that its manifests' paths start from."""

    edition: Edition
    root: Path
    #: Where downloads are kept, to be used where `root` lacks a file.
    download_dir: Path | None = None
    #: Where files of one's own are kept, which come before those of `root`.
    own_dir: Path | None = None
    #: Files by layer that come before all others.
    files: Mapping[str, Path] = MappingProxyType({})

    def at_home(self, settings: Settings) -> Choice:
        """Return the choice with the downloads and one's own files of an installation."""
        return self._replace(download_dir=settings.download_dir, own_dir=settings.own_dir)


def starter() -> Choice:
    """Return the bundled edition."""
    return Choice("starter", Path(str(resources.files("layers") / "starter" / "data")))


def real_data(folder: Path) -> Choice:
    """Return the edition of real data in `folder`.

    Raises
    ------
    SetupError
        The folder is not there, or may not be read.
    """
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise SetupError(
            f"The data folder {folder} cannot be read ({error.strerror}). Give another with"
            " --data DIR, or leave it out for the bundled starter edition.",
            f"อ่านโฟลเดอร์ข้อมูล {folder} ไม่ได้ ({error.strerror}) โปรดระบุโฟลเดอร์อื่นด้วย --data DIR"
            " หรือไม่ต้องระบุเพื่อใช้ชุดข้อมูลเริ่มต้น",
            parameter="data",
        ) from error
    return Choice("phuket", folder)


def loaded_edition(connection: Connection) -> Edition | None:
    """Return the edition that the database holds.

    None where it holds no layers, or some of both: a change of edition was cut short.
    """
    found = set(connection.scalars(select(Layer.edition).distinct()))
    return next((edition for edition in get_args(Edition) if found == {edition}), None)


def choose(settings: Settings, loaded: Edition | None) -> Choice | None:
    """Choose what to load at start; None keeps what is loaded.

    Real data named in the settings come first. Without them, real data that were loaded earlier
    stay, and the bundled edition is brought up to date.
    """
    if settings.data_dir:
        return real_data(settings.data_dir).at_home(settings)
    if loaded == "phuket":
        return None
    return starter().at_home(settings)
