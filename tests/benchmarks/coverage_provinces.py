"""77 synthetic provinces on two Dask workers and in one process: equal, faster, no more memory."""

import time
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.bench import Bench
from benchmarks.console import BenchError, step
from benchmarks.report import Row, at_most_times
from layers.cities.form import City
from layers.cities.task import Outcome
from layers.cities.work import cover_cities
from twin.studies.batch import open_client
from twin.studies.question import Question

WORKERS = 2
#: Provinces, and their streets together: about 4 million nodes.
FULL, QUICK = (77, 5_680_000), (4, 16_000)
#: What a worker may hold beyond the province alone: of what freed memory leaves in pieces.
ROOM = 1.25


def rows(bench: Bench) -> list[Row]:
    """Return the rows of the provinces."""
    cities = make_provinces(*(QUICK if bench.quick else FULL))
    bench.quiet()
    with TemporaryDirectory(dir=bench.home) as name:
        folder = Path(name)
        alone = _alone(cities, folder)
        spread, spread_s = _spread(cities, folder)
        with step("ทีละจังหวัด | one after the other"):
            started = time.perf_counter()
            serial = list(cover_cities(cities, folder / "serial", nullcontext()))
            serial_s = time.perf_counter() - started
    require_equal(serial, spread)
    highest = max(one.memory_mb or 0 for one in spread)
    answers = [one.answer for one in serial if one.answer]
    nodes = sum(one.nodes for one in answers)
    largest = max(one.nodes for one in answers)
    what = f"{len(cities)} provinces, {nodes / 1e6:.2f} M nodes, {WORKERS} workers"
    bench.note("provinces", _sizes(serial))
    return [
        Row(
            what,
            spread_s,
            "s",
            serial_s,
            "one process",
            at_most_times(1 / 1.6),
            f"{serial_s / spread_s:.2f} times as fast, and every number equal; the start of the"
            " workers is not counted",
        ),
        Row(
            "memory of the fullest worker",
            highest,
            "MB",
            alone,
            "largest alone",
            at_most_times(ROOM),
            f"the largest province has {largest:,} nodes",
        ),
    ]


def make_provinces(count: int, streets: int) -> list[City]:
    """Return provinces whose sizes differ as those of Thailand do: a few large, many small."""
    draw = np.random.default_rng(77)
    size = draw.lognormal(0, 0.5, count)
    sizes = np.maximum(3_000, np.round(size / size.sum() * streets)).astype(int).tolist()
    question = Question(mode="car", thresholds=(5.0, 15.0))
    return [
        City(id=f"p{number:02}", synthetic=size, seed=number, question=question)
        for number, size in enumerate(sizes, 1)
    ]


def require_equal(serial: list[Outcome], spread: list[Outcome]) -> None:
    """Refuse figures of answers that are not the same.

    Raises
    ------
    BenchError
        A province has a fault, or another answer.
    """
    one, other = ({done.city: done.answer for done in each} for each in (serial, spread))
    if one != other or None in one.values():
        names = sorted(name for name in one if one[name] is None or one[name] != other.get(name))
        raise BenchError(f"provinces differ: {names}", f"ผลของบางจังหวัดไม่ตรงกัน: {names}")


def _alone(cities: list[City], folder: Path) -> float:
    """Return the memory of a worker that has only ever seen the largest province, MB."""
    largest = max(cities, key=lambda city: city.synthetic or 0)
    with step("จังหวัดใหญ่สุด | the largest alone"), open_client(None, 1, folder / "dask") as client:
        [outcome] = cover_cities([largest], folder / "alone", nullcontext(client))
    return outcome.memory_mb or 0.0


def _spread(cities: list[City], folder: Path) -> tuple[list[Outcome], float]:
    with (
        step("บนตัวประมวลผลสองตัว | on two workers"),
        open_client(None, WORKERS, folder / "dask") as client,
    ):
        started = time.perf_counter()
        outcomes = list(cover_cities(cities, folder / "spread", nullcontext(client)))
        return outcomes, time.perf_counter() - started


def _sizes(outcomes: list[Outcome]) -> list[dict[str, float | int | None]]:
    """Return what each province took by itself, for the sizing table."""
    told = [
        {
            "nodes": one.answer.nodes,
            "pieces": one.answer.pieces,
            "seconds": round(one.seconds or 0, 2),
        }
        for one in outcomes
        if one.answer
    ]
    return sorted(told, key=lambda each: each["nodes"])
