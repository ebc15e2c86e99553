"""Layers of the starter edition that come from facts alone: places, facilities, population."""

from __future__ import annotations

from importlib import resources
from typing import Final

import geopandas as gpd
import pandas as pd

from twin.crs import STORAGE_SRID

PROVINCE: Final = {"code": "83", "name_th": "ภูเก็ต", "name_en": "Phuket"}
#: Kinds of place that are public facilities; the codes are those of layer `facility`.
AMENITIES: Final = ("hospital", "police", "fire_station", "university")


def read_seed(name: str) -> pd.DataFrame:
    """Return a committed seed file, codes as text."""
    with resources.as_file(resources.files("layers.starter") / "seed" / name) as path:
        return pd.read_csv(path, dtype={"code": str, "amphoe_code": str})


def facilities(places: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the sourced places that are public facilities.

    `osm_ref` is the object named in the source (`way/232078198`), or `place/<English name>` where
    the source is not OpenStreetMap. There is no `tambon_code`: the areas of this edition are too
    rough to say it of a real place.
    """
    rows = places[places["kind"].isin(AMENITIES) & (places["confidence"] == "sourced")]
    rows = rows.dropna(subset=["lon", "lat"]).reset_index(drop=True)
    osm = rows["source"].str.extract(r"\bOSM ((?:node|way|relation)/\d+)")[0]
    return gpd.GeoDataFrame(
        {
            "osm_ref": osm.fillna("place/" + rows["name_en"]),
            "amenity": rows["kind"],
            "name": rows["name_en"],
            "name_th": rows["name_th"],
        },
        geometry=gpd.points_from_xy(rows["lon"], rows["lat"]),
        crs=STORAGE_SRID,
    )


def with_tambon(frame: gpd.GeoDataFrame, tambon: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the area that holds a point inside each feature; null where none does."""
    points = gpd.GeoDataFrame(geometry=frame.representative_point(), crs=frame.crs)
    found = gpd.sjoin(points, tambon[["code", "geometry"]], predicate="within")["code"]
    found = found[~found.index.duplicated()].reindex(frame.index)
    distance = found.notna().map({True: 0.0, False: None})
    return frame.assign(tambon_code=found, tambon_distance_m=distance.astype("float64"))


def population(tambon: pd.DataFrame) -> pd.DataFrame:
    """Return the registered population of 31 December 2021 for province, amphoe and tambon."""
    amphoe = tambon.groupby("amphoe_code", as_index=False).agg(
        name_en=("amphoe_en", "first"),
        name_th=("amphoe_th", "first"),
        pop_2021=("pop_2021", "sum"),
        households_2021=("households_2021", "sum"),
    )
    province = PROVINCE | {key: tambon[key].sum() for key in ("pop_2021", "households_2021")}
    levels = {
        "province": pd.DataFrame([province]),
        "amphoe": amphoe.rename(columns={"amphoe_code": "code"}),
        "tambon": tambon,
    }
    rows = pd.concat([frame.assign(level=level) for level, frame in levels.items()])
    rows = rows.assign(year=2021, reference_date="2021-12-31", total=rows["pop_2021"])
    rows = rows.rename(columns={"households_2021": "households"})
    columns = ["year", "reference_date", "code", "level", "name_en", "name_th", "total"]
    return rows[[*columns, "households"]].reset_index(drop=True)
