"""The programs a bench needs: wrk and nginx of the distribution, peers in places of their own."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.console import BenchError, step

_UVICORN = ("uvicorn==0.54.0", "uvloop==0.23.0", "httptools==0.9.0")
_PEERS = {
    "tipg": ("tipg==1.6.1", *_UVICORN),
    "titiler": ("titiler-application==2.4.0", *_UVICORN),
    "pandana": ("pandana==0.8",),
    "spopt": ("spopt==0.7.0", "pulp==3.3.2", "highspy==1.16.0"),
}
_APT = {"wrk": "wrk", "nginx": "nginx"}


def ensure_programs(names: Sequence[str]) -> None:
    """Install what is missing with apt where we may.

    Raises
    ------
    BenchError
        A program is missing and cannot be installed by us; the message says what to install.
    """
    os.environ["PATH"] += f"{os.pathsep}/usr/sbin"  # where Debian puts nginx
    missing = [_APT[name] for name in names if not shutil.which(name)]
    if missing:
        apt_install(missing)


def apt_install(packages: Sequence[str]) -> None:
    """Install packages of the distribution where we may; raises as `ensure_programs` does."""
    apt, sudo = shutil.which("apt-get"), shutil.which("sudo")
    told = " ".join(packages)
    if not apt or not (os.geteuid() == 0 or sudo):
        raise BenchError(
            f"please install {told} (Debian: apt-get install {told}), then run this again",
            f"โปรดติดตั้ง {told} แล้วสั่งอีกครั้ง",
        )
    command = [] if os.geteuid() == 0 else [str(sudo)]
    # The package starts a server of its own, which nobody asked for: tell Debian not to.
    command += ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", apt]
    with step(f"apt-get install {told}"):
        _run([*command, "update", "-q"])
        _run([*command, "install", "-y", "-q", "--no-install-recommends", *packages])


def ensure_peer(home: Path, name: str) -> Path:
    """Return the Python that has a peer, made below `home` where it is not there."""
    folder = home / name
    python, mark = folder / "bin" / "python", folder / "installed"
    packages = _PEERS[name]
    if not (mark.exists() and mark.read_text() == str(packages)):
        with step(f"pip install {' '.join(packages)}"):
            venv.create(folder, with_pip=True, symlinks=True, clear=True)
            pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            _run([*pip, *packages])
            mark.write_text(str(packages))
    return python


def run_peer(python: Path, script: Path, *arguments: str) -> str:
    """Run a script in a peer's place; return what it printed.

    Raises
    ------
    BenchError
        It failed; told with the end of what it said.
    """
    return _run([str(python), str(script), *arguments])


def versions(tipg_python: Path | None) -> dict[str, str]:
    """Return the versions of what is compared."""
    if tipg_python is None:
        return {"python": sys.version.split()[0]}
    script = "from importlib.metadata import version as v;"
    script += "print(*(f'{n}={v(n)}' for n in ('tipg', 'uvicorn', 'asyncpg', 'fastapi')))"
    peer = _said([str(tipg_python), "-c", script]).split()
    nginx = _said(["nginx", "-v"])
    return {
        "python": sys.version.split()[0],
        "nginx": nginx.rpartition("/")[2].strip(),
        "wrk": " ".join(_said(["wrk", "-v"]).split()[1:2]),
        **{name: value for name, _, value in (each.partition("=") for each in peer)},
    }


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = (done.stderr or done.stdout).strip()[-1000:]
        raise BenchError(f"{' '.join(command)} failed:\n{told}", f"{command[0]} ไม่สำเร็จ")
    return done.stdout


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
