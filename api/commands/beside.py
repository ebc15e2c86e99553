"""A process beside the service, started again whenever it ends, and ended with it."""

from __future__ import annotations

import logging
import os
import subprocess
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
    def __init__(self, module: str) -> None:
        self._command = [sys.executable, "-m", module, str(os.getpid())]
        self._ending = Event()
        self._lock = Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def keep(self) -> None:
        """Start the process whenever there is none, until the end."""
        while (child := self._start()) is not None:
            child.wait()
            if not self._ending.is_set():
                LOG.error("%s ended with code %s", self._command[2], child.returncode)
            self._ending.wait(AGAIN_S)

    def end(self) -> None:
        """Ask the process to end, and start no other."""
        self._ending.set()
        with self._lock:
            if self._child is not None:
                self._child.terminate()

    def kill(self) -> None:
        """End the process whether it wants to or not."""
        with self._lock:
            if self._child is not None:
                self._child.kill()

    def _start(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._ending.is_set():
                return None
            # Out of our group: a terminal's Ctrl-C is for us, who then end it.
            self._child = subprocess.Popen(  # noqa: S603 (ourselves)
                self._command, stdin=subprocess.DEVNULL, start_new_session=True
            )
            return self._child
