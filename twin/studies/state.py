"""Numbers for the states of the database, so that what was read of it is kept while it holds.

Whatever changes a layer, its row of the catalogue or a project leaves a row in `twin.change`
(`twin/sql/tile_change.sql`, `table_change.sql`): by the loader, by QGIS or by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from sqlalchemy import Connection, Engine, select

from twin.db.changes import KEPT_S
from twin.db.engine import connect
from twin.db.models import Change
from twin.studies.network_key import Look, look

#: How often changes were heard; None while they cannot be.
Heard = Callable[[], int | None]


class States:
    """Tells whether anything has changed since it was last asked."""

    def __init__(self) -> None:
        self._number = 0
        self._heard: int | None = None
        self._last: Look | None = None
        self._seen: frozenset[tuple[int, int]] = frozenset()
        self._lock = Lock()

    def now(self, engine: Engine, heard: Heard | None = None) -> int:
        """Return a number that grows whenever something has changed.

        Parameters
        ----------
        heard
            Spares the look at the database while nothing more was heard.
        """
        news = heard() if heard else None
        with self._lock:
            if news is None or news != self._heard:
                with connect(engine) as connection:
                    self._look(connection)
                self._heard = news
            return self._number

    def _look(self, connection: Connection) -> None:
        now = look(connection)
        since = self._last or now
        # Read after the look, so that what it does not cover is met again by the next.
        met = select(Change.xact, Change.id).where(Change.xact >= since.horizon)
        seen = frozenset((row.xact, row.id) for row in connection.execute(met))
        is_followed = now.at_s - since.at_s <= KEPT_S and since.horizon <= now.next_xact
        if self._last is None or not is_followed or not seen <= self._seen:
            self._number += 1
        self._seen, self._last = seen, now
