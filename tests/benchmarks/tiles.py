"""`scripts/bench tiles`: vector tiles, first by what they say, then by how fast they come."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import URL

from benchmarks import cold, fresh, memory, raster, scale, warm
from benchmarks.addresses import Tile, road_tiles
from benchmarks.bench import Bench
from benchmarks.client import Client
from benchmarks.console import BenchError, step
from benchmarks.data import has_real_data
from benchmarks.judge import Judge, read_rows
from benchmarks.report import Row
from twin.queries.catalogue import list_layers

TILES_PER_ZOOM: Final = 3
LAYERS: Final = ("road", "facility", "building", "tambon")


def run(bench: Bench) -> list[Row]:
    """Judge the tiles, then measure every row."""
    island = bench.store.database("x1")
    sets = [("", island)]
    if has_real_data():
        sets.append((", real data", bench.store.database("phuket")))
    rows: list[Row] = []
    for label, address in sets:
        judge(bench, address)
        tiles = _tiles(bench, address, label)
        rows += warm.rows(bench, address, tiles, label)
        rows += cold.rows(bench, address, tiles, label)
        if label:
            rows += raster.rows(bench, address, tiles)
    rows += fresh.rows(bench, island)
    rows += scale.tile_rows(bench)
    rows += memory.rows(bench)
    return rows


def judge(bench: Bench, address: URL) -> None:
    """Compare tiles of every zoom with geopandas.

    Raises
    ------
    BenchError
        A tile does not say what its layer says: its speed means nothing.
    """
    with bench.connect(address) as connection:
        specs = [layer.spec for layer in list_layers(connection) if layer.id in LAYERS]
        judges = [Judge(spec, read_rows(connection, spec)) for spec in specs]
    judged = 0
    with (
        step(f"เทียบเนื้อหาแผ่นกับ geopandas | judging tiles of {address.database}"),
        bench.ours(address) as server,
        Client(server.base) as client,
    ):
        for each in judges:
            for zoom in range(each.spec.min_zoom, each.spec.max_zoom + 1):
                for tile in each.sample(zoom, TILES_PER_ZOOM):
                    answer = client.expect(Tile(*tile).ours(each.spec.id))
                    thinned = "x-tile-dropped" in answer.headers
                    _require(each.faults(tile, answer.body, thinned=thinned))
                    judged += 1
    bench.note(f"tiles judged, {address.database}", judged)


def _require(faults: Sequence[object]) -> None:
    if faults:
        told = "\n".join(map(str, faults[:5]))
        raise BenchError(f"tiles are wrong, so not timed:\n{told}", "เนื้อหาแผ่นผิด จึงไม่จับเวลา")


def _tiles(bench: Bench, address: URL, label: str) -> list[Tile]:
    with bench.connect(address) as connection:
        tiles = road_tiles(connection)
    by_zoom = {z: sum(tile.z == z for tile in tiles) for z in sorted({t.z for t in tiles})}
    bench.note(f"tiles{label}", {"all": len(tiles), "by zoom": by_zoom})
    return tiles
