"""Prepare a machine: system packages, Python environment, front end. Standard library only.

Every step says what it does, does nothing when its inputs did not change, and leaves its mark only
when it is done, so that a run that was cut short is resumed by the next. Called by `scripts/up` and
`scripts/test` with `TWIN_HOME` set.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ["TWIN_HOME"])
VENV = HOME / "venv"
MARKS = HOME / "marks"
CREATECLUSTER = Path("/etc/postgresql-common/createcluster.d/phuket-twin.conf")
LOW_DISK_BYTES = 500_000_000
#: Vite 8 needs Node.js 20.19 or newer.
OLDEST_NODE = (20, 19)


def main() -> None:
    """Run the steps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tests", action="store_true", help="also what scripts/test needs")
    tests = parser.parse_args().tests
    try:
        HOME.mkdir(parents=True, exist_ok=True)
        MARKS.mkdir(exist_ok=True)
    except OSError as error:
        fail(f"TWIN_HOME={HOME}: {error.strerror}", f"ใช้โฟลเดอร์ TWIN_HOME={HOME} ไม่ได้")
    system_packages(tests)
    python_environment(tests)
    front_end(tests)


def system_packages(tests: bool) -> None:
    """Install PostgreSQL with PostGIS, and what the tests drive, through apt where it can."""
    needed = []
    # The tests make a private cluster, whatever server the service is to use.
    if (tests or not os.environ.get("TWIN_DB__URL")) and not has_postgis():
        needed.append("postgis")
    if tests and not (shutil.which("chromium") and has_libatomic()):
        needed.append("chromium")
    if tests and not shutil.which("ogrinfo"):
        needed.append("gdal")
    if not needed:
        return
    apt = shutil.which("apt-get")
    if not apt or not (os.geteuid() == 0 or shutil.which("sudo")):
        tell_packages(needed)
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    step("apt-get update", [*sudo, apt, "update", "-q"])
    packages = []
    if "postgis" in needed:
        version = newest_postgis()
        packages += [f"postgresql-{version}", f"postgresql-{version}-postgis-3"]
        keep_server_from_starting(sudo, apt)
    if "chromium" in needed:
        packages += ["chromium", "libatomic1"]
    if "gdal" in needed:
        packages.append("gdal-bin")
    install = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", apt, "install", "-y", "-q"]
    try:
        step(f"apt-get install {' '.join(packages)}", [*install, *packages])
    finally:
        if CREATECLUSTER.exists():
            subprocess.run([*sudo, "rm", "-f", str(CREATECLUSTER)], check=True)


def has_postgis() -> bool:
    """Tell whether some PostgreSQL here has PostGIS."""
    shares = [*Path("/usr/share").glob("postgresql/*/extension/postgis.control")]
    for prefix in ("/usr/pgsql-*/share", "/opt/homebrew/share/*", "/usr/local/share/*"):
        shares += Path("/").glob(f"{prefix[1:]}/extension/postgis.control")
    return bool(shares)


def has_libatomic() -> bool:
    """Tell whether the library is here that Playwright's own Node.js needs on Linux."""
    if sys.platform != "linux":
        return True
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return True


def newest_postgis() -> str:
    """Return the newest PostgreSQL major version that has a PostGIS package here."""
    found = run_quietly(["apt-cache", "pkgnames", "postgresql-"]).stdout
    versions = re.findall(r"^postgresql-(\d+)-postgis-3$", found, re.MULTILINE)
    if not versions:
        fail(
            "apt knows no package postgresql-NN-postgis-3; enable main (Ubuntu: universe).",
            "apt ไม่พบแพ็กเกจ postgresql-NN-postgis-3 โปรดเปิดคลัง main (Ubuntu: universe)",
        )
    return max(versions, key=int)


def keep_server_from_starting(sudo: list[str], apt: str) -> None:
    """Keep Debian from making and starting a server of its own: ours is private."""
    if shutil.which("pg_createcluster"):
        return  # PostgreSQL is in use here: whatever it is set to is the administrator's choice
    noninteractive = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive"]
    step(
        "apt-get install postgresql-common",
        [*noninteractive, apt, "install", "-y", "-q", "postgresql-common"],
    )
    script = f"mkdir -p {CREATECLUSTER.parent} && echo create_main_cluster=false > {CREATECLUSTER}"
    subprocess.run([*sudo, "sh", "-c", script], check=True)


def tell_packages(needed: Iterable[str]) -> NoReturn:
    """Say what to install where we cannot."""
    names = {
        "postgis": "PostgreSQL 14+ and PostGIS 3",
        "chromium": "Chromium and libatomic",
        "gdal": "GDAL's commands (ogrinfo)",
    }
    told = ", ".join(names[name] for name in needed)
    brew = "macOS: brew install postgresql@17 postgis gdal; brew install --cask chromium"
    fedora = "Fedora: dnf install postgresql-server postgis chromium gdal"
    fail(
        f"please install {told}, then run this again. {brew}. {fedora}.",
        f"โปรดติดตั้ง {told} แล้วสั่งอีกครั้ง",
    )


