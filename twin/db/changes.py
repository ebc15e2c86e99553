"""What changed in the database, as its triggers wrote it down, and who is told.

A notification only wakes the watcher. What it then reads are all changes of transactions that it
has not seen: rows do not become visible in the order they were written, so it remembers the oldest
transaction that was still open when it last looked, and reads from there. A connection that was
lost loses nothing either: the watcher reads on from where it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import asyncpg
from sqlalchemy import URL

from twin.db.engine import libpq_address
from twin.sql import read_sql

LOG: Final = logging.getLogger("twin.changes")

CHANNEL: Final = "twin_change"

#: Seconds between looks at a connection that is silent, and between tries to get a new one.
LOOK_EVERY_S: Final = 5.0
RETRY_S: Final = 0.2
_TIMEOUT_S: Final = 5.0

#: The server keeps changes for seven days; who was away for nearly that long cannot trust them.
KEPT_S: Final = 6 * 24 * 3600


@dataclass(frozen=True)
class Change:
    """One statement's change of a layer.

    Parameters
    ----------
    id, xact
        Its number and that of its transaction: ids begin anew with a backup that is restored.
    boxes
        Old and new extents, each west, south, east, north in EPSG:3857 metres; None: the layer as
        a whole is another.
    """

    id: int
    xact: int
    layer_id: str
    boxes: tuple[tuple[float, float, float, float], ...] | None


@dataclass(frozen=True)
class Horizon:
    """How far somebody has read.

    Parameters
    ----------
    xact
        All transactions before this one have been seen.
    at_s
        When, in seconds of the server's clock.
    """

    xact: int
    at_s: float


class Listener(Protocol):
    """Is told what the watcher reads."""

    def changed(self, changes: Sequence[Change], horizon: Horizon) -> None:
        """Take note of changes; none where only the horizon moved on."""

    def missed(self, horizon: Horizon) -> None:
        """Take note that changes may have been missed: nothing kept can be trusted."""


@dataclass
class Watcher:
    """Follows the changes until it is cancelled.

    Parameters
    ----------
    start
        What had been read before; None: nothing older than now is of interest.
    """

    address: URL
    listener: Listener
    start: Horizon | None = None
    is_connected: bool = field(default=False, init=False)
    _tried: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _seen: set[tuple[int, int]] = field(default_factory=set, init=False)
    _horizon: Horizon | None = field(default=None, init=False)

    async def run(self, lost: Callable[[], None]) -> None:
        """Watch for ever, making a new connection whenever one is lost.

        Parameters
        ----------
        lost
            Called when a connection is lost.
        """
        self._horizon = self.start
        while True:
            try:
                await self._follow()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                if self.is_connected:
                    LOG.warning("changes cannot be heard for now: %s", error)
                self.is_connected = False
                lost()
                self._tried.set()
            await asyncio.sleep(RETRY_S)

    async def settled(self, timeout_s: float) -> bool:
        """Wait until changes are heard, or until that was tried in vain; tell which."""
        if not self.is_connected:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._tried.wait()
            except TimeoutError:
                return False
        return self.is_connected

    async def _follow(self) -> None:
        self._tried.clear()
        woken = asyncio.Event()
        connection = await asyncpg.connect(
            libpq_address(self.address),
            timeout=_TIMEOUT_S,
            command_timeout=_TIMEOUT_S,
            server_settings={"application_name": "phuket-twin changes"},
        )
        try:
            connection.add_termination_listener(lambda _connection: woken.set())
            await connection.add_listener(CHANNEL, lambda *_told: woken.set())
            while True:
                await self._read(connection)
                self.is_connected = True
                self._tried.set()
                try:
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await woken.wait()
                except TimeoutError:
                    continue
                woken.clear()
        finally:
            connection.terminate()

    async def _read(self, connection: asyncpg.Connection) -> None:
        since = self._horizon
        rows = await connection.fetch(read_sql("change_read"), since.xact if since else None)
        horizon = Horizon(rows[0]["xmin"], rows[0]["now_s"])
        self._horizon = horizon
        if since and (since.xact > rows[0]["xmax"] or horizon.at_s - since.at_s > KEPT_S):
            self._seen = {(row["xact"], row["id"]) for row in rows if row["id"] is not None}
            self.listener.missed(horizon)
            return
        found = [_change(row) for row in rows if row["id"] is not None]
        fresh = [change for change in found if (change.xact, change.id) not in self._seen]
        self._seen = {(change.xact, change.id) for change in found}
        self.listener.changed(fresh, horizon)


def _change(row: asyncpg.Record) -> Change:
    boxes = row["boxes"]
    told = None if boxes is None else tuple(tuple(box) for box in boxes)
    return Change(row["id"], row["xact"], row["layer_id"], told)
