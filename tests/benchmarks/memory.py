"""What a worker holds after many different tiles, and whether it goes on growing."""

from collections.abc import Sequence

from benchmarks.addresses import Tile, road_tiles, shuffled
from benchmarks.bench import Bench
from benchmarks.console import step
from benchmarks.load import visit
from benchmarks.machine import mapped_mb, resident_mb
from benchmarks.report import Row, at_most

TILES, QUICK_TILES = 100_000, 4_000
SAMPLES = 10
#: More than this between the half and the end is growth, MB.
FLAT_MB = 15
#: In the path of the file that holds tiles for all workers.
STORE = "/tiles/"


def rows(bench: Bench) -> list[Row]:
    """Return the rows of memory."""
    address = bench.store.database("x10")
    with bench.connect(address) as connection:
        places = road_tiles(connection, range(10, 17))
    wanted = QUICK_TILES if bench.quick else TILES
    paths = _paths(places)
    distinct = min(len(paths), wanted)
    paths = (paths * (wanted // len(paths) + 1))[:wanted]
    size = len(paths) // SAMPLES
    with step(f"หน่วยความจำ | memory over {len(paths):,} tiles"), bench.ours(address) as server:
        (worker,) = server.workers()
        samples = [_held(worker)]
        for number in range(SAMPLES):
            visit(server.base, paths[number * size : (number + 1) * size])
            samples.append(_held(worker))
    held, store = zip(*samples, strict=True)
    told = f"by tenths, MB: {_told(held)}; pages of the store on disk beside it, which the system"
    told += f" takes back when it needs them: {_told(store)}; {distinct:,} different tiles"
    growth = held[-1] - held[SAMPLES // 2]
    what = f"worker memory after {len(paths):,} tiles"
    return [
        Row(what, held[-1], "MB", held[0], "ours, idle", at_most(250, "MB"), note=told),
        Row("growth over the second half", growth, "MB", budgets=at_most(FLAT_MB, "MB")),
    ]


def _held(worker: int) -> tuple[float, float]:
    """Return the resident memory but for the pages of the store of tiles, and those, MB."""
    store = mapped_mb(worker, STORE)
    return resident_mb(worker) - store, store


def _told(values: Sequence[float]) -> str:
    return " ".join(f"{value:.0f}" for value in values)


def _paths(places: list[Tile]) -> list[str]:
    first = {"road": 10, "base": 10, "facility": 10, "facilities": 10, "building": 13}
    return shuffled(
        [tile.ours(name) for name, zoom in first.items() for tile in places if tile.z >= zoom]
    )
