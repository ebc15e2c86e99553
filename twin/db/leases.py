"""What a request holds that can be stopped when nobody waits for its answer any more.

A connection is the request's own only for a while: it is cancelled under a lock that whoever gives
it back must take first, so the next user of the connection is never hit.
"""

from __future__ import annotations

import asyncio
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

    __slots__ = ("_held", "_lock", "_task", "_token", "is_left")

    _task: asyncio.Task[object] | None

    _token: Token[Lease | None]

    def __init__(self) -> None:
        self.is_left = False
        self._held: dict[object, Cancel] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        self._token = _CURRENT.set(self)
        self._task = _current_task()
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

    def is_of_this_task(self) -> bool:
        """Tell whether the block runs in the task that runs here, and not in another it started."""
        return self._task is not None and self._task is _current_task()

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


@contextmanager
def task_held() -> Iterator[None]:
    """Hold what the running task does in the lease in force: leaving cancels what it waits for.

    A task that was started to do something for several requests is none of these.

    Raises
    ------
    LeftError
        Whoever asked has left.
    """
    current, task = _CURRENT.get(), _current_task()
    if current is None or task is None or not current.is_of_this_task():
        yield
        return
    is_over = False

    def cancel() -> None:
        if not is_over:  # on the event loop, so that it cannot end meanwhile
            task.cancel()

    loop = asyncio.get_running_loop()
    try:
        with held(lambda: _soon(loop, cancel)):
            yield
    except asyncio.CancelledError:
        if current.is_left:
            task.uncancel()
            raise LeftError from None
        raise
    finally:
        is_over = True


def _soon(loop: asyncio.AbstractEventLoop, do: Cancel) -> None:
    loop.call_soon_threadsafe(do)


def _current_task() -> asyncio.Task[object] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # a thread without an event loop
        return None


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
