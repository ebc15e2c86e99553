"""The servers that are compared, each a process of its own on a free port of the loopback."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

import httpx
from sqlalchemy import URL

from benchmarks.console import BenchError
from twin.db.engine import libpq_address
from twin.settings import CHECKOUT

_TWIN = [sys.executable, "-c", "from api.cli import main; main()", "serve"]


@dataclass(frozen=True)
class Server:
    """A running server: its address and the process that we started."""

    base: str
    pid: int

    def workers(self) -> list[int]:
        """Return the processes that answer: the children, or the one process there is."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        served = [int(pid) for pid in children if "resource_tracker" not in _command_of(int(pid))]
        return served or [self.pid]


@contextmanager
def ours(address: URL, home: Path, *, workers: int = 1, **settings: str) -> Iterator[Server]:
    """Serve the twin on a database, with an empty cache."""
    fresh = Path(mkdtemp(prefix="serve-", dir=home))
    (fresh / "raster").symlink_to(home / "loaded" / str(address.database) / "raster")
    port = _free_port()
    environment = {
        "TWIN_HOME": str(fresh),
        "TWIN_DB__URL": libpq_address(address),
        "TWIN_API__WORKERS": str(workers),
        "TWIN_LOG__ACCESS": "failed",  # as the peers: no line for a request that went well
        "PYTHONPATH": str(CHECKOUT),
        **settings,
    }
    try:
        command = [*_TWIN, "--port", str(port)]
        with _running(command, environment, home / "ours.log") as process:
            base = f"http://127.0.0.1:{port}"
            _wait(f"{base}/health/ready", process, home / "ours.log")
            yield Server(base, process.pid)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def tipg(python: Path, address: URL, home: Path, *, workers: int = 1) -> Iterator[Server]:
    """Serve tipg on the schema `layer` of a database, with its own defaults."""
    port = _free_port()
    socket_folder = quote(str(address.query["host"]), safe="")
    environment = {
        # Its settings want a host in its place; asyncpg takes a folder there for the socket's.
        "DATABASE_URL": f"postgresql://{address.username}@{socket_folder}:5432/{address.database}",
        "TIPG_DB_SCHEMAS": '["layer"]',
    }
    command = [str(python), "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(workers), "--no-access-log"]
    with _running(command, environment, home / "tipg.log") as process:
        base = f"http://127.0.0.1:{port}"
        _wait(f"{base}/collections/layer.road?f=json", process, home / "tipg.log")
        yield Server(base, process.pid)


@contextmanager
def titiler(python: Path, home: Path) -> Iterator[Server]:
    """Serve TiTiler with the GDAL settings that its documentation advises."""
    port = _free_port()
    environment = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_CACHEMAX": "200"}
    command = [str(python), "-m", "uvicorn", "titiler.application.main:app"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    with _running(command, environment, home / "titiler.log") as process:
        base = f"http://127.0.0.1:{port}"
        _wait(f"{base}/healthz", process, home / "titiler.log")
        yield Server(base, process.pid)


@contextmanager
def nginx(files: Path, home: Path) -> Iterator[Server]:
    """Serve a folder of gzipped tiles as Debian's nginx is set up, without an access log."""
    port = _free_port()
    folder = home / "nginx"
    folder.mkdir(exist_ok=True)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"""daemon off; worker_processes auto; pid {folder}/nginx.pid;
{"user root;" if os.geteuid() == 0 else ""}
error_log {folder}/error.log; events {{ worker_connections 768; }}
http {{
    {temporary}
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
    types {{ application/vnd.mapbox-vector-tile mvt; }}
    server {{
        listen 127.0.0.1:{port}; root {files};
        location / {{ add_header Content-Encoding gzip; add_header Cache-Control max-age=60; }}
    }}
}}
"""
    )
    command = [str(shutil.which("nginx")), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with _running(command, {}, home / "nginx.log") as process:
        base = f"http://127.0.0.1:{port}"
        _wait(base, process, home / "nginx.log")
        yield Server(base, process.pid)


@contextmanager
def _running(
    command: Sequence[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWIN_")}
    inherited.pop("PYTHONPATH", None)
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=log.parent,
            env=inherited | environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address).status_code < 500:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    told = log.read_text(errors="replace")[-1500:]
    raise BenchError(f"{process.args[0]} does not serve:\n{told}", "เซิร์ฟเวอร์ไม่ตอบ")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
