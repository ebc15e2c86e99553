"""Where the time of a request goes: whoever waits adds seconds to what is being measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from time import perf_counter
from typing import Final, Self


class Spent:
    """Seconds by what they were spent on, in a block with the tasks and threads it starts.

    Examples
    --------
    >>> with Spent() as spent:
    ...     add("db", 0.25)
    ...     add("db", 0.5)
    >>> spent.total("db"), spent.total("pool")
    (0.75, 0)
    """

    __slots__ = ("_token", "parts")

    _token: Token[Spent | None]

    def __init__(self) -> None:
        self.parts: list[tuple[str, float]] = []

    def __enter__(self) -> Self:
        self._token = _CURRENT.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _CURRENT.reset(self._token)

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
def measured(name: str) -> Iterator[None]:
    """Add the seconds of a block, also where it fails."""
    started = perf_counter()
    try:
        yield
    finally:
        add(name, perf_counter() - started)
