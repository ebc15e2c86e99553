"""What a network is built from: streets as a planner, or OpenStreetMap, describes them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from twin.errors import InvalidInputError

Shapes = NDArray[np.object_]
Strings = NDArray[np.str_]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Streets:
    """Streets, one row each; `make_streets` fills in what a layer does not tell.

    Parameters
    ----------
    line
        (r,) LineString or MultiLineString, EPSG:32647, in the direction of drawing.
    id
        (r,) what the pieces of the network name as their road.
    highway
        (r,) class of street, the values of OpenStreetMap's key; empty: unknown.
    oneway
        (r,) `yes` (along the line), `-1` (against it), `no`, `reversible`; empty: unknown.
    maxspeed_kmh
        (r,) greatest speed allowed, NaN: unknown.
    access, motor_vehicle, motorcycle, foot
        (r,) who may use it, as OpenStreetMap has it; empty: unknown.
    layer
        (r,) height rank: 0 is the ground.
    bridge, tunnel, is_ferry
        (r,) what the street is.
    is_level_known
        (r,) whether `layer`, `bridge` and `tunnel` are known. Two streets of unknown level that
        cross without a common vertex are left apart, as OpenStreetMap means it; a drawn street
        lies on the ground, and meets what it crosses there.
    """

    line: Shapes
    id: Ints
    highway: Strings
    oneway: Strings
    maxspeed_kmh: NDArray[np.float64]
    access: Strings
    motor_vehicle: Strings
    motorcycle: Strings
    foot: Strings
    layer: Ints
    bridge: Mask
    tunnel: Mask
    is_ferry: Mask
    is_level_known: Mask

    def __len__(self) -> int:
        return len(self.line)

    def take(self, rows: NDArray[np.int64] | Mask) -> Streets:
        """Return some of the streets, by index or by mask."""
        return replace(
            self, **{field.name: getattr(self, field.name)[rows] for field in fields(self)}
        )

    def digest(self) -> str:
        """Return the SHA-256 of everything in them, in the order of `id`."""
        ordered = self.take(np.argsort(self.id, kind="stable"))
        told = hashlib.sha256(b"\0".join(shapely.to_wkb(ordered.line, output_dimension=2)))
        for field in fields(ordered)[1:]:
            values = getattr(ordered, field.name)
            if values.dtype.kind == "U":
                told.update("\0".join(values.tolist()).encode())
            else:
                told.update(np.ascontiguousarray(values).tobytes())
        return told.hexdigest()


def make_streets(line: Sequence[object] | Shapes, **columns: ArrayLike) -> Streets:
    """Return streets from lines and what is known of them.

    Parameters
    ----------
    line
        LineString or MultiLineString, EPSG:32647; None and empty ones are allowed and counted.
    columns
        Any other field of `Streets`, a value for all or one for each; `id` counts from 1 where it
        is not given, `is_level_known` is true, the rest unknown.

    Raises
    ------
    InvalidInputError
        A column is unknown or has another length; a geometry is no line or not finite.

    Examples
    --------
    >>> make_streets(shapely.from_wkt(["LINESTRING (0 0, 9 0)"]), oneway="yes").oneway.tolist()
    ['yes']
    >>> len(make_streets([]))
    0
    """
    lines = np.array(line, dtype=object).reshape(-1)
    _check(lines)
    count = len(lines)
    told: dict[str, ArrayLike] = {
        "id": np.arange(1, count + 1),
        "highway": "",
        "oneway": "",
        "maxspeed_kmh": np.nan,
        "access": "",
        "motor_vehicle": "",
        "motorcycle": "",
        "foot": "",
        "layer": 0,
        "bridge": False,
        "tunnel": False,
        "is_ferry": False,
        "is_level_known": True,
    }
    if unknown := set(columns) - set(told):
        raise _unusable(f"no such column: {', '.join(sorted(unknown))}")
    try:
        filled: dict[str, NDArray[Any]] = {
            name: np.broadcast_to(np.asarray(value), count).astype(_TYPES.get(name, np.str_))
            for name, value in (told | columns).items()
        }
    except ValueError as error:
        raise _unusable(str(error)) from error
    return Streets(line=lines, **filled)


_TYPES = {
    "id": np.int64,
    "maxspeed_kmh": np.float64,
    "layer": np.int64,
    "bridge": np.bool_,
    "tunnel": np.bool_,
    "is_ferry": np.bool_,
    "is_level_known": np.bool_,
}

_LINES = (-1, shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)


def _check(lines: Shapes) -> None:
    if len(lines) and not np.isin(shapely.get_type_id(lines), _LINES).all():
        raise _unusable("streets must be lines")
    if not np.isfinite(shapely.get_coordinates(lines)).all():
        raise _unusable("a coordinate is not a finite number of metres")


def _unusable(why: str) -> InvalidInputError:
    return InvalidInputError(
        f"These streets cannot be used: {why}.",
        f"ใช้ข้อมูลถนนนี้ไม่ได้: {why}",
        parameter="streets",
    )
