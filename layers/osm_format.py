"""Whether a file is OpenStreetMap data, by how it begins. Kept free of the geometry libraries."""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from pathlib import Path
from typing import Final, Literal

#: `json` is what an Overpass server answers; the others are named as libosmium names them.
OsmFormat = Literal["pbf", "osm", "osm.gz", "osm.bz2", "json"]

_HEAD_BYTES: Final = 4096
_PBF: Final = b"\n\tOSMHeader"
_XML: Final = re.compile(rb"(?s)(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>)?(\s|<!--.*?-->)*<osm[\s>]")
_OVERPASS: Final = re.compile(rb'"(osm3s|elements)"\s*:')
OSM_ENDINGS: Final[dict[str, OsmFormat]] = {
    ".pbf": "pbf",
    ".osm": "osm",
    ".osm.gz": "osm.gz",
    ".osm.bz2": "osm.bz2",
}
_MAGIC: Final = {".gz": b"\x1f\x8b", ".bz2": b"BZh"}
_OPENERS: Final[dict[str, type[gzip.GzipFile] | type[bz2.BZ2File]]] = {
    ".gz": gzip.GzipFile,
    ".bz2": bz2.BZ2File,
}


def osm_format(path: Path) -> OsmFormat | None:
    """Return the format of a file of OpenStreetMap data; None where it is something else.

    What begins as nothing known goes by the ending of its name, so that a broken file is told from
    one of another kind.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head[4 : 4 + len(_PBF)] == _PBF:
        return "pbf"
    if head.lstrip().startswith(b"{"):
        is_overpass = _OVERPASS.search(head) and b'"FeatureCollection"' not in head
        return "json" if is_overpass else None
    packing = next((name for name in _OPENERS if head.startswith(_MAGIC[name])), "")
    if _XML.match(_unpacked(path, packing) if packing else head):
        return OSM_ENDINGS[f".osm{packing}"]
    name = path.name.lower()
    return next((kind for ending, kind in OSM_ENDINGS.items() if name.endswith(ending)), None)


def _unpacked(path: Path, packing: str) -> bytes:
    """Return the first bytes of what is packed; none where it is broken."""
    try:
        with _OPENERS[packing](path) as file:
            return file.read(_HEAD_BYTES)
    except (EOFError, OSError, zlib.error):
        return b""
