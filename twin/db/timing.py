"""Where the time of a request goes: whoever waits adds seconds to what is being measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final


class Spent:
    """Seconds by what they were spent on, in the order they were added.

    Examples
    --------
    >>> with collect() as spent:
    ...     add("db", 0.25)
    ...     add("db", 0.5)
    >>> spent.total("db"), spent.total("pool")
    (0.75, 0)
    """

    __slots__ = ("parts",)

    def __init__(self) -> None:
        self.parts: list[tuple[str, float]] = []

    def total(self, name: str) -> float:
        """Return the seconds spent on one thing."""
        return sum(seconds for what, seconds in self.parts if what == name)


_CURRENT: Final[ContextVar[Spent | None]] = ContextVar("twin_spent", default=None)


def add(name: str, seconds: float) -> None:
    """Add seconds to what is being measured here; costs nothing where nothing is.

    Parameters
    ----------
    name
        `db` for a statement, `pool` for the wait for a connection.
    """
    spent = _CURRENT.get()
    if spent is not None:
        spent.parts.append((name, seconds))


@contextmanager
def collect() -> Iterator[Spent]:
    """Measure a block, with the tasks and threads it starts, instead of what is around it."""
    spent = Spent()
    token = _CURRENT.set(spent)
    try:
        yield spent
    finally:
        _CURRENT.reset(token)
