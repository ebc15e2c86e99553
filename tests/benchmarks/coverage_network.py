"""Building the network of 70,000 streets: the function, and the command with its database."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.bench import Bench
from benchmarks.console import BenchError, step
from benchmarks.report import Row, at_most
from layers.cities.made import make_city
from twin.analysis.network.build import build_network
from twin.analysis.network.streets import make_streets
from twin.studies.network import load_network

STREETS, QUICK_STREETS = 70_000, 5_000


def rows(bench: Bench) -> list[Row]:
    """Return the rows of the network."""
    count = QUICK_STREETS if bench.quick else STREETS
    roads, _ = make_city(count, seed=83)
    lines = np.asarray(roads.geometry.to_numpy(), dtype=object)
    streets = make_streets(lines, highway=roads["highway"].to_numpy().astype(str))
    with step("สร้างโครงข่าย | network build"):
        bench.quiet()
        took = []
        for _ in range(bench.runs):
            started = time.perf_counter()
            network, report = build_network(streets)
            took.append(time.perf_counter() - started)
        if network.edge_count != count or len(report.component_km) != 1:
            raise BenchError(
                f"{count} streets became {network.edge_count} pieces in"
                f" {len(report.component_km)} parts",
                "โครงข่ายไม่ตรงกับถนนที่ให้",
            )
        stored = _stored(bench)
    note = f"{network.node_count:,} nodes, {report.street_km:,.0f} km"
    return [
        Row(f"network of {count:,} streets", sorted(took)[len(took) // 2], "s",
            budgets=at_most(20, "s"), note=note),
        Row("the same from the database, stored and kept", stored, "s", budgets=at_most(20, "s"),
            note="read from PostGIS, built, written as `network_edge` and `network_node`"),
    ]  # fmt: skip


def _stored(bench: Bench) -> float:
    """Return the seconds that `twin network build` takes on the town; undone afterwards."""
    address = bench.store.database("town")
    with TemporaryDirectory(dir=bench.home) as folder, bench.connect(address) as connection:
        started = time.perf_counter()
        load_network(connection, Path(folder))
        took = time.perf_counter() - started
        connection.rollback()
    return took
