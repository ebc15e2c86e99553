"""All checks over one file, and the parting of rows into those to load and those to refuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from layers.checks.columns import total_rows, typed_columns
from layers.checks.geometry import Shapes, check_geometry
from layers.checks.identity import duplicate_features, duplicate_keys, feature_ids
from layers.checks.location import Reference, check_location
from layers.checks.plan import Plan
from layers.faults import Fault, fault
from layers.manifest import Rule
from layers.projection import agreed_crs
from layers.readers import Raw
from twin.crs import STORAGE_SRID
from twin.errors import LayerFileError
from twin.types import Text


@dataclass(frozen=True)
class Refused:
    """A row that may not be loaded, as it was read.

    Parameters
    ----------
    row
        Row of the file, from 1.
    properties
        The file's own fields; values JSON can hold.
    geom
        EPSG:4326; None where there is none, or none that is a place on earth.
    """

    row: int
    rules: tuple[Rule, ...]
    properties: dict[str, Any]
    geom: shapely.Geometry | None


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Parameters
    ----------
    frame
        Rows that may be loaded: `id` (where the layer has a key), the layer's typed columns and,
        for a vector layer, the active geometry `geom` in EPSG:4326. The index is the row number.
    faults
        By row; those of the whole file first.
    valid_date
        The day that the data describe, where the file itself says so.
    """

    frame: pd.DataFrame
    quarantined: list[Refused]
    faults: list[Fault]
    rows_read: int
    valid_date: date | None = None


def run_checks(raw: Raw, plan: Plan, crs: str | None, reference: Reference | None) -> Checked:
    """Run every check of `plan` over what was read.

    Parameters
    ----------
    crs
        Declared CRS, `EPSG:n`.
    reference
        None leaves locations unchecked, and says so.

    Raises
    ------
    LayerFileError
        A key column or the geometry is missing, or the CRS is missing or contradictory.
    """
    raw = _chosen(raw, plan)
    columns, found = typed_columns(raw, plan)
    found += raw.faults
    if plan.is_on("total_row"):
        found += total_rows(raw)
    shapes: Shapes | None = None
    if plan.geometry_type is not None:
        shapes, of_shapes = _check_shapes(raw, plan, crs)
        # A reader that found no geometry has told why.
        told = {each.row for each in raw.faults if each.rule == "geometry_missing"}
        found += [
            each for each in of_shapes if each.rule != "geometry_missing" or each.row not in told
        ]
        stated = plan.field_of("tambon_code") in raw.frame
        codes = columns["tambon_code"] if stated else None
        found += _check_places(shapes, codes, plan, reference)
    faults = _judged(found, plan)
    # Only rows that would be loaded can be in each other's way.
    standing = columns.drop(index=list(_refused_rows(faults)))
    faults += _judged(_repeated(standing, shapes, plan), plan)
    refused = _refused_rows(faults)
    frame = _frame(columns.drop(index=list(refused)), shapes, plan)
    faults.sort(key=lambda each: (each.row or 0, each.rule, each.column or ""))
    return Checked(frame, _quarantine(raw, shapes, refused), faults, len(raw.frame), raw.valid_date)


def _chosen(raw: Raw, plan: Plan) -> Raw:
    frame = raw.frame
    for name, value in plan.where.items():
        if name not in frame:
            raise LayerFileError(
                f"{plan.name}: has no column {name} to choose rows by.",
                f"{plan.name}: ไม่มีคอลัมน์ {name} สำหรับเลือกแถว",
                parameter=name,
            )
        frame = frame[frame[name].astype(str) == value]
    return replace(raw, frame=frame)


def _check_shapes(raw: Raw, plan: Plan, crs: str | None) -> tuple[Shapes, list[Fault]]:
    if plan.geometry_type is None or not raw.has_geometry:
        raise LayerFileError(
            f"{plan.name}: has no geometry: neither shapes nor columns of coordinates or WKT.",
            f"{plan.name}: ไม่มีข้อมูลตำแหน่ง ทั้งรูปทรง คอลัมน์พิกัด และ WKT",
            parameter="geom",
        )
    agreed = agreed_crs(crs, raw.crs, plan.name)
    return check_geometry(raw.frame["geometry"], agreed, plan.geometry_type)


def _check_places(
    shapes: Shapes, codes: pd.Series | None, plan: Plan, reference: Reference | None
) -> list[Fault]:
    if not plan.is_on("outside_province", "in_sea", "wrong_tambon"):
        return []
    if reference is None:
        text = Text(
            "ไม่ได้ตรวจตำแหน่งกับขอบเขตจังหวัด เพราะไม่มีชั้นแผ่นดินและตำบล",
            "places were not checked: there are no land and sub-districts to check against",
        )
        return [fault(None, "geom", "outside_province", None, text)]
    return check_location(shapes.usable, codes, reference)


def _judged(found: list[Fault], plan: Plan) -> list[Fault]:
    return [judged for each in found if (judged := plan.judge(each)) is not None]


def _refused_rows(faults: list[Fault]) -> dict[int, list[Rule]]:
    refused: dict[int, list[Rule]] = {}
    for each in faults:
        if each.severity == "refuse" and each.row is not None:
            refused.setdefault(each.row, []).append(each.rule)
    return refused


def _repeated(columns: pd.DataFrame, shapes: Shapes | None, plan: Plan) -> list[Fault]:
    found = duplicate_keys(columns, plan.key) if plan.key else []
    if plan.duplicates_by:
        left = columns.drop(index=[each.row for each in found])
        geometries = shapes.usable.loc[left.index] if shapes else None
        found += duplicate_features(left, geometries, plan.duplicates_by)
    return found


def _frame(columns: pd.DataFrame, shapes: Shapes | None, plan: Plan) -> pd.DataFrame:
    if plan.key:
        columns.insert(0, "id", feature_ids(columns, plan.key))
    if shapes is None:
        return columns
    geometry = gpd.GeoSeries(shapes.usable.loc[columns.index], crs=STORAGE_SRID)
    frame: pd.DataFrame = gpd.GeoDataFrame(columns.assign(geom=geometry), geometry="geom")
    return frame


def _quarantine(raw: Raw, shapes: Shapes | None, refused: dict[int, list[Rule]]) -> list[Refused]:
    fields = [name for name in raw.frame if name != "geometry"]
    read = shapes.read.to_dict() if shapes else {}
    return [
        Refused(
            row=row,
            rules=tuple(dict.fromkeys(rules)),
            properties={str(name): _plain(raw.frame.at[row, name]) for name in fields},
            geom=read.get(row),
        )
        for row, rules in sorted(refused.items())
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 (a cell value to a JSON value)
    if not pd.api.types.is_scalar(value):
        return str(value)
    if pd.isna(value):
        return None
    plain = value.item() if hasattr(value, "item") else value
    return plain if isinstance(plain, (str, int, float, bool)) else str(plain)
