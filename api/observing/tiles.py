"""Tiles as they are counted: they pass none of the middleware, and a warm one has 25 µs in all."""

from __future__ import annotations

from contextvars import Token
from time import perf_counter
from typing import Final, Self

from starlette.types import Scope

from api.observing.metrics import (
    IN_FLIGHT,
    LEFT,
    RASTER_ROUTE,
    TILE_BYTES,
    TILE_ROUTE,
    TILES,
    count_request,
    observe_query,
)
from api.observing.request_id import REQUEST_ID, name_request
from twin.db.timing import Spent

_NOT_MODIFIED: Final = 304

_MEMORY: Final = TILES["memory"]
_KNOWN: Final = TILES["304"]


def count_ready_tile(method: str, status: int, started: float, *, is_raster: bool) -> None:
    """Count a tile that lay ready in memory."""
    (_KNOWN if status == _NOT_MODIFIED else _MEMORY).inc()
    route = RASTER_ROUTE if is_raster else TILE_ROUTE
    count_request(method, route, status, perf_counter() - started)


def count_made_tile(size_bytes: int | None) -> None:
    """Count a tile that came from the shared file, or was made and is so large."""
    TILES["store" if size_bytes is None else "miss"].inc()
    if size_bytes is not None:
        TILE_BYTES.observe(size_bytes)


class ObservedTile:
    """A request for a tile that did not lie ready: named, measured, counted when it ends.

    Parameters
    ----------
    started
        When the request came, as `time.perf_counter` tells it.
    """

    _named: Token[str | None]

    def __init__(self, scope: Scope, started: float) -> None:
        self.status = LEFT
        self._scope = scope
        self._started = started
        self._spent = Spent()

    def __enter__(self) -> Self:
        self._named = REQUEST_ID.set(name_request(self._scope))
        self._spent.__enter__()
        IN_FLIGHT.inc()
        return self

    def __exit__(self, *_: object) -> None:
        IN_FLIGHT.dec()
        self._spent.__exit__()
        REQUEST_ID.reset(self._named)
        # Of those who wait for one tile, only the first is told what its statement took.
        for what, seconds in self._spent.parts:
            if what == "db":
                observe_query("tile", seconds)
        route = RASTER_ROUTE if self._scope["path"].endswith(".png") else TILE_ROUTE
        seconds = perf_counter() - self._started
        count_request(self._scope["method"], route, self.status, seconds)
