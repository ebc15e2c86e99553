"""Supply as a planner chooses it: features of a layer, project sites and drawn points, together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
from sqlalchemy import ColumnElement, Connection, func
from sqlalchemy import select as select_rows

from twin.analysis.model import FloatArray, Supply
from twin.analysis.supply import count_coincident, is_open, join, select
from twin.errors import InvalidInputError
from twin.queries.catalogue import PublishedLayer
from twin.queries.cql2 import Filter, condition
from twin.spec import Title
from twin.studies.drawn import drawn_xy
from twin.studies.ground import tell_provenance
from twin.studies.question import LonLat, SupplyChoice
from twin.studies.reading import (
    find_layer,
    is_places,
    make_basis,
    make_digest,
    read_features,
    read_numbers,
    require_number,
)
from twin.studies.sites import Part, make_part, read_sites
from twin.types import Text

#: Grows when the same layers and the same choice would give another supply.
METHOD: Final = 1

#: What a layer's column of opening dates is called.
OPENING: Final = ("opened", "opening_date", "open_date")

#: Kinds of features from which on they are told to be several.
_MIXED: Final = 2


def read_supply(connection: Connection, choice: SupplyChoice) -> Supply:
    """Return who offers the service, at points: those of the layer, of the projects, drawn ones.

    Returns
    -------
    Facilities with the ids `<layer>/<id>`, `project/<code>/<position>` and `drawn/<number>`. Those
    at one place are all kept, and told in the basis.

    Raises
    ------
    InvalidInputError
        The choice names a layer, column or project that is not there, its filter cannot be read or
        keeps nothing, a capacity is negative, a project has no place, or nothing is left; told what
        there is.
    """
    parts: list[Part] = []
    if choice.layer:
        parts.append(_read_layer(connection, choice, choice.layer))
    elif choice.filter or choice.capacity:
        raise InvalidInputError(
            "`filter` and `capacity` are of a layer; name one in `layer`.",
            "`filter` และ `capacity` เป็นของชั้นข้อมูล โปรดระบุ `layer`",
            parameter="layer",
        )
    if choice.projects:
        parts.append(read_sites(connection, choice.projects, choice.opened_by))
    if choice.points:
        parts.append(_draw(choice.points))
    if not parts:
        raise InvalidInputError(
            "The supply is empty: name a layer or projects, or draw points.",
            "ไม่มีผู้ให้บริการเลย โปรดระบุชั้นข้อมูลหรือโครงการ หรือวาดจุด",
            parameter="layer",
        )
    return _put_together(connection, choice, parts)


def _put_together(connection: Connection, choice: SupplyChoice, parts: Sequence[Part]) -> Supply:
    layers = [layer for part in parts for layer in part.layers]
    notes = [note for part in parts for note in part.notes]
    supply = join([part.supply for part in parts], parts[0].supply.basis)
    if choice.opened_by:
        opened = is_open(supply, choice.opened_by)
        notes.append(_tell_opened(choice.opened_by, len(opened) - int(opened.sum())))
        supply = select(supply, opened)
    if not supply.ids:
        raise _nothing_open(choice, notes)
    if same := count_coincident(supply.xy):
        are = "is" if same == 1 else "are"
        notes.append(
            Text(f"{same} แห่งอยู่ตำแหน่งเดียวกับแห่งอื่น", f"{same} {are} at the same place as another")
        )
    notes += tell_provenance(layers)
    told, arrays = [supply.ids, supply.names, supply.opened], (supply.xy, supply.capacity)
    digest = make_digest(connection, layers, METHOD, choice.model_dump(), told, arrays=arrays)
    return replace(supply, basis=make_basis(notes, layers, digest))


def _read_layer(connection: Connection, choice: SupplyChoice, layer_id: str) -> Part:
    kind = Text("จุดหรือพื้นที่", "of points or areas")
    layer = find_layer(connection, layer_id, is_places, kind, "layer")
    columns = _columns(layer, choice.capacity)
    wanted = list(dict.fromkeys(columns.values()))
    features = read_features(
        connection, layer, wanted, _conditions(layer, choice), parameter="layer"
    )
    if not len(features):
        raise _keeps_nothing(layer, choice.filter)
    place = {role: wanted.index(name) for role, name in columns.items()}
    capacity = np.full(len(features), np.nan)
    if choice.capacity:
        number = place["capacity"]
        capacity = read_numbers(layer, features, choice.capacity, number, "capacity")
    ids = [f"{layer.id}/{one}" for one in features.ids.tolist()]
    cells = {
        role: [getattr(row, f"c{number}") for row in features.rows]
        for role, number in place.items()
    }
    blank = [None] * len(ids)
    names = _names(cells.get("th", blank), cells.get("en", blank), ids)
    opened = tuple(cells.get("opened", blank))
    supply = make_part(features.xy, ids, names, opened, capacity)
    return Part(supply, _tell_layer(layer, choice, capacity), (layer,))


def _columns(layer: PublishedLayer, capacity: str | None) -> dict[str, str]:
    """Return the columns that are read, by what for."""
    columns = {}
    if layer.spec.label:
        columns = {"th": layer.spec.label.th, "en": layer.spec.label.en}
        # A layer whose one label is the name on the ground may have the other language beside it.
        if columns["th"] == columns["en"] and "name_th" in layer.described.types:
            columns["th"] = "name_th"
    if capacity is not None:
        columns["capacity"] = require_number(layer, capacity, "capacity")
    for name in OPENING:
        if layer.described.types.get(name) == "date":
            columns.setdefault("opened", name)
    return columns


def _conditions(layer: PublishedLayer, choice: SupplyChoice) -> list[ColumnElement[bool]]:
    if choice.filter is None:
        return []
    return [condition(layer.described, Filter(choice.filter), lambda geometry: geometry)]


def _names(th: Sequence[str | None], en: Sequence[str | None], ids: Sequence[str]) -> list[Text]:
    return [
        Text(one_th or one_en or one_id, one_en or one_th or one_id)
        for one_th, one_en, one_id in zip(th, en, ids, strict=True)
    ]


def _tell_layer(
    layer: PublishedLayer, choice: SupplyChoice, capacity: FloatArray
) -> tuple[Text, ...]:
    title = layer.spec.title
    filtered = f" [{choice.filter}]" if choice.filter else ""
    notes = [
        Text(
            f"{title.th} (`{layer.id}`){filtered}: {len(capacity):,} แห่ง",
            f"{title.en} (`{layer.id}`){filtered}: {len(capacity):,}",
        )
    ]
    if choice.capacity:
        column = layer.spec.column(choice.capacity)
        unit = f" {column.unit}" if column.unit else ""
        missing, total = int(np.isnan(capacity).sum()), f"{np.nansum(capacity):,.10g}{unit}"
        notes.append(
            Text(
                f"ความจุจาก{column.title.th} (`{column.name}`) รวม {total} ไม่ทราบ {missing:,} แห่ง",
                f"Capacity is {column.title.en} (`{column.name}`), {total} in all, unknown for"
                f" {missing:,}",
            )
        )
    return tuple(notes)


def _draw(points: Sequence[LonLat]) -> Part:
    xy = drawn_xy(points, "points")
    numbers = range(1, len(points) + 1)
    names = [Text(f"จุดที่วาด {number}", f"Drawn point {number}") for number in numbers]
    supply = make_part(xy, [f"drawn/{number}" for number in numbers], names, (None,) * len(points))
    return Part(supply, (Text(f"จุดที่วาด {len(points)} จุด", f"Drawn points: {len(points)}"),), ())


def _tell_opened(day: date, later: int) -> Text:
    return Text(
        f"เฉพาะที่เปิดภายใน {day.isoformat()} ตัดออก {later:,} แห่ง",
        f"Only those open by {day.isoformat()}; {later:,} open later",
    )


def _keeps_nothing(layer: PublishedLayer, text: str | None) -> InvalidInputError:
    if text is None:
        return InvalidInputError(
            f"Layer `{layer.id}` is empty; load it, or choose another.",
            f"ชั้นข้อมูล `{layer.id}` ว่างเปล่า โปรดนำเข้าข้อมูล หรือเลือกชั้นข้อมูลอื่น",
            parameter="layer",
        )
    told = ", ".join(
        f"{column.name} ({', '.join(column.values)})" if column.values else column.name
        for column in layer.spec.columns
    )
    return InvalidInputError(
        f"The filter keeps nothing of layer `{layer.id}`. Its columns: {told}.",
        f"เงื่อนไขกรองไม่เหลือรายการใดของชั้นข้อมูล `{layer.id}` คอลัมน์ที่มี: {told}",
        parameter="filter",
    )


def _nothing_open(choice: SupplyChoice, notes: Sequence[Text]) -> InvalidInputError:
    return InvalidInputError(
        f"Nothing is open by {choice.opened_by}. " + " ".join(f"{note.en}." for note in notes),
        f"ไม่มีแห่งใดเปิดภายใน {choice.opened_by} " + " ".join(note.th for note in notes),
        parameter="opened_by",
    )


def tell_mixed(connection: Connection, choice: SupplyChoice) -> Text | None:
    """Return that kinds of a layer count as one service because no filter parts them; else None.

    Raises
    ------
    InvalidInputError
        There is no such layer.
    """
    if choice.layer is None or choice.filter is not None:
        return None
    kind_of = Text("จุดหรือพื้นที่", "of points or areas")
    layer = find_layer(connection, choice.layer, is_places, kind_of, "layer")
    kind = next((column for column in layer.spec.columns if column.values), None)
    if kind is None or kind.values is None:
        return None
    values: Mapping[str, Title] = kind.values
    column = layer.described.rows.c[kind.name]
    counted = select_rows(column).where(column.is_not(None)).group_by(column)
    found = connection.scalars(counted.order_by(func.count().desc(), column)).all()
    if len(found) < _MIXED:
        return None
    titles = [values.get(value, Text(value, value)) for value in found]
    example = f"{kind.name} = '{found[0]}'"
    return Text(
        f"นับ{', '.join(title.th for title in titles)} รวมเป็นบริการเดียวกัน หากถามถึงบริการเดียวให้กรอง เช่น"
        f" `{example}`",
        f"{', '.join(title.en for title in titles)} are counted as one service; to ask of one, give"
        f" a filter, e.g. `{example}`.",
    )
