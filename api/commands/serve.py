"""`twin serve`: the HTTP service."""

from __future__ import annotations

import os
import socket
from importlib import import_module
from typing import Final

from granian import Granian
from granian.constants import Interfaces
from starlette.types import ASGIApp

from api.commands.console import out
from twin.db.database import open_database
from twin.errors import SetupError
from twin.settings import Settings

#: Seconds that requests in progress have to end when the service stops.
GRACE_S: Final = 10


def run(settings: Settings) -> None:
    """Serve until interrupted, keeping the private cluster up meanwhile.

    Raises
    ------
    SetupError
        The address cannot be listened on.
    """
    check_address(settings)
    with open_database(settings):
        out.print(f"▸ http://{settings.api.host}:{settings.api.port}  (Ctrl-C หยุด | stops)")
        for name, value in environment(settings).items():
            os.environ[name] = value
        server = Granian(
            "api.commands.serve:worker_app",
            factory=True,
            interface=Interfaces.ASGI,
            address=settings.api.host,
            port=settings.api.port,
            workers=settings.api.workers,
            workers_kill_timeout=GRACE_S,
            log_access=False,
        )
        server.serve()
    out.print("▸ หยุดแล้ว | stopped")


def worker_app() -> ASGIApp:
    """Return the service for a worker process.

    A terminal's Ctrl-C reaches every process of its group, and a worker that is told twice to end
    does not end: it leaves the group, so that its parent alone tells it.
    """
    os.setpgid(0, 0)
    app: ASGIApp = import_module("api.main").app_from_environment()
    return app


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
