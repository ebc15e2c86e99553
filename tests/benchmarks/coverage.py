"""`scripts/bench coverage`: nearest, over HTTP, opportunity, siting, network, provinces."""

from benchmarks import (
    coverage_http,
    coverage_nearest,
    coverage_network,
    coverage_provinces,
    coverage_sites,
)
from benchmarks.bench import Bench
from benchmarks.report import Row


def run(bench: Bench) -> list[Row]:
    """Measure every row."""
    rows = coverage_nearest.rows(bench)
    rows += coverage_http.rows(bench)
    rows += coverage_sites.rows(bench)
    rows += coverage_network.rows(bench)
    rows += coverage_provinces.rows(bench)
    return rows
