"""One extract read for one purpose: roads, or facilities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from layers.faults import Fault, fault
from layers.manifest import Rule, Taken
from layers.osm_format import osm_format
from layers.projection import to_metric
from layers.readers.osm import facilities, roads
from layers.readers.osm.elements import Element, Progress, Wanted, Window
from layers.readers.osm.files import OsmFile
from layers.readers.osm.notes import Notes
from layers.readers.osm.overpass import OverpassFile
from layers.readers.osm.shapes import Shaped
from layers.readers.raw import Raw, count_rows
from twin.crs import STORAGE_SRID
from twin.errors import LayerFileError
from twin.types import Text


@dataclass(frozen=True)
class _Take:
    """How one kind of thing is made from elements."""

    title: Text
    wanted: Wanted
    shape: Callable[[Element], Shaped]
    row: Callable[[Element, int, Notes], dict[str, Any]]
    class_of: Callable[[Element], str | None]
    why_not: Callable[[Element], str]
    has_length: bool


_TAKES: Final[dict[Taken, _Take]] = {
    "roads": _Take(
        Text("ถนน", "roads"),
        roads.WANTED,
        roads.road_shape,
        roads.road_row,
        roads.road_class,
        roads.why_not,
        has_length=True,
    ),
    "facilities": _Take(
        Text("สถานบริการ", "facilities"),
        facilities.WANTED,
        facilities.facility_shape,
        facilities.facility_row,
        lambda element: facilities.facility_kind(element.tags),
        str,
        has_length=False,
    ),
}


def read_osm(
    path: Path,
    take: Taken,
    area: shapely.Polygon | shapely.MultiPolygon | None = None,
    progress: Progress = lambda _step, _count: None,
) -> Raw:
    """Read the roads or the facilities of an OpenStreetMap extract.

    Parameters
    ----------
    path
        PBF, XML (also in gzip or bzip2), or the JSON of an Overpass server.
    area
        What touches it is kept, whole; EPSG:4326. None keeps everything.
    progress
        Called with what is being read, and how many were looked at.

    Returns
    -------
    Raw
        Roads have the fields of the layer `road`, `length_m` in EPSG:32647 included; facilities
        those of the layer `facility`. What was left out, repaired or not understood is among the
        faults.

    Raises
    ------
    LayerFileError
        The file is broken, incomplete, or holds nothing of that in the area.

    Notes
    -----
    Memory grows with what is kept and, for PBF and XML, not with the file: the places of its nodes
    are in a temporary file, 16 bytes a node. JSON is held in memory.
    """
    kind = osm_format(path)
    if kind is None:
        raise LayerFileError(
            f"{path.name}: is no OpenStreetMap data (PBF, XML, or JSON of Overpass).",
            f"{path.name}: ไม่ใช่ข้อมูล OpenStreetMap (PBF, XML หรือ JSON ของ Overpass)",
            parameter="path",
        )
    file = OverpassFile(path) if kind == "json" else OsmFile(path, kind)
    chosen = _TAKES[take]
    window = Window(area)
    left_out: Counter[str] = Counter()
    kept: list[tuple[Element, Shaped]] = []
    if area is not None:
        shapely.prepare(area)
    for element in file.elements(chosen.wanted, window, progress):
        if chosen.class_of(element) is None:
            left_out[chosen.why_not(element)] += 1
            continue
        shaped = chosen.shape(element)
        if area is None or shaped.geometry is None or area.intersects(shaped.geometry):
            kept.append((element, shaped))
        else:
            window.outside += 1
    if not kept:
        raise _nothing_there(path, chosen, window.outside)
    faults = [*_left_out(chosen, window.outside, left_out), *_shape_faults(kept)]
    raw = _raw(chosen, kept, faults)
    stamp = file.timestamp
    return Raw(raw.frame, raw.crs, None, raw.faults, valid_date=stamp.date() if stamp else None)


def _raw(take: _Take, kept: list[tuple[Element, Shaped]], faults: list[Fault]) -> Raw:
    notes = Notes()
    rows = [take.row(element, row, notes) for row, (element, _) in enumerate(kept, 1)]
    # Whole numbers with gaps stay whole, and texts stay texts, only as objects.
    frame = pd.DataFrame(rows, dtype=object)
    shapes = np.array([shaped.geometry for _, shaped in kept], dtype=object)
    if take.has_length:
        lengths = shapely.length(to_metric(shapes))
        frame["length_m"] = np.where(shapely.is_missing(shapes), np.nan, np.round(lengths, 1))
    frame["geometry"] = shapes
    return Raw(count_rows(frame), CRS(STORAGE_SRID), None, [*faults, *notes.faults()])


def _shape_faults(kept: list[tuple[Element, Shaped]]) -> Iterator[Fault]:
    for row, (element, shaped) in enumerate(kept, 1):
        if shaped.note:
            rule: Rule = "geometry_missing" if shaped.geometry is None else "geometry_invalid"
            yield fault(row, "geom", rule, element.ref, shaped.note)


def _left_out(take: _Take, outside: int, others: Counter[str]) -> Iterator[Fault]:
    if outside:
        text = Text(
            f"{take.title.th}ในไฟล์อีก {outside:,} รายการอยู่นอกจังหวัด จึงไม่นำเข้า",
            f"{outside:,} more {take.title.en} of the file lie outside the province and were not"
            " taken",
        )
        yield fault(None, "geom", "outside_province", outside, text)
    if others:
        told = ", ".join(f"{name} {count:,}" for name, count in others.most_common())
        text = Text(
            f"{others.total():,} รายการไม่ใช่{take.title.th}ที่สัญจรได้ จึงไม่นำเข้า: {told}",
            f"{others.total():,} elements are no {take.title.en} to move on and were not taken:"
            f" {told}",
        )
        yield fault(None, None, "value_unknown", told, text)


def _nothing_there(path: Path, take: _Take, outside: int) -> LayerFileError:
    where = Text(
        f" มี {outside:,} รายการอยู่นอกพื้นที่" if outside else "",
        f"; {outside:,} lie outside it" if outside else "",
    )
    return LayerFileError(
        f"{path.name}: holds no {take.title.en} in the province{where.en}.",
        f"{path.name}: ไม่มี{take.title.th}ในจังหวัด{where.th}",
        parameter="path",
    )
