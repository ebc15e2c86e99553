"""Many tasks on `dask.distributed`, one at a time on a worker; that of a lost worker is redone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from distributed import Client, LocalCluster, as_completed

from twin.errors import SetupError
from twin.studies.city import made_by

Task = TypeVar("Task")
Result = TypeVar("Result")

#: How long a scheduler may take to answer, and its first worker to come.
PATIENCE_S: Final = 30

#: Where Dask tells how it is doing: any free port, of this machine alone.
_NOBODY_ELSE: Final = "127.0.0.1:0"


@contextmanager
def open_client(scheduler: str | None, workers: int, folder: Path) -> Iterator[Client]:
    """Give a client: of a cluster somewhere, or of one on this machine for the block.

    Parameters
    ----------
    scheduler
        Address such as `tcp://10.0.0.1:8786`; None: worker processes of this machine.
    workers
        So many, one thread each; of no meaning with a scheduler.
    folder
        For what local workers put aside.

    Raises
    ------
    SetupError
        The scheduler does not answer, has no worker, or a worker has other versions of what
        numbers depend on.
    """
    if scheduler is not None:
        with _reach(scheduler) as client:
            _require_equal(client, scheduler)
            yield client
        return
    folder.mkdir(parents=True, exist_ok=True)
    cluster = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,  # one city at a time; and shortest paths hold Python's lock
        processes=True,
        dashboard_address=_NOBODY_ELSE,
        silence_logs=logging.CRITICAL,  # a lost worker is started anew, which is no news
        local_directory=str(folder),
    )
    with cluster, Client(cluster) as client:
        yield client


def run(
    client: Client | None, function: Callable[[Task], Result], tasks: Sequence[Task]
) -> Iterator[tuple[int, Result | Exception]]:
    """Yield the number of each task and its result, as they are done.

    Parameters
    ----------
    client
        None: in this process, in the order of the tasks.
    function
        Of a module that workers have too. What it raises is yielded, and the others go on.
    tasks
        Small, as results should be: they travel.

    Notes
    -----
    The task of a worker that is lost is given to another, until it has lost four of them; then it
    is taken for the reason, and a `KilledWorker` is yielded.
    """
    if client is None:
        for number, task in enumerate(tasks):
            yield number, _try(function, task)
        return
    yield from _hand_out(client, function, tasks)


def _hand_out(
    client: Client, function: Callable[[Task], Result], tasks: Sequence[Task]
) -> Iterator[tuple[int, Result | Exception]]:
    """Give each worker one task at a time: one that waits would be blamed for the one before it."""
    following = iter(enumerate(tasks))
    number_of: dict[Any, int] = {}
    running = as_completed()

    def hand_out() -> None:
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
        idle = max(0, max(1, workers) - len(number_of))
        for number, task in islice(following, idle):
            future = client.submit(function, task, pure=False)
            number_of[future.key] = number
            running.add(future)

    hand_out()
    for future in running:
        error = future.exception()
        yield number_of.pop(future.key), future.result() if error is None else error
        future.release()
        hand_out()


def _try(function: Callable[[Task], Result], task: Task) -> Result | Exception:
    try:
        return function(task)
    except Exception as error:
        return error


@contextmanager
def _reach(scheduler: str) -> Iterator[Client]:
    try:
        client = Client(scheduler, timeout=PATIENCE_S, set_as_default=False)
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except (OSError, ValueError, TimeoutError) as error:
        raise SetupError(
            f"No Dask scheduler with a worker answers at {scheduler}: {error}. Start it with `dask"
            " scheduler`, and workers with `dask worker ADDRESS --nthreads 1`.",
            f"ไม่มี Dask scheduler ที่มี worker ตอบที่ {scheduler}: {error} เปิดด้วย `dask scheduler` และ"
            " `dask worker ADDRESS --nthreads 1`",
            parameter="scheduler",
        ) from error
    with client:
        yield client


def _require_equal(client: Client, scheduler: str) -> None:
    own = made_by()
    try:
        found: dict[str, Any] = client.run(made_by)
    except ImportError as error:
        raise _other_versions(scheduler, str(error)) from error
    if others := sorted({f"{address}: {told}" for address, told in found.items() if told != own}):
        raise _other_versions(scheduler, f"{others[0]}; {own}")


def _other_versions(scheduler: str, why: str) -> SetupError:
    return SetupError(
        f"A worker of {scheduler} has other versions than this machine, so its numbers might"
        f" differ: {why}. Install the same ones there.",
        f"worker ของ {scheduler} มีรุ่นซอฟต์แวร์ต่างจากเครื่องนี้ ผลอาจต่างกัน: {why} โปรดติดตั้งรุ่นเดียวกัน",
        parameter="scheduler",
    )
