"""One making for all who ask for the same at the same time; none for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class _Flight(Generic[Result]):
    """A task, and how many wait for it."""

    def __init__(self, make: Awaitable[Result]) -> None:
        self.task = asyncio.ensure_future(make)
        self.waiting = 0

    async def join(self) -> Result:
        """Wait for the result; the last to leave before it is there cancels the task."""
        self.waiting += 1
        try:
            return await asyncio.shield(self.task)
        finally:
            self.waiting -= 1
            if not self.waiting and not self.task.done():
                self.task.cancel()


class Flights(Generic[Result]):
    """Joins requests for the same key while the first is being answered."""

    def __init__(self) -> None:
        self._flying: dict[Hashable, _Flight[Result]] = {}

    async def join(self, key: Hashable, make: Callable[[], Awaitable[Result]]) -> Result:
        """Return what `make` gives, called once for all who ask meanwhile."""
        flight = self._flying.get(key)
        if flight is None or flight.task.cancelled() or flight.task.cancelling():
            flight = self._flying[key] = _Flight(make())
            flight.task.add_done_callback(lambda _task: self._land(key, flight))
        return await flight.join()

    def part(self) -> None:
        """Let nobody join what is under way: it may show the time before a change."""
        self._flying.clear()

    def _land(self, key: Hashable, flight: _Flight[Result] | None) -> None:
        if self._flying.get(key) is flight:
            del self._flying[key]
        if flight is not None and not flight.task.cancelled():
            flight.task.exception()  # whoever waited has it; nobody may have waited
