"""`twin serve`: the HTTP service."""

from __future__ import annotations

import gc
import logging.config
import multiprocessing
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Final

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from starlette.types import ASGIApp

from api.commands.beside import kept_beside
from api.commands.console import out
from api.observing.logs import logging_config
from api.processes import is_alive
from twin.db.database import open_database
from twin.errors import SetupError
from twin.settings import Settings

#: Seconds that requests in progress have to end when the service stops.
GRACE_S: Final = 10

#: Seconds after which a reload takes an old worker for replaced by its successor, which needs two
#: or three to start.
RESPAWN_S: Final = 10.0

#: Python looks for garbage when so many more objects were made than freed.
GARBAGE_AFTER: Final = 10_000

#: Resident memory to have for each worker, database included.
WORKER_BYTES: Final = 10**9

#: What runs jobs beside the service.
WORKER: Final = "api.commands.working"

#: What `prometheus_client` looks for when it is imported: workers then share their numbers.
METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


def run(settings: Settings) -> None:
    """Serve until interrupted, keeping the private cluster up meanwhile.

    Raises
    ------
    SetupError
        The address cannot be listened on.
    """
    check_address(settings)
    with open_database(settings), metrics_folder(settings) as folder:
        out.print(f"▸ http://{settings.api.host}:{settings.api.port}  (Ctrl-C หยุด | stops)")
        for name, value in {**environment(settings), METRICS_FOLDER: str(folder)}.items():
            os.environ[name] = value
        config = logging_config(settings.log)
        logging.config.dictConfig(config)
        server = Granian(
            "api.commands.serve:worker_app",
            factory=True,
            interface=Interfaces.ASGI,
            address=settings.api.host,
            port=settings.api.port,
            workers=settings.api.workers or count_workers(),
            loop=Loops.auto if os.name == "nt" else Loops.uvloop,
            websockets=False,
            respawn_failed_workers=True,
            respawn_interval=RESPAWN_S,
            workers_kill_timeout=GRACE_S,
            log_dictconfig=config,
            log_level=LogLevels(settings.log.level),
            log_access=False,
        )
        server.on_reload(start_afresh)
        if "geopandas" in sys.modules:
            start_afresh()
        with kept_beside(WORKER) if settings.jobs.workers else nullcontext():
            server.serve()
    out.print("▸ หยุดแล้ว | stopped")


def start_afresh() -> None:
    """Let workers that start from now on import everything themselves.

    A fork starts in half the time, but has the code its parent once read, so a reload would mix it
    with newer code; and the memory, which stays taken where layers were loaded before.
    """
    multiprocessing.set_start_method("spawn", force=True)


def worker_app() -> ASGIApp:
    """Return the service for a worker process.

    A terminal's Ctrl-C reaches every process of its group, and a worker that is told twice to end
    does not end: it leaves the group, so that its parent alone tells it.
    """
    os.setpgid(0, 0)
    app = import_module("api.main").app_from_environment()
    draining = import_module("api.observing.draining")
    served: ASGIApp = draining.Draining(app, app.let_go)
    spare_the_collector()
    return served


def spare_the_collector() -> None:
    """Let Python look for garbage among what requests make, not among all that was imported.

    A look at everything takes a tenth of a second, in which nobody is answered.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)


def count_workers() -> int:
    """Return how many workers suit this machine: half its cores, the database needs the others."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min((cores or 1) // 2, memory // WORKER_BYTES))


@contextmanager
def metrics_folder(settings: Settings) -> Iterator[Path]:
    """Give a folder where the workers of this service keep their numbers, empty at first.

    Folders of services that ended without clearing theirs away are removed.
    """
    parent = settings.home / "metrics"
    for other in parent.glob("[0-9]*"):
        if other.name == str(os.getpid()) or not is_alive(int(other.name)):
            shutil.rmtree(other, ignore_errors=True)
    folder = parent.resolve() / str(os.getpid())
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables from which a worker process reads the same settings again."""
    told = {
        "TWIN_HOME": str(settings.home.resolve()),
        "TWIN_API__HOST": settings.api.host,
        "TWIN_API__PORT": str(settings.api.port),
        "TWIN_API__ROOT_PATH": settings.api.root_path,
    }
    return {name: value for name, value in told.items() if value}


def check_address(settings: Settings) -> None:
    """Refuse an address that is in use, before anything is started.

    Raises
    ------
    SetupError
        Another program listens there, or we may not.
    """
    host, port = settings.api.host, settings.api.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SetupError(
                f"{host}:{port} cannot be used ({error.strerror}); choose another with --port N.",
                f"ใช้ {host}:{port} ไม่ได้ ({error.strerror}) โปรดเลือกพอร์ตอื่นด้วย --port N",
                parameter="port",
            ) from error
