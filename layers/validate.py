"""Checking a layer's file: every fault at once, and what can be loaded apart from what cannot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import shapely

from layers.checks.location import Reference
from layers.checks.plan import plan_for_any, plan_of
from layers.checks.run import Checked, Refused, run_checks
from layers.edition import Choice
from layers.faults import Fault, FaultGroup, fault_table
from layers.located import locate
from layers.manifest import Manifest, Source
from layers.readers import Progress, read_vector
from layers.readers.raw import Reading
from twin.crs import METRIC_SRID, PROVINCE_BBOX
from twin.errors import LayerFileError

__all__ = [
    "Checked",
    "Fault",
    "FaultGroup",
    "Reference",
    "Refused",
    "check_file",
    "check_layer",
    "fault_table",
    "load_reference",
]


def check_layer(
    manifest: Manifest,
    source: Source,
    path: Path,
    reference: Reference | None,
    progress: Progress = lambda _step, _count: None,
) -> Checked:
    """Check a layer's file against its manifest.

    Parameters
    ----------
    path
        The file, in any format that is read; not necessarily the source's own.
    reference
        Land and sub-districts of the same edition; None leaves locations unchecked. OpenStreetMap
        data are cut to them, or to the box of the province.
    progress
        Called while OpenStreetMap data are read: with what is read, and how many so far.

    Raises
    ------
    LayerFileError
        The file cannot be read, lacks a key column, or its CRS is missing or contradictory.
    """
    area = reference.area if reference else shapely.box(*PROVINCE_BBOX)
    raw = read_vector(path, source, area, progress)
    return run_checks(raw, plan_of(manifest, source, path.name), source.crs, reference)


def check_file(path: Path, reading: Reading, reference: Reference | None) -> Checked:
    """Check any file of features or rows, without loading and without a manifest.

    Columns are taken for what most of their cells are; a column `tambon_code` is compared with
    the place.

    Parameters
    ----------
    reading
        What is declared of the file; a CRS is needed where the file states none.

    Raises
    ------
    LayerFileError
        The file cannot be read, or its CRS is missing or contradictory.
    """
    raw = read_vector(path, reading)
    return run_checks(raw, plan_for_any(raw, path.name), reading.crs, reference)


def load_reference(manifests: Sequence[Manifest], choice: Choice) -> Reference:
    """Read the land and sub-districts that an edition's layers are checked against.

    Raises
    ------
    LayerFileError
        One of the two cannot be read, or holds nothing usable.
    """
    frames: dict[str, gpd.GeoDataFrame] = {}
    for manifest in manifests:
        if manifest.id in ("land", "tambon") and choice.edition in manifest.sources:
            checked = check_layer(manifest, *locate(manifest, choice), None)
            frames[manifest.id] = checked.frame
    missing = [name for name in ("land", "tambon") if not len(frames.get(name, ()))]
    if missing:
        raise LayerFileError(
            f"The edition {choice.edition} has no usable {' and '.join(missing)}: nothing else can"
            " be checked without.",
            f"ชุดข้อมูล {choice.edition} ไม่มีชั้น {' และ '.join(missing)} ที่ใช้ได้ จึงตรวจชั้นอื่นไม่ได้",
        )
    metric = {name: frame.to_crs(METRIC_SRID) for name, frame in frames.items()}
    return Reference(metric["land"], metric["tambon"])
