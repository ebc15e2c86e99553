"""Reading streets out of a layer of lines, and heights out of the elevation raster."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from twin.analysis.network.elevation import Elevation
from twin.analysis.network.streets import Streets, make_streets
from twin.errors import InvalidInputError, NotFoundError, SetupError
from twin.projection import to_metric
from twin.queries.catalogue import PublishedLayer
from twin.rasters.files import FILES, raster_file
from twin.types import ColumnType

#: What a network wants to know of a street, in columns of these names and types; any may be absent.
COLUMNS: Final[dict[str, ColumnType]] = {
    "highway": "text",
    "oneway": "text",
    "maxspeed_kmh": "number",
    "access": "text",
    "motor_vehicle": "text",
    "motorcycle": "text",
    "foot": "text",
    "layer": "integer",
    "bridge": "boolean",
    "tunnel": "boolean",
    "is_ferry": "boolean",
}
_LEVEL: Final = ("layer", "bridge", "tunnel")

_LINES: Final = ("LineString", "MultiLineString")
_UNKNOWN: Final[dict[ColumnType, Any]] = {
    "text": "",
    "number": np.nan,
    "integer": 0,
    "boolean": False,
}

#: The raster that slopes come from, and how much it is smoothed: one cell.
ELEVATION: Final = "elevation"
SMOOTHING_CELLS: Final = 1.0


def find_streets(published: Iterable[PublishedLayer], layer: str) -> PublishedLayer:
    """Return the layer that a network is wanted of.

    Raises
    ------
    NotFoundError
        There is no such layer.
    InvalidInputError
        It is no layer of lines, or holds none.
    """
    layers = {one.id: one for one in published}
    fitting = [one.id for one in layers.values() if one.spec.geometry_type in _LINES]
    names = ", ".join(sorted(fitting)) or "–"
    if layer not in layers:
        raise NotFoundError(
            f"There is no layer `{layer}`. Layers of lines: {names}; `twin layers load` loads"
            " more.",
            f"ไม่มีชั้นข้อมูล `{layer}` ชั้นข้อมูลเส้นที่มี: {names} นำเข้าเพิ่มด้วย `twin layers load`",
            parameter="layer",
        )
    if layer not in fitting:
        raise InvalidInputError(
            f"Layer `{layer}` holds no lines, and a network is made of streets. Layers of lines:"
            f" {names}; `twin layers load` loads more.",
            f"ชั้นข้อมูล `{layer}` ไม่ใช่เส้น โครงข่ายต้องสร้างจากเส้นถนน ชั้นข้อมูลเส้นที่มี: {names} นำเข้าเพิ่มด้วย"
            " `twin layers load`",
            parameter="layer",
        )
    return layers[layer]


def read_streets(connection: Connection, layer: PublishedLayer) -> Streets:
    """Return the streets of a layer, EPSG:32647, in the order of their ids.

    Raises
    ------
    InvalidInputError
        The layer is empty.

    Notes
    -----
    Levels count as known where any of `layer`, `bridge` and `tunnel` has a value, and in all layers
    that are not OpenStreetMap's: there streets that cross meet.
    """
    table = layer.described.rows
    there = [name for name, kind in COLUMNS.items() if layer.described.types.get(name) == kind]
    wanted = [table.c.id, func.ST_AsBinary(table.c.geom), *(table.c[name] for name in there)]
    rows = connection.execute(select(*wanted).order_by(table.c.id)).all()
    if not rows:
        raise InvalidInputError(
            f"Layer `{layer.id}` is empty, so there is no network; `twin layers load` loads it.",
            f"ชั้นข้อมูล `{layer.id}` ว่างเปล่า จึงไม่มีโครงข่าย นำเข้าด้วย `twin layers load`",
            parameter="layer",
        )
    ids, wkb, *values = zip(*rows, strict=True)
    told = dict(zip(there, values, strict=True))
    columns = {name: _filled(column, COLUMNS[name]) for name, column in told.items()}
    is_known = np.full(len(ids), layer.provenance != "osm")
    for name in set(_LEVEL) & told.keys():
        is_known |= np.array([value is not None for value in told[name]])
    lines = shapely.transform(shapely.from_wkb([bytes(one) for one in wkb]), to_metric)
    return make_streets(lines, id=np.array(ids), is_level_known=is_known, **columns)


def read_elevation(layer: PublishedLayer | None, folder: Path) -> Elevation | None:
    """Return the heights of the elevation layer, smoothed; None where it is not loaded.

    Parameters
    ----------
    folder
        Where loaded rasters are kept.

    Raises
    ------
    NotFoundError, SetupError
        Its file is gone, cannot be read, or has cells that are no squares.
    """
    if layer is None:
        return None
    with FILES.lend(raster_file(layer, folder)) as dataset:
        across, _, west, _, down, north = tuple(dataset.transform)[:6]
        if not np.isclose(across, -down):
            raise SetupError(
                f"The cells of layer `{layer.id}` are not squares; load it again.",
                f"ช่องของชั้นข้อมูล `{layer.id}` ไม่เป็นสี่เหลี่ยมจัตุรัส โปรดนำเข้าใหม่",
            )
        height: NDArray[np.float64] = dataset.read(1, masked=True).astype(float).filled(np.nan)
        height = height * dataset.scales[0] + dataset.offsets[0]
    return Elevation(height, west, north, across).smoothed(SMOOTHING_CELLS)


def find_elevation(published: Iterable[PublishedLayer]) -> PublishedLayer | None:
    """Return the elevation layer, if it is loaded."""
    found = (one for one in published if one.id == ELEVATION)
    return next((one for one in found if one.kind == "raster"), None)


def _filled(values: tuple[Any, ...], kind: ColumnType) -> NDArray[Any]:
    unknown = _UNKNOWN[kind]
    return np.array([unknown if value is None else value for value in values])
