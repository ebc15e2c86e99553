"""Keeping a worker at work: it waits for the database and its schema, and ends with its parent."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import suppress
from typing import Final

from procrastinate.exceptions import ConnectorException

from twin.db.database import open_database
from twin.db.engine import connect, make_engine
from twin.db.version import is_current
from twin.errors import DatabaseUnavailableError
from twin.jobs.worker import RETRY_S, Worker
from twin.settings import Settings

LOG: Final = logging.getLogger("twin.jobs")

#: Seconds between looks whether the parent is still there.
_LOOK_EVERY_S: Final = 2.0


def work(settings: Settings, parent: int | None = None) -> None:
    """Run jobs until SIGINT or SIGTERM.

    Parameters
    ----------
    parent
        Process to end with, however it ends; None: it does not matter.
    """
    with open_database(settings) as url:
        engine = make_engine(url)
        try:
            asyncio.run(_work(Worker(settings, engine), parent))
        finally:
            engine.dispose()


async def _work(worker: Worker, parent: int | None) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    watch = asyncio.create_task(_watch(parent, stopped))
    stop = asyncio.create_task(stopped.wait())
    told = ""
    while not stop.done():
        work = asyncio.create_task(_work_once(worker))
        await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
        work.cancel()
        with suppress(asyncio.CancelledError):
            obstacle = await work
            if obstacle != told:
                LOG.warning("%s", obstacle)
                told = obstacle
        await asyncio.wait((stop,), timeout=RETRY_S)
    watch.cancel()


async def _work_once(worker: Worker) -> str:
    """Work until cancelled; return what hinders it."""
    try:
        if not await asyncio.to_thread(_is_ready, worker):
            return "jobs wait for the newest schema: run `twin db upgrade`"
        LOG.info("jobs are run, %s at a time", max(1, worker.settings.jobs.workers))
        await worker.work()
    except (ConnectorException, DatabaseUnavailableError) as error:
        return f"jobs wait for the database: {error}"
    return "the worker ended"


def _is_ready(worker: Worker) -> bool:
    with connect(worker.engine) as connection:
        return is_current(connection)


async def _watch(parent: int | None, stopped: asyncio.Event) -> None:
    while parent is not None:
        if os.getppid() != parent:
            stopped.set()
            return
        await asyncio.sleep(_LOOK_EVERY_S)
