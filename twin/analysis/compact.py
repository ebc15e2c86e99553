"""A street network, and who needs a service on it, as small files that a browser can search.

docs/network-format.md describes the format; `web/src/analysis/network.js` reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.analysis.checks import check_network
from twin.analysis.graph import WALKING_KMH
from twin.analysis.model import Areas, Basis, Demand, FloatArray, IntArray, Mode, Network
from twin.analysis.snap import Snapped, edge_lines
from twin.crs import STORAGE_SRID
from twin.projection import to_degrees
from twin.types import Json, Text

MAGIC: Final = b"TWINARR\n"
VERSION: Final = 1

#: What a whole number in the file stands for.
DEGREES: Final = 1e-6
SECONDS: Final = 0.1
METRES: Final = 0.1

#: Lines are simplified by so much: a pin is put on a street within a second's walk.
BENDS_M: Final = 1.0

#: Arrays begin at multiples of it, so that a browser reads them in place.
_ALIGNED: Final = 8
_FRACTIONS: Final = 65_535
_NO_PIECE: Final = 0xFFFFFFFF
_NO_AREA: Final = 0xFFFF

_TYPES: Final = {"u2": "Uint16", "u4": "Uint32", "i4": "Int32", "f4": "Float32"}


def write_network(network: Network, mode: Mode, basis: Basis) -> bytes:
    """Return the streets that one mode may use, as a file.

    Parameters
    ----------
    network
        Streets, EPSG:32647; written as degrees of EPSG:4326.
    mode
        Who travels; pieces closed to it both ways, and nodes of no other piece, are left out.
    basis
        Where the streets come from.

    Returns
    -------
    bytes
        Some 22 a piece of street; the same network gives the same bytes.

    Raises
    ------
    InvalidInputError
        If the network has no street open to the mode.

    Notes
    -----
    Times are rounded to 0.1 s a piece: a way over n pieces is told within n × 0.05 s. They take two
    bytes, or four where a piece takes longer than 109 minutes (or is longer than 6.5 km).
    """
    check_network(network, mode)
    rows = open_pieces(network, mode)
    pairs = network.edge_nodes[rows]
    nodes = np.unique(pairs)
    first, second = np.searchsorted(nodes, pairs).T
    lon, lat = _degrees(network.node_xy[nodes])
    bends, bend_xy = _bends(edge_lines(network)[rows])
    bend_lon, bend_lat = _degrees(bend_xy)
    along, against = _whole(network.cost_s[mode][rows].T, SECONDS)
    start = np.concatenate([[0], np.cumsum(np.bincount(first, minlength=len(nodes)))])
    head = {
        "kind": "network",
        "nodes": len(nodes),
        "pieces": len(rows),
        "unit_degrees": DEGREES,
        "unit_s": SECONDS,
        "unit_m": METRES,
        "bends_m": BENDS_M,
        "walking_kmh": WALKING_KMH,
        **_about(network, mode, basis),
    }
    arrays = {
        "lon": lon,
        "lat": lat,
        "start": start.astype(np.uint32),
        "second": second.astype(np.uint32),
        "along": along,
        "against": against,
        "length": _whole(network.length_m[rows], METRES),
        "bends": bends,
        "bend_lon": bend_lon,
        "bend_lat": bend_lat,
    }
    return _pack(head, arrays)


def write_demand(network: Network, mode: Mode, demand: Demand, at: Snapped, areas: Areas) -> bytes:
    """Return who needs a service, where they are on the streets of `write_network`, as a file.

    Parameters
    ----------
    network, mode
        As for `write_network`.
    demand
        People (or what its basis says) at points.
    at
        The points on the network's streets.
    areas
        What totals are told by.

    Returns
    -------
    bytes
        14 a point; points on no street are in it, as unknown.
    """
    rows = open_pieces(network, mode)
    piece = np.full(network.edge_count, _NO_PIECE, dtype=np.uint32)
    piece[rows] = np.arange(len(rows), dtype=np.uint32)
    head = {
        "kind": "demand",
        "points": len(at),
        "unit_fraction": 1 / _FRACTIONS,
        "unit_m": METRES,
        "areas": {
            "layer": areas.layer,
            "codes": areas.codes,
            "names": [name._asdict() for name in areas.names],
        },
        **_about(network, mode, demand.basis),
    }
    arrays = {
        "piece": np.where(at.is_known, piece[at.edge], np.uint32(_NO_PIECE)),
        "fraction": np.rint(at.fraction * _FRACTIONS).astype(np.uint16),
        "offset": _whole(np.where(at.is_known, at.offset_m, np.inf), METRES),
        "weight": demand.weight.astype(np.float32),
        "area": np.where(areas.member < 0, _NO_AREA, areas.member).astype(np.uint16),
    }
    return _pack(head, arrays)


def open_pieces(network: Network, mode: Mode) -> NDArray[np.intp]:
    """Return the pieces in a mode's file, in its order: by first node, then by second."""
    is_open = np.isfinite(network.cost_s[mode]).any(axis=1)
    rows = np.flatnonzero(is_open)
    first, second = network.edge_nodes[rows].T
    return rows[np.lexsort((second, first))]


