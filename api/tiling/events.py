"""Server-sent events: open maps learn which tiles an edit changed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Final

from pyproj import Transformer

from twin.crs import STORAGE_SRID, TILE_SRID
from twin.errors import BusyError
from twin.tiles.service import Touched

#: Seconds of silence after which something is sent, so that proxies keep the connection.
KEEP_ALIVE_S: Final = 15.0

#: Events that wait for one client; with more, it is told to reload everything.
_MOST_WAITING: Final = 100

#: Milliseconds after which a browser that lost the connection makes another.
_RETRY_MS: Final = 2000

_TO_DEGREES: Final = Transformer.from_crs(TILE_SRID, STORAGE_SRID, always_xy=True)


class EventHub:
    """Hands each change to every client that listens.

    Parameters
    ----------
    max_clients
        More are sent away.
    """

    def __init__(self, max_clients: int) -> None:
        self.max_clients = max_clients
        self._clients: set[asyncio.Queue[str]] = set()
        self._is_closed = False
        self._changed_at_s = time.monotonic()

    def tell(self, news: Touched | None) -> None:
        """Tell every client; None: anything may have changed."""
        self._changed_at_s = time.monotonic()
        if not self._clients:
            return
        event = _event(news)
        for queue in self._clients:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                event = _event(None)
            queue.put_nowait(event)

    def close(self) -> None:
        """Let every client go."""
        self._is_closed = True
        for queue in self._clients:
            queue.put_nowait("")

    def listen(self) -> AsyncIterator[str]:
        """Return the events for one client, for as long as it stays.

        Raises
        ------
        BusyError
            Too many listen already.
        """
        if len(self._clients) >= self.max_clients:
            raise BusyError(
                "Too many maps follow changes now; this one shows them when it is opened anew.",
                "มีแผนที่ที่ติดตามการเปลี่ยนแปลงมากเกินไป แผนที่นี้จะแสดงการเปลี่ยนแปลงเมื่อเปิดใหม่",
            )
        return self._follow()

    def _hello(self) -> str:
        """Say for how long nothing has changed, so that a client knows what it may have missed."""
        quiet = {"quiet_s": round(time.monotonic() - self._changed_at_s, 1)}
        return f"retry: {_RETRY_MS}\nevent: hello\ndata: {json.dumps(quiet)}\n\n"

    async def _follow(self) -> AsyncIterator[str]:
        queue: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)
        self._clients.add(queue)
        try:
            yield self._hello()
            while not self._is_closed:
                try:
                    event = await asyncio.wait_for(queue.get(), KEEP_ALIVE_S)
                except TimeoutError:
                    event = ": still here\n\n"
                yield event
        finally:
            self._clients.discard(queue)


def _event(news: Touched | None) -> str:
    change = news.change if news else None
    boxes = change.boxes if change else None
    told = {
        "layer": change.layer_id if change else None,
        "boxes": None if boxes is None else [_degrees(*box) for box in boxes],
    }
    head = f"id: {change.id}\n" if change else ""
    return f"{head}event: change\ndata: {json.dumps(told)}\n\n"


def _degrees(west: float, south: float, east: float, north: float) -> list[float]:
    lons, lats = _TO_DEGREES.transform([west, east], [south, north])
    return [round(value, 7) for value in (lons[0], lats[0], lons[1], lats[1])]
