"""A toy island whose every answer can be checked in the head, and odd geometries with names.

The island is a square of 5 × 5 cells of 100 m in EPSG:32647; its south-west corner is
(430000, 873000). Columns and rows count from 0, from west and from south. The cell in column c and
row r has 10 c + r people and the id 100 + 10 c + r.

    tambon 830101  columns 0 and 1     facility 1  centre of cell (0, 0), a school
    tambon 830102  columns 2 to 4      facility 2  centre of cell (2, 2), a hospital
    amphoe 8301    the whole island    facility 3  centre of cell (4, 4), a school
    road r         west to east through the centres of row r; 0 is primary, the others residential
    elevation      10 m times the row, so that row 0 is the sea
    land cover     class 1 plus the column; column 4 has no data
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from geoalchemy2.shape import from_shape
from numpy.typing import NDArray
from rasterio import Affine
from shapely import MultiLineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, insert, update

from twin.crs import METRIC_SRID, STORAGE_SRID
from twin.db.models import Alias, Layer, ProjectSite
from twin.db.publish import publish
from twin.projects.register import seed_register
from twin.spec import Column, Label, LayerSpec, Title
from twin.types import ColumnType

Shape = TypeVar("Shape", bound=BaseGeometry)

WEST_M: Final = 430_000
SOUTH_M: Final = 873_000
CELL_M: Final = 100
SIDE: Final = 5

#: Geometries that break careless code, named after what is odd; lon/lat degrees.
ZOO: Final[Mapping[str, BaseGeometry | None]] = {
    "null": None,
    "empty point": Point(),
    "empty polygon": Polygon(),
    "bow tie": Polygon([(98.3, 7.9), (98.4, 8.0), (98.4, 7.9), (98.3, 8.0)]),
    "spike": Polygon([(98.3, 7.9), (98.4, 7.9), (98.5, 7.9), (98.4, 7.9), (98.35, 8.0)]),
    "no area": Polygon([(98.3, 7.9), (98.4, 7.9), (98.3, 7.9), (98.3, 7.9)]),
    "hole": box(98.3, 7.8, 98.4, 7.9).difference(box(98.33, 7.83, 98.37, 7.87)),
    "hole outside": Polygon(
        box(98.3, 7.8, 98.4, 7.9).exterior.coords, [box(98.5, 7.8, 98.6, 7.9).exterior.coords]
    ),
    "many parts": MultiPolygon([box(98.3 + n / 50, 7.8, 98.31 + n / 50, 7.81) for n in range(5)]),
    "mixed": shapely.GeometryCollection([Point(98.3, 7.9), box(98.3, 7.8, 98.4, 7.9)]),
    "whole globe": box(-180, -90, 180, 90),
    "beyond the globe": box(190, 95, 200, 99),
    "null island": Point(0, 0),
    "tile corner": Point(98.4375, 7.885147283424331),
    "tiny": box(98.3, 7.9, 98.3 + 1e-9, 7.9 + 1e-9),
    "three dimensions": Point(98.3, 7.9, 12),
    "not a number": Point(float("nan"), 7.9),
}


def square(column: int, row: int, columns: int = 1, rows: int = 1) -> Polygon:
    """Return a block of cells, lon/lat degrees, by its south-west cell and its size."""
    west, south = WEST_M + column * CELL_M, SOUTH_M + row * CELL_M
    return to_degrees(box(west, south, west + columns * CELL_M, south + rows * CELL_M))


def centre(column: float, row: float) -> Point:
    """Return the centre of a cell, lon/lat degrees; halves lie on the borders of cells."""
    return to_degrees(Point(WEST_M + (column + 0.5) * CELL_M, SOUTH_M + (row + 0.5) * CELL_M))


def to_degrees(geometry: Shape) -> Shape:
    """Return a geometry of EPSG:32647 in lon/lat degrees."""
    series = gpd.GeoSeries([geometry], crs=METRIC_SRID)
    degrees: Shape = series.to_crs(STORAGE_SRID).iloc[0]
    return degrees


def publish_toy(connection: Connection) -> None:
    """Publish the toy island, register it in the catalogue, and give 830102 an alias."""
    for position, (layer_id, rows) in enumerate(_rows().items(), start=1):
        spec = _specs()[layer_id].model_copy(update={"position": position})
        publish_layer(connection, spec, _frame(rows))
    alias = {"layer_id": "tambon", "key": "830102", "alias": "Sunrise Side"}
    connection.execute(insert(Alias), [alias])


def publish_toy_rasters(connection: Connection, folder: Path) -> None:
    """Write the toy island's rasters into a folder and register them in the catalogue."""
    columns, rows = np.meshgrid(np.arange(SIDE), np.arange(SIDE)[::-1])
    kinds = ["สิ่งปลูกสร้าง Built-up", "พืชพรรณ Vegetation", "แหล่งน้ำ Water", "ที่โล่ง Bare"]
    titles = [Title(th=kind.split()[0], en=kind.split()[1]) for kind in kinds]
    classes = {str(number): title for number, title in enumerate(titles, start=1)}
    cover = make_columns(cover="integer")[0].model_copy(update={"values": classes})
    colors = {"1": "#ff0000", "2": "#00ff00", "3": "#0000ff", "4": "#ffff00"}
    elevation = make_columns(elevation_m="integer")[0].model_copy(update={"unit": "m"})
    heights = {"colormap": "terrain", "range": [0, 40]}
    spec = make_raster_spec("elevation", elevation, heights)
    publish_raster(connection, folder, spec, 10 * rows, nodata=None)
    spec = make_raster_spec("land_cover", cover, {"colors": colors})
    publish_raster(connection, folder, spec, (columns + 1) % SIDE, nodata=0)