def read_arrays(content: bytes) -> tuple[Json, dict[str, NDArray[Any]]]:
    """Return what a file says of itself, and its arrays as whole numbers.

    Raises
    ------
    ValueError
        If it is no such file, or of another version.
    """
    magic, version = content[:8], int.from_bytes(content[8:12], "little")
    if magic != MAGIC or version != VERSION:
        raise ValueError("not a file of arrays of this version")
    start = 16 + int.from_bytes(content[12:16], "little")
    head: Json = json.loads(content[16:start])
    types = {name: short for short, name in _TYPES.items()}
    return head, {
        name: np.frombuffer(content, f"<{types[kind]}", count, start + offset)
        for name, (kind, offset, count) in head["arrays"].items()
    }


def _about(network: Network, mode: Mode, basis: Basis) -> dict[str, Any]:
    return {
        "network": network.revision,
        "mode": mode,
        "crs": f"EPSG:{STORAGE_SRID}",
        "revision": basis.revision,
        "text": _words(basis.text),
        "source": _words(basis.source),
    }


def _words(text: Text) -> dict[str, str]:
    return {"th": text.th, "en": text.en}


def _whole(values: FloatArray, unit: float) -> NDArray[Any]:
    """Return values in whole units, of two bytes if they fit; infinite ones as the largest."""
    known = np.isfinite(values)
    units = np.rint(np.where(known, values, 0) / unit)
    size = np.uint16 if units.max(initial=0) < np.iinfo(np.uint16).max else np.uint32
    return np.where(known, units, np.iinfo(size).max).astype(size)


def _bends(lines: NDArray[Any]) -> tuple[NDArray[np.uint16], FloatArray]:
    """Return how many points lines have between their ends, simplified, and those points."""
    simple = shapely.simplify(lines, BENDS_M, preserve_topology=False)
    count = shapely.get_num_coordinates(simple)
    last = np.cumsum(count) - 1
    xy = np.delete(shapely.get_coordinates(simple), [*(last - count + 1), *last], axis=0)
    return (count - 2).astype(np.uint16), xy


def _degrees(xy: FloatArray) -> IntArray:
    return np.rint(to_degrees(xy).T / DEGREES).astype(np.int32)


def _pack(head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    places, parts, offset = {}, [], 0
    for name, values in arrays.items():
        told = values.astype(values.dtype.newbyteorder("<")).tobytes()
        places[name] = [_TYPES[values.dtype.str[1:]], offset, len(values)]
        parts.append(told + bytes(-len(told) % _ALIGNED))
        offset += len(parts[-1])
    text = json.dumps({**head, "arrays": places}, ensure_ascii=False, separators=(",", ":"))
    header = text.encode()
    header += b" " * (-len(header) % _ALIGNED)
    sizes = VERSION.to_bytes(4, "little") + len(header).to_bytes(4, "little")
    return b"".join([MAGIC, sizes, header, *parts])
