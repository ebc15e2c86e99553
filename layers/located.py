"""Which file each layer of an edition is made from. Kept free of the geometry libraries."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from layers.edition import Choice
from layers.manifest import Manifest, Source
from layers.osm_format import osm_format
from layers.own import own_file
from twin.errors import LayerFileError
from twin.spec import Title
from twin.types import Edition


class Located(NamedTuple):
    """A file, which need not be there, and what is known of it."""

    source: Source
    path: Path


def locate(manifest: Manifest, choice: Choice) -> Located:
    """Return what a layer is made from in an edition that has it.

    That is a file of one's own where one was given, else the file of the data folder, else a
    download that can be loaded as it came.
    """
    given = choice.files.get(manifest.id) or own_file(choice.own_dir, manifest.id)
    if given:
        return Located(source_of(manifest, choice.edition, given), given)
    source = manifest.sources[choice.edition]
    path = source.locate(choice.root)
    upstream = source.upstream
    if choice.download_dir and upstream and upstream.format and not path.exists():
        download = choice.download_dir / upstream.file_name
        if download.exists():
            found = manifest.osm_source(download.name, _day_of(download))
            return Located(found.model_copy(update={"upstream": upstream}), download)
    return Located(source, path)


def source_of(manifest: Manifest, edition: Edition, path: Path) -> Source:
    """Return what is known of a file that somebody gives for a layer.

    Anything but OpenStreetMap data is read as the edition's own file would be: the same names of
    fields, the same CRS.

    Raises
    ------
    LayerFileError
        It is OpenStreetMap data, and the layer is not made from those.
    """
    if osm_format(path):
        if manifest.osm is None:
            raise LayerFileError(
                f"{path.name}: the layer {manifest.id} is not made from OpenStreetMap data.",
                f"{path.name}: ชั้นข้อมูล {manifest.id} ไม่ได้สร้างจากข้อมูล OpenStreetMap",
                parameter="file",
            )
        return manifest.osm_source(path.name, _day_of(path))
    source = manifest.sources.get(edition) or next(iter(manifest.sources.values()))
    return source.model_copy(
        update={
            "path": path.name,
            "bundled": False,
            "provenance": "operator",
            "source": Title(
                th=f"ไฟล์ {path.name} ที่ผู้ดูแลระบบนำเข้า",
                en=f"The file {path.name}, brought in by whoever runs this service",
            ),
            "licence": "not stated",
            "attribution": path.name,
            "valid_date": _day_of(path),
            "upstream": None,
        }
    )


def _day_of(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
