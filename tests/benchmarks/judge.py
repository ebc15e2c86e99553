"""Whether a vector tile says what the layer says: features, attributes, geometry.

A tile is compared with the layer's rows as geopandas has them, projected by PROJ and clipped by
shapely, so nothing that made the tile takes part in judging it. Its geometry may be off by one
unit of the tile's grid and by the generalisation of its zoom band, no more.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import pandas as pd
import shapely
from psycopg import sql
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from twin.crs import TILE_SRID
from twin.db.layer_table import GENERALISED_ZOOMS, is_generalised, tolerance_m
from twin.spec import LayerSpec

EXTENT = 4096
BUFFER = 64
HALF_WORLD_M = 20_037_508.342789244
_POINTS = ("Point", "MultiPoint")


@dataclass(frozen=True)
class Fault:
    """One thing that a tile says and the layer does not, or the other way round."""

    tile: tuple[int, int, int]
    feature: int | None
    reason: str

    def __str__(self) -> str:
        """Return the fault in one line."""
        z, x, y = self.tile
        return f"{z}/{x}/{y}: feature {self.feature}: {self.reason}"


@dataclass(frozen=True)
class Judge:
    """Compares tiles with the rows of one layer.

    Parameters
    ----------
    rows
        `id`, the columns of `spec` and the geometry in any CRS, as read by geopandas.
    """

    spec: LayerSpec
    rows: gpd.GeoDataFrame

    def __post_init__(self) -> None:
        projected = self.rows.to_crs(TILE_SRID).set_index("id")
        if projected.geometry.name != "geom":
            projected = projected.rename_geometry("geom")
        projected["min_zoom"] = _min_zooms(self.spec, projected)
        object.__setattr__(self, "rows", projected)

    def faults(
        self, tile: tuple[int, int, int], content: bytes, *, thinned: bool = False
    ) -> list[Fault]:
        """Return everything in which the tile differs from the layer; empty where it agrees.

        Parameters
        ----------
        tile
            Zoom, column, row.
        content
            The tile, unpacked; empty for an answer without content.
        thinned
            The answer says that features were left out (`X-Tile-Dropped`): none is missed.
        """
        z, x, y = tile
        options = {"y_coord_down": False, "transformer": Grid(z, x, y).to_metres}
        decoded = mapbox_vector_tile.decode(content, default_options=options) if content else {}
        found = {f["id"]: f for f in decoded.get(self.spec.id, {}).get("features", [])}
        reasons = [*self._elsewhere(Grid(z, x, y), found)]
        if not thinned:
            reasons += self._missing(Grid(z, x, y), found)
        for number, feature in found.items():
            if number in self.rows.index:
                row = self.rows.loc[number]
                told = [*self._attributes(z, row, feature)]
                told += self._geometry(Grid(z, x, y), row["geom"], feature)
                reasons += [(number, reason) for reason in told]
        return [Fault(tile, number, reason) for number, reason in reasons]

    def sample(self, zoom: int, count: int) -> list[tuple[int, int, int]]:
        """Return some tiles of a zoom that hold features shown there, always the same ones."""
        shown = self.rows[self.rows["min_zoom"] <= zoom]
        numbers = random.Random(zoom).choices(list(shown.index), k=count) if len(shown) else []  # noqa: S311
        points = [shown.geometry[number].representative_point() for number in numbers]
        width = 2 * HALF_WORLD_M / 2**zoom
        return sorted(
            {
                (zoom, int((p.x + HALF_WORLD_M) // width), int((HALF_WORLD_M - p.y) // width))
                for p in points
            }
        )

    def tolerance_m(self, zoom: int) -> float:
        """Return how far geometry may be off: a unit of the grid's diagonal, and generalisation."""
        unit = 2 * HALF_WORLD_M / 2**zoom / EXTENT
        band = next((band for band in GENERALISED_ZOOMS if zoom <= band), None)
        generalised = tolerance_m(band) if band and is_generalised(self.spec) else 0.0
        return generalised + unit * math.sqrt(2)

    def _elsewhere(
        self, grid: "Grid", found: Mapping[int, Any]
    ) -> Iterator[tuple[int | None, str]]:
        for number in sorted(set(found) - set(self._around(grid).index)):
            yield number, "is in the tile, but does not lie there or is not shown at this zoom"

    def _missing(self, grid: "Grid", found: Mapping[int, Any]) -> Iterator[tuple[int | None, str]]:
        near = self.tolerance_m(grid.z)
        inner = grid.box(0).buffer(-near)
        for number, shape in self._around(grid).geometry.items():
            if number not in found and _is_seen(shape.intersection(inner), near):
                yield number, "lies there, but is not in the tile"

    def _around(self, grid: "Grid") -> gpd.GeoDataFrame:
        """Return the rows that may be in a tile: its margin, and how far they may be off."""
        box = grid.box(BUFFER).buffer(self.tolerance_m(grid.z))
        near = self.rows.iloc[self.rows.sindex.query(box)]
        return near[near["min_zoom"] <= grid.z]

    def _attributes(
        self, zoom: int, row: "pd.Series[Any]", feature: Mapping[str, Any]
    ) -> Iterator[str]:
        carried = set(carried_at(self.spec, zoom))
        for name in sorted(set(feature["properties"]) - carried):
            yield f"carries {name}, which tiles do not carry"
        for name in sorted(carried):
            expected, told = _plain(row[name]), feature["properties"].get(name)
            if told != expected:
                yield f"{name} is {told!r}, not {expected!r}"

    def _geometry(
        self, grid: "Grid", drawn: BaseGeometry, feature: Mapping[str, Any]
    ) -> Iterator[str]:
        near = self.tolerance_m(grid.z)
        told = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
        # Each must lie within the other's neighbourhood: that is what Hausdorff's distance says.
        beyond = shapely.difference(told, drawn.buffer(near * 1.05))
        if _is_left(beyond):
            yield f"reaches {_farthest_m(beyond, drawn):.2f} m beyond, {near:.2f} m are allowed"
        # The edge is left out: a line that is cut after it was simplified ends elsewhere on it.
        expected = _solid(drawn.intersection(grid.box(0).buffer(-near)), near)
        missing = shapely.difference(expected, told.buffer(near * 1.05))
        if _is_left(missing):
            yield f"lacks a part {_reach_m(missing):.2f} m long, more than {near:.2f} m away"


