"""Running one job in a process of its own: `python -m twin.jobs.running ID ATTEMPT`.

It can be killed at any time and gives its memory back when it ends. Its parent holds the other end
of its standard input: when that closes, nobody waits for it any more.
"""

from __future__ import annotations

import logging
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from twin.db.database import database_address
from twin.db.engine import connect, make_engine
from twin.errors import TooLargeError, TwinError
from twin.jobs import store
from twin.jobs.process import Context, DismissedError
from twin.jobs.record import INTERNAL, Failure, Record, as_json
from twin.settings import JobSettings, Settings
from twin.studies.processes import get_process
from twin.types import Text

LOG: Final = logging.getLogger("twin.jobs")

#: Seconds between two reports that are written down.
_EVERY_S: Final = 0.25

#: How much nicer than the service, and how much more likely to be killed when memory runs out.
_NICE: Final = 5
_OOM_SCORE: Final = "500"


class StoredProgress:
    """Writes down how far a job is, a few times a second at most."""

    def __init__(self, writer: Engine, job_id: UUID, attempt: int) -> None:
        self._writer = writer
        self._mine = (job_id, attempt)
        self._next = 0.0

    def __call__(self, share: float, text: Text) -> None:
        """Tell how far the run has come."""
        now = monotonic()
        if now < self._next:
            return
        self._next = now + _EVERY_S
        percent = round(100 * min(max(share, 0.0), 1.0))
        with connect(self._writer) as connection:
            if not store.tell(connection, *self._mine, percent, text):
                raise DismissedError


def main() -> None:
    """Run the job that the command line names."""
    job_id, attempt = UUID(sys.argv[1]), int(sys.argv[2])
    logging.basicConfig(format="%(message)s")
    Thread(target=_end_with_parent, daemon=True).start()
    settings = Settings()
    be_modest(settings.jobs)
    with open_context(settings) as context:
        _run(context, job_id, attempt)


def _run(context: Context, job_id: UUID, attempt: int) -> None:
    with connect(context.writer) as connection:
        record = store.read(connection, job_id)
    try:
        result = _result(context, record, StoredProgress(context.writer, job_id, attempt))
    except DismissedError:
        return
    except TwinError as error:
        failure = Failure.of(error)
    except MemoryError:
        failure = _too_large_for(context.settings.jobs.memory_mb)
    except Exception:
        LOG.exception("job %s", job_id)
        failure = INTERNAL
    else:
        with connect(context.writer) as connection:
            store.succeed(connection, job_id, attempt, result)
        return
    with connect(context.writer) as connection:
        store.fail(connection, job_id, attempt, failure)


def _result(context: Context, record: Record, progress: StoredProgress) -> str:
    process = get_process(record.process)
    inputs = process.inputs.model_validate(record.inputs)
    result = as_json(process.answer(context, inputs, progress))
    max_mb = context.settings.jobs.max_result_mb
    if len(result.encode()) > max_mb * 1_000_000:
        raise TooLargeError(
            f"The result is larger than {max_mb:g} MB; ask for less.",
            f"ผลลัพธ์มีขนาดเกิน {max_mb:g} MB โปรดขอให้น้อยลง",
        )
    return result


@contextmanager
def open_context(settings: Settings) -> Iterator[Context]:
    """Give what a job runs with, which has its time from now."""
    url = database_address(settings)
    with ExitStack() as stack:
        engine, writer = make_engine(url, read_only=True), make_engine(url)
        stack.callback(engine.dispose)
        stack.callback(writer.dispose)
        yield Context(settings, engine, writer, ends=monotonic() + settings.jobs.timeout_s)


def be_modest(jobs: JobSettings) -> None:
    """Let this process come after the service for processors and memory, within its limit."""
    os.nice(_NICE)
    if sys.platform == "linux":
        limit = jobs.memory_mb * 1_000_000
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1):  # not by the buffer, whose lock would hinder our own end
        pass
    os._exit(1)


def _too_large_for(memory_mb: int) -> Failure:
    text = Text(
        f"งานใช้หน่วยความจำเกิน {memory_mb:,} MB โปรดขอให้น้อยลง หรือให้ผู้ดูแลระบบเพิ่ม TWIN_JOBS__MEMORY_MB",
        f"The job needs more than {memory_mb:,} MB of memory; ask for less, or let the operator"
        " raise TWIN_JOBS__MEMORY_MB.",
    )
    return Failure(TooLargeError.code, text)


if __name__ == "__main__":
    main()
