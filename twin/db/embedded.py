"""The private PostGIS cluster: made, started and stopped by us, reachable only by its owner.

It listens on a Unix socket in a folder of mode 0700, lets in by operating-system user ("peer"), and
runs as an unprivileged user when the caller is root, because PostgreSQL refuses root. Every process
that uses it holds a shared lock on `users.lock`; the last to leave stops it.
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy import URL

from twin.db import postgres
from twin.db.engine import libpq_address, translated
from twin.errors import SetupError

DATABASE: Final = "twin"
OWNER: Final = "twin"
PORT: Final = 5432

#: Where the cluster goes when the unprivileged user cannot reach `TWIN_HOME`.
SYSTEM_FOLDER: Final = Path("/var/lib/phuket-twin")

#: A Unix socket's path may have 107 bytes on Linux.
MAX_SOCKET_PATH_BYTES: Final = 107

CONFIGURATION: Final = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "phuket-twin",
}


@dataclass(frozen=True)
class Cluster:
    """A private cluster under `home` (normally `TWIN_HOME`).

    Parameters
    ----------
    home
        Folder the cluster belongs to; where the server's user cannot reach it, the cluster lives
        in a folder of its own below `/var/lib/phuket-twin`.
    """

    home: Path

    @cached_property
    def user(self) -> str:
        """Operating-system user that runs the server."""
        if os.geteuid() != 0:
            return getpass.getuser()
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name).pw_name
            except KeyError:
                continue
        raise SetupError(
            "PostgreSQL refuses to run as root and there is no user `postgres` or `nobody`.",
            "PostgreSQL ไม่ยอมทำงานในนาม root และไม่มีผู้ใช้ `postgres` หรือ `nobody`",
        )

    @cached_property
    def root(self) -> Path:
        """Folder of the cluster: `data/`, the socket, the log and the lock."""
        home = self.home.resolve()
        home.mkdir(parents=True, exist_ok=True)
        if os.geteuid() != 0 or self._run_quietly("test", "-x", str(home)).returncode == 0:
            return home / "pg"
        return SYSTEM_FOLDER / _digest(home)

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.root / "postgresql.log"

    @property
    def kept_running(self) -> Path:
        """A mark of `twin db start`: the cluster stays up until `twin db stop`."""
        return self.root / "keep-running"

    @cached_property
    def socket(self) -> Path:
        """Folder of the Unix socket, short enough for the kernel."""
        folder = self.root / "socket"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= MAX_SOCKET_PATH_BYTES:
            return folder
        return Path(tempfile.gettempdir()) / f"phuket-twin-{_digest(self.root)}"

    @property
    def url(self) -> URL:
        """Address of the twin's database in this cluster."""
        return URL.create(
            "postgresql+psycopg",
            username=OWNER,
            database=DATABASE,
            query={"host": str(self.socket), "port": str(PORT)},
        )

    @cached_property
    def programs(self) -> postgres.Programs:
        """The PostgreSQL programs of the cluster's own major version, or the newest."""
        version_file = self.data / "PG_VERSION"
        major = version_file.read_text().strip() if version_file.exists() else None
        return postgres.find_programs(major, self.data)

    def is_running(self) -> bool:
        """Tell whether the server is up."""
        if not self.data.exists() or self._is_unreaped():
            return False
        return self._pg_ctl("status").returncode == 0

    def _is_unreaped(self) -> bool:
        """Tell whether the server died and nobody has reaped it, as in containers without an init.

        PostgreSQL takes such a process for a living server and refuses to start beside it.
        """
        try:
            pid = (self.data / "postmaster.pid").read_text().split()[0]
            return ") Z " in Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, IndexError):
            return False

    @contextmanager
    def use(self) -> Iterator[URL]:
        """Make and start the cluster where needed; the last user to leave stops it.

        Raises
        ------
        SetupError
            PostgreSQL is missing, of another major version, or does not start; the message
            carries the end of its log.
        """
        self._prepare_folders()
        with (self.root / "users.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            self.start()
            try:
                yield self.url
            finally:
                if not self.kept_running.exists() and _is_last(lock.fileno()):
                    self.stop()

    def start(self) -> None:
        """Make the cluster if there is none, start it if it is down, make the database."""
        self._prepare_folders()
        with (self.root / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.data.exists():
                self._initialise()
            if not self.is_running():
                self._configure()
                if self._is_unreaped():
                    (self.data / "postmaster.pid").unlink()
                    (self.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
                done = self._pg_ctl("-w", "-t", "60", "-l", str(self.log), "start")
                if done.returncode:
                    raise self._failed("start", done)
            self._create_database()

    def stop(self) -> None:
        """Stop the server cleanly; nothing happens where it is down."""
        self.kept_running.unlink(missing_ok=True)
        if self.is_running():
            done = self._pg_ctl("-w", "-t", "60", "-m", "fast", "stop")
            if done.returncode:
                raise self._failed("stop", done)

    def _prepare_folders(self) -> None:
        owner = pwd.getpwnam(self.user)
        self.root.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.root, self.socket):
            folder.mkdir(mode=0o700, exist_ok=True)
            if os.geteuid() == 0:
                os.chown(folder, owner.pw_uid, owner.pw_gid)
            elif folder.stat().st_uid != os.geteuid():
                raise SetupError(
                    f"{folder} belongs to another user; choose another TWIN_HOME.",
                    f"{folder} เป็นของผู้ใช้อื่น โปรดกำหนด TWIN_HOME เป็นที่อื่น",
                    parameter="TWIN_HOME",
                )

    def _initialise(self) -> None:
        unfinished = self.root / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        done = self._run_quietly(
            str(self.programs.initdb),
            *("--pgdata", str(unfinished), "--username", OWNER, "--auth", "peer"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums"),
            *("--no-instructions",),
        )
        if done.returncode:
            raise self._failed("initdb", done)
        callers = sorted({"root", self.user})
        entries = "".join(f"twin {name} {OWNER}\n" for name in callers)
        (unfinished / "pg_ident.conf").write_text(entries)
        (unfinished / "pg_hba.conf").write_text("local all all peer map=twin\n")
        with (unfinished / "postgresql.conf").open("a") as file:
            file.write("include 'twin.conf'\n")
        unfinished.rename(self.data)

    def _configure(self) -> None:
        settings = CONFIGURATION | {
            "unix_socket_directories": f'"{self.socket}"',
            "port": str(PORT),
        }
        lines = [
            f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n"
            for name, value in settings.items()
        ]
        (self.data / "twin.conf").write_text("".join(lines))

    def _create_database(self) -> None:
        server = libpq_address(self.url.set(database="postgres"))
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE))
        try:
            with psycopg.connect(server, autocommit=True) as connection:
                if connection.execute(query, [DATABASE]).fetchone() is None:
                    connection.execute(create)
        except psycopg.Error as error:
            raise translated(error) from error

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run_quietly(str(self.programs.pg_ctl), "-D", str(self.data), *arguments)

    def _run_quietly(self, *command: str) -> subprocess.CompletedProcess[str]:
        is_root = os.geteuid() == 0
        return subprocess.run(  # noqa: S603 (our own programs, no shell)
            command,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "HOME": "/", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=self.user if is_root else None,
            group=pwd.getpwnam(self.user).pw_gid if is_root else None,
            extra_groups=[] if is_root else None,
        )

    def _failed(self, step: str, done: subprocess.CompletedProcess[str]) -> SetupError:
        log = self.log.read_text(errors="replace").splitlines()[-5:] if self.log.exists() else []
        told = "\n".join([*(done.stderr or done.stdout).strip().splitlines()[-5:], *log])
        return SetupError(
            f"PostgreSQL: {step} failed in {self.root}.\n{told}",
            f"PostgreSQL: ขั้นตอน {step} ไม่สำเร็จใน {self.root}\n{told}",
        )


def _digest(path: Path) -> str:
    return hashlib.blake2b(os.fsencode(path), digest_size=5).hexdigest()


def _is_last(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