def make_raster_spec(layer_id: str, column: Column, style: Mapping[str, Any]) -> LayerSpec:
    """Return the specification of a test raster whose values are those of a column."""
    return make_spec(
        layer_id, None, kind="raster", position=50, key=[], columns=[column], style=style
    )


def publish_raster(
    connection: Connection,
    folder: Path,
    spec: LayerSpec,
    values: NDArray[Any],
    nodata: int | None,
) -> None:
    """Write a raster that covers the island, however many cells it has, and register it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = f"{spec.id}.tif"
    _write_raster(folder / file, values, nodata)
    register_layer(connection, spec, file=file, bbox=list(square(0, 0, SIDE, SIDE).bounds))


def publish_toy_projects(connection: Connection) -> None:
    """Import the seed register and place two of its projects: ENV-02 and, as a line, MOB-01."""
    seed_register(connection)
    west_to_east = shapely.LineString([centre(0, 2), centre(4, 2)])
    for code, shape, tambon in (
        ("ENV-02", centre(2, 2), ["830102"]),
        ("MOB-01", west_to_east, ["830101", "830102"]),
    ):
        statement = update(ProjectSite).where(
            ProjectSite.project_code == code, ProjectSite.position == 1
        )
        geom = from_shape(shape, STORAGE_SRID)
        connection.execute(statement.values(geom=geom, tambon_codes=tambon, amphoe_codes=["8301"]))


def publish_layer(
    connection: Connection, spec: LayerSpec, frame: pd.DataFrame, **row: object
) -> None:
    """Publish a layer's rows and register it in the catalogue.

    Parameters
    ----------
    row
        Columns of the catalogue that differ from the toy's.
    """
    publish(connection, spec, frame)
    bbox = None
    if isinstance(frame, gpd.GeoDataFrame) and len(frame):
        bbox = [float(bound) for bound in frame.total_bounds]
    register_layer(connection, spec, feature_count=len(frame), bbox=bbox, **row)


def register_layer(connection: Connection, spec: LayerSpec, **row: object) -> None:
    """Write a layer's row of the catalogue, replacing what the toy says by `row`."""
    values = {
        "id": spec.id,
        "edition": "starter",
        "spec": spec.model_dump(mode="json"),
        "kind": spec.kind,
        "theme": spec.theme,
        "position": spec.position,
        "title_th": spec.title.th,
        "title_en": spec.title.en,
        "provenance": "synthetic",
        "source_th": "เกาะจำลอง",
        "source_en": "Toy island",
        "licence": "Apache-2.0",
        "attribution": "Phuket Twin",
        "valid_date": date(2021, 12, 31),
        "revision": 1,
        "content_sha256": "0" * 64,
        "feature_count": 0,
    }
    connection.execute(insert(Layer), [values | row])


def make_spec(layer_id: str, geometry_type: str | None, **changes: object) -> LayerSpec:
    """Return the specification of a test layer with the columns `code` and `name_th`, `name_en`."""
    values = {
        "id": layer_id,
        "kind": "vector" if geometry_type else "table",
        "position": 1,
        "theme": "base",
        "title": {"th": f"ชั้น {layer_id}", "en": f"Layer {layer_id}"},
        "description": {"th": "ข้อมูลจำลองสำหรับทดสอบ", "en": "Toy data for tests"},
        "geometry_type": geometry_type,
        "key": ["code"],
        "columns": make_columns(code="text", name_th="text", name_en="text"),
    }
    return LayerSpec.model_validate(values | changes)


def make_columns(**types: ColumnType) -> list[Column]:
    """Return columns of these types that tiles carry."""
    return [
        Column(name=name, type=type_, title=Title(th=name, en=name), unit=None, tile=True)
        for name, type_ in types.items()
    ]


