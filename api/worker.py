"""What runs in a worker process of `twin serve`; it imports no more than that needs."""

from __future__ import annotations

import gc
import os
import signal
from importlib import import_module
from multiprocessing import parent_process
from threading import Thread
from typing import Final

from starlette.types import ASGIApp

#: Python looks for garbage when so many more objects were made than freed.
GARBAGE_AFTER: Final = 10_000


def worker_app() -> ASGIApp:
    """Return the service for a worker process.

    A terminal's Ctrl-C reaches every process of its group, and a worker that is told twice to end
    does not end: it leaves the group, so that its parent alone tells it.
    """
    os.setpgid(0, 0)
    Thread(target=_end_with_parent, daemon=True).start()
    app = import_module("api.main").app_from_environment()
    served: ASGIApp = import_module("api.observing.draining").Draining(app)
    spare_the_collector()
    return served


def _end_with_parent() -> None:
    """End when the parent does, however that was: nobody else would free the address."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def spare_the_collector() -> None:
    """Let Python look for garbage among what requests make, not among all that was imported.

    A look at everything takes a tenth of a second, in which nobody is answered.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