def python_environment(tests: bool) -> None:
    """Make the virtual environment and put the locked packages into it."""
    python = VENV / "bin" / "python"
    if not python.exists() or run_quietly([str(python), "-c", "import pip"]).returncode:
        make_environment()
    lock = ROOT / "requirements" / ("dev.txt" if tests else "runtime.txt")
    inputs = [lock, ROOT / "requirements" / "uv.txt", ROOT / "pyproject.toml"]
    with Mark("python-tests" if tests else "python", inputs, sys.version) as mark:
        if mark.is_done:
            return
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        step("uv", [*pip, "--require-hashes", "-r", str(inputs[1])])
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(python)]
        packages = [*uv, "--require-hashes", "--compile-bytecode", "-r", str(lock)]
        step(f"Python packages ({lock.name})", packages)
        step("phuket-twin", [*uv, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])


def make_environment() -> None:
    """Make a virtual environment; Debian keeps the module for that in a package of its own."""
    shutil.rmtree(VENV, ignore_errors=True)
    if run_quietly([sys.executable, "-c", "import ensurepip"]).returncode:
        apt = shutil.which("apt-get")
        if not apt or not (os.geteuid() == 0 or shutil.which("sudo")):
            fail(
                "Python's venv module is missing. Debian or Ubuntu: apt-get install python3-venv",
                "ขาดโมดูล venv ของ Python บน Debian หรือ Ubuntu: apt-get install python3-venv",
            )
        sudo = [] if os.geteuid() == 0 else ["sudo"]
        step("apt-get update", [*sudo, apt, "update", "-q"])
        step("apt-get install python3-venv", [*sudo, apt, "install", "-y", "-q", "python3-venv"])
        step("Python environment", [sys.executable, "-m", "venv", str(VENV)])
        return
    say("Python environment")
    venv.create(VENV, with_pip=True, symlinks=True)


def front_end(tests: bool) -> None:
    """Build `web/dist`, with the machine's Node.js or, where it is too old, a packaged one."""
    web = ROOT / "web"
    environment = node_environment()
    modules = [web / "package-lock.json", web / "package.json"]
    built = web / "dist" / "index.html"
    sources = [*modules, web / "index.html", web / "vite.config.js"]
    sources += sorted(path for path in (web / "src").rglob("*") if path.is_file())
    sources += sorted(path for path in (web / "public").rglob("*") if path.is_file())
    with Mark("web", sources) as mark:
        if mark.is_done and built.exists() and (not tests or (web / "node_modules").exists()):
            return
        npm = ["npm", "--no-audit", "--no-fund", "--loglevel=error"]
        step("front-end packages", [*npm, "ci"], cwd=web, env=environment)
        step("front end", [*npm, "run", "--silent", "build"], cwd=web, env=environment)


def node_environment() -> dict[str, str]:
    """Return the environment with a Node.js that is new enough on the path."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path}
    told = run_quietly(["node", "--version"], env=environment)
    version = tuple(map(int, re.findall(r"\d+", told.stdout)[:2])) if not told.returncode else (0,)
    if version < OLDEST_NODE or not shutil.which("npm", path=path):
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(VENV / "bin" / "python")]
        lock = ROOT / "requirements" / "node.txt"
        step("Node.js", [*uv, "--require-hashes", "-r", str(lock)])
    return environment


class Mark:
    """A file that remembers which inputs a finished step had."""

    def __init__(self, name: str, inputs: Iterable[Path], extra: str = "") -> None:
        digest = hashlib.sha256(extra.encode() + bytes(ROOT))
        for path in inputs:
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
        self.file = MARKS / name
        self.value = digest.hexdigest()
        self.is_done = self.file.exists() and self.file.read_text() == self.value

    def __enter__(self) -> Mark:
        return self

    def __exit__(self, kind: object, value: object, traceback: object) -> None:
        if kind is None:
            self.file.write_text(self.value)


def step(name: str, command: list[str], **options: object) -> None:
    """Run one command, telling its name and time; stop with its output where it fails."""
    started = time.monotonic()
    say(name, end=" ")
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    done = run(
        command,
        stdin=None if sys.stdin.isatty() else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    print(f"{time.monotonic() - started:.1f} s", flush=True)
    if done.returncode:
        print(done.stdout.strip()[-4000:], file=sys.stderr)
        hint = " (disk full?)" if shutil.disk_usage(HOME).free < LOW_DISK_BYTES else ""
        fail(
            f"{name} failed{hint}; mend it and run this again.", f"{name} ไม่สำเร็จ โปรดแก้ไขแล้วสั่งใหม่"
        )


def run_quietly(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command for its answer; one that does not exist counts as failed."""
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    try:
        return run(command, capture_output=True, text=True, **options)
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, 127, "", "")


def say(text: str, end: str = "\n") -> None:
    """Tell what is being done."""
    print(f"▸ {text}", end=end, flush=True)


def fail(en: str, th: str) -> NoReturn:
    """Stop with a message in both languages."""
    print(f"✗ {th}\n✗ {en}", file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        fail("stopped; run it again to go on where it was.", "หยุดแล้ว สั่งอีกครั้งเพื่อทำต่อ")
