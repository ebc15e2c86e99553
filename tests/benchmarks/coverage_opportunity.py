"""The opportunity surface alone in a process, so that its memory can be told."""

import argparse
import json
import sys
import time

import numpy as np

from benchmarks.coverage_town import make_people, make_town
from twin.analysis.opportunity import Opportunity, find_opportunity
from twin.analysis.reach import nearest
from twin.analysis.situation import Situation
from twin.analysis.snap import Snapped, snap

WORKERS = 2
HOMES, QUICK_HOMES = 20_000, 2_000
THRESHOLD_S = 900.0
CHECKED = 5


def main() -> int:
    """Print what was found, as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    town = make_town(quick=quick, mode="walk")
    homes, people = make_people(town, QUICK_HOMES if quick else HOMES)
    now = Situation(town.graph, homes, town.facilities, people, "to", THRESHOLD_S)
    told: list[int] = []
    started = time.perf_counter()
    found = find_opportunity(now, workers=WORKERS, progress=lambda done, _all: told.append(done))
    seconds = time.perf_counter() - started
    checked = np.linspace(0, len(found.node) - 1, CHECKED).astype(int)
    answer = {
        "town": town.told(),
        "homes": len(homes),
        "corners": len(found.node),
        "workers": WORKERS,
        "seconds": seconds,
        "told": len(told),
        "checked": CHECKED,
        "differs": [int(row) for row in checked if gained(now, found, row) != found.people[row]],
    }
    sys.stdout.write(json.dumps(answer))
    return 0


def gained(now: Situation, found: Opportunity, row: int) -> float:
    """Return who is newly served by a facility at a corner: coverage with it less without it."""
    spot = snap(now.graph, found.xy[[row]])
    both = Snapped(
        *(
            np.concatenate([getattr(now.supply, part), getattr(spot, part)])
            for part in ("edge", "fraction", "offset_m", "xy")
        )
    )
    after = nearest(now.graph, now.demand, both, direction=now.direction)
    return float(now.people[after.impedance <= now.limit].sum()) - now.served


if __name__ == "__main__":
    sys.exit(main())
