"""Lines of ways and points on areas, with what is missing told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.readers.osm.elements import Element, Floats
from twin.types import Text

#: Roles of ways that are not part of a relation's outline.
_NO_OUTLINE: Final = frozenset({"part", "label", "entrance", "admin_centre"})


class Shaped(NamedTuple):
    """A geometry, EPSG:4326, and what is to be said of it; None where there is none."""

    geometry: shapely.Geometry | None
    note: Text | None = None


def line_of(way: Element) -> Shaped:
    """Return the line of a way, in pieces where nodes are not in the file.

    No line is drawn across a gap: what lies there is not known. A node that follows itself counts
    once.
    """
    pieces = [piece for run in _runs(way.lon_lat) if len(piece := _without_repeats(run)) > 1]
    lost, all_nodes = way.missing, len(way.lon_lat)
    if not pieces:
        return Shaped(None, _nothing(way, "เส้น", "a line"))
    line: shapely.Geometry = (
        shapely.LineString(pieces[0]) if len(pieces) == 1 else shapely.MultiLineString(pieces)
    )
    if not lost:
        return Shaped(line)
    note = Text(
        f"{way.ref}: ไฟล์ไม่มี {lost} จาก {all_nodes} จุดของเส้นนี้ จึงเก็บเฉพาะส่วนที่รู้ ({len(pieces)} ช่วง)",
        f"{way.ref}: {lost} of its {all_nodes} nodes are not in the file; the known parts are kept"
        f" ({len(pieces)})",
    )
    return Shaped(line, note)


def point_of(element: Element) -> Shaped:
    """Return a place as a point: a node itself, else a point on its area, else on its line."""
    known = element.coordinates
    if not len(known):
        return Shaped(None, _nothing(element, "ตำแหน่ง", "a place"))
    if element.kind == "node":
        return Shaped(shapely.Point(known[0]))
    area = None if element.missing else _area(element)
    if area is not None:
        return Shaped(shapely.point_on_surface(area))
    point = shapely.Point(known[len(known) // 2])
    note = Text(
        f"{element.ref}: รูปพื้นที่ไม่ปิดหรือไม่ครบในไฟล์ จึงใช้จุดหนึ่งบนแนวของมัน",
        f"{element.ref}: its area is open or not all in the file; a point of its outline is used",
    )
    return Shaped(point, note)


def _area(element: Element) -> shapely.Geometry | None:
    """Return the largest area that the outlines enclose; None where they enclose none."""
    outlines = [element.lon_lat] if element.kind == "way" else list(_outlines(element))
    runs = [run for outline in outlines if len(run := _without_repeats(outline)) > 1]
    if element.kind == "way" and not (len(runs) == 1 and (runs[0][0] == runs[0][-1]).all()):
        return None
    # Noding mends outlines that cross themselves; holes are told by how the rings lie.
    noded = shapely.node(shapely.MultiLineString(runs))
    parts = shapely.get_parts(shapely.build_area(noded))
    return max(parts, key=shapely.area, default=None)


def _outlines(relation: Element) -> Iterator[Floats]:
    roles = {member.role for member in relation.members}
    # A building's outline, where it has one, and not the parts that stand on it.
    only = "outline" if "outline" in roles else None
    for member in relation.members:
        if member.role == only or (only is None and member.role not in _NO_OUTLINE):
            yield member.lon_lat


def _runs(lon_lat: Floats) -> list[Floats]:
    unknown = np.isnan(lon_lat[:, 0])
    if not unknown.any():
        return [lon_lat]
    runs = np.split(lon_lat, np.flatnonzero(unknown))
    return [run[~np.isnan(run[:, 0])] for run in runs]


def _without_repeats(lon_lat: Floats) -> Floats:
    if not len(lon_lat):
        return lon_lat
    moves: NDArray[np.bool_] = (np.diff(lon_lat, axis=0) != 0).any(axis=1)
    return np.asarray(lon_lat[np.concatenate([[True], moves])])


def _nothing(element: Element, th: str, en: str) -> Text:
    known = len(np.unique(element.coordinates, axis=0))
    return Text(
        f"{element.ref}: ไฟล์มีจุดที่รู้ตำแหน่งเพียง {known} จุด จึงไม่เป็น{th}",
        f"{element.ref}: the file has the places of only {known} of its nodes, which make not {en}",
    )
