"""Files of a city as plain features in degrees, and the metres that a city is measured in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from layers.cities.form import Declared
from layers.convert import convert
from layers.projection import Geometries, agreed_crs, to_storage
from layers.readers import read_vector
from twin.crs import STORAGE_SRID
from twin.errors import LayerFileError, TwinError
from twin.types import ColumnType

#: Longer edges are cut before they are projected, so that they bend as they should, degrees.
_LONGEST_EDGE: Final = 0.05

_ZONE_DEGREES: Final = 6


@dataclass(frozen=True, eq=False)
class Features:
    """Rows of a file.

    Parameters
    ----------
    name
        Of the file, for messages.
    frame
        Fields under their own names.
    shapes
        EPSG:4326; None where a row has none.
    """

    name: str
    frame: pd.DataFrame
    shapes: Geometries

    def __len__(self) -> int:
        return len(self.shapes)

    def take(self, wanted: NDArray[np.bool_]) -> Features:
        """Return some of the rows."""
        return Features(self.name, self.frame[wanted], self.shapes[wanted])

    def values(self, column: str, kind: ColumnType) -> pd.Series:
        """Return a field as a type; cells that are missing stay so.

        Raises
        ------
        LayerFileError
            There is no such field, or a cell is not of the type; the first row is told.
        """
        if column not in self.frame:
            raise self.fault(
                f"has no field `{column}`; it has: {', '.join(map(str, self.frame.columns))}",
                f"ไม่มีคอลัมน์ `{column}` มีแต่: {', '.join(map(str, self.frame.columns))}",
                column,
            )
        found = convert(self.frame[column], kind)
        if found.failed:
            row = found.failed[0]
            value = self.frame[column].loc[row]
            raise self.fault(
                f"row {row}: `{column}` is “{value}”, not of type {kind}",
                f"แถว {row}: `{column}` คือ “{value}” ไม่ใช่ชนิด {kind}",
                column,
            )
        return found.values

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a field of quantities, each finite and 0 or more.

        Raises
        ------
        LayerFileError
            There is no such field, or a cell is missing or no quantity.
        """
        found: NDArray[np.float64] = self.values(column, "number").to_numpy(np.float64)
        wrong = np.flatnonzero(~(np.isfinite(found) & (found >= 0)))
        if len(wrong):
            raise self.fault(
                f"row {self.frame.index[wrong[0]]}: `{column}` must be a number of 0 or more",
                f"แถว {self.frame.index[wrong[0]]}: `{column}` ต้องเป็นตัวเลขตั้งแต่ 0 ขึ้นไป",
                column,
            )
        return found

    def fault(self, en: str, th: str, parameter: str) -> LayerFileError:
        """Return the refusal of this file."""
        return LayerFileError(f"{self.name}: {en}.", f"{self.name}: {th}", parameter=parameter)


@contextmanager
def of_field(field: str) -> Iterator[None]:
    """Let faults of the block name the field of the city's table that they are about."""
    try:
        yield
    except TwinError as error:
        own = error.parameter or ""
        if own.partition(".")[0] != field:
            error.parameter = field if own in ("", "path") else f"{field}.{own}"
        raise


def read_features(
    path: Path, declared: Declared, area: shapely.Polygon | shapely.MultiPolygon | None = None
) -> Features:
    """Read a file of features.

    Parameters
    ----------
    area
        What OpenStreetMap data are cut to, EPSG:4326; None takes everything.

    Raises
    ------
    LayerFileError
        It cannot be read, has no geometry, or its reference system is unknown or has no pinned
        operation to WGS 84.
    """
    raw = read_vector(path, declared, area)
    if not raw.has_geometry:
        raise LayerFileError(
            f"{path.name}: has no geometry; name its coordinate fields in `lon_lat`.",
            f"{path.name}: ไม่มีพิกัด โปรดระบุคอลัมน์พิกัดใน `lon_lat`",
            parameter="lon_lat",
        )
    crs = agreed_crs(declared.crs, raw.crs, path.name)
    shapes = np.asarray(raw.frame["geometry"].to_numpy(), dtype=object)
    return Features(path.name, raw.frame.drop(columns="geometry"), to_storage(shapes, crs))


def require_shapes(features: Features, what: str) -> None:
    """Refuse rows without a place.

    Raises
    ------
    LayerFileError
        A row has no geometry, an empty one, or coordinates that are not finite degrees.
    """
    bounds = shapely.bounds(features.shapes)
    wrong = np.flatnonzero(~np.isfinite(bounds).all(axis=1))
    if len(wrong):
        row = features.frame.index[wrong[0]]
        raise features.fault(
            f"{len(wrong)} rows have no place, the first is row {row}",
            f"{len(wrong)} แถวไม่มีพิกัด แถวแรกคือแถวที่ {row}",
            what,
        )


def zone_of(shapes: Geometries) -> int:
    """Return the EPSG code of the UTM zone that the middle of some shapes lies in.

    Parameters
    ----------
    shapes
        EPSG:4326, at least one with coordinates.

    Examples
    --------
    >>> zone_of(shapely.from_wkt(["LINESTRING (98.3 7.9, 98.4 8)", "POINT (98.4 7.8)"]))
    32647
    >>> zone_of(shapely.from_wkt(["POINT (104.8 15.2)"]))
    32648
    """
    west, south, east, north = shapely.total_bounds(shapes)
    zone = int(((west + east) / 2 + 180) // _ZONE_DEGREES) % 60 + 1
    return (32_600 if south + north >= 0 else 32_700) + zone


def to_zone(shapes: Geometries, epsg: int) -> NDArray[Any]:
    """Return shapes of degrees in metres of a UTM zone; None stays None."""
    project = transformer(STORAGE_SRID, epsg).transform
    found = shapely.transform(shapes, lambda xy: np.stack(project(*xy.T), axis=1))
    return np.asarray(found, dtype=object)


def areas_in(shapes: Geometries, epsg: int) -> NDArray[Any]:
    """Return areas of degrees in metres, valid, long edges bent as the projection bends them."""
    return np.asarray(shapely.make_valid(to_zone(shapely.segmentize(shapes, _LONGEST_EDGE), epsg)))


def points_in(shapes: Geometries, epsg: int) -> NDArray[np.float64]:
    """Return (p, 2) metres: points as they are, anything else by a point on it."""
    found = to_zone(shapes, epsg)
    is_point = shapely.get_type_id(found) == shapely.GeometryType.POINT
    found[~is_point] = shapely.point_on_surface(found[~is_point])
    return shapely.get_coordinates(found)


@lru_cache(maxsize=16)
def transformer(source: str | int, target: int) -> Transformer:
    """Return what turns coordinates of one system into those of another, x first."""
    return Transformer.from_crs(source, target, always_xy=True)
