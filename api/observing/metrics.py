"""What `/metrics` tells, summed over the worker processes.

With `PROMETHEUS_MULTIPROC_DIR` set before this is imported, each worker keeps its numbers in files
of that folder and any of them answers for all; without it the numbers are this process's own.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from api.observing.tally import Hot, Level, Spread, SummedHistogram, Tally
from api.processes import is_alive

#: Folder that the workers of one service share.
FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"

#: Seconds that another worker's numbers may be behind.
PUBLISH_S: Final = 1.0

#: The route of requests that none of our routes answers, and the method that none of them has.
OTHER: Final = "other"
TILE_ROUTE: Final = "/tiles/{tileset}/{z}/{x}/{y}.mvt"
RASTER_ROUTE: Final = "/raster/{layer}/{z}/{x}/{y}.png"

_SECONDS: Final = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_BYTES: Final = tuple(float(1000 * kilo) for kilo in (1, 5, 10, 25, 50, 100, 250, 500, 1000))

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REGISTRY: Final = CollectorRegistry()

_requests: Final = Counter(
    "twin_requests", "Requests answered", ["method", "route", "status"], registry=REGISTRY
)
_request_seconds: Final = SummedHistogram(
    "twin_request_seconds",
    "Time to answer",
    ["route"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
_in_flight: Final = Gauge(
    "twin_requests_in_flight",
    "Requests in work, waiting ones included",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_waiting: Final = Gauge(
    "twin_requests_waiting",
    "Requests that wait for others to end",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_streams: Final = Gauge(
    "twin_streams_open",
    "Downloads and other long answers being sent",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_rejected: Final = Counter(
    "twin_requests_rejected", "Requests told to come back later", ["reason"], registry=REGISTRY
)
_tiles: Final = Counter("twin_tiles", "Tiles by where they came from", ["tier"], registry=REGISTRY)
_tile_bytes: Final = SummedHistogram(
    "twin_tile_bytes", "Size of tiles made, as sent", buckets=_BYTES, registry=REGISTRY
)
_query_seconds: Final = Histogram(
    "twin_query_seconds", "Time of a statement", ["kind"], buckets=_SECONDS, registry=REGISTRY
)
_pool: Final = Gauge(
    "twin_pool_connections",
    "Database connections: size, in_use, and requests waiting for one",
    ["pool", "state"],
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_memory: Final = Gauge(
    "twin_worker_memory_bytes",
    "Resident memory of each worker",
    multiprocess_mode="liveall",
    registry=REGISTRY,
)

_hot: Final[list[Hot]] = []
_publishing: Final = Lock()


def _tally(metric: Counter) -> Tally:
    made = Tally(metric)
    _hot.append(made)
    return made


def _level(metric: Gauge) -> Level:
    made = Level(metric)
    _hot.append(made)
    return made


def _spread(metric: SummedHistogram, bounds: tuple[float, ...]) -> Spread:
    made = Spread(metric, bounds)
    _hot.append(made)
    return made


IN_FLIGHT: Final = _level(_in_flight)
WAITING: Final = _level(_waiting)
STREAMS: Final = _level(_streams)
REJECTED: Final[Mapping[str, Tally]] = {
    reason: _tally(_rejected.labels(reason))
    for reason in ("queue-full", "queue-time", "streams-full", "pool")
}
#: Tiles by tier.
TILES: Final[Mapping[str, Tally]] = {
    tier: _tally(_tiles.labels(tier)) for tier in ("memory", "store", "miss", "304")
}
TILE_BYTES: Final = _spread(_tile_bytes, _BYTES)

_request_tallies: Final[dict[tuple[str, str, int], Tally]] = {}
_route_spreads: Final[dict[str, Spread]] = {}


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request; from the event loop only.

    Parameters
    ----------
    route
        The route's template, never a path: each makes a series of its own.
    status
        HTTP status; 499 where the client left before there was an answer.
    """
    tally = _request_tallies.get((method, route, status))
    if tally is None:
        tally = _new_request_tally(method, route, status)
    tally.value += 1
    spread = _route_spreads.get(route)
    if spread is None:
        labelled = _request_seconds.labels(route)
        spread = _route_spreads[route] = _spread(labelled, _SECONDS)
    spread.observe(seconds)


def _new_request_tally(method: str, route: str, status: int) -> Tally:
    key = (method if method in _METHODS else OTHER, route, status)
    if key not in _request_tallies:
        kind = "left" if status == LEFT else f"{status // 100}xx"
        _request_tallies[key] = _tally(_requests.labels(key[0], route, kind))
    return _request_tallies[key]


#: In place of a status, where the client left before there was one.
LEFT: Final = 499


def observe_query(kind: str, seconds: float) -> None:
    """Count a statement; from any thread."""
    _query_seconds.labels(kind).observe(seconds)


#: How many connections a pool has in use, how many in all, how many requests wait for one.
PoolState = Callable[[], tuple[int, int, int]]


@asynccontextmanager
async def published(pools: Mapping[str, PoolState]) -> AsyncIterator[None]:
    """Keep the metrics up to date for a block."""

    async def keep() -> None:
        while True:
            publish(pools)
            await asyncio.sleep(PUBLISH_S)

    task = asyncio.create_task(keep())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        publish({})


def publish(pools: Mapping[str, PoolState]) -> None:
    """Bring all metrics up to date now."""
    with _publishing:
        for hot in _hot:
            hot.publish()
        for name, state in pools.items():
            for what, value in zip(("in_use", "size", "waiting"), state(), strict=True):
                _pool.labels(name, what).set(value)
        if pools:
            _memory.set(_resident_bytes())


def expose(accept: str) -> tuple[bytes, str]:
    """Return the metrics of all workers and their media type, in the form a scraper accepts."""
    publish({})
    encode, media_type = choose_encoder(accept)
    return encode(_collected()), media_type


def _collected() -> CollectorRegistry:
    folder = os.environ.get(FOLDER)
    if not folder:
        return REGISTRY
    _forget_dead(Path(folder))
    shared = CollectorRegistry()
    MultiProcessCollector(shared, folder)  # type: ignore[no-untyped-call]
    return shared


def _forget_dead(folder: Path) -> None:
    """Drop what rises and falls of workers that are gone; what only grows stays counted."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rsplit("_", 1)[1])
        if not is_alive(pid):
            with suppress(FileNotFoundError):  # another worker was quicker
                mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]


def _resident_bytes() -> int:
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:  # not Linux
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