def _specs() -> dict[str, LayerSpec]:
    names: dict[str, ColumnType] = {"name_th": "text", "name_en": "text"}
    label = Label(th="name_th", en="name_en")
    kinds = make_columns(code="text", amenity="text", **names)
    kinds[1] = kinds[1].model_copy(
        update={
            "values": {
                "school": Title(th="โรงเรียน", en="School"),
                "hospital": Title(th="โรงพยาบาล", en="Hospital"),
            }
        }
    )
    specs = [
        make_spec("land", "MultiPolygon", tileset="base"),
        make_spec("amphoe", "MultiPolygon", theme="boundary", label=label, tileset="base"),
        make_spec(
            "tambon",
            "MultiPolygon",
            theme="boundary",
            label=label,
            tileset="base",
            columns=make_columns(code="text", **names, amphoe_th="text", amphoe_en="text"),
        ),
        make_spec(
            "grid",
            "MultiPolygon",
            theme="people",
            columns=make_columns(code="text", people="integer", share="number"),
            min_zoom=12,
        ),
        make_spec(
            "road",
            "MultiLineString",
            theme="transport",
            tileset="base",
            columns=make_columns(code="text", highway="text", name="text"),
            zoom_by={"column": "highway", "zooms": {"primary": 6}, "default": 13},
        ),
        make_spec("facility", "Point", theme="facility", tileset="facilities", columns=kinds),
        make_spec(
            "population",
            None,
            theme="people",
            key=["code", "reference_date"],
            columns=make_columns(
                code="text",
                year="integer",
                level="text",
                reference_date="date",
                total="integer",
                is_counted="boolean",
            ),
        ),
    ]
    return {spec.id: spec for spec in specs}


def _rows() -> dict[str, list[dict[str, Any]]]:
    island = {"th": "เกาะจำลอง", "en": "Toy Island"}
    cells = [(column, row) for column in range(SIDE) for row in range(SIDE)]
    return {
        "land": [_named(1, "1", island, MultiPolygon([square(0, 0, SIDE, SIDE)]))],
        "amphoe": [_named(8301, "8301", island, MultiPolygon([square(0, 0, SIDE, SIDE)]))],
        "tambon": [
            _tambon(830101, "ฝั่งตะวันตก", "West-Side", MultiPolygon([square(0, 0, 2, SIDE)])),
            _tambon(830102, "ฝั่งตะวันออก", "East Side", MultiPolygon([square(2, 0, 3, SIDE)])),
        ],
        "grid": [_cell(column, row) for column, row in cells],
        "road": [_road(row) for row in range(SIDE)],
        "facility": [
            _facility(1, "school", ("โรงเรียนหนึ่ง", "First School"), centre(0, 0)),
            _facility(2, "hospital", ("โรงพยาบาลกลาง", "Central Hospital"), centre(2, 2)),
            _facility(3, "school", ("โรงเรียนน้ำใส", "Third School"), centre(4, 4)),
        ],
        "population": [
            {
                "id": number,
                "code": f"83010{1 + number % 2}",
                "year": 2019 + number // 2,
                "level": "tambon",
                "reference_date": date(2019 + number // 2, 12, 31),
                "total": 1000 * number,
                "is_counted": number > 1,
            }
            for number in range(6)
        ],
    }


def _named(id_: int, code: str, names: Mapping[str, str], geom: BaseGeometry) -> dict[str, Any]:
    return {"id": id_, "code": code, "name_th": names["th"], "name_en": names["en"], "geom": geom}


def _tambon(code: int, th: str, en: str, geom: BaseGeometry) -> dict[str, Any]:
    names = {"amphoe_th": "เกาะจำลอง", "amphoe_en": "Toy Island"}
    return _named(code, str(code), {"th": th, "en": en}, geom) | names


def _cell(column: int, row: int) -> dict[str, Any]:
    people = 10 * column + row
    return {
        "id": 100 + people,
        "code": f"{column}-{row}",
        "people": people,
        "share": people / 10,
        "geom": MultiPolygon([square(column, row)]),
    }


def _road(row: int) -> dict[str, Any]:
    south = SOUTH_M + (row + 0.5) * CELL_M
    line = MultiLineString([[(WEST_M, south), (WEST_M + SIDE * CELL_M, south)]])
    return {
        "id": 10 + row,
        "code": str(row),
        "highway": "residential" if row else "primary",
        "name": "ถนนสายหลัก" if row == 0 else None,
        "geom": to_degrees(line),
    }


def _facility(id_: int, amenity: str, names: tuple[str, str], geom: Point) -> dict[str, Any]:
    row = _named(id_, f"F{id_}", {"th": names[0], "en": names[1]}, geom)
    return row | {"amenity": amenity}


def _write_raster(path: Path, values: NDArray[Any], nodata: int | None) -> None:
    height, width = values.shape
    cell_m = SIDE * CELL_M / width
    profile = {
        "driver": "GTiff",
        "width": width,
        "height": height,
        "count": 1,
        "dtype": values.dtype if values.dtype.kind == "f" else "int16",
        "crs": f"EPSG:{METRIC_SRID}",
        "transform": Affine(cell_m, 0, WEST_M, 0, -cell_m, SOUTH_M + SIDE * CELL_M),
        "nodata": nodata,
    }
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(values.astype(profile["dtype"]), 1)


def _frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    if "geom" in frame:
        frame = gpd.GeoDataFrame(frame, geometry="geom", crs=STORAGE_SRID)
    return frame
