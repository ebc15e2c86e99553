"""`twin serve`: the HTTP service."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

from uvicorn.config import STARTUP_FAILURE, Config
from uvicorn.supervisors import Multiprocess

from api.commands.beside import kept_beside
from api.commands.console import out
from api.observing.logs import logging_config
from api.processes import is_alive
from twin.db.database import open_database
from twin.errors import SetupError
from twin.settings import Settings

#: Seconds that requests in progress have to end when the service stops.
GRACE_S: Final = 10

#: Seconds that a worker has to start, and to say that it lives when it is asked.
PATIENCE_S: Final = 30

#: Seconds that a connection is kept open for a request, or for the rest of one's head: longer than
#: proxies keep theirs (nginx 60), so that they close first and never send into a closed one.
KEEP_ALIVE_S: Final = 75

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
        The address cannot be listened on, or a worker cannot start.
    """
    check_address(settings)
    with open_database(settings), metrics_folder(settings) as folder:
        out.print(f"▸ http://{settings.api.host}:{settings.api.port}  (Ctrl-C หยุด | stops)")
        for name, value in {**environment(settings), METRICS_FOLDER: str(folder)}.items():
            os.environ[name] = value
        config = server_config(settings)
        server = Multiprocess(config, [config.bind_socket()])
        with kept_beside(WORKER) if settings.jobs.workers else nullcontext():
            server.run()
        if any(worker.exitcode == STARTUP_FAILURE for worker in server.processes):
            raise SetupError(
                "The service did not start; its last words are in the log above.",
                "บริการเริ่มไม่สำเร็จ สาเหตุอยู่ในบันทึกด้านบน",
            )
    out.print("▸ หยุดแล้ว | stopped")


def server_config(settings: Settings) -> Config:
    """Return how uvicorn serves; workers are told the same."""
    return Config(
        "api.worker:worker_app",
        factory=True,
        interface="asgi3",
        host=settings.api.host,
        port=settings.api.port,
        workers=settings.api.workers or count_workers(),
        loop="auto" if os.name == "nt" else "uvloop",
        http="api.protocol:TileProtocol",
        ws="none",
        lifespan="on",
        log_config=logging_config(settings.log),
        access_log=False,
        proxy_headers=False,  # which `api.proxies` reads
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        timeout_worker_healthcheck=PATIENCE_S,
    )


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
