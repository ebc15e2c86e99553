"""The worker: takes jobs from the queue and runs each in a process of its own.

procrastinate fetches, listens, and notes by heartbeats which workers live. What a dead worker ran
is put back once; a job whose worker dies again fails, since it may be what kills them.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

import procrastinate
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.job_context import AbortReason, JobContext
from procrastinate.jobs import DeleteJobCondition, Job, Status
from sqlalchemy import Connection, Engine

from twin.db.engine import connect, libpq_address
from twin.errors import DatabaseUnavailableError, TooLargeError
from twin.jobs import store
from twin.jobs.child import run_child
from twin.jobs.queue import QUEUE, SEARCH_PATH, TASK
from twin.jobs.record import Failure
from twin.jobs.running import INTERNAL
from twin.settings import Settings
from twin.types import Text

LOG: Final = logging.getLogger("twin.jobs")

#: Seconds between signs of life, and without one until a worker is taken for dead.
HEARTBEAT_S: Final = 3.0
STALLED_S: Final = 15.0

#: Seconds between looks at the queue should a notification get lost, and for what the dead left.
POLL_S: Final = 5.0

#: Seconds that running jobs have to end when the worker is stopped, before they are put back.
GRACE_S: Final = 1.0

#: Seconds between removals of old jobs, and between tries while the database is away.
PRUNE_EVERY_S: Final = 3600.0
RETRY_S: Final = 2.0

#: Times that a job may lose its worker.
MAX_LOST: Final = 1

LOST: Final = Failure(
    "internal",
    Text(
        "เครื่องที่ทำงานนี้หยุดกลางคันสองครั้ง อาจเพราะหน่วยความจำไม่พอ โปรดขอให้น้อยลง",
        "What ran this job died twice, perhaps for want of memory; ask for less.",
    ),
)

T = TypeVar("T")


class PutBack(procrastinate.BaseRetryStrategy):
    """Puts a job back into the queue when the worker was stopped, and only then."""

    def get_retry_decision(
        self, *, exception: BaseException, job: Job
    ) -> procrastinate.RetryDecision | None:
        """Return the decision."""
        del job
        is_stopped = isinstance(exception, asyncio.CancelledError)
        return procrastinate.RetryDecision(retry_in={"seconds": 0}) if is_stopped else None


class Worker:
    """Runs jobs until it is stopped.

    Parameters
    ----------
    engine
        May write; a few connections.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        address = libpq_address(engine.url)
        self.environment = {
            **os.environ,
            "TWIN_DB__URL": address,
            "TWIN_HOME": str(settings.home.resolve()),
        }
        self.app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=address,
                min_size=1,
                max_size=3,
                kwargs={
                    "options": f"-c search_path={SEARCH_PATH.replace(' ', '')} -c timezone=UTC",
                    "application_name": "phuket-twin jobs",
                    "connect_timeout": 5,
                },
            )
        )
        self.app.task(name=TASK, queue=QUEUE, pass_context=True, retry=PutBack())(self.run_job)

    async def work(self) -> None:
        """Take jobs from the queue and run them, until cancelled; what runs then is put back.

        Raises
        ------
        ConnectorException, DatabaseUnavailableError
            The database went away.
        """
        async with self.app.open_async():
            tasks = [
                asyncio.create_task(self._take_jobs()),
                asyncio.create_task(self._repeat(POLL_S, self._recover)),
                asyncio.create_task(self._repeat(PRUNE_EVERY_S, self._prune)),
            ]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
            for task in done:
                task.result()

    async def _take_jobs(self) -> None:
        await self.app.run_worker_async(
            queues=[QUEUE],
            concurrency=max(1, self.settings.jobs.workers),
            fetch_job_polling_interval=POLL_S,
            abort_job_polling_interval=POLL_S,
            shutdown_graceful_timeout=GRACE_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_S,
            delete_jobs=DeleteJobCondition.ALWAYS,
            install_signal_handlers=False,
        )

    async def run_job(self, context: JobContext, job_id: str) -> None:
        """Run one job; what it has to say it writes itself, unless it dies."""
        mine = UUID(job_id)
        try:
            await self._run(mine)
        except asyncio.CancelledError:
            if context.abort_reason() is AbortReason.USER_REQUEST:
                LOG.info("job %s was dismissed", job_id)
                raise JobAborted from None
            await self._write(partial(store.put_back, is_lost=False), mine)
            LOG.info("job %s waits for the next start", job_id)
            raise

    async def _run(self, job_id: UUID) -> None:
        attempt = await self._write(store.begin, job_id)
        if attempt is None:  # dismissed meanwhile
            return
        LOG.info("job %s begins, attempt %s", job_id, attempt)
        failure = await self._failure(job_id, attempt)
        if failure is not None:
            await self._write(store.fail, job_id, attempt, failure)
        LOG.info("job %s ended", job_id)

    async def _failure(self, job_id: UUID, attempt: int) -> Failure | None:
        timeout_s = self.settings.jobs.timeout_s
        try:
            code, told = await run_child(job_id, attempt, self.environment, timeout_s)
        except TimeoutError:
            return _too_long(timeout_s)
        if told:
            LOG.error("job %s: %s", job_id, told)
        if code == 0:
            return None
        LOG.error("job %s ended with code %s", job_id, code)
        return _killed(-code) if code < 0 else INTERNAL

    async def _recover(self) -> None:
        """Put back what dead workers ran, or let it fail."""
        manager = self.app.job_manager
        for stalled in await manager.get_stalled_jobs(
            queue=QUEUE, seconds_since_heartbeat=STALLED_S
        ):
            job_id = UUID(str(stalled.task_kwargs["job_id"]))
            lost = await self._write(partial(store.put_back, is_lost=True), job_id)
            if lost is not None and lost > MAX_LOST:
                await self._write(_give_up, job_id)
                LOG.error("job %s lost its worker again: it fails", job_id)
            elif lost is not None:
                LOG.warning("job %s lost its worker: it begins anew", job_id)
            if lost is not None and lost <= MAX_LOST:
                await manager.retry_job(stalled)
            else:
                await manager.finish_job(stalled, Status.FAILED, delete_job=True)
        await self._write(partial(store.fail_orphans, failure=LOST))

    async def _prune(self) -> None:
        removed = await self._write(store.prune, self.settings.jobs.keep_days)
        if removed:
            LOG.info("%s old jobs removed", removed)

    async def _repeat(self, every_s: float, do: Callable[[], Awaitable[None]]) -> None:
        while True:
            # Whoever takes jobs from the queue notices as well, and ends us.
            with suppress(ConnectorException, DatabaseUnavailableError):
                await do()
            await asyncio.sleep(every_s)

    async def _write(self, do: Callable[..., T], *args: Any) -> T:  # noqa: ANN401
        writing = asyncio.ensure_future(asyncio.to_thread(self._written, do, *args))
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing  # a thread cannot be stopped: what it wrote must be known
            raise

    def _written(self, do: Callable[..., T], *args: Any) -> T:  # noqa: ANN401
        with connect(self.engine) as connection:
            return do(connection, *args)


def _give_up(connection: Connection, job_id: UUID) -> None:
    attempt = store.begin(connection, job_id)
    if attempt is not None:
        store.fail(connection, job_id, attempt, LOST)


def _too_long(timeout_s: float) -> Failure:
    text = Text(
        f"งานใช้เวลาเกิน {timeout_s:,} วินาที จึงถูกหยุด โปรดขอให้น้อยลง",
        f"The job took longer than {timeout_s:,} seconds and was ended; ask for less.",
    )
    return Failure(TooLargeError.code, text)


def _killed(number: int) -> Failure:
    text = Text(
        f"ระบบหยุดงานนี้กลางคัน (สัญญาณ {number}) มักเพราะหน่วยความจำไม่พอ โปรดขอให้น้อยลง",
        f"The system ended the job (signal {number}), mostly for want of memory; ask for less.",
    )
    return Failure("internal", text)
