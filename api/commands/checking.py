"""Checking any file without loading it. Kept apart: it needs the geometry libraries."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from api.commands.console import out
from api.commands.loading import find
from api.commands.reporting import print_faults
from layers.edition import Choice
from layers.located import source_of
from layers.manifest import Manifest, read_catalogue
from layers.raster import check_raster
from layers.readers.raw import Reading, require_content
from layers.validate import Checked, Reference, check_file, check_layer, load_reference
from twin.errors import LayerFileError

__all__ = ["Reading", "print_check"]

RASTERS = (".tif", ".tiff")


def print_check(file: Path, layer: str | None, reading: Reading, choice: Choice) -> bool:
    """Print every fault of a file; return whether all of it could be loaded."""
    manifests = read_catalogue()
    manifest = find(manifests, layer) if layer else None
    is_raster = file.suffix.lower() in RASTERS
    if manifest and is_raster != (manifest.kind == "raster"):
        raise LayerFileError(
            f"{file.name}: the layer {manifest.id} is of kind {manifest.kind}; this file is not.",
            f"{file.name}: ชั้นข้อมูล {manifest.id} เป็นชนิด {manifest.kind} แต่ไฟล์นี้ไม่ใช่",
            parameter="layer",
        )
    if is_raster:
        faults = check_raster(file, reading.crs, manifest)
        print_faults(faults)
        return all(fault.severity != "refuse" for fault in faults)
    reference = load_reference(manifests, choice)
    checked = _checked(file, reading, manifest, choice, reference)
    print_faults(checked.faults)
    usable, refused = len(checked.frame), len(checked.quarantined)
    out.print(
        f"อ่าน {checked.rows_read:,} แถว ใช้ได้ {usable:,} กันไว้ {refused:,}"
        f" | {checked.rows_read:,} rows read, {usable:,} usable, {refused:,} refused"
    )
    return bool(usable) and not refused


def _checked(
    file: Path,
    reading: Reading,
    manifest: Manifest | None,
    choice: Choice,
    reference: Reference,
) -> Checked:
    if manifest is None:
        return check_file(file, reading, reference)
    require_content(file)
    source = source_of(manifest, choice.edition, file)
    given = {name: value for name, value in asdict(reading).items() if value}
    return check_layer(manifest, source.model_copy(update=given), file, reference)
