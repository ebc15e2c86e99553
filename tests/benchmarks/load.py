"""Load on a local server by wrk: one thread, keep-alive connections, bounded in time."""

import json
import signal
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.client import Client
from benchmarks.console import BenchError

CONNECTIONS = 8
#: A pass over every address ends by itself; this ends one that does not.
LONGEST_PASS_S = 300
_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What one run of wrk found; times in milliseconds, bytes with headers."""

    requests: int
    elapsed_ms: float
    bytes: int
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float
    max_ms: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.elapsed_ms * 1000


def hammer(base: str, paths: Sequence[str], seconds: float, connections: int = CONNECTIONS) -> Load:
    """Ask for the paths in turn, again and again, for some seconds.

    A path may carry the ETag that the client has, after a tab.
    """
    with TemporaryDirectory() as folder:
        command = _command(base, paths, seconds, Path(folder), connections)
        done = subprocess.run(
            [*command, "loop"], capture_output=True, text=True, timeout=seconds + 30, check=False
        )
    return _read(done.stdout, done.stderr, base, paths)


def visit(base: str, paths: Sequence[str], connections: int = CONNECTIONS) -> Load:
    """Ask for each path once."""
    with TemporaryDirectory() as folder:
        command = _command(base, paths, LONGEST_PASS_S, Path(folder), connections)
        wrk = subprocess.Popen(
            [*command, "once"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        said = wrk.stderr.readline()
        wrk.send_signal(signal.SIGINT)  # the visit is over: have it write what it found
        stdout, stderr = wrk.communicate(timeout=30)
    return _read(stdout, said + stderr, base, paths)


def median(runs: Sequence[Load]) -> Load:
    """Return the run whose rate is the middle one."""
    middle = statistics.median_low([run.rate for run in runs])
    return next(run for run in runs if run.rate == middle)


def _command(
    base: str, paths: Sequence[str], seconds: float, folder: Path, connections: int
) -> list[str]:
    file = folder / "paths"
    file.write_text("".join(f"{path}\n" for path in paths))
    options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
    return ["wrk", *options, "-s", str(_SCRIPT), base, "--", str(file)]


def _read(stdout: str, stderr: str, base: str, paths: Sequence[str]) -> Load:
    lines = [line for line in stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise BenchError(f"wrk gave no figures: {stderr or stdout}", "wrk ไม่ให้ผลลัพธ์")
    load = Load(**json.loads(lines[-1]))
    if load.refused:
        with Client(base) as client:
            for path in paths:
                client.expect(path.partition("\t")[0])  # tells what is refused, and why
    if load.refused or load.broken or not load.requests:
        raise BenchError(
            f"of {load.requests} requests {load.refused} were refused and {load.broken} broke:"
            " the figure would mean nothing",
            f"คำขอ {load.requests} ครั้ง ถูกปฏิเสธ {load.refused} ขาดตอน {load.broken} ตัวเลขจึงใช้ไม่ได้",
        )
    return load
