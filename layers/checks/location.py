"""Where features lie against the province, the sea and the sub-district they claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.faults import Fault, fault
from layers.projection import Geometries, to_metric
from twin.crs import METRIC_SRID, PROVINCE_BBOX, STORAGE_SRID
from twin.types import Text

#: A feature whose middle is farther than this from every sub-district is outside the province.
OUTSIDE_M: Final = 1000.0
#: Coastlines of different sources differ by this much.
SEA_TOLERANCE_M: Final = 30.0
#: This near a border, either side's code is right.
BORDER_TOLERANCE_M: Final = 50.0

#: Degrees around the province beyond which nothing is measured: it is far away.
_FAR_DEG: Final = 2.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """What an edition's locations are checked against.

    Parameters
    ----------
    land
        Land polygons, EPSG:32647.
    tambon
        Sub-districts with `code`, `name_th`, `name_en`, EPSG:32647.
    """

    land: gpd.GeoDataFrame
    tambon: gpd.GeoDataFrame

    @cached_property
    def area(self) -> shapely.Polygon | shapely.MultiPolygon:
        """All sub-districts with what counts as in the province around them, EPSG:4326."""
        around = self.tambon.geometry.buffer(OUTSIDE_M).union_all()
        area: shapely.Polygon = gpd.GeoSeries([around], crs=METRIC_SRID).to_crs(STORAGE_SRID)[0]
        return area

    @cached_property
    def land_tree(self) -> shapely.STRtree:
        """Index of single land polygons."""
        return shapely.STRtree(shapely.get_parts(self.land.geometry.to_numpy()))

    @cached_property
    def tambon_tree(self) -> shapely.STRtree:
        """Index of the sub-districts, in the order of `tambon`."""
        return shapely.STRtree(self.tambon.geometry.to_numpy())


@dataclass(frozen=True)
class _Located:
    """Features with their middle's nearest sub-district; `distance_m` 0 inside, NaN far away."""

    rows: NDArray[np.int_]
    shapes: Geometries
    degrees: Floats
    nearest: NDArray[np.int_]
    distance_m: Floats

    @property
    def is_outside(self) -> NDArray[np.bool_]:
        return np.asarray(~(self.distance_m <= OUTSIDE_M))


def check_location(
    geometries: pd.Series, codes: pd.Series | None, reference: Reference
) -> list[Fault]:
    """Find features outside the province, in the sea, or in another sub-district than they say.

    Parameters
    ----------
    geometries
        By row number, EPSG:4326, valid; None is left out.
    codes
        Sub-district codes by row number, where the layer has them.

    Notes
    -----
    A line or area is outside when a point on it near its middle is; it is in the sea when no part
    of it is within 30 m of land. Distances are planar, EPSG:32647.
    """
    geometries = geometries[geometries.notna()]
    if not len(geometries):
        return []
    located = _locate(geometries, reference)
    faults = [*_outside(located), *_in_sea(located, reference)]
    if codes is not None:
        faults += _wrong_tambon(located, codes.loc[geometries.index].to_numpy(), reference)
    return faults


def _locate(geometries: pd.Series, reference: Reference) -> _Located:
    degrees = geometries.to_numpy()
    anchors = np.asarray(shapely.point_on_surface(degrees), dtype=object)
    lon_lat = shapely.get_coordinates(anchors)
    west, south, east, north = PROVINCE_BBOX
    low, high = (west - _FAR_DEG, south - _FAR_DEG), (east + _FAR_DEG, north + _FAR_DEG)
    near = ((lon_lat >= low) & (lon_lat <= high)).all(axis=1)
    shapes = np.full(len(degrees), None, dtype=object)
    shapes[near] = to_metric(degrees[near])
    nearest = np.full(len(degrees), -1)
    distance_m = np.full(len(degrees), np.nan)
    metric_anchors = to_metric(anchors[near])
    inside, owner = _inside(metric_anchors, reference.tambon_tree)
    places = np.flatnonzero(near)
    nearest[places[inside]], distance_m[places[inside]] = owner, 0.0
    left = np.setdiff1d(np.arange(len(places)), inside)
    (index, owner), found_m = reference.tambon_tree.query_nearest(
        metric_anchors[left], return_distance=True, all_matches=False
    )
    nearest[places[left[index]]], distance_m[places[left[index]]] = owner, found_m
    return _Located(geometries.index.to_numpy(), shapes, lon_lat, nearest, distance_m)


def _inside(
    shapes: Geometries, areas: shapely.STRtree
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Return which shape meets which area; GEOS prepares those that ask, so areas do."""
    owner, inside = shapely.STRtree(shapes).query(areas.geometries, predicate="intersects")
    return inside, owner


def _outside(located: _Located) -> Iterator[Fault]:
    for place in np.flatnonzero(located.is_outside):
        lon, lat = located.degrees[place]
        distance_m = located.distance_m[place]
        if np.isnan(distance_m):
            th, en = "ไกลมากจากจังหวัด", "far from the province"
        else:
            km = distance_m / 1000
            th, en = f"ห่างตำบลที่ใกล้ที่สุด {km:.1f} กม.", f"{km:.1f} km from the nearest sub-district"
        text = Text(f"({lon:.5f}, {lat:.5f}) {th}", f"({lon:.5f}, {lat:.5f}) is {en}")
        value = f"{lon:.5f} {lat:.5f}"
        yield fault(int(located.rows[place]), "geom", "outside_province", value, text)


def _in_sea(located: _Located, reference: Reference) -> Iterator[Fault]:
    near = np.flatnonzero(~located.is_outside)
    on_land, _ = _inside(located.shapes[near], reference.land_tree)
    off_land = np.setdiff1d(near, near[on_land])
    (index, _), distance_m = reference.land_tree.query_nearest(
        located.shapes[off_land], return_distance=True, all_matches=False
    )
    for place, metres in zip(off_land[index], distance_m, strict=True):
        if metres > SEA_TOLERANCE_M:
            text = Text(
                f"อยู่ในทะเล ห่างฝั่ง {metres:.0f} เมตร", f"in the sea, {metres:.0f} m from the shore"
            )
            yield fault(int(located.rows[place]), "geom", "in_sea", f"{metres:.0f} m", text)


def _wrong_tambon(
    located: _Located, codes: NDArray[np.object_], reference: Reference
) -> Iterator[Fault]:
    known = {code: place for place, code in enumerate(reference.tambon["code"])}
    areas = reference.tambon.geometry.to_numpy()
    names = [
        Text(f"{code} {th}", f"{code} {en}")
        for code, th, en in zip(
            reference.tambon["code"],
            reference.tambon["name_th"],
            reference.tambon["name_en"],
            strict=True,
        )
    ]
    own = np.array([known.get(code, -1) for code in codes])
    for place in np.flatnonzero(~located.is_outside & (own != located.nearest)):
        nearest = located.nearest[place]
        shape = located.shapes[place]
        missing = pd.isna(codes[place])
        if not missing and own[place] >= 0:
            away_m = shape.distance(areas[own[place]]) - shape.distance(areas[nearest])
            if away_m <= BORDER_TOLERANCE_M:
                continue
        elif missing and located.distance_m[place] > 0:
            continue
        code = None if missing else codes[place]
        text = Text(
            f"อยู่ที่ {names[nearest].th} แต่" + ("ไม่มีรหัสตำบล" if missing else f"ระบุเป็น {code}"),
            f"lies in {names[nearest].en}, but " + ("has no code" if missing else f"says {code}"),
        )
        yield fault(int(located.rows[place]), "tambon_code", "wrong_tambon", code, text)
