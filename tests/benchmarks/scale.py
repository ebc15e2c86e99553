"""The same places in tables of once, ten and a hundred times the rows."""

from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks.addresses import places, road_tiles
from benchmarks.bench import Bench, percentile
from benchmarks.client import Client
from benchmarks.console import step
from benchmarks.report import Row, at_most_times

SETS = ("x1", "x10", "x100")
ADDRESSES = 300
#: Half the side of the windows of the item rows, degrees.
HALF_DEG = 0.005


def tile_rows(bench: Bench) -> list[Row]:
    """Return the rows of a cold z14 tile in growing tables."""
    with bench.connect(bench.store.database("x1")) as connection:
        tiles = road_tiles(connection, [14])[:ADDRESSES]
    return _rows(bench, "cold z14 tile, p50", [tile.ours("road") for tile in tiles])


def item_rows(bench: Bench) -> list[Row]:
    """Return the rows of items by window in growing tables."""
    with bench.connect(bench.store.database("x1")) as connection:
        found = places(connection, ADDRESSES)
    paths = [f"/api/collections/road/items?limit=100&bbox={around(*place)}" for place in found]
    return _rows(bench, "items by bbox, p50", paths)


def around(lon: float, lat: float, half_deg: float = HALF_DEG) -> str:
    """Return a window round a place, as `bbox` has it."""
    sides = (lon - half_deg, lat - half_deg, lon + half_deg, lat + half_deg)
    return ",".join(f"{side:.6f}" for side in sides)


def _rows(bench: Bench, what: str, paths: Sequence[str]) -> list[Row]:
    addresses = [bench.store.database(name) for name in SETS]
    took: dict[str, list[float]] = {name: [] for name in SETS}
    bench.quiet()
    with step(f"ตารางที่โตขึ้น | growing tables: {what}"), ExitStack() as stack:
        clients = {}
        for name, address in zip(SETS, addresses, strict=True):
            server = stack.enter_context(bench.ours(address))
            clients[name] = stack.enter_context(Client(server.base))
        for number, path in enumerate([*paths[-20:], *paths[:-20]]):
            for name, client in clients.items():  # in turn, so that noise meets all alike
                answer = client.expect(path)
                if number >= 20:
                    took[name].append(answer.took_ms)
    budget = at_most_times(1.5)
    middle = {name: percentile(values, 50) for name, values in took.items()}
    return [
        Row(f"{what}, {name[1:]} × the rows", middle[name], "ms", middle["x1"], "ours, 1 ×", budget)
        for name in SETS[1:]
    ]
