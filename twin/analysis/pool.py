"""Work in several processes: shortest paths hold Python's lock, so threads would not help."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Any, Final, TypeVar

Result = TypeVar("Result")

#: Told units done and units in all; what it raises ends the work and reaches the caller.
Progress = Callable[[int, int], None]

#: Processes used unless told otherwise: no more than there are cores, and at most this many.
MAX_WORKERS: Final = 4

#: Tasks handed out beyond those in work, for each process.
_AHEAD: Final = 2

_shared: list[Any] = []


def count_workers(workers: int | None) -> int:
    """Return how many processes to use; None: one for each core, at most `MAX_WORKERS`."""
    return max(1, workers if workers is not None else min(os.cpu_count() or 1, MAX_WORKERS))


def work(
    function: Callable[[Any, Any], Result],
    shared: object,
    tasks: Sequence[Any],
    *,
    workers: int,
) -> Iterator[tuple[int, Result]]:
    """Yield the number of each task and `function(shared, task)`, as they are done.

    Parameters
    ----------
    function
        Of a module, so that another process finds it by name.
    shared
        What all tasks need; sent to each process once.
    tasks
        In any number; only few are handed out ahead, so that leaving the loop ends the work soon.
    workers
        Processes; 1: this one, in the order of the tasks.

    Notes
    -----
    Processes are started anew (`spawn`), not forked, so that they hold no thread, lock or
    connection of this one; about a second. A script that calls this needs the usual
    `if __name__ == "__main__":`.
    """
    if workers == 1 or len(tasks) <= 1:
        for number, task in enumerate(tasks):
            yield number, function(shared, task)
        return
    pool = ProcessPoolExecutor(
        min(workers, len(tasks)), get_context("spawn"), initializer=_keep, initargs=(shared,)
    )
    try:
        yield from _hand_out(pool, function, tasks, workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _hand_out(
    pool: ProcessPoolExecutor,
    function: Callable[[Any, Any], Result],
    tasks: Sequence[Any],
    workers: int,
) -> Iterator[tuple[int, Result]]:
    waiting: dict[Future[Result], int] = {}
    following = iter(enumerate(tasks))
    while True:
        while len(waiting) < workers * (1 + _AHEAD):
            number, task = next(following, (-1, None))
            if number < 0:
                break
            waiting[pool.submit(_run, function, task)] = number
        if not waiting:
            return
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            yield waiting.pop(future), future.result()


def _keep(shared: object) -> None:
    _shared[:] = [shared]


def _run(function: Callable[[Any, Any], Result], task: object) -> Result:
    return function(_shared[0], task)