@dataclass(frozen=True)
class Grid:
    """The grid of one tile over the Web Mercator plane."""

    z: int
    x: int
    y: int

    @property
    def unit_m(self) -> float:
        """Width of one unit, Web Mercator metres."""
        return 2 * HALF_WORLD_M / 2**self.z / EXTENT

    def to_metres(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of grid coordinates (y up from the south)."""
        west = self.x * EXTENT * self.unit_m - HALF_WORLD_M
        south = HALF_WORLD_M - (self.y + 1) * EXTENT * self.unit_m
        return west + x * self.unit_m, south + y * self.unit_m

    def box(self, margin: int) -> BaseGeometry:
        """Return the tile's square with a margin in grid units."""
        corners = self.to_metres(-margin, -margin), self.to_metres(EXTENT + margin, EXTENT + margin)
        return shapely.box(*corners[0], *corners[1])


def carried_at(spec: LayerSpec, zoom: int) -> list[str]:
    """Return the attributes that a layer's tiles carry at a zoom: those of its band's first."""
    first = max((edge + 1 for edge in GENERALISED_ZOOMS if edge < zoom), default=0)
    return [c.name for c in spec.columns if c.tile and (c.tile_zoom or 0) <= first]


def read_rows(connection: Connection, spec: LayerSpec) -> gpd.GeoDataFrame:
    """Return a layer's rows as its readers see them."""
    query = sql.SQL("SELECT * FROM {}").format(sql.Identifier("layer", spec.id))
    return gpd.read_postgis(query.as_string(), connection)


def _is_seen(shape: BaseGeometry, near: float) -> bool:
    """Tell whether what lies in a tile is large enough that it cannot vanish on its grid."""
    if shape.is_empty:
        return False
    return shape.geom_type.endswith("Point") or not _solid(shape, near).is_empty


def _is_left(shape: BaseGeometry) -> bool:
    """Tell whether a difference is more than what rounding leaves."""
    return not shape.is_empty and (shape.geom_type in _POINTS or _reach_m(shape) > 1e-6)


def _solid(shape: BaseGeometry, near: float) -> BaseGeometry:
    """Return what must be left of a geometry: no parts that generalisation may take away."""
    parts = shapely.get_parts(shape)
    points = [part for part in parts if part.geom_type == "Point" and shape.geom_type in _POINTS]
    areas = shapely.union_all([part for part in parts if part.geom_type == "Polygon"])
    lines = [p for p in parts if p.geom_type == "LineString" and _reach_m(p) > 4 * near]
    return shapely.union_all([*points, *lines, areas.buffer(-near)])


def _reach_m(shape: BaseGeometry) -> float:
    west, south, east, north = shape.bounds
    return math.hypot(east - west, north - south)


def _farthest_m(shape: BaseGeometry, other: BaseGeometry) -> float:
    corners = shapely.points(shapely.get_coordinates(shape))
    return float(shapely.distance(corners, other).max())


def _min_zooms(spec: LayerSpec, rows: pd.DataFrame) -> "Sequence[int] | pd.Series[int]":
    if spec.zoom_by is None:
        return [spec.min_zoom] * len(rows)
    zooms = rows[spec.zoom_by.column].map(spec.zoom_by.zooms)
    return zooms.fillna(spec.zoom_by.default).astype(int)


def _plain(value: object) -> object:
    return None if pd.isna(value) else getattr(value, "item", lambda: value)()
