"""Checking any file without loading it. Kept apart: it needs the geometry libraries."""

from __future__ import annotations

from pathlib import Path

from api.commands.console import out
from api.commands.loading import find
from api.commands.reporting import print_faults
from layers.edition import Choice
from layers.manifest import Manifest, read_catalogue
from layers.raster import check_raster
from layers.validate import Checked, Reference, check_file, check_layer, load_reference

RASTERS = (".tif", ".tiff")


def print_check(file: Path, layer: str | None, crs: str | None, choice: Choice) -> bool:
    """Print every fault of a file; return whether all of it could be loaded."""
    manifests = read_catalogue()
    manifest = find(manifests, layer) if layer else None
    if file.suffix.lower() in RASTERS:
        faults = check_raster(file, crs, manifest)
        print_faults(faults)
        return all(fault.severity != "refuse" for fault in faults)
    reference = load_reference(manifests, choice.edition, choice.root)
    checked = _checked(file, crs, manifest, choice, reference)
    print_faults(checked.faults)
    usable, refused = len(checked.frame), len(checked.quarantined)
    out.print(
        f"อ่าน {checked.rows_read:,} แถว ใช้ได้ {usable:,} กันไว้ {refused:,}"
        f" | {checked.rows_read:,} rows read, {usable:,} usable, {refused:,} refused"
    )
    return not refused


def _checked(
    file: Path, crs: str | None, manifest: Manifest | None, choice: Choice, reference: Reference
) -> Checked:
    if manifest is None:
        return check_file(file, crs, reference)
    source = manifest.sources.get(choice.edition) or next(iter(manifest.sources.values()))
    if crs:
        source = source.model_copy(update={"crs": crs})
    return check_layer(manifest, source, file, reference)
