"""The process that runs one job, as the worker holds it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from uuid import UUID

#: Bytes of what it said last that are kept for the log.
_TOLD_BYTES: Final = 8_192


async def run_child(
    job_id: UUID, attempt: int, environment: Mapping[str, str], timeout_s: float
) -> tuple[int, str]:
    """Run a job in a fresh process; cancelling the task kills it, with all it started.

    Returns
    -------
    tuple[int, str]
        How it ended (0: well; below 0: by that signal), and the last it said on standard error.

    Raises
    ------
    TimeoutError
        It took too long and was killed.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "twin.jobs.running", str(job_id), str(attempt)),
        stdin=PIPE,  # closes when we die, however we die
        stdout=asyncio.subprocess.DEVNULL,
        stderr=PIPE,
        env=dict(environment),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(timeout_s):
            told = await _last_words(child)
            return await child.wait(), told
    finally:
        await _kill(child)


async def _last_words(child: Process) -> str:
    told = b""
    while child.stderr is not None and (part := await child.stderr.read(_TOLD_BYTES)):
        told = (told + part)[-_TOLD_BYTES:]
    return told.decode(errors="replace").strip()


async def _kill(child: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    await child.wait()
