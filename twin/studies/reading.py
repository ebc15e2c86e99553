"""What studies read of layers: which there are, their features as points, where they come from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import OID

from twin.analysis.model import Basis, FloatArray
from twin.db.models import Layer
from twin.errors import InvalidInputError, NotFoundError
from twin.projection import to_metric
from twin.queries.catalogue import PublishedLayer, list_layers
from twin.types import Text

#: Kinds of geometry that stand for one place: points, and polygons by a point on their surface.
PLACES: Final = frozenset({"Point", "MultiPoint", "MultiPolygon", "Geometry"})
NUMBERS: Final = frozenset({"integer", "number"})

_LINE_DIMENSION: Final = 1
_MOST_TOLD: Final = 10
_DIGITS: Final = 3


@dataclass(frozen=True, eq=False)
class Features:
    """Features of a layer, in the order of their ids.

    Parameters
    ----------
    ids
        (n,) int64.
    xy
        (n, 2) EPSG:32647 metres: the point, or a point on the surface.
    rows
        One for each, with the columns asked for as `c0`, `c1`, …
    """

    ids: NDArray[np.int64]
    xy: FloatArray
    rows: Sequence[Row[Any]]

    def __len__(self) -> int:
        return len(self.ids)


def find_layer(
    connection: Connection,
    layer_id: str,
    fits: Callable[[PublishedLayer], bool],
    kind: Text,
    parameter: str,
) -> PublishedLayer:
    """Return a published layer of a certain kind.

    Parameters
    ----------
    kind
        What `fits` asks for, e.g. `of polygons`, for the message.

    Raises
    ------
    InvalidInputError
        None is named, or there is no such layer; told which there are, or how to load some.
    """
    fitting = {layer.id: layer for layer in list_layers(connection) if fits(layer)}
    if layer_id not in fitting:
        raise _no_layer(layer_id, ", ".join(sorted(fitting)), kind, parameter)
    return fitting[layer_id]


def _no_layer(layer_id: str, names: str, kind: Text, parameter: str) -> InvalidInputError:
    wrong = Text(f"ไม่มีชั้นข้อมูล{kind.th}ชื่อ `{layer_id}`", f"There is no layer `{layer_id}` {kind.en}")
    if not layer_id:
        wrong = Text(
            f"โปรดระบุชั้นข้อมูล{kind.th}ใน `{parameter}`", f"Name a layer {kind.en} in `{parameter}`"
        )
    if names:
        there = Text(f"ที่มีอยู่: {names}", f"there are: {names}.")
    else:
        there = Text(
            "ยังไม่ได้นำเข้าเลย นำเข้าด้วย `twin layers load`",
            "none is loaded: run `twin layers load`.",
        )
    return InvalidInputError(
        f"{wrong.en}; {there.en}", f"{wrong.th} {there.th}", parameter=parameter
    )


def require_table(connection: Connection, layer_id: str, columns: Iterable[str]) -> PublishedLayer:
    """Return a published layer that a study cannot do without.

    Raises
    ------
    NotFoundError
        It is not loaded, or lacks one of the columns; told what to do.
    """
    layer = next((one for one in list_layers(connection) if one.id == layer_id), None)
    if layer is None:
        raise NotFoundError(
            f"Layer `{layer_id}` is not loaded; load it with `twin layers load`.",
            f"ยังไม่ได้นำเข้าชั้นข้อมูล `{layer_id}` โปรดนำเข้าด้วยคำสั่ง `twin layers load`",
            parameter=layer_id,
        )
    if missing := sorted(set(columns) - layer.described.types.keys()):
        names = ", ".join(missing)
        raise NotFoundError(
            f"Layer `{layer_id}` has no column {names}; load it by its manifest.",
            f"ชั้นข้อมูล `{layer_id}` ไม่มีคอลัมน์ {names} โปรดนำเข้าตามรายละเอียดชั้นข้อมูลของระบบ",
            parameter=layer_id,
        )
    return layer


def is_places(layer: PublishedLayer) -> bool:
    """Tell whether each feature stands for one place."""
    return layer.spec.geometry_type in PLACES


def require_number(layer: PublishedLayer, column: str | None, parameter: str) -> str:
    """Return the column if the layer has it and it holds numbers.

    Raises
    ------
    InvalidInputError
        It does not; told which columns of numbers there are.
    """
    numbers = [name for name, kind in layer.described.types.items() if kind in NUMBERS]
    if column is None or column not in numbers:
        told = ", ".join(numbers) or "–"
        named = f"no column of numbers `{column}`" if column else "several columns: name one"
        named_th = f"ไม่มีคอลัมน์ตัวเลข `{column}`" if column else "ต้องระบุคอลัมน์ตัวเลข"
        raise InvalidInputError(
            f"Layer `{layer.id}` has {named}. Columns of numbers: {told}.",
            f"ชั้นข้อมูล `{layer.id}` {named_th} คอลัมน์ตัวเลขที่มี: {told}",
            parameter=parameter,
        )
    return column


def read_features(
    connection: Connection,
    layer: PublishedLayer,
    columns: Sequence[str],
    conditions: Sequence[ColumnElement[bool]] = (),
    *,
    parameter: str,
) -> Features:
    """Return a layer's features as points.

    Raises
    ------
    InvalidInputError
        A feature is a line, which stands for no one place.
    """
    table = layer.described.rows
    point = func.ST_PointOnSurface(table.c.geom)
    named = [table.c[name].label(f"c{number}") for number, name in enumerate(columns)]
    statement = (
        select(
            table.c.id,
            func.ST_X(point).label("lon"),
            func.ST_Y(point).label("lat"),
            func.ST_Dimension(table.c.geom).label("dimension"),
            *named,
        )
        .where(*conditions)
        .order_by(table.c.id)
    )
    rows = connection.execute(statement).all()
    if lines := [row.id for row in rows if row.dimension == _LINE_DIMENSION]:
        raise InvalidInputError(
            f"Layer `{layer.id}` has lines, which are no one place (id {listed(lines)}); use points"
            " or areas.",
            f"ชั้นข้อมูล `{layer.id}` มีเส้น ซึ่งระบุเป็นจุดเดียวไม่ได้ (id {listed(lines)}) โปรดใช้จุดหรือพื้นที่",
            parameter=parameter,
        )
    xy = to_metric([(row.lon, row.lat) for row in rows])
    return Features(np.array([row.id for row in rows], np.int64), xy, rows)


def read_numbers(
    layer: PublishedLayer, features: Features, column: str, place: int, parameter: str
) -> FloatArray:
    """Return a column of numbers, NaN where there is none.

    Parameters
    ----------
    place
        Of the column among those asked for.

    Raises
    ------
    InvalidInputError
        A number is negative or infinite; told in which rows.
    """
    cells = [getattr(row, f"c{place}") for row in features.rows]
    values = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    refuse_rows(layer, features, column, (values < 0) | np.isinf(values), parameter)
    return values


def refuse_rows(
    layer: PublishedLayer,
    features: Features,
    column: str,
    wrong: NDArray[np.bool_],
    parameter: str,
) -> None:
    """Refuse a layer with numbers that cannot be quantities.

    Raises
    ------
    InvalidInputError
        There are such rows; told which.
    """
    if not wrong.any():
        return
    ids = listed(features.ids[wrong].tolist())
    count = int(wrong.sum())
    raise InvalidInputError(
        f"Layer `{layer.id}`, column `{column}`: {count} rows have no number of 0 or more (id"
        f" {ids}); correct them, or leave them out of the layer.",
        f"ชั้นข้อมูล `{layer.id}` คอลัมน์ `{column}`: มี {count} แถวที่ไม่มีค่าตั้งแต่ 0 ขึ้นไป (id {ids})"
        " โปรดแก้ไขหรือตัดแถวเหล่านี้ออก",
        parameter=parameter,
    )


def listed(values: Sequence[object]) -> str:
    """Return the first of some values as a text, with dots where there are more.

    Examples
    --------
    >>> listed([1, 2]), listed(range(12))
    ('1, 2', '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …')
    """
    told = ", ".join(map(str, values[:_MOST_TOLD]))
    return f"{told}, …" if len(values) > _MOST_TOLD else told


def stamp(connection: Connection, layer: PublishedLayer) -> str:
    """Return what differs whenever the rows of a layer do, edits in QGIS included.

    Notes
    -----
    The database and the table, the number of rows, and the sums of the transactions and commands
    that wrote them: whatever is added or changed has a later one than all before, so with as many
    rows a sum has grown. It reads every row's header, 15 ms for 70,000. It means something in this
    database only, and only for keeping what was read.
    """
    table = layer.described.rows
    written = [
        func.sum(cast(cast(literal_column(name), SqlText), BigInteger)) for name in ("xmin", "cmin")
    ]
    told = select(
        func.current_database(), cast(func.to_regclass(str(table)), OID), func.count(), *written
    )
    return json.dumps([str(value) for value in connection.execute(told.select_from(table)).one()])


def make_digest(
    connection: Connection,
    layers: Iterable[PublishedLayer],
    *told: object,
    arrays: Iterable[FloatArray] = (),
) -> str:
    """Return a digest of what was read and how, hexadecimal: equal digests, equal content.

    Parameters
    ----------
    layers
        What was read from; their revisions count.
    told
        What was asked, as JSON.
    arrays
        What came of it, to the thousandth of a metre or a person: a layer may be edited
        without a new revision.
    """
    wanted = sorted({layer.id for layer in layers})
    statement = select(Layer.id, Layer.revision, Layer.content_sha256).where(Layer.id.in_(wanted))
    rows = connection.execute(statement.order_by(Layer.id)).all()
    text = json.dumps([[list(row) for row in rows], *told], ensure_ascii=False, default=str)
    digest = hashlib.sha256(text.encode())
    for array in arrays:
        # Adding 0 turns -0 into 0, which are equal but have other bytes.
        digest.update(np.ascontiguousarray(np.round(array, _DIGITS) + 0.0).tobytes())
    return digest.hexdigest()


def make_basis(notes: Sequence[Text], layers: Iterable[PublishedLayer], revision: str) -> Basis:
    """Return where something comes from: its notes one after the other, and the layers' sources."""
    text = Text(" ".join(one.th for one in notes), " ".join(f"{one.en}." for one in notes))
    return Basis(text, cite(layers), revision)


def cite(layers: Iterable[PublishedLayer]) -> Text:
    """Return the sources of layers with their licences, each once."""
    cited = {
        Text(f"{layer.source.th} ({layer.licence})", f"{layer.source.en} ({layer.licence})"): None
        for layer in layers
    }
    return Text("; ".join(one.th for one in cited), "; ".join(one.en for one in cited))
