"""Fields of a file become typed columns of a layer; what does not fit is a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from layers.checks.plan import Expected, Plan
from layers.convert import Converted, convert
from layers.faults import Fault, fault
from layers.normalise import is_total_label
from layers.readers.raw import Raw
from twin.errors import LayerFileError
from twin.types import ColumnType, Text

#: What a column of years is called, ours or a file's own.
_YEAR: Final = re.compile(r"(^|_)year$|^ปี(งบประมาณ)?$|^(ปี ?)?พ\.? ?ศ\.?$", re.IGNORECASE)

_KINDS: Final[dict[ColumnType, Text]] = {
    "text": Text("ข้อความ", "text"),
    "integer": Text("จำนวนเต็ม", "a whole number"),
    "number": Text("ตัวเลข", "a number"),
    "date": Text("วันที่ที่ชัดเจน (เช่น 31/12/2564)", "an unambiguous date, e.g. 2021-12-31"),
    "boolean": Text("ใช่หรือไม่ใช่", "yes or no"),
}


def typed_columns(raw: Raw, plan: Plan) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the layer's columns, and what was wrong with their cells.

    Raises
    ------
    LayerFileError
        A key or required column is not in the file at all.
    """
    _require_columns(raw, plan)
    columns: dict[str, pd.Series] = {}
    faults: list[Fault] = []
    for expected in plan.columns:
        if expected.field not in raw.frame:
            columns[expected.name] = pd.Series(None, index=raw.frame.index, dtype=object)
            if not expected.is_absent:
                faults.append(_column_missing(expected))
            continue
        cells = raw.frame[expected.field]
        is_year = expected.kind == "integer" and _YEAR.search(expected.name) is not None
        converted = convert(cells, expected.kind, is_year=is_year)
        columns[expected.name] = converted.values
        faults += _cell_faults(cells, converted, expected, plan)
    faults += _unknown_columns(raw, plan)
    return pd.DataFrame(columns, index=raw.frame.index), faults


def total_rows(raw: Raw) -> list[Fault]:
    """Find rows that add up others: a total label in a row without a place."""
    frame = raw.frame
    if raw.has_geometry:
        frame = frame[frame["geometry"].isna()]
    faults = {}
    for column in frame.select_dtypes(include=["object", "str"]):
        cells = frame[column]
        for row, value in cells[cells.map(is_total_label).astype(bool)].items():
            text = Text(
                f"แถวผลรวม “{value}” ปนอยู่กับข้อมูลรายการ จะทำให้นับซ้ำ",
                f"a row of totals “{value}” among the detail: everything would be counted twice",
            )
            faults[row] = fault(_number(row), str(column), "total_row", value, text)
    return list(faults.values())


def _require_columns(raw: Raw, plan: Plan) -> None:
    missing = [c.field for c in plan.columns if c.required and c.field not in raw.frame]
    if missing:
        present = ", ".join(str(name) for name in raw.frame if name != "geometry") or "-"
        raise LayerFileError(
            f"{plan.name}: has no column {', '.join(missing)}, which the layer needs. It has:"
            f" {present}.",
            f"{plan.name}: ไม่มีคอลัมน์ {', '.join(missing)} ที่ชั้นข้อมูลต้องใช้ มีแต่: {present}",
            parameter=missing[0],
        )


def _column_missing(expected: Expected) -> Fault:
    text = Text(
        f"ไฟล์ไม่มีคอลัมน์ {expected.field} ทุกแถวจึงไม่มีค่านี้",
        f"the file has no column {expected.field}; the value stays empty in every row",
    )
    return fault(None, expected.name, "column_missing", expected.field, text)


def _unknown_columns(raw: Raw, plan: Plan) -> Iterator[Fault]:
    known = {expected.field for expected in plan.columns} | plan.ignore | {"geometry"}
    known |= {*plan.where, *raw.used}
    unknown = ", ".join(str(name) for name in raw.frame if name not in known)
    if unknown:
        text = Text(
            f"ไม่ได้นำคอลัมน์เหล่านี้เข้า เพราะชั้นข้อมูลไม่มี: {unknown}",
            f"these columns are left out, the layer does not have them: {unknown}",
        )
        yield fault(None, None, "column_unknown", unknown, text)


def _cell_faults(
    cells: pd.Series, converted: Converted, expected: Expected, plan: Plan
) -> Iterator[Fault]:
    name = expected.name
    kind = _KINDS[expected.kind]
    for row in converted.failed:
        text = Text(f"“{cells[row]}” ไม่ใช่{kind.th}", f"“{cells[row]}” is not {kind.en}")
        yield fault(_number(row), name, "value_type", cells[row], text)
    if expected.required:
        told = set(converted.failed) if plan.severities["value_type"] == "refuse" else set()
        for row in converted.values.index[converted.values.isna()]:
            if row not in told:
                text = Text(f"ต้องมีค่า {name}", f"{name} must have a value")
                yield fault(_number(row), name, "value_missing", cells[row], text)
    elif converted.pending:
        yield _pending(cells, converted, name)
    if converted.changed:
        yield _changed(cells, converted, name)
    if expected.values is not None:
        yield from _unknown_values(converted.values, expected)


def _unknown_values(values: pd.Series, expected: Expected) -> Iterator[Fault]:
    allowed = sorted(expected.values or ())
    strange = values.notna() & ~values.astype(str).isin(allowed)
    for row in values.index[strange]:
        text = Text(
            f"“{values[row]}” ไม่อยู่ในรายการค่าของ {expected.name}",
            f"“{values[row]}” is not one of the values of {expected.name}: {', '.join(allowed)}",
        )
        yield fault(_number(row), expected.name, "value_unknown", values[row], text)


def _pending(cells: pd.Series, converted: Converted, name: str) -> Fault:
    count, first = len(converted.pending), converted.pending[0]
    text = Text(
        f"{count} แถวเขียนแทนค่าว่าง เช่น “{cells[first]}” ในแถวที่ {first}",
        f"{count} rows say that there is no value, e.g. “{cells[first]}” in row {first}",
    )
    return fault(None, name, "value_converted", cells[first], text)


def _changed(cells: pd.Series, converted: Converted, name: str) -> Fault:
    count, first = len(converted.changed), converted.changed[0]
    before, after = cells[first], converted.values[first]
    text = Text(
        f"แปลงค่า {count} แถว เช่น “{before}” เป็น “{after}” ในแถวที่ {first}",
        f"{count} rows converted, e.g. “{before}” to “{after}” in row {first}",
    )
    return fault(None, name, "value_converted", before, text)


def _number(row: Any) -> int:  # noqa: ANN401 (a label of the index, which counts rows)
    return int(row)
