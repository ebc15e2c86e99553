"""What an Overpass server answers in JSON, in the shape of any of its `out` statements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from layers.readers.osm.elements import (
    NOWHERE,
    UNKNOWN,
    Element,
    Floats,
    Kind,
    Member,
    Progress,
    Wanted,
    Window,
)
from layers.readers.osm.files import incomplete
from layers.readers.raw import unreadable
from twin.errors import LayerFileError
from twin.types import Json

#: A larger answer would fill the memory; PBF has no such limit.
_MAX_BYTES: Final = 400_000_000
_KINDS: Final[tuple[Kind, ...]] = ("node", "way", "relation")


class OverpassFile:
    """An answer in JSON.

    Coordinates are taken from where they are: in the ways and members themselves (`out geom`), in
    nodes listed apart (`out body; >; out skel`), or as one point (`out center`).

    Raises
    ------
    LayerFileError
        The file is broken, too large, no answer of Overpass, or one that the server broke off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._answer = _read(path)
        self._found: dict[tuple[str, int], Json] = {}
        try:
            for item in self._answer["elements"]:
                known = self._found.setdefault((item["type"], int(item.get("id", 0))), {})
                known.update(item)  # a second `out` of the same object adds to the first
            self._places = {
                number: (float(item["lon"]), float(item["lat"]))
                for (kind, number), item in self._found.items()
                if kind == "node" and "lat" in item
            }
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise unreadable(path, error) from error

    @property
    def timestamp(self) -> datetime | None:
        """When the map was as in the answer, where it says so."""
        told = self._answer.get("osm3s")
        try:
            stamp = datetime.fromisoformat(told["timestamp_osm_base"]) if told else None
        except (KeyError, TypeError, ValueError):
            return None
        return stamp.astimezone(UTC) if stamp else None

    def elements(self, wanted: Wanted, window: Window, progress: Progress) -> Iterator[Element]:
        """Yield what is wanted, in the order of the answer.

        Raises
        ------
        LayerFileError
            An element is not as Overpass writes it, or none has coordinates.
        """
        progress("elements", 0)
        count = located = 0
        for (kind, number), item in self._found.items():
            if kind not in wanted.kinds:
                continue
            try:
                if not wanted.accepts(item.get("tags") or {}):
                    continue
                element = self._element(kind, number, item)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise unreadable(self.path, error) from error
            count += 1
            located += bool(len(element.coordinates))
            if window.holds(element.coordinates):
                yield element
        progress("elements", len(self._found))
        if count and not located:
            raise _without_coordinates(self.path)

    def _element(self, kind: Kind, number: int, item: Json) -> Element:
        tags = {str(key): str(value) for key, value in item["tags"].items()}
        if kind == "node":
            place = self._places.get(number)
            return Element(kind, number, tags, np.array([place]) if place else NOWHERE)
        members = tuple(
            Member(str(each.get("role", "")), self._line(each, int(each["ref"])))
            for each in item.get("members", ())
            if each["type"] == "way"
        )
        line = self._line(item) if kind == "way" else NOWHERE
        element = Element(kind, number, tags, line, members)
        if "center" in item and not len(element.coordinates):
            return Element(kind, number, tags, np.array([_lon_lat(item["center"])]))
        return element

    def _line(self, item: Json, ref: int | None = None) -> Floats:
        """Return the nodes' coordinates of a way, or of the way that a member refers to."""
        if "geometry" in item:
            places = [_lon_lat(place) if place else UNKNOWN for place in item["geometry"]]
        elif "nodes" in item:
            places = [self._places.get(node, UNKNOWN) for node in item["nodes"]]
        elif ref is not None and ("way", ref) in self._found:
            return self._line(self._found["way", ref])
        else:
            return NOWHERE
        return np.array(places, dtype=float).reshape(-1, 2)


def _lon_lat(place: Json) -> tuple[float, float]:
    return float(place["lon"]), float(place["lat"])


def _read(path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise LayerFileError(
            f"{path.name}: {size / 1e6:.0f} MB of JSON are too many to hold in memory; ask for less"
            " at once, or take an extract in PBF.",
            f"{path.name}: JSON ขนาด {size / 1e6:.0f} MB ใหญ่เกินหน่วยความจำ"
            " โปรดขอข้อมูลให้น้อยลง หรือใช้ไฟล์ PBF",
            parameter="path",
        )
    try:
        answer = json.loads(path.read_bytes())
    except ValueError as error:
        raise unreadable(path, error) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise unreadable(path, ValueError("no list of elements"))
    remark = str(answer.get("remark", ""))
    if "error" in remark:
        raise incomplete(path, remark)
    return answer


def _without_coordinates(path: Path) -> LayerFileError:
    return LayerFileError(
        f"{path.name}: the answer has no coordinates. End the question with `out body geom;`, or"
        " with `out body; >; out skel qt;`.",
        f"{path.name}: คำตอบไม่มีพิกัด โปรดลงท้ายคำถามด้วย `out body geom;`"
        " หรือ `out body; >; out skel qt;`",
        parameter="path",
    )
