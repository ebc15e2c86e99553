"""What a request holds that can be stopped when nobody waits for its answer any more.

A connection is the request's own only for a while: it is cancelled under a lock that whoever gives
it back must take first, so the next user of the connection is never hit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from threading import Lock
from typing import Final, Self

Cancel = Callable[[], None]


class LeftError(Exception):
    """Whoever asked has left; no answer is wanted."""


class Lease:
    """What one request holds: in force in a block, with the tasks and threads it starts."""

    __slots__ = ("_held", "_lock", "_token", "is_left")

    _token: Token[Lease | None]

    def __init__(self) -> None:
        self.is_left = False
        self._held: dict[object, Cancel] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        self._token = _CURRENT.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _CURRENT.reset(self._token)

    def leave(self) -> bool:
        """Cancel all that is held, and refuse more; tell whether something was held.

        What is between two statements is not stopped by a cancellation: ask again until nothing
        is held.
        """
        self.is_left = True
        with self._lock:
            for cancel in self._held.values():
                cancel()
            return bool(self._held)

    @contextmanager
    def hold(self, cancel: Cancel) -> Iterator[None]:
        """Hold something for a block; `cancel` is only called within it, from another thread."""
        key = object()
        with self._lock:
            self._held[key] = cancel
        try:
            yield
        finally:
            with self._lock:
                del self._held[key]


_CURRENT: Final[ContextVar[Lease | None]] = ContextVar("twin_lease", default=None)


@contextmanager
def held(cancel: Cancel) -> Iterator[None]:
    """Hold something in the lease that is in force, if one is.

    Raises
    ------
    LeftError
        Whoever asked has left.
    """
    current = _CURRENT.get()
    if current is None:
        yield
        return
    check()
    with current.hold(cancel):
        yield


def check() -> None:
    """Stop here when whoever asked has left.

    Raises
    ------
    LeftError
        They have.
    """
    current = _CURRENT.get()
    if current is not None and current.is_left:
        raise LeftError
