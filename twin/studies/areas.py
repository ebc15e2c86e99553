"""Areas of a polygon layer, and which of them points lie in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon
from sqlalchemy import Connection, func, select

from twin.analysis.areas import locate
from twin.analysis.model import Areas, FloatArray
from twin.memo import Memo
from twin.queries.catalogue import Described, PublishedLayer, list_layers
from twin.rasters.zonal import to_metres
from twin.studies.reading import find_layer, stamp
from twin.types import Text


@dataclass(frozen=True, eq=False)
class Shapes:
    """Areas of a layer, in the order of their ids.

    Parameters
    ----------
    shapes
        (a,) polygons, EPSG:32647, long edges bent as the projection bends them.
    """

    layer: PublishedLayer
    codes: tuple[str, ...]
    names: tuple[Text, ...]
    shapes: NDArray[Any]

    def told(self, place: int) -> Text:
        """Return an area's name with its code."""
        name, code = self.names[place], self.codes[place]
        return Text(f"{name.th} ({code})", f"{name.en} ({code})")


def read_areas(
    connection: Connection, layer: str, xy: FloatArray, *, parameter: str = "areas"
) -> Areas:
    """Return the areas of a layer and the one that covers each point.

    Parameters
    ----------
    xy
        (p, 2) EPSG:32647 metres.

    Raises
    ------
    InvalidInputError
        There is no such layer of polygons; told which there are.
    """
    known = read_shapes(connection, layer, parameter=parameter)
    return Areas(layer, known.codes, known.names, locate(known.shapes, xy))


def read_shapes(connection: Connection, layer: str, *, parameter: str = "areas") -> Shapes:
    """Return the areas of a layer; raises as `read_areas` does.

    Kept in the process until the layer changes.
    """
    found = find_layer(
        connection,
        layer,
        lambda one: one.spec.geometry_type == "MultiPolygon",
        Text("พื้นที่", "of polygons"),
        parameter,
    )
    return _KEPT.get(stamp(connection, found), lambda: _read(connection, found))


def read_land(connection: Connection) -> MultiPolygon | None:
    """Return the outline of the land, EPSG:32647; None where the layer `land` is not loaded."""
    if not any(layer.id == _LAND for layer in list_layers(connection)):
        return None
    return MultiPolygon(shapely.get_parts(read_shapes(connection, _LAND).shapes).tolist())


_LAND: Final = "land"

#: Shapes of a few layers, about 1 MB for the sub-districts of a province.
_KEPT: Final[Memo[Shapes]] = Memo(8)


def _read(connection: Connection, found: PublishedLayer) -> Shapes:
    table = found.described.rows
    columns = [table.c[name] for name in _columns(found.described)]
    statement = select(func.ST_AsBinary(table.c.geom).label("wkb"), *columns).order_by(table.c.id)
    rows = connection.execute(statement).all()
    codes, names = [], []
    for _wkb, code, th, en in rows:
        codes.append(str(code))
        names.append(Text(str(th or en or code), str(en or th or code)))
    degrees = shapely.from_wkb([bytes(row.wkb) for row in rows])
    shapes = np.array([to_metres(shape) for shape in degrees], dtype=object)
    return Shapes(found, tuple(codes), tuple(names), shapes)


def _columns(layer: Described) -> tuple[str, str, str]:
    """Return the columns of the code and of the names in Thai and English."""
    code = "code" if "code" in layer.types else layer.spec.key[0]
    label = layer.spec.label
    return (code, label.th, label.en) if label else (code, code, code)
