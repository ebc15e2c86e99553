"""A process beside the service, started again whenever it ends, and ended with it."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Final

LOG: Final = logging.getLogger("twin.jobs")

#: Seconds before it is started again, and those it has to end by itself.
AGAIN_S: Final = 5.0
GRACE_S: Final = 10.0


@contextmanager
def kept_beside(module: str) -> Iterator[None]:
    """Keep `python -m MODULE PID` running for the block.

    PID is our own, with which it is to end however we end.
    """
    keeper = _Keeper(module)
    thread = Thread(target=keeper.keep, name=module)
    thread.start()
    try:
        yield
    finally:
        keeper.end()
        thread.join(GRACE_S)
        keeper.kill()
        thread.join()


class _Keeper:
    """Starts the process and waits for it.

    Not by `subprocess`: that waits until a pipe to the new process closes, and where the service
    forks a worker just then, the fork keeps that pipe open for as long as it lives.
    """

    def __init__(self, module: str) -> None:
        self._command = [sys.executable, "-m", module, str(os.getpid())]
        self._ending = Event()
        self._lock = Lock()
        self._pid: int | None = None

    def keep(self) -> None:
        """Start the process whenever there is none, until the end."""
        while (pid := self._start()) is not None:
            _, status = os.waitpid(pid, 0)
            with self._lock:
                self._pid = None
            if not self._ending.is_set():
                code = os.waitstatus_to_exitcode(status)
                LOG.error("%s ended with code %s", self._command[2], code)
            self._ending.wait(AGAIN_S)

    def end(self) -> None:
        """Ask the process to end, and start no other."""
        self._ending.set()
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process whether it wants to or not."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._pid is not None:
                os.kill(self._pid, number)

    def _start(self) -> int | None:
        with self._lock:
            if self._ending.is_set():
                return None
            nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
            self._pid = os.posix_spawn(
                self._command[0],
                self._command,
                os.environ,
                file_actions=[nothing],
                setpgroup=0,  # out of our group: a terminal's Ctrl-C is for us, who then end it
            )
            return self._pid
