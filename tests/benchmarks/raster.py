"""Raster tiles of the elevation: the same file, colours and size from us and from TiTiler."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

import rasterio
import shapely
from rasterio.warp import transform_bounds
from shapely.geometry.base import BaseGeometry
from sqlalchemy import URL

from benchmarks.addresses import Tile
from benchmarks.bench import TITILER, Bench
from benchmarks.console import step
from benchmarks.data import spec_of
from benchmarks.judge import Grid
from benchmarks.load import visit
from benchmarks.report import Row
from twin.crs import TILE_SRID

COLOURS = "viridis"
PRIMERS = 16


def rows(bench: Bench, address: URL, tiles: Sequence[Tile]) -> list[Row]:
    """Return the rows of raster tiles, new and asked for before; no budget is set for them."""
    (file,) = (bench.store.settings(address).raster_dir).glob("elevation-*.tif")
    spec = spec_of("elevation")
    covered = _covered(file)
    tiles = [t for t in tiles if t.z <= spec.max_zoom and Grid(*t).box(0).intersects(covered)]
    low, high = spec.style["range"]
    asked = {"url": file, "colormap_name": COLOURS, "rescale": f"{low},{high}",
             "resampling": "bilinear", "tilesize": 256}  # fmt: skip
    ours = [f"/raster/elevation/{t.z}/{t.x}/{t.y}.png?style={COLOURS}" for t in tiles]
    peer = [f"/cog/tiles/WebMercatorQuad/{t.z}/{t.x}/{t.y}.png?{urlencode(asked)}" for t in tiles]
    with step("แผ่นภาพ | raster tiles"):
        bench.quiet()
        with bench.ours(address) as server:
            visit(server.base, ours[:PRIMERS])
            new = visit(server.base, ours[PRIMERS:])
            (again,) = bench.hammer((server, ours))
        with bench.titiler() as server:
            visit(server.base, peer[:PRIMERS])
            theirs = visit(server.base, peer[PRIMERS:])
    what = f"raster tile of the elevation, {len(tiles)} unique"
    return [
        Row(f"cold {what}", new.rate, "req/s", theirs.rate, TITILER),
        Row(f"warm {what}", again.rate, "req/s", theirs.rate, f"{TITILER}, no cache"),
    ]


def _covered(file: Path) -> BaseGeometry:
    """Return what a raster covers, Web Mercator metres: beyond it TiTiler refuses."""
    with rasterio.open(file) as raster:
        return shapely.box(*transform_bounds(raster.crs, TILE_SRID, *raster.bounds))
