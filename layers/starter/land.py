"""The province's coast, out of the OpenStreetMap land mask in the package `roaring-landmask`."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from twin.crs import METRIC_SRID, STORAGE_SRID
from twin.errors import SetupError

#: Around Phuket with all its islands, the opposite mainland and the Ko Yao islands.
WINDOW = shapely.box(98.10, 7.35, 98.75, 8.40)
#: Land larger than this is no islet: the main island, the mainland, Ko Yao Yai and Ko Yao Noi.
ISLET_KM2 = 20.0
#: A point of Phuket's main island, the Provincial Hall.
ON_MAIN_ISLAND = shapely.Point(98.3984, 7.8900)


def phuket_land() -> gpd.GeoDataFrame:
    """Return the main island of Phuket and the islets of the province.

    An islet belongs to the province where it is nearer to the main island than to the mainland
    of Phang Nga and the Ko Yao islands. Of the 30 islands in the boundary data of the Royal Thai
    Survey Department the rule finds all and adds no island above 0.02 km².

    Returns
    -------
    One Polygon a row, EPSG:32647, largest first.

    Raises
    ------
    SetupError
        The package `roaring-landmask` is not installed.
    """
    parts = gpd.GeoSeries(_in_window(_world()), crs=STORAGE_SRID).make_valid()
    parts = parts.clip(WINDOW).explode(ignore_index=True).to_crs(METRIC_SRID)
    main = parts[parts.contains(gpd.GeoSeries([ON_MAIN_ISLAND], crs=4326).to_crs(METRIC_SRID)[0])]
    large = parts[(parts.area > ISLET_KM2 * 1e6) & ~parts.index.isin(main.index)]
    to_main, to_others = (parts.distance(each.union_all()) for each in (main, large))
    land = parts[to_main < to_others]
    land = land.iloc[np.argsort(-land.area.to_numpy(), kind="stable")]
    return gpd.GeoDataFrame(geometry=land.to_numpy(), crs=METRIC_SRID)


def _world() -> BaseGeometry:
    try:
        from roaring_landmask import LandmaskProvider, Shapes  # noqa: PLC0415 (build time only)
    except ImportError as error:
        raise SetupError(
            "Building the starter edition needs the package `roaring-landmask` (group dev)",
            "การสร้างชุดข้อมูลเริ่มต้นต้องใช้แพ็กเกจ `roaring-landmask` (กลุ่ม dev)",
        ) from error
    return shapely.from_wkb(bytes(Shapes.wkb(LandmaskProvider.Osm)))


def _in_window(world: BaseGeometry) -> list[BaseGeometry]:
    parts = shapely.get_parts(world)
    west, south, east, north = shapely.bounds(parts).T
    box = WINDOW.bounds
    near = (west < box[2]) & (south < box[3]) & (east > box[0]) & (north > box[1])
    return list(parts[near])
