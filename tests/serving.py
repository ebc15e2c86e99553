"""Serving a twin in a process of its own, as a user does."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import httpx
import pytest

from twin.settings import Settings

TWIN = [sys.executable, "-c", "from api.cli import main; main()"]


@contextmanager
def serve(settings: Settings, **more: str) -> Iterator[str]:
    """Serve a twin on a free port until the block ends; `more` are variables besides."""
    environment = {"TWIN_HOME": str(settings.home), "TWIN_DB__URL": settings.db.url, **more}
    with run_server("serve", environment) as (base, server):
        yield base
        server.terminate()


@contextmanager
def run_server(
    command: str, environment: dict[str, str], port: int | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `twin serve` or `twin up` on a port until it answers; end it after the block.

    Parameters
    ----------
    port
        None: one that is free.
    """
    port = port or free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWIN_")}
    # Not a pipe, which is full after some hundred lines of log: the server would wait for ever.
    with NamedTemporaryFile() as log, Path(log.name).open(encoding="utf-8") as told:
        server = subprocess.Popen(
            [*TWIN, command, "--port", str(port)],
            env=inherited | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        server.stdout = told
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}", server
        finally:
            if server.poll() is None:
                server.terminate()
            server.wait(30)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(base: str, server: subprocess.Popen) -> None:
    """Wait for the service to say that it is ready; fail with its output where it ends."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"the server ended: {server.stdout.read()}")
        try:
            if httpx.get(f"{base}/health/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("the server was not ready within a minute")
