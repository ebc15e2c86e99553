"""Build the starter edition: `python -m layers.starter.build [FOLDER]`.

Everything is computed from the seed files beside this module and the land mask in the package
`roaring-landmask`; no network is used and the same versions give the same bytes.
"""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rich.console import Console
from rich.progress import track
from rich.table import Table

from layers.starter.areas import approximate_areas
from layers.starter.land import phuket_land
from layers.starter.tables import PROVINCE, facilities, population, read_seed, with_tambon
from layers.synthetic import synthetic_streets
from twin.crs import METRIC_SRID, STORAGE_SRID
from twin.errors import TwinError

SEED: Final = 83
N_STREETS: Final = 25_000
#: Synthetic corners lie on this grid (about 0.85 m). A power of two: exact in binary, so that
#: corners stay shared and files stay small.
STREET_GRID_DEG: Final = 2.0**-17
LAYERS: Final = (
    "land", "province", "amphoe", "tambon", "road", "place", "facility", "population"
)  # fmt: skip

Frames = dict[str, Any]  # GeoDataFrame or DataFrame by layer; geopandas has no types


def build(folder: Path) -> list[Path]:
    """Write every file of the starter edition into `folder`; return their paths.

    Raises
    ------
    SetupError
        The package `roaring-landmask` is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    steps = track(LAYERS, description="Building the starter edition", transient=True)
    frames: Frames = {"seed": read_seed("tambon.csv")}
    written = []
    for layer in steps:
        if layer == "land":
            frames |= _areas(frames["seed"])
        frames[layer] = frames[layer] if layer in frames else _layer(layer, frames)
        written.append(_write(frames[layer], folder / layer))
    return written


def _areas(seed: pd.DataFrame) -> Frames:
    """Return land, tambon, amphoe and province: one coverage, put together at each level."""
    points = gpd.GeoSeries.from_xy(seed["lon"], seed["lat"], crs=STORAGE_SRID).to_crs(METRIC_SRID)
    shapes = approximate_areas(phuket_land(), points, seed["area_km2"].to_numpy())
    facts = seed.drop(columns=["lon", "lat", "source", "confidence"])
    tambon = gpd.GeoDataFrame(facts, geometry=shapes.geometry.to_numpy(), crs=STORAGE_SRID)
    amphoe = _together(tambon, "amphoe_code").rename(
        columns={"amphoe_code": "code", "amphoe_th": "name_th", "amphoe_en": "name_en"}
    )
    province = _together(tambon.assign(**PROVINCE), "code").drop(columns="households_2021")
    parts = shapely.get_parts(province.geometry.iloc[0])
    area = gpd.GeoSeries(parts, crs=STORAGE_SRID).to_crs(METRIC_SRID).area.to_numpy() / 1e6
    order = np.argsort(-area, kind="stable")
    land = gpd.GeoDataFrame(
        {"land_no": np.arange(1, len(parts) + 1), "area_km2": area[order].round(4)},
        geometry=parts[order],
        crs=STORAGE_SRID,
    )
    return {"land": land, "province": province, "amphoe": amphoe, "tambon": tambon}


def _together(tambon: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Merge the areas that share `key`, summing their people, houses and km²."""
    names = [name for name in ("amphoe_th", "amphoe_en") if key == "amphoe_code"]
    names = names or ["name_th", "name_en"]
    sums = ["pop_2021", "households_2021", "area_km2"]
    groups = tambon.groupby(key, sort=True)
    facts = groups.agg(dict.fromkeys(names, "first") | dict.fromkeys(sums, "sum")).reset_index()
    facts["area_km2"] = facts["area_km2"].round(2)
    shapes = [
        shapely.normalize(shapely.coverage_union_all(group.geometry.to_numpy()))
        for _, group in groups
    ]
    return gpd.GeoDataFrame(facts, geometry=shapes, crs=STORAGE_SRID)


def _layer(layer: str, frames: Frames) -> pd.DataFrame | gpd.GeoDataFrame:
    if layer == "road":
        return _roads(frames["land"], frames["tambon"], frames["seed"])
    if layer == "facility":
        return facilities(frames["place"])
    if layer == "population":
        return population(frames["seed"])
    return read_seed(f"{layer}.csv")


def _roads(
    land: gpd.GeoDataFrame, tambon: gpd.GeoDataFrame, seed: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Return the synthetic streets, main roads joining label points and known places."""
    places = read_seed("place.csv").dropna(subset=["lon", "lat"])
    stops = pd.concat([seed[["lon", "lat"]], places[["lon", "lat"]]])
    centres = gpd.GeoSeries.from_xy(stops["lon"], stops["lat"], crs=STORAGE_SRID)
    streets = synthetic_streets(tambon, land, N_STREETS, SEED, centres=centres)
    length = streets.length.round()
    streets = streets.to_crs(STORAGE_SRID)
    corners = shapely.get_coordinates(streets.geometry.to_numpy())
    corners = np.round(corners / STREET_GRID_DEG) * STREET_GRID_DEG
    lines = shapely.linestrings(corners.reshape(-1, 2, 2))
    streets = streets.set_geometry(gpd.GeoSeries(lines, crs=STORAGE_SRID)).assign(length_m=length)
    streets = streets.iloc[np.argsort(streets.hilbert_distance().to_numpy(), kind="stable")]
    streets = with_tambon(streets.reset_index(drop=True), tambon)
    return streets.assign(osm_id=np.arange(1, len(streets) + 1))


def _write(frame: pd.DataFrame | gpd.GeoDataFrame, stem: Path) -> Path:
    if isinstance(frame, gpd.GeoDataFrame):
        path = stem.with_suffix(".parquet")
        frame.to_parquet(path, index=False, compression="zstd", compression_level=19)
        return path
    path = stem.with_suffix(".csv")
    frame.to_csv(path, index=False, lineterminator="\n")
    return path


def main() -> int:
    """Build into the folder given, or into the package; print the sizes."""
    console = Console()
    default = Path(str(resources.files("layers.starter") / "data"))
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    try:
        paths = build(folder)
    except TwinError as error:
        console.print(f"{error.th}\n{error.en}")
        return 1
    table = Table("file", "kB", title=str(folder))
    for path in paths:
        table.add_row(path.name, f"{path.stat().st_size / 1000:.1f}")
    table.add_row("total", f"{sum(path.stat().st_size for path in paths) / 1000:.1f}")
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
