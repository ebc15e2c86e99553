"""`twin scenario …`."""

import json

import pytest

from twin.settings import Settings
from twin.studies.scenarios.answers import compare_sides
from twin.studies.session import open_context

FILE = {
    "format": 1,
    "scenario": {
        "id": "rawai",
        "names": {"th": "คลินิกราไวย์", "en": "Rawai clinic"},
        "note": None,
        "question": {
            "supply": {"filter": "amenity = 'hospital'"},
            "mode": "car",
            "max_snap_m": 2000,
        },
    },
    "changes": {
        "2": {
            "kind": "add_facility",
            "point": [98.3381, 7.8804],
            "names": {"th": "คลินิก", "en": "Clinic"},
            "cost_thb": 20_000_000,
        },
        "5": {"kind": "move_facility", "id": "added/2", "point": [98.3381, 7.8814]},
        "6": {"kind": "speed", "mode": "car", "factor": 0.8},
    },
}


@pytest.fixture
def file(twin, tmp_path):
    path = tmp_path / "rawai.json"
    path.write_text(json.dumps(FILE), encoding="utf-8")
    yield path
    twin("scenario", "remove", "rawai")


def test_scenario_is_imported_listed_shown_and_compared(twin, file):
    told = twin("scenario", "import", file)
    assert (told.code, told.err) == (0, "")
    assert "rawai: 3 การเปลี่ยนแปลง | changes" in told.out
    assert "Rawai clinic" in twin("scenario", "list").out
    shown = twin("scenario", "show", "rawai").out
    assert "20,000,000" in shown
    assert "move a facility (5)" in shown
    compared = twin("scenario", "compare", "base", "rawai")
    assert compared.code == 0
    assert "15 min" in compared.out
    assert "Nobody has said what these cost: move a facility (5), change speed (6)." in compared.out
    assert twin("scenario", "rebase", "rawai").code == 0


@pytest.mark.parametrize("command", [("compare", "base"), ("rebase",)])
def test_a_network_that_is_built_first_is_told(twin, file, bars, command):
    twin("scenario", "import", file)
    assert twin("scenario", *command, "rawai").code == 0
    assert (0, "อ่านเส้นถนน | reading lines") in bars
    assert bars[-1] == (100, "เสร็จแล้ว | done")


@pytest.mark.parametrize("width", [200, 80, 60])
def test_comparison_tells_the_facilities_that_differ(twin, environment, file, width):
    twin("scenario", "import", file)
    environment.setenv("COLUMNS", str(width))
    told = twin("scenario", "compare", "base", "rawai").out
    with open_context(Settings()) as context:
        rows = compare_sides(context, "base", "rawai").facilities
    assert {row.presence for row in rows} == {"both", "added"}
    for row in rows:
        if row.presence == "both":
            line = f"{row.served_a:,.0f} {row.served_b:,.0f} {row.served_b - row.served_a:+,.0f}"
            assert (line in " ".join(told.split())) == (round(row.served_a) != round(row.served_b))
    assert "Clinic (added)" in told
    assert "คลินิก (เพิ่ม)" in told
    same = sum(r.presence == "both" and round(r.served_a) == round(r.served_b) for r in rows)
    assert f"facilities without a change: {same}" in told


def test_exported_scenario_comes_back_the_same(twin, file, tmp_path):
    twin("scenario", "import", file)
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert twin("scenario", "export", "rawai", first).code == 0
    assert set(json.loads(first.read_text("utf-8"))["changes"]) == {"2", "5", "6"}
    twin("scenario", "remove", "rawai")
    assert twin("scenario", "import", first).code == 0
    twin("scenario", "export", "rawai", second)
    assert second.read_bytes() == first.read_bytes()


def test_import_tells_what_is_otherwise_here(twin, file):
    other = {**FILE, "base": {"facility": {"revision": 3, "sha256": "f" * 64}}}
    file.write_text(json.dumps(other), encoding="utf-8")
    told = twin("scenario", "import", file).out
    assert "the base has moved on" in told
    assert "(facility)" in told


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "JSON: is not valid JSON"),
        ("{}", "scenario: is required"),
        (json.dumps({**FILE, "format": 2}), "format:"),
        (
            json.dumps({**FILE, "changes": {"1": {"kind": "teleport"}}}),
            "changes.1: 'kind' must be one of",
        ),
        (
            json.dumps({**FILE, "changes": {"1": {"kind": "add_facility", "point": [1, "x"]}}}),
            "changes.1.point.1: ต้องเป็นตัวเลข",
        ),
    ],
)
def test_file_of_another_form_is_refused_with_its_place(twin, tmp_path, text, fault):
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    told = twin("scenario", "import", path)
    assert told.code == 1
    assert fault in told.err
    assert "เป็นสถานการณ์จำลองไม่ได้" in told.err


def test_import_that_does_not_fit_keeps_nothing(twin, file):
    wrong = {**FILE, "changes": {"1": {"kind": "remove_facility", "id": "facility/0"}}}
    file.write_text(json.dumps(wrong), encoding="utf-8")
    told = twin("scenario", "import", file)
    assert told.code == 1
    assert "Change 1 (remove a facility)" in told.err
    assert "rawai" not in twin("scenario", "list").out


def test_unknown_scenario_is_told(twin):
    told = twin("scenario", "show", "nowhere")
    assert told.code == 1
    assert "There is no scenario `nowhere`" in told.err
