"""The command line of `scripts/bench`."""

import argparse
import sys

from benchmarks import coverage, queries, tiles
from benchmarks.bench import Bench
from benchmarks.console import BenchError, out
from benchmarks.data import open_store
from benchmarks.machine import describe
from benchmarks.report import show, write
from benchmarks.tools import ensure_peer, ensure_programs, versions
from twin.errors import TwinError
from twin.settings import Settings

BENCHES = {"tiles": tiles.run, "queries": queries.run, "coverage": coverage.run}
#: Those that compare servers under load.
SERVED = {"tiles", "queries"}


def main() -> int:
    """Run one bench; 1 where a budget is missed or a figure cannot be had."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--quick", action="store_true", help="small data, runs of a second")
    parser.add_argument("--now", action="store_true", help="do not wait for a quiet machine")
    arguments = parser.parse_args()
    home = Settings().home.resolve() / "bench"
    home.mkdir(parents=True, exist_ok=True)
    try:
        tipg = None
        if arguments.name in SERVED:
            ensure_programs(["wrk", "nginx"])
            tipg = ensure_peer(home, "tipg")
        with open_store(home, quick=arguments.quick) as store:
            about = describe() | {"versions": versions(tipg), "quick": arguments.quick}
            waits = not (arguments.quick or arguments.now)
            bench = Bench(home, store, tipg, arguments.quick, waits, about)
            bench.note("rows", store.counts)
            rows = BENCHES[arguments.name](bench)
    except BenchError as error:
        out.print(str(error), style="red")
        return 1
    except TwinError as error:
        out.print(f"✗ {error.th}\n✗ {error.en}", style="red")
        return 1
    except KeyboardInterrupt:
        out.print("▸ หยุดแล้ว | stopped")
        return 130
    path = write(home, arguments.name, rows, about)
    show(arguments.name, rows)
    out.print(f"▸ {path}")
    return int(any(row.ok is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
