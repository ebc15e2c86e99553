"""Rows of a bench: the ratio, the budget, the list of benches."""

import json
import subprocess
from pathlib import Path

import pytest
from benchmarks.report import Row, at_least, at_most, at_most_times, write

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("row", "ratio", "ok"),
    [
        (Row("rate", 1200, "req/s", 100, "peer", at_least(8)), 12, True),
        (Row("rate", 700, "req/s", 100, "peer", at_least(8)), 7, False),
        (Row("time", 9, "ms", 90, "peer", at_most(12, "ms")), 0.1, True),
        (Row("time", 13, "ms", 90, "peer", at_most(12, "ms")), 13 / 90, False),
        (Row("time", 3, "ms", 2, "ours, alone", at_most_times(2)), 1.5, True),
        (Row("time", 3, "ms"), None, None),
        (Row("not there", None, "req/s", 100, "peer", at_least(8)), None, False),
        (Row("no peer", 100, "req/s", None, "peer", at_least(8)), None, False),
    ],
    ids=str,
)
def test_row_keeps_its_budget_or_not(row, ratio, ok):
    assert row.ratio == (None if ratio is None else pytest.approx(ratio))
    assert row.ok is ok


def test_file_is_a_list_with_the_promised_fields(tmp_path):
    rows = [Row("warm tile", 30_000, "req/s", 250, "tipg", at_least(120))]
    path = write(tmp_path, "tiles", rows, {"processors": 2})
    (told,) = json.loads(path.read_text())
    promised = {"what", "ours", "peer", "peer_name", "unit", "ratio", "budget", "ok"}
    assert promised <= set(told)
    assert (told["ratio"], told["budget"], told["ok"]) == (120, "≥ 120 ×", True)
    assert json.loads((tmp_path / "tiles.about.json").read_text()) == {"processors": 2}


@pytest.mark.parametrize("arguments", [[], ["-h"]], ids=str)
def test_script_lists_the_benches(arguments):
    told = subprocess.run(
        [ROOT / "scripts" / "bench", *arguments], capture_output=True, text=True, check=True
    )
    assert "scripts/bench tiles" in told.stdout
    assert "scripts/bench queries" in told.stdout
    assert "scripts/bench coverage" in told.stdout
    assert "TWIN_HOME/bench" in told.stdout
