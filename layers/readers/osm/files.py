"""PBF and XML through pyosmium, in passes that keep little in memory."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium
from osmium import filter as osmium_filter
from osmium import osm

from layers.osm_format import OsmFormat
from layers.readers.osm.elements import (
    NOWHERE,
    UNKNOWN,
    Element,
    Floats,
    Member,
    Progress,
    Tags,
    Wanted,
    Window,
)
from layers.readers.raw import unreadable
from twin.errors import LayerFileError

#: Above this size of file, the places of nodes are kept on disk.
_SMALL_BYTES: Final = 32_000_000
#: Bytes on disk, for each byte of a large file, that the places of nodes may take.
_INDEX_FACTOR: Final = 6
_TOLD_BYTES: Final = 4096
_REMARK: Final = re.compile(rb"<remark>\s*(.*?)\s*</remark>", re.DOTALL)
_EVERY: Final = 20_000
_FAULTS: Final = (RuntimeError, ValueError, OSError, osmium.InvalidLocationError)


class OsmFile:
    """A file that pyosmium reads.

    Each kind of object is read in a pass of its own, so that their order in the file does not
    matter: relations, then the places of all nodes, then ways.

    Raises
    ------
    LayerFileError
        The file is broken, holds old versions of objects, or has no room for its index.
    """

    def __init__(self, path: Path, kind: OsmFormat) -> None:
        self.path = path
        self._file = osmium.io.File(path, kind)
        with _readable(path), osmium.io.Reader(self._file, osm.NOTHING) as reader:
            header = reader.header()
        self._stamp = header.get("osmosis_replication_timestamp", "") or header.get("timestamp", "")
        if header.has_multiple_object_versions:
            raise LayerFileError(
                f"{path.name}: holds changes or old versions of objects, not a state of the map;"
                " take an extract instead.",
                f"{path.name}: เป็นไฟล์การเปลี่ยนแปลงหรือประวัติ ไม่ใช่ข้อมูลแผนที่ ณ เวลาหนึ่ง โปรดใช้ไฟล์ extract",
                parameter="path",
            )
        if kind == "osm":
            _refuse_remark(path)

    @property
    def timestamp(self) -> datetime | None:
        """When the map was as in the file, where the file says so."""
        try:
            return datetime.fromisoformat(self._stamp).astimezone(UTC)
        except ValueError:
            return None

    def elements(self, wanted: Wanted, window: Window, progress: Progress) -> Iterator[Element]:
        """Yield what is wanted: relations last, for their ways are found last."""
        with _readable(self.path), self._index() as index:
            relations = list(self._relations(wanted, progress))
            locations = osmium.NodeLocationsForWays(index)
            locations.ignore_errors()
            progress("nodes", 0)
            yield from self._nodes(wanted, window, locations)
            yield from self._ways(wanted, window, locations, progress)
            yield from self._with_members(relations, window, locations, progress)

    @contextmanager
    def _index(self) -> Iterator[osmium.index.LocationTable]:
        size = self.path.stat().st_size
        if size < _SMALL_BYTES:
            yield osmium.index.create_map("sparse_mem_array")
            return
        with tempfile.TemporaryDirectory(prefix="twin-osm-") as folder:
            _require_room(self.path, Path(folder), size * _INDEX_FACTOR)
            yield osmium.index.create_map(f"sparse_file_array,{folder}/nodes")

    def _read(self, kinds: osm.osm_entity_bits, *handlers: object) -> Iterator[Any]:
        # Any: objects of the kinds asked for. The handlers must outlive the iterator, which does
        # not hold them.
        with osmium.io.Reader(self._file, kinds) as reader:
            yield from osmium.OsmFileIterator(reader, *handlers)

    def _relations(
        self, wanted: Wanted, progress: Progress
    ) -> Iterator[tuple[Element, list[tuple[int, str]]]]:
        if "relation" not in wanted.kinds:
            return
        progress("relations", 0)
        for relation in self._read(osm.RELATION, osmium_filter.KeyFilter(*wanted.keys)):
            if wanted.accepts(relation.tags):
                ways = [(each.ref, each.role) for each in relation.members if each.type == "w"]
                yield Element("relation", relation.id, _tags(relation)), ways

    def _nodes(
        self, wanted: Wanted, window: Window, locations: osmium.NodeLocationsForWays
    ) -> Iterator[Element]:
        if "node" not in wanted.kinds:
            with osmium.io.Reader(self._file, osm.NODE) as reader:
                osmium.apply(reader, locations)
            return
        keys = osmium_filter.KeyFilter(*wanted.keys)
        for node in self._read(osm.NODE, locations, keys):
            if wanted.accepts(node.tags):
                element = Element("node", node.id, _tags(node), _places([node]))
                if window.holds(element.coordinates):
                    yield element

    def _ways(
        self,
        wanted: Wanted,
        window: Window,
        locations: osmium.NodeLocationsForWays,
        progress: Progress,
    ) -> Iterator[Element]:
        keys = osmium_filter.KeyFilter(*wanted.keys)
        for count, way in enumerate(self._read(osm.WAY, locations, keys)):
            if not count % _EVERY:
                progress("ways", count)
            if not wanted.accepts(way.tags) or window.is_far(_some_places(way.nodes)):
                continue
            element = Element("way", way.id, _tags(way), _places(way.nodes))
            if window.holds(element.coordinates):
                yield element

    def _with_members(
        self,
        relations: list[tuple[Element, list[tuple[int, str]]]],
        window: Window,
        locations: osmium.NodeLocationsForWays,
        progress: Progress,
    ) -> Iterator[Element]:
        needed = {ref for _, ways in relations for ref, _ in ways}
        lines: dict[int, Floats] = {}
        if needed:
            progress("members", 0)
            for way in self._read(osm.WAY, locations, osmium_filter.IdFilter(needed)):
                lines[way.id] = _places(way.nodes)
        for relation, ways in relations:
            members = tuple(Member(role, lines.get(ref, NOWHERE)) for ref, role in ways)
            element = Element("relation", relation.id, relation.tags, members=members)
            if window.holds(element.coordinates):
                yield element


def _tags(thing: osm.types.OSMObject[Any]) -> Tags:
    return {tag.k: tag.v for tag in thing.tags}


def _places(nodes: Iterable[osm.Node | osm.NodeRef]) -> Floats:
    places = [node.location for node in nodes]
    return np.array(
        [(place.lon, place.lat) if place.valid() else UNKNOWN for place in places], dtype=float
    ).reshape(-1, 2)


def _some_places(nodes: osm.WayNodeList) -> list[tuple[float, float]]:
    """Return the ends and the middle of a way; none where one of them is not known."""
    if not len(nodes):
        return []
    some = [nodes[at].location for at in (0, len(nodes) // 2, -1)]
    return [(place.lon, place.lat) for place in some] if all(p.valid() for p in some) else []


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        raise unreadable(path, error) from error


def _require_room(path: Path, folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise LayerFileError(
            f"{path.name}: reading it takes {needed / 1e9:.1f} GB of disk for a while, but"
            f" {folder.parent} has {free / 1e9:.1f} GB. Name another folder in TMPDIR.",
            f"{path.name}: ต้องใช้ที่ว่างในดิสก์ชั่วคราว {needed / 1e9:.1f} GB แต่ {folder.parent}"
            f" เหลือ {free / 1e9:.1f} GB โปรดกำหนดโฟลเดอร์อื่นใน TMPDIR",
            parameter="path",
        )


def _refuse_remark(path: Path) -> None:
    """Refuse what an Overpass server broke off: it says so near either end of its XML."""
    with path.open("rb") as file:
        head = file.read(_TOLD_BYTES)
        file.seek(max(0, path.stat().st_size - _TOLD_BYTES))
        found = _REMARK.search(head + file.read())
    if found:
        raise incomplete(path, found[1].decode("utf-8", "replace"))


def incomplete(path: Path, remark: str) -> LayerFileError:
    """Return the error of an answer that the server could not finish."""
    told = " ".join(remark.split())
    return LayerFileError(
        f"{path.name}: the server could not answer all of the question, so the data are incomplete:"
        f" “{told}”. Delete the file and ask again, for less or with a longer timeout.",
        f"{path.name}: เซิร์ฟเวอร์ตอบไม่ครบ ข้อมูลจึงไม่สมบูรณ์: “{told}”"
        " โปรดลบไฟล์แล้วขอใหม่ โดยขอให้น้อยลงหรือเพิ่มเวลา timeout",
        parameter="path",
    )
