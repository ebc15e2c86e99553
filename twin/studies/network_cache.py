"""Networks kept on disk: one file an array, mapped into memory, in a folder named by revision.

    TWIN_HOME/network/road/state.json          which revision is the present one, and of what
    TWIN_HOME/network/road/<revision>/*.npy    the arrays, and report.json

A folder is written beside its place and renamed, so it is whole or not there; `state.json` is
replaced likewise. Whoever still has an old network mapped keeps it: the files go when it lets go.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from twin.analysis.model import MODES, Network
from twin.analysis.network.report import NetworkReport
from twin.types import Json

_ARRAYS: Final = (
    "node_xy",
    "edge_nodes",
    "length_m",
    "path_xy",
    "path_start",
    "road",
    "component",
)
_STATE: Final = "state.json"
_REPORT: Final = "report.json"

#: A folder that nobody renamed for so long was left by a process that is gone, seconds.
_ABANDONED_S: Final = 3600


@dataclass(frozen=True)
class State:
    """What the present network was built from, and until when that is sure to be so.

    Parameters
    ----------
    revision
        Of the network.
    inputs
        What told apart the inputs: equal inputs, equal network.
    content
        Digest of the rows' versions in the database (`twin.studies.network_key`).
    horizon
        All transactions before this one were seen when `content` was taken.
    looked_s
        When that was, seconds of the server's clock.
    """

    revision: str
    inputs: str
    content: str
    horizon: int
    looked_s: float


def read_state(folder: Path) -> State | None:
    """Return what is kept in a folder; None where nothing usable is."""
    try:
        return State(**json.loads((folder / _STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_state(folder: Path, state: State) -> None:
    """Make a revision the present one of a folder; remove all others, and what a crash left."""
    part = folder / f".{uuid4().hex}"
    part.write_text(json.dumps(asdict(state)), encoding="utf-8")
    part.replace(folder / _STATE)
    for other in folder.iterdir():
        is_unfinished = other.name.startswith(".") and _age_s(other) < _ABANDONED_S
        if other.is_dir() and other.name != state.revision and not is_unfinished:
            shutil.rmtree(other, ignore_errors=True)


def read_network(folder: Path, revision: str) -> tuple[Network, NetworkReport] | None:
    """Return a kept network, its arrays mapped from disk and read-only; None where it is not whole.

    Arrays are those of `twin.analysis.model.Network`.
    """
    place = folder / revision
    try:
        arrays = {name: _mapped(place / f"{name}.npy") for name in _ARRAYS}
        costs = {mode: _mapped(place / f"cost_{mode}.npy") for mode in MODES}
        told: Json = json.loads((place / _REPORT).read_text(encoding="utf-8"))
        report = NetworkReport.from_json(told)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return Network(cost_s=costs, revision=revision, opened=(), **arrays), report


def write_network(folder: Path, network: Network, report: NetworkReport) -> None:
    """Write a network beside its place and rename it there; one that is there already stays."""
    place = folder / network.revision
    if read_network(folder, network.revision) is not None:
        return
    part = folder / f".{uuid4().hex}"
    part.mkdir(parents=True)
    try:
        for name in _ARRAYS:
            np.save(part / f"{name}.npy", getattr(network, name))
        for mode in MODES:
            np.save(part / f"cost_{mode}.npy", network.cost_s[mode])
        (part / _REPORT).write_text(json.dumps(report.to_json()), encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        part.rename(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # renamed or removed meanwhile
        return 0.0


def _mapped(path: Path) -> NDArray[Any]:
    return np.asarray(np.load(path, mmap_mode="r"))
