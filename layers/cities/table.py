"""Answers of cities as one table: CSV, JSON or GeoPackage, by the ending of the file's name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from layers.cities.form import City
from layers.cities.inputs import read_shapes
from layers.cities.made import make_areas
from layers.cities.task import Outcome
from twin.crs import STORAGE_SRID
from twin.errors import InvalidInputError
from twin.studies.city import CityAnswer
from twin.types import Json

FORMATS: Final = (".csv", ".json", ".gpkg")

_LAYER: Final = "service_coverage"
#: Facts of the whole city, repeated in each of its rows.
_OF_CITY: Final = (
    "facilities",
    "off_network",
    "demand_points",
    "nodes",
    "pieces",
    "street_km",
    "parts",
    "epsg",
    "inputs",
    "network",
    "coverage",
    "made_by",
)


def require_format(path: Path) -> None:
    """Refuse a table that cannot be written, before hours of work.

    Raises
    ------
    InvalidInputError
        The ending is none of `FORMATS`, or the folder is not there.
    """
    if path.suffix.lower() not in FORMATS or not path.absolute().parent.is_dir():
        raise InvalidInputError(
            f"{path}: name a file ending in {', '.join(FORMATS)}, in a folder that is there.",
            f"{path}: โปรดระบุชื่อไฟล์ที่ลงท้ายด้วย {', '.join(FORMATS)} ในโฟลเดอร์ที่มีอยู่",
            parameter="out",
        )


def make_rows(answer: CityAnswer) -> list[Json]:
    """Return the rows of one city: a row for each threshold, then for each area and threshold."""
    facts = {name: getattr(answer, name) for name in _OF_CITY}
    asked = {name: getattr(answer, name) for name in ("mode", "direction", "unit")}
    rows = []
    for row in answer.rows:
        told = row.model_dump()
        area = {f"area_{name}": told.pop(name) for name in ("code", "name_th", "name_en")}
        level = told.pop("level")
        city = {"city": answer.id, "name_th": answer.name_th, "name_en": answer.name_en}
        rows.append({**city, "level": level, **area, **asked, **told, **facts})
    return rows


def write_table(path: Path, cities: Sequence[City], outcomes: Sequence[Outcome]) -> int:
    """Write all answers in the order of the cities; return the number of rows.

    Parameters
    ----------
    path
        Replaced as a whole once all is written.

    Raises
    ------
    LayerFileError
        The areas of a city, wanted for a GeoPackage, cannot be read any more.
    """
    found = {one.city: one for one in outcomes}
    answers = [(city, answer) for city in cities if (answer := found[city.id].answer)]
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    part.unlink(missing_ok=True)
    if path.suffix.lower() == ".gpkg":
        for city, answer in answers:
            _append(part, city, answer)
    else:
        rows = [row for _, answer in answers for row in make_rows(answer)]
        if path.suffix.lower() == ".csv":
            # Excel takes what has no mark for another encoding.
            pd.DataFrame(rows).to_csv(part, index=False, encoding="utf-8-sig")
        else:
            part.write_text(_as_json(rows, outcomes), encoding="utf-8")
    if part.exists():
        part.replace(path)
    return sum(len(answer.rows) for _, answer in answers)


def _as_json(rows: Sequence[Json], outcomes: Sequence[Outcome]) -> str:
    failed = [
        {"city": one.city, "field": fault.field, "th": fault.text.th, "en": fault.text.en}
        for one in outcomes
        if (fault := one.fault)
    ]
    return json.dumps({"rows": rows, "failed": failed}, ensure_ascii=False, indent=1) + "\n"


def _append(path: Path, city: City, answer: CityAnswer) -> None:
    shape_of = _shapes(city)
    rows = make_rows(answer)
    shapes = [shape_of.get(row["area_code"]) if row["level"] == "area" else None for row in rows]
    geometry = np.array(shapes, dtype=object)
    is_polygon = shapely.get_type_id(geometry) == shapely.GeometryType.POLYGON
    geometry[is_polygon] = [shapely.MultiPolygon([one]) for one in geometry[is_polygon]]
    frame = gpd.GeoDataFrame(rows, geometry=geometry, crs=STORAGE_SRID)
    pyogrio.write_dataframe(
        frame, path, layer=_LAYER, geometry_type="MultiPolygon", append=path.exists()
    )


def _shapes(city: City) -> dict[str, Any]:
    """Return the areas of a city by their code, EPSG:4326."""
    if city.synthetic:
        squares = make_areas(city.synthetic, city.seed).to_crs(STORAGE_SRID)
        return dict(zip(squares["code"], squares.geometry, strict=True))
    if city.areas is None:
        return {}
    features, told = read_shapes(city.areas)
    return {code: shape for (code, _), shape in zip(told, features.shapes, strict=True)}
