"""From the files of a city, or none, to the arrays that analysis works on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import cql2
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.cities.form import AreasFile, City, Facilities, Roads
from layers.cities.made import make_areas, make_city
from layers.cities.people import Shapes, read_points, read_raster, require_somebody, spread_people
from layers.cities.reading import (
    Features,
    areas_in,
    of_field,
    points_in,
    read_features,
    require_shapes,
    to_zone,
    zone_of,
)
from layers.osm_format import osm_format
from twin.analysis.areas import locate
from twin.analysis.model import Areas, Basis, Demand, FloatArray, Supply
from twin.analysis.network.streets import Streets, make_streets
from twin.crs import METRIC_SRID
from twin.errors import InvalidInputError
from twin.studies.city import CityInputs
from twin.studies.network_streets import COLUMNS
from twin.types import ColumnType, Json, Text

#: The one layer of areas that a city has.
AREAS: Final = "area"

_LEVEL: Final = ("layer", "bridge", "tunnel")
_MISSING: Final[dict[ColumnType, Any]] = {
    "text": "",
    "number": np.nan,
    "integer": 0,
    "boolean": False,
}


def read_city(city: City, inputs: str) -> CityInputs:
    """Return what a city is answered from.

    Parameters
    ----------
    inputs
        SHA-256 of its files, told as the revision of demand and supply.

    Raises
    ------
    LayerFileError, InvalidInputError
        A file cannot be read or used; told which field of the city it is, and what to do.
    """
    return _make(city, inputs) if city.synthetic else _read(city, inputs)


def read_shapes(file: AreasFile) -> tuple[Features, list[tuple[str, Text]]]:
    """Return the areas of a file in degrees, with code and names of each.

    Raises
    ------
    LayerFileError
        It cannot be read, an area has no place or is no polygon, or a code is missing or repeated.
    """
    with of_field("areas"):
        return _read_shapes(file)


def _read_shapes(file: AreasFile) -> tuple[Features, list[tuple[str, Text]]]:
    features = read_features(file.path, file)
    require_shapes(features, "areas")
    kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    if not np.isin(shapely.get_type_id(features.shapes), kinds).all():
        raise features.fault("areas must be polygons", "พื้นที่ต้องเป็นรูปหลายเหลี่ยม", "areas")
    codes = features.values(file.code, "text")
    if codes.isna().any() or codes.duplicated().any():
        raise features.fault(
            f"`{file.code}` is missing or repeated in some rows",
            f"`{file.code}` ว่างหรือซ้ำกันในบางแถว",
            "areas.code",
        )
    names = [_words(features, column) for column in (file.name_th, file.name_en)]
    told = []
    for code, th, en in zip(codes, *names, strict=True):
        told.append((str(code), Text(th or en or str(code), en or th or str(code))))
    return features, told


def _window(areas: Features) -> shapely.Polygon | shapely.MultiPolygon:
    """Return the whole of some areas, which OpenStreetMap data are cut to."""
    whole = shapely.union_all(shapely.make_valid(areas.shapes))
    if not isinstance(whole, shapely.Polygon | shapely.MultiPolygon):
        raise areas.fault("its polygons have no area", "รูปหลายเหลี่ยมไม่มีเนื้อที่", "areas")
    return whole


def _words(features: Features, column: str | None) -> list[str]:
    if column is None:
        return [""] * len(features)
    return ["" if pd.isna(value) else str(value) for value in features.values(column, "text")]


def _read(city: City, inputs: str) -> CityInputs:
    if city.roads is None or city.demand is None or city.facilities is None:
        raise ValueError("a city of files has roads, demand and facilities")  # the form saw to it
    found, told = read_shapes(city.areas) if city.areas else (None, [])
    window = None if found is None else _window(found)
    with of_field("roads"):
        roads = read_features(city.roads.path, city.roads, window)
        epsg = zone_of(roads.shapes)
        streets = _streets(city.roads, roads, epsg)
    areas = None if found is None else Shapes(found, areas_in(found.shapes, epsg))
    with of_field("demand"):
        xy, weight, name = _people(city, areas, streets, epsg)
        require_somebody(weight, name)
    members = {} if areas is None else {AREAS: _areas(areas.shapes, told, xy)}
    demand = Demand(xy, weight, _basis(name, inputs), members)
    with of_field("facilities"):
        supply = _supply(city.facilities, window, epsg, inputs)
    return CityInputs(city.id, _name(city), epsg, streets, demand, supply, city.question)


def _make(city: City, inputs: str) -> CityInputs:
    roads, facilities = make_city(city.synthetic or 0, city.seed)
    squares = make_areas(city.synthetic or 0, city.seed)
    lines = np.asarray(roads.geometry.to_numpy(), dtype=object)
    streets = make_streets(lines, highway=roads["highway"].to_numpy().astype(str))
    shapes = np.asarray(squares.geometry.to_numpy(), dtype=object)
    frame = pd.DataFrame(squares.drop(columns="geometry"))
    areas = Shapes(Features("synthetic", frame, shapes), shapes)
    xy, weight = spread_people(areas, "pop_2021", streets)
    told = [(code, Text(code, code)) for code in squares["code"]]
    members = {AREAS: _areas(shapes, told, xy)}
    demand = Demand(xy, weight, _basis("synthetic", inputs), members)
    places = shapely.get_coordinates(facilities.geometry.to_numpy())
    supply = _make_supply(places, "synthetic", inputs)
    return CityInputs(city.id, _name(city), METRIC_SRID, streets, demand, supply, city.question)


def _streets(roads: Roads, features: Features, epsg: int) -> Streets:
    field_of = {name: roads.fields.get(name, name) for name in COLUMNS}
    there = [name for name in COLUMNS if field_of[name] in features.frame]
    if lost := sorted(set(roads.fields) - set(there)):
        named = ", ".join(f"`{name}`" for name in lost)
        raise features.fault(
            f"`fields` names {named}, which is no column of a road or no field of the file",
            f"`fields` ระบุ {named} ซึ่งไม่ใช่คอลัมน์ของถนนหรือไม่มีในไฟล์",
            "roads.fields",
        )
    cells = {name: features.values(field_of[name], COLUMNS[name]) for name in there}
    is_osm = roads.is_osm or osm_format(roads.path) is not None
    is_known = np.full(len(features), not is_osm)
    for name in set(_LEVEL) & cells.keys():
        is_known |= cells[name].notna().to_numpy()
    columns = {name: _filled(values, COLUMNS[name]) for name, values in cells.items()}
    return make_streets(to_zone(features.shapes, epsg), is_level_known=is_known, **columns)


def _filled(values: pd.Series, kind: ColumnType) -> NDArray[Any]:
    missing = _MISSING[kind]
    return np.array([missing if pd.isna(value) else value for value in values])


def _people(
    city: City, areas: Shapes | None, streets: Streets, epsg: int
) -> tuple[FloatArray, FloatArray, str]:
    """Return places, weights and the name of the file that they are from."""
    people = city.demand
    if people is None:
        raise ValueError("a city of files has demand")
    if people.path is None:
        if areas is None:
            raise ValueError("people by area need areas")
        return *spread_people(areas, people.people or "", streets), areas.features.name
    if people.is_raster:
        return *read_raster(people.path, areas, epsg), people.path.name
    return *read_points(people, people.path, epsg), people.path.name


def _areas(shapes: NDArray[Any], told: list[tuple[str, Text]], xy: FloatArray) -> Areas:
    codes, names = tuple(code for code, _ in told), tuple(name for _, name in told)
    return Areas(AREAS, codes, names, locate(shapes, xy))


def _supply(file: Facilities, window: Any, epsg: int, inputs: str) -> Supply:  # noqa: ANN401 (shapely)
    features = read_features(file.path, file, window)
    if not len(features):
        raise features.fault(
            "holds no facility; is it the file of this city?",
            "ไม่มีสถานบริการเลย ใช่ไฟล์ของเมืองนี้หรือไม่",
            "facilities",
        )
    if file.filter is not None:
        features = features.take(matching(features, file.filter))
        if not len(features):
            raise _keeps_nothing(file.path.name, file.filter)
    require_shapes(features, "facilities")
    return _make_supply(points_in(features.shapes, epsg), file.path.name, inputs)


def _make_supply(xy: FloatArray, name: str, inputs: str) -> Supply:
    ids = tuple(f"facility/{number}" for number in range(1, len(xy) + 1))
    names = tuple(Text(one, one) for one in ids)
    return Supply(xy, ids, names, np.full(len(xy), np.nan), (None,) * len(xy), _basis(name, inputs))


def matching(features: Features, text: str) -> NDArray[np.bool_]:
    """Return which rows a condition in CQL2 text holds for; where a value is missing, it does not.

    Raises
    ------
    InvalidInputError
        It is no CQL2, or names a field that the file does not have.
    """
    try:
        condition = cql2.Expr(text)
        named = set(_properties(condition.to_json()))
    except Exception as error:  # the library raises nothing more specific
        raise _no_filter(features.name, str(error).partition("\n")[0]) from error
    if strange := sorted(named - set(map(str, features.frame.columns))):
        have = ", ".join(map(str, features.frame.columns))
        raise _no_filter(features.name, f"no field {', '.join(strange)}; it has: {have}")
    cells = features.frame[sorted(named)].to_json(orient="records", force_ascii=False)
    rows = zip(features.frame.index, json.loads(cells), strict=True)
    return np.array([_holds(condition, row, values, features.name) for row, values in rows], bool)


def _holds(condition: Any, row: int, values: Json, name: str) -> bool:  # noqa: ANN401 (cql2.Expr)
    try:
        return bool(condition.matches({"properties": values}))
    except Exception as error:  # the library raises nothing more specific
        if None in values.values():
            return False  # a value is missing: unknown, as SQL has it
        told = json.dumps(values, ensure_ascii=False)
        raise _no_filter(name, f"row {row}: {told} cannot be compared so: {error}") from error


def _properties(node: Any) -> Iterator[str]:  # noqa: ANN401 (CQL2 JSON)
    if isinstance(node, dict):
        if isinstance(node.get("property"), str):
            yield node["property"]
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _properties(part)


def _keeps_nothing(name: str, text: str) -> InvalidInputError:
    return InvalidInputError(
        f"{name}: `filter` keeps none of its facilities: {text}",
        f"{name}: `filter` ไม่เหลือสถานบริการใดเลย: {text}",
        parameter="facilities.filter",
    )


def _no_filter(name: str, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{name}: `filter` cannot be used: {why}",
        f"{name}: ใช้ `filter` นี้ไม่ได้: {why}",
        parameter="facilities.filter",
    )


def _basis(name: str, inputs: str) -> Basis:
    text = Text(f"ไฟล์ {name}", f"File {name}")
    return Basis(text, text, inputs)


def _name(city: City) -> Text:
    return Text(city.name_th or city.name_en or city.id, city.name_en or city.name_th or city.id)
