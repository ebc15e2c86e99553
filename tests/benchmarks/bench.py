"""What every bench has at hand."""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection

from benchmarks import servers
from benchmarks.console import out
from benchmarks.data import Store
from benchmarks.load import Load, hammer, median
from benchmarks.machine import settle
from benchmarks.servers import Server
from benchmarks.tools import ensure_peer
from twin.db.engine import make_engine

TIPG = "tipg 1.6.1"
TITILER = "titiler 2.4.0"


@dataclass(frozen=True)
class Bench:
    """A bench that runs: its data, its peers, how long it measures."""

    home: Path
    store: Store
    tipg_python: Path | None
    quick: bool
    waits: bool
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Length of one run of load."""
        return 1 if self.quick else 4

    @property
    def runs(self) -> int:
        """How many runs a median is taken of."""
        return 1 if self.quick else 3

    def ours(self, address: URL, **options: Any) -> AbstractContextManager[Server]:
        """Serve the twin on a database, with an empty cache."""
        return servers.ours(address, self.home, **options)

    def tipg(self, address: URL, *, workers: int = 1) -> AbstractContextManager[Server]:
        """Serve tipg on a database."""
        python = self.tipg_python or ensure_peer(self.home, "tipg")
        return servers.tipg(python, address, self.home, workers=workers)

    def titiler(self) -> AbstractContextManager[Server]:
        """Serve TiTiler, which reads the files that it is told of."""
        return servers.titiler(ensure_peer(self.home, "titiler"), self.home)

    def hammer(self, *subjects: tuple[Server, Sequence[str]]) -> list[Load]:
        """Return for each subject the middle of its runs of load, on paths it has seen before.

        The subjects take turns, so that whatever else the machine does meets all alike.
        """
        self.quiet()
        for server, paths in subjects:
            hammer(server.base, paths, 1)
        return take_turns(
            self.runs,
            *(partial(hammer, server.base, paths, self.seconds) for server, paths in subjects),
        )

    def quiet(self) -> None:
        """Wait for the machine to be quiet unless told not to; keep the load."""
        load = settle() if self.waits else os.getloadavg()[0]
        self.about.setdefault("loads", []).append(round(load, 2))

    def note(self, name: str, value: object) -> None:
        """Keep a circumstance beside the figures."""
        self.about[name] = value
        out.print(f"  {name}: {value}", soft_wrap=True)

    @contextmanager
    def connect(self, address: URL) -> Iterator[Connection]:
        """Open a connection to a database of the benches."""
        engine = make_engine(address)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()


def timed(rounds: int, *runs: Callable[[], object]) -> list[float]:
    """Make every run once a round, in turn; return the middle time of each, milliseconds."""
    took: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, times in zip(runs, took, strict=True):
            started = time.perf_counter()
            run()
            times.append((time.perf_counter() - started) * 1000)
    return [statistics.median(times) for times in took]


def take_turns(rounds: int, *runs: Callable[[], Load]) -> list[Load]:
    """Make every run once a round; return the middle one of each."""
    made = [[run() for run in runs] for _ in range(rounds)]
    return [median(loads) for loads in zip(*made, strict=True)]


def percentile(values: Sequence[float], share: int) -> float:
    """Return a percentile of at least two values."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]
