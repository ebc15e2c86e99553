"""The processes there are: an entry each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from twin.errors import NoSuchProcessError
from twin.jobs.process import Process
from twin.studies.echo import ECHO
from twin.studies.offered import OFFERED
from twin.studies.scenarios.process import COMPARE

PROCESSES: Final[Mapping[str, Process]] = {
    process.id: process for process in (*OFFERED, COMPARE, ECHO)
}


def get_process(process_id: str) -> Process:
    """Return the process of that id.

    Raises
    ------
    NoSuchProcessError
        There is none; the message names those there are.
    """
    process = PROCESSES.get(process_id)
    if process is None:
        known = ", ".join(PROCESSES)
        raise NoSuchProcessError(
            f"There is no process of this name. Processes: {known}.",
            f"ไม่มีกระบวนการชื่อนี้ กระบวนการที่มี: {known}",
            parameter="processId",
        )
    return process
