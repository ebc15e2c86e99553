"""What the figures were measured on, and how busy it was."""

import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.console import out

#: A machine whose one-minute load is below this is quiet.
QUIET = 0.6
LONGEST_WAIT_S = 90


def settle() -> float:
    """Wait, not for long, until nothing else runs; return the one-minute load."""
    deadline = time.monotonic() + LONGEST_WAIT_S
    while os.getloadavg()[0] > QUIET and time.monotonic() < deadline:
        time.sleep(2)
    load = os.getloadavg()[0]
    if load > QUIET:
        out.print(f"! เครื่องไม่ว่าง ตัวเลขอาจคลาดเคลื่อน | the machine is busy (load {load:.1f})")
    return load


def describe() -> dict[str, Any]:
    """Return the machine and the time."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": model,
        "processors": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "load": os.getloadavg()[0],
    }


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds now, MB."""
    return _status(pid, "VmRSS")


def mapped_mb(pid: int, name: str) -> float:
    """Return the part of it that is pages of files with this in their path, MB."""
    total_kb, counts = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if "-" in line.partition(" ")[0]:  # a mapping begins: its addresses, its file
            counts = name in line
        elif counts and line.startswith("Rss:"):
            total_kb += int(line.split()[1])
    return total_kb * 1024 / 1e6


def peak_mb(pid: int) -> float:
    """Return the most memory that a process held since `reset_peak`, MB."""
    return _status(pid, "VmHWM")


def reset_peak(pid: int) -> None:
    """Start the peak of a process anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def family(pid: int) -> list[int]:
    """Return a process and all that it started, directly or not."""
    found = [pid]
    for one in found:
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
        except OSError:  # it has ended
            continue
        found += map(int, children)
    return found


def together_mb(pid: int) -> float:
    """Return the memory of a process and all that it started, shared pages once, MB."""
    total_kb = 0
    for one in family(pid):
        try:
            told = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:  # it has ended
            continue
        total_kb += sum(int(line.split()[1]) for line in told.splitlines() if line[:4] == "Pss:")
    return total_kb * 1024 / 1e6


def _status(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0
