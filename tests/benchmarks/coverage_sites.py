"""Where next: the opportunity of every corner, and the MCLP beside spopt's."""

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.bench import Bench, timed
from benchmarks.console import BenchError, step
from benchmarks.coverage_town import make_people, make_town
from benchmarks.machine import together_mb
from benchmarks.report import Row, at_most, at_most_times
from benchmarks.tools import ensure_peer, run_peer
from twin.analysis.reach import impedance_array
from twin.analysis.siting.mclp import solve_mclp
from twin.analysis.siting.problem import Candidates

SPOPT = "spopt 0.7.0, HiGHS"
_SCRIPT = Path(__file__).parent / "peers" / "spopt_mclp.py"
#: Demand points, candidates, sites and the threshold in seconds of driving.
FULL, QUICK = (5_000, 200), (500, 40)
SITES, THRESHOLD_S = 10, 300.0


def rows(bench: Bench) -> list[Row]:
    """Return the rows of siting."""
    return [*opportunity_rows(bench), *mclp_rows(bench)]


def opportunity_rows(bench: Bench) -> list[Row]:
    """Return time and memory of the opportunity surface, in processes of its own."""
    command = [sys.executable, "-m", "benchmarks.coverage_opportunity"]
    command += ["--quick"] if bench.quick else []
    with step("ทำเลทุกมุมถนน | opportunity at every corner"):
        bench.quiet()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        highest = 0.0
        while process.poll() is None:
            highest = max(highest, together_mb(process.pid))
            time.sleep(0.05)
    told = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise BenchError(f"the opportunity surface failed: {told}", "คำนวณทำเลไม่สำเร็จ")
    found = json.loads(told)
    if found["told"] < (1 if bench.quick else 2) or found["differs"]:
        raise BenchError(f"the opportunity surface is not right: {found}", "ผลทำเลไม่ถูกต้อง")
    what = f"opportunity at {found['corners']:,} corners"
    note = (
        f"{found['town']}, {found['homes']:,} homes, 15 minutes on foot, {found['workers']}"
        f" processes; progress told {found['told']} times; {found['checked']} corners checked"
        " against coverage with a facility there"
    )
    return [
        Row(what, found["seconds"], "s", budgets=at_most(20, "s"), note=note),
        Row(
            f"{what}, memory",
            highest,
            "MB",
            budgets=at_most(500, "MB"),
            note="all processes together, shared pages once, libraries and the town included",
        ),
    ]


def mclp_rows(bench: Bench) -> list[Row]:
    """Return the rows of the MCLP, greedy and proven."""
    town = make_town(quick=bench.quick)
    count, candidates = QUICK if bench.quick else FULL
    homes, people = make_people(town, count)
    sites = homes.take(np.random.default_rng(5).choice(count, candidates, replace=False))
    impedance = impedance_array(town.graph, homes, sites, direction="to").astype(np.float64)
    problem = Candidates(impedance, people)
    greedy = partial(solve_mclp, problem, THRESHOLD_S, SITES)
    proven = partial(solve_mclp, problem, THRESHOLD_S, SITES, prove=True)
    quick, sure = greedy(), proven()
    with TemporaryDirectory(dir=bench.home) as folder, step("MCLP"):
        given, told = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(given, impedance=impedance.T, weight=people, threshold=THRESHOLD_S, p=SITES)
        bench.quiet()
        run_peer(ensure_peer(bench.home, "spopt"), _SCRIPT, str(given), str(told))
        with np.load(told) as answer:
            best, spent = float(answer["objective"]), float(answer["build_s"] + answer["solve_s"])
            build_s = float(answer["build_s"])
        if not sure.proven or abs(sure.objective - best) > 1e-6 * best:
            raise BenchError(f"MCLP: {sure}; spopt {best:,.1f}", f"MCLP: {sure}; spopt {best:,.1f}")
        own_greedy, own_proven = timed(1 if bench.quick else 7, greedy, proven)
    size = f"MCLP {count:,} × {candidates}"
    short = 1 - quick.objective / sure.objective
    peer = f"build {build_s:.2f} s, solve {spent - build_s:.2f} s"
    note = f"{SITES} sites, {THRESHOLD_S:.0f} s by car; {short:.2%} below the optimum"
    return [
        Row(
            f"{size}, greedy and swap", own_greedy / 1000, "s", budgets=at_most(0.5, "s"), note=note
        ),
        Row(
            f"{size}, proven",
            own_proven / 1000,
            "s",
            spent,
            SPOPT,
            (*at_most(2, "s"), *at_most_times(1)),
            f"the same optimum; spopt's {peer}",
        ),
    ]
